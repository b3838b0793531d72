/** What every kind of STORAGE_URL must do, the same tests for each. */
import { v7 } from 'uuid';
import { describe, expect, test } from 'vitest';
import { createJob, reduce, type Job } from '../../src/jobs/job.ts';
import { createJobStore } from '../../src/jobs/store.ts';
import { damagedKey, jobKey } from '../../src/storage/keys.ts';
import type { Stores } from '../../src/storage/ports.ts';

const OPTIONS = { maxAgeMs: 86_400_000, shared: true, report: () => undefined, now: Date.now };

/** `open` gives a fresh, empty store each time. */
export function storeSuite(name: string, open: () => Promise<Stores>): void {
  describe(name, () => {
    test('keeps a record and its graph, every digit of it', async () => {
      const store = createJobStore(await open(), OPTIONS);
      const graph = '{"1":{"class_type":"A","inputs":{"seed":18446744073709551615, "x": 1.0}}}';
      const job = newJob();
      await store.create(job, graph);
      expect(await store.get(job.id)).toEqual(job);
      expect(await store.graph(job.id)).toBe(graph);
    });

    test('a second record of one id does not replace the first', async () => {
      const store = createJobStore(await open(), OPTIONS);
      const job = newJob();
      await store.create(job, '{}');
      expect(await store.create({ ...job, owner: 'other' }, '{"2":{}}')).toEqual(job);
      expect(await store.graph(job.id)).toBe('{}');
    });

    test('merges of one job wait for each other', async () => {
      const store = createJobStore(await open(), OPTIONS);
      const job = newJob();
      await store.create(job, '{}');
      const outputs = Array.from({ length: 50 }, (_, i) => output(`o${i}`));
      await Promise.all(
        outputs.map((o) =>
          store.update(job.id, (old) => reduce(old, { type: 'outputs', outputs: [o] }, Date.now())),
        ),
      );
      expect((await store.get(job.id))!.outputs).toHaveLength(50);
    });

    test('lists newest first, by page and filter, without gap or repeat', async () => {
      const store = createJobStore(await open(), OPTIONS);
      const jobs: Job[] = [];
      for (let i = 0; i < 45; i++) {
        const extra = { owner: i % 3 === 0 ? 'a' : 'b', ...(i % 2 === 0 && { session: 's', workflow: 'w' }) };
        let job = { ...newJob(1_790_000_000_000 + i * 10), ...extra };
        await store.create(job, '{}');
        if (i % 5 === 0) {
          const written = await store.update(job.id, (old) =>
            reduce(old, { type: 'absent', at: Date.now() }, Date.now()),
          );
          job = written!.after;
        }
        jobs.unshift(job);
      }
      for (const [query, fits] of [
        [{}, () => true],
        [{ owner: 'a' }, (job: Job) => job.owner === 'a'],
        [{ owner: 'b', session: 's' }, (job: Job) => job.owner === 'b' && job.session === 's'],
        [
          { workflow: 'w', statuses: ['queued', 'running'] },
          (job: Job) => job.workflow === 'w' && job.status !== 'failed',
        ],
        [{ statuses: ['failed'] }, (job: Job) => job.status === 'failed'],
        [{ statuses: ['failed', 'queued'] }, () => true],
        [
          { owner: 'a', session: 's', statuses: ['failed', 'queued'] },
          (job: Job) => job.owner === 'a' && job.session === 's',
        ],
        [{ owner: 'nobody' }, () => false],
        [{ before: 1_790_000_000_200 }, (job: Job) => job.createdAt < 1_790_000_000_200],
      ] as const) {
        const expected = jobs.filter(fits).map(({ id }) => id);
        const found: string[] = [];
        for (let after: string | undefined; ;) {
          const { jobs: page, next } = (await store.page(query as never, 7, after))!;
          found.push(...page.map(({ id }) => id));
          if (next === null) break;
          after = next;
        }
        expect(found).toEqual(expected);
        expect(await store.count(query as never)).toBe(expected.length);
      }
    });

    test('a damaged record is reported and kept aside, and harms no list and no other job', async () => {
      const stores = await open();
      const faults: unknown[] = [];
      const store = createJobStore(stores, { ...OPTIONS, report: (error) => faults.push(error) });
      const [good, bad] = [newJob(), newJob()];
      await store.create(good, '{}');
      await store.create(bad, '{}');
      await stores.storage.setItemRaw(jobKey(bad.id), '{"v":1,"id":');
      // A store that was opened anew remembers nothing.
      const again = createJobStore(stores, { ...OPTIONS, report: (error) => faults.push(error) });
      const page = await again.page({}, 10);
      expect(page?.jobs.map(({ id }) => id)).toEqual([good.id]);
      expect(await again.get(bad.id)).toBeUndefined();
      expect(faults).toHaveLength(1);
      expect(await stores.storage.hasItem(damagedKey(bad.id))).toBe(true);
      expect((await again.page({}, 10))?.jobs).toHaveLength(1);
    });

    test('a cursor that is none is told apart', async () => {
      const store = createJobStore(await open(), OPTIONS);
      expect(await store.page({}, 5, 'rubbish')).toBeNull();
    });

    test('forgets a removed job altogether', async () => {
      const stores = await open();
      const store = createJobStore(stores, OPTIONS);
      const job = newJob();
      await store.create(job, '{}');
      await store.remove(job.id);
      expect(await store.get(job.id)).toBeUndefined();
      expect(await store.graph(job.id)).toBeUndefined();
      expect(await store.page({}, 10)).toEqual({ jobs: [], next: null });
      expect(await stores.storage.getKeys()).toEqual([]);
    });

    test('of many who want one lease at once exactly one gets it, until it is given back or over', async ({
      skip,
    }) => {
      if (name === 'kv:') return skip('KV cannot decide between two');
      const { lease } = await open();
      const holders = Array.from({ length: 20 }, (_, i) => `h${i}`);
      const answers = await Promise.all(
        holders.map((holder) => lease.acquire('idempotency:a:b', holder, 60_000)),
      );
      const winner = answers[0]!;
      expect(new Set(answers)).toEqual(new Set([winner]));
      await lease.release('idempotency:a:b', 'someone else');
      expect(await lease.acquire('idempotency:a:b', 'late', 60_000)).toBe(winner);
      await lease.release('idempotency:a:b', winner);
      expect(await lease.acquire('idempotency:a:b', 'late', 1)).toBe('late');
      await expect.poll(() => lease.acquire('idempotency:a:b', 'later', 60_000)).toBe('later');
    });

    test('who holds a lease takes it again and so keeps it', async () => {
      const { lease } = await open();
      expect(await lease.acquire('socket:b', 'first', 60)).toBe('first');
      expect(await lease.acquire('socket:b', 'first', 60_000)).toBe('first');
      await new Promise((resolve) => setTimeout(resolve, 120));
      expect(await lease.acquire('socket:b', 'second', 60_000)).toBe('first');
    });

    test('swap: replaces only what was read', async ({ skip }) => {
      const { storage, swap } = await open();
      if (!swap) return skip('has no swap');
      const key = 'clients:comfyui-1';
      // Keys, numbers and texts that a careless reader or writer would change.
      const odd = JSON.parse(
        '{"b":{"__proto__":1,"constructor":{"prototype":2}},"2":1e21,"1":-0.1,"é":"\\ud800\\u2028"}',
      ) as Record<string, unknown>;
      await storage.setItem(key, odd);
      const read = await storage.getItem(key);
      expect(JSON.stringify(read)).toBe(JSON.stringify(odd));
      expect(await swap(key, { ...odd, x: 1 }, { n: 1 })).toBe(false);
      expect(await swap(key, read, { n: 1 })).toBe(true);
      expect(await swap(key, read, { n: 2 })).toBe(false);
      expect(await storage.getItem(key)).toEqual({ n: 1 });
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => swap(key, { n: 1 }, { n, m: 1 })),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
      expect(await swap(key, { n: 1 }, null)).toBe(false);
      expect(await swap(key, await storage.getItem(key), null)).toBe(true);
      expect(await storage.hasItem(key)).toBe(false);
    });

    test('swap: what is not there is null, and not made by another swap', async ({ skip }) => {
      const { storage, swap } = await open();
      if (!swap) return skip('has no swap');
      expect(await swap('defaults:o', { n: 1 }, { n: 2 })).toBe(false);
      expect(await storage.getItem('defaults:o')).toBeNull();
      const answers = await Promise.all(
        Array.from({ length: 20 }, (_, n) => swap('defaults:o', null, { n })),
      );
      expect(answers.filter(Boolean)).toHaveLength(1);
    });

    test('pubsub: every listener hears, until it stops; one that throws harms no other', async ({ skip }) => {
      const { pubsub } = await open();
      if (!pubsub) return skip('has no pubsub');
      const heard: [string[], string[]] = [[], []];
      const leave = pubsub.subscribe((message) => void heard[0].push(message));
      pubsub.subscribe(() => {
        throw new Error('a listener fails');
      });
      pubsub.subscribe((message) => void heard[1].push(message));
      await expect.poll(() => pubsub.publish('hello').then(() => heard[1].length)).toBeGreaterThan(0);
      expect(heard[0].length).toBeGreaterThan(0);
      leave();
      heard[0].length = 0;
      const text = '{"seed":18446744073709551615,"text":"ünï\\ud83d\\ude00"}';
      await pubsub.publish(text);
      await expect.poll(() => heard[1].at(-1)).toBe(text);
      expect(heard[0]).toEqual([]);
    });
  });
}

export function newJob(at = Date.now()): Job {
  const id = v7({ msecs: at });
  return createJob(
    {
      id,
      owner: 'o',
      backend: 'b',
      backendKey: 'k',
      createdAt: at,
      nodeCount: 1,
      timeoutMs: 1,
      queueTimeoutMs: 1,
    },
    at,
  );
}

export function output(id: string) {
  return { id, node: '1', displayNode: '1', kind: 'image', contentType: 'image/png', sizeBytes: 1 } as const;
}
