/** What only Redis has: several instances on one store, and a store that can be away. */
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { GatewayError } from '../src/errors.ts';
import { reduce, shownStatus, type Evidence } from '../src/jobs/job.ts';
import { createJobStore, type JobStore } from '../src/jobs/store.ts';
import { openRedisStores } from '../src/runtime/stores/redis.ts';
import { assetKey, clientKey, jobKey } from '../src/storage/keys.ts';
import type { JobQuery, Stores } from '../src/storage/ports.ts';
import { freePort } from './support/port.ts';
import { redisIsMissing, startRedis, type RedisServer } from './support/redis.ts';
import { newJob, output } from './suites/stores.ts';

describe.skipIf(redisIsMissing)('several instances on one Redis', () => {
  const shared = withServer();

  test('a lease is held by one of them', async () => {
    const [a, b] = await openTwo(shared.server.url);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, i) => (i % 2 ? a : b).lease.acquire('socket:x', `h${i}`, 60_000)),
    );
    expect(new Set(answers)).toEqual(new Set([answers[0]]));
    await b.lease.release('socket:x', 'h-none');
    expect(await b.lease.acquire('socket:x', 'late', 60_000)).toBe(answers[0]);
    await a.lease.release('socket:x', answers[0]!);
    expect(await b.lease.acquire('socket:x', 'late', 300)).toBe('late');
    expect(await a.lease.acquire('socket:x', 'later', 60_000)).toBe('late');
    await expect.poll(() => a.lease.acquire('socket:x', 'later', 60_000)).toBe('later');
  });

  test('of merges from both sides at once none is lost', async () => {
    const [a, b] = (await openTwo(shared.server.url)).map(jobStoreOf) as [JobStore, JobStore];
    const job = newJob();
    await a.create(job, '{}');
    await Promise.all(
      Array.from({ length: 50 }, (_, i) =>
        (i % 2 ? a : b).update(job.id, (old) =>
          reduce(old, { type: 'outputs', outputs: [output(`o${i}`)] }, Date.now()),
        ),
      ),
    );
    const merged = (await b.get(job.id))!;
    expect(new Set(merged.outputs.map(({ id }) => id)).size).toBe(50);
    expect(new Set(merged.outputs.map(({ seq }) => seq)).size).toBe(50);
  });

  test('the index agrees with the records, whoever changed their status, and in which order', async () => {
    const both = (await openTwo(shared.server.url)).map(jobStoreOf) as [JobStore, JobStore];
    const jobs = Array.from({ length: 40 }, () => ({ ...newJob(), workflow: 'w' }));
    await Promise.all(jobs.map((job, i) => both[i % 2]!.create(job, '{}')));
    const at = Date.now();
    const lives: Evidence[] = [
      { type: 'accepted' },
      { type: 'started', at, seenAt: at },
      { type: 'stop', reason: 'cancel', at },
      { type: 'absent', at },
      { type: 'ended', outcome: 'success', startedAt: at, at, reused: false, outputs: [] },
    ];
    await Promise.all(
      jobs.flatMap((job, i) =>
        lives
          .slice(0, 1 + (i % lives.length))
          .map((evidence, j) => both[(i + j) % 2]!.update(job.id, (old) => reduce(old, evidence, at))),
      ),
    );
    const [a, b] = both;
    const records = (await a.page({}, 100))!.jobs;
    expect(records).toHaveLength(40);
    expect(new Set(records.map(({ status }) => status)).size).toBeGreaterThan(3);
    for (const status of ['queued', 'running', 'canceling', 'succeeded', 'failed', 'canceled', 'expired']) {
      const expected = records.filter((job) => shownStatus(job.status) === status).map(({ id }) => id);
      for (const query of [{ statuses: [status] }, { statuses: [status], workflow: 'w', owner: 'o' }]) {
        expect((await b.page(query, 100))!.jobs.map(({ id }) => id)).toEqual(expected);
        expect(await b.count(query)).toBe(expected.length);
      }
    }
  });

  test('an index entry that comes late changes nothing', async () => {
    const [a, b] = await openTwo(shared.server.url);
    const job = newJob();
    await jobStoreOf(a).create(job, '{}');
    const old = { id: job.id, owner: 'o', status: 'queued' };
    await jobStoreOf(b).update(job.id, (was) => reduce(was, { type: 'absent', at: Date.now() }, Date.now()));
    await a.jobs.put(old);
    expect((await a.jobs.page({ statuses: ['failed'] }, 5))!.ids).toEqual([job.id]);
    expect(await a.jobs.count({ statuses: ['queued'] })).toBe(0);
    await jobStoreOf(b).remove(job.id);
    await a.jobs.put(old);
    expect(await a.jobs.count({})).toBe(0);
    expect(await shared.raw.dbsize()).toBe(0);
  });

  test('messages go both ways, and not to another database of the same server', async () => {
    const [a, b] = await openTwo(shared.server.url);
    const other = await open(`${shared.server.url}/5`);
    const heard: Record<string, string[]> = { a: [], b: [], other: [] };
    for (const [name, { pubsub }] of Object.entries({ a, b, other }))
      pubsub!.subscribe((message) => heard[name]!.push(message));
    await expect.poll(() => a.pubsub!.publish('from a').then(() => heard['b'])).toContain('from a');
    await expect.poll(() => b.pubsub!.publish('from b').then(() => heard['a'])).toContain('from b');
    await expect
      .poll(() => other.pubsub!.publish('elsewhere').then(() => heard['other']))
      .toContain('elsewhere');
    expect(heard['other']).not.toContain('from a');
    expect(heard['a']).not.toContain('elsewhere');
  });

  test('a corrupt record is in no list, and takes none down', async () => {
    const stores = await open(shared.server.url);
    const store = jobStoreOf(stores);
    const jobs = [1, 2, 3, 4].map((i) => newJob(1_790_000_000_000 + i));
    for (const job of jobs) await store.create(job, '{}');
    await shared.raw.set(`comfygate:${jobKey(jobs[1]!.id)}`, '{"v":1,"id":');
    await stores.storage.setItem(jobKey(jobs[2]!.id), 'rubbish');
    const listed = (await store.page({}, 10))!.jobs.map(({ id }) => id);
    expect(listed).toEqual([jobs[3]!.id, jobs[0]!.id]);
    expect(await store.get(jobs[1]!.id)).toBeUndefined();
    await store.remove(jobs[1]!.id);
    expect(await store.count({})).toBe(2);
  });

  test('names that look like filters are only names', async () => {
    const store = jobStoreOf(await open(shared.server.url));
    const odd = 'o&status=failed ü\n*?\ud800';
    const job = { ...newJob(), owner: odd, workflow: 'all', session: `x" ${odd}` };
    await store.create(job, '{}');
    const finds = async (query: JobQuery) => (await store.page(query, 5))!.jobs.length;
    expect(await finds({ owner: odd, workflow: 'all', session: `x" ${odd}`, statuses: ['queued'] })).toBe(1);
    expect(await finds({ owner: 'o', statuses: ['failed'] })).toBe(0);
    expect(await finds({ owner: 'all' })).toBe(0);
    expect(await finds({ statuses: [] })).toBe(0);
    expect(await store.count({ statuses: [] })).toBe(0);
    expect(await finds({ statuses: ['queued', 'queued'], before: Date.now() + 60_000 })).toBe(1);
  });

  test('a page takes as many commands with 100,000 jobs as with 1,000', { timeout: 60_000 }, async () => {
    const stores = await open(shared.server.url);
    const workflows = ['generate_image', 'generate_song', undefined];
    const statuses = [...Array.from({ length: 19 }, () => 'succeeded'), 'failed'];
    let jobs = 0;
    const fill = async (until: number) => {
      for (; jobs < until; jobs += 500) {
        const items = Array.from({ length: 500 }, (_, n) => {
          const i = jobs + n;
          const job = newJob(1_790_000_000_000 + i * 100);
          const more = { owner: `o${i % 2}`, workflow: workflows[i % 3], session: `s${i % 1000}` };
          return { key: jobKey(job.id), value: { ...job, ...more, status: statuses[i % 20] } as never };
        });
        await stores.storage.setItems(items);
      }
    };
    const cursorAt = async (depth: number) => {
      const [key] = await shared.raw.zrange('comfygate-index:all', depth, depth);
      return key!.slice(-36);
    };
    const queries: Record<string, JobQuery> = {
      all: {},
      owner: { owner: 'o1' },
      'owner, statuses': { owner: 'o1', statuses: ['queued', 'running', 'failed'] },
      'owner, workflow': { owner: 'o1', workflow: 'generate_song' },
      'owner, session': { owner: 'o1', session: 's7' },
      before: { before: 1_790_000_050_000 },
    };
    const measure = async () => {
      const cursor = await cursorAt(Math.floor(jobs / 2));
      const found: Record<string, { commands: number; p50Ms: string }> = {};
      for (const [name, query] of Object.entries(queries)) {
        const before = await commandsOf(shared.raw);
        const times: number[] = [];
        for (let i = 0; i < 50; i++) {
          const start = performance.now();
          await stores.jobs.page(query, 50, i % 2 ? cursor : undefined);
          await stores.jobs.count(query);
          times.push(performance.now() - start);
        }
        const commands = (await commandsOf(shared.raw)) - before;
        found[name] = { commands, p50Ms: times.sort((x, y) => x - y)[25]!.toFixed(2) };
      }
      return found;
    };
    await shared.raw.config('SET', 'appendonly', 'no'); // Halves the time that filling takes.
    await fill(1_000);
    const few = await measure();
    await fill(100_000);
    const many = await measure();
    const several = { workflow: 'generate_song', statuses: ['failed'], session: 's79', owner: 'o1' };
    const start = performance.now();
    const page = await stores.jobs.page(several, 50);
    console.log('redis: page and count at 1,000 and 100,000 jobs', few, many, {
      'four filters, ms': (performance.now() - start).toFixed(2),
      'bytes per job': Math.round(
        Number(/used_memory:(\d+)/.exec(await shared.raw.info('memory'))![1]) / jobs,
      ),
    });
    for (const name of Object.keys(queries)) {
      expect(few[name]!.commands, name).toBe(100);
      expect(many[name]!.commands, name).toBe(100);
    }
    const expected = Array.from({ length: jobs }, (_, i) => i).filter(
      (i) => i % 3 === 1 && i % 20 === 19 && i % 1000 === 79,
    );
    expect(page!.ids).toHaveLength(expected.length);
    expect(await stores.jobs.count(several)).toBe(expected.length);
    expect(await stores.jobs.count({ owner: 'o1', workflow: 'generate_image', statuses: ['failed'] })).toBe(
      Array.from({ length: jobs }, (_, i) => i).filter((i) => i % 2 && i % 3 === 0 && i % 20 === 19).length,
    );
  });

  function withServer() {
    const shared = {} as { server: RedisServer; raw: Redis };
    beforeAll(async () => {
      shared.server = await startRedis();
      shared.raw = new Redis(shared.server.port, '127.0.0.1');
    });
    beforeEach(() => shared.raw.flushall());
    afterAll(async () => {
      shared.raw.disconnect();
      await shared.server.close();
    });
    return shared;
  }
});

describe.skipIf(redisIsMissing)('a Redis that is away', () => {
  test('killed: each call fails within three seconds; started again: all works again', async () => {
    const server = await serverOf();
    const reports: unknown[] = [];
    const stores = await open(server.url, (error) => reports.push(error));
    const store = jobStoreOf(stores);
    const jobs = [newJob(), newJob()];
    await store.create(jobs[0]!, '{"a":1}');
    const heard: string[] = [];
    stores.pubsub!.subscribe((message) => heard.push(message));
    await expect.poll(() => stores.pubsub!.publish('before').then(() => heard.length)).toBeGreaterThan(0);

    server.freeze(); // So that these are sent, and not answered.
    const underWay = Array.from({ length: 20 }, (_, i) =>
      awayWithin(1_000, () => stores.storage.setItem(assetKey(`${i}`), { i })),
    );
    await new Promise((resolve) => setTimeout(resolve, 50));
    const killed = server.kill();
    await Promise.all(underWay);
    await killed;
    for (let round = 0; round < 2; round++) {
      await Promise.all(everyCall(stores).map((call) => awayWithin(3_000, call)));
    }
    // It has been away for a while now: nobody is kept waiting.
    await awayWithin(100, () => store.get(jobs[0]!.id));
    expect(reports).toHaveLength(1);
    isAway(reports[0]);

    await server.start();
    await expect.poll(() => store.get(jobs[0]!.id).catch(() => 'away'), { timeout: 5_000 }).toEqual(jobs[0]);
    expect((await store.page({}, 5))!.jobs).toEqual([jobs[0]]);
    await store.create(jobs[1]!, '{}');
    expect(await store.count({})).toBe(2);
    heard.length = 0;
    await expect
      .poll(() => stores.pubsub!.publish('after').then(() => heard), { timeout: 5_000 })
      .toContain('after');
  });

  test('frozen: calls fail in time, many of them too, and heal when it goes on', async () => {
    const server = await serverOf();
    const stores = await open(server.url);
    await stores.storage.setItem('defaults:o', { n: 1 });
    const warnings: Error[] = [];
    const warned = (warning: Error) => warnings.push(warning);
    process.on('warning', warned);
    onTestFinished(() => void process.off('warning', warned));
    server.freeze();
    onTestFinished(() => server.thaw());
    await Promise.all(
      Array.from({ length: 5 }, () => everyCall(stores))
        .flat()
        .map((call) => awayWithin(3_000, call)),
    );
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await awayWithin(100, () => stores.storage.getItem('defaults:o'));
    server.thaw();
    await expect
      .poll(() => stores.storage.hasItem('defaults:o').catch(() => 'away'), { timeout: 10_000 })
      .not.toBe('away');
    await stores.storage.setItem('defaults:o', { n: 2 });
    expect(await stores.storage.getItem('defaults:o')).toEqual({ n: 2 });
    expect(warnings).toEqual([]);
  });

  test('not there at the start: the stores open, calls fail, and work once it is', async () => {
    const server = await serverOf();
    await server.stop();
    const started = performance.now();
    const stores = await open(server.url);
    expect(performance.now() - started).toBeLessThan(2_000);
    const heard: string[] = [];
    stores.pubsub!.subscribe((message) => heard.push(message));
    await awayWithin(3_000, () => stores.lease.acquire('a', 'b', 1_000));
    await server.start();
    await expect
      .poll(() => stores.lease.acquire('a', 'b', 1_000).catch(() => 'away'), { timeout: 5_000 })
      .toBe('b');
    await expect.poll(() => stores.pubsub!.publish('x').then(() => heard), { timeout: 5_000 }).toContain('x');
  });

  test('takes no writes (replica, memory full): they fail whole, reads go on', async () => {
    const server = await serverOf();
    const raw = rawOf(server);
    const stores = await open(server.url);
    const store = jobStoreOf(stores);
    const job = newJob();
    await store.create(job, '{}');
    const settings = [
      [['REPLICAOF', '127.0.0.1', '1'], ['REPLICAOF', 'NO', 'ONE'], 'READONLY'],
      [['CONFIG', 'SET', 'maxmemory', '1'], ['CONFIG', 'SET', 'maxmemory', '0'], 'OOM'],
    ] as const;
    for (const [[set, ...to], [unset, ...back], says] of settings) {
      await raw.call(set, ...to);
      const failed = await store.create(newJob(), '{}').catch((error: unknown) => error);
      isAway(failed);
      expect(String((failed as Error).cause)).toContain(says);
      const changed = await store
        .update(job.id, (old) => reduce(old, { type: 'absent', at: 1 }, Date.now()))
        .catch((error: unknown) => error);
      isAway(changed);
      isAway(await stores.lease.acquire('a', 'b', 1_000).catch((error: unknown) => error));
      await expect.poll(() => store.get(job.id).catch(() => 'away')).toEqual(job);
      expect((await store.page({ statuses: ['queued'] }, 5))!.jobs).toEqual([job]);
      await raw.call(unset, ...back);
      expect(await raw.dbsize()).toBe(2 + 1 + 4); // Record, graph; entries; two sets each for all and the owner.
      expect(await stores.lease.acquire('a', 'b', 1)).toBe('b');
      await expect.poll(() => raw.exists('comfygate-lease:a')).toBe(0);
    }
  });

  test('closed: calls fail at once, and no connection is left', async () => {
    const server = await serverOf();
    const stores = await openRedisStores(server.url);
    stores.pubsub!.subscribe(() => {});
    const raw = rawOf(server);
    const connections = async () =>
      String(await raw.client('LIST'))
        .trim()
        .split('\n').length - 1;
    await expect.poll(connections).toBe(2);
    const last = stores.storage.setItem('defaults:o', { n: 1 });
    await Promise.all([stores.close(), stores.close()]);
    await last;
    await stores.close();
    await expect.poll(connections).toBe(0);
    await Promise.all(everyCall(stores).map((call) => awayWithin(100, call)));
    stores.pubsub!.subscribe(() => {})();
    expect(await raw.get('comfygate:defaults:o')).toBe('{"n":1}');
  });

  test.each(['there', 'away'])('a process that has closed its stores ends, Redis being %s', async (where) => {
    const server = await serverOf();
    if (where === 'away') await server.kill();
    const script = `import { openRedisStores } from '${join(import.meta.dirname, '../src/runtime/stores/redis.ts')}';
      const stores = await openRedisStores('${server.url}');
      stores.pubsub.subscribe(() => {});
      await stores.storage.setItem('a', { n: 1 }).catch((error) => console.log(error.code));
      await stores.close();
      console.log('closed');`;
    const run = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script], {
      timeout: 8_000,
    });
    const { stdout, stderr } = await run;
    expect(stdout).toBe(where === 'away' ? 'storage_unavailable\nclosed\n' : 'closed\n');
    expect(stderr).not.toMatch(/Error|Unhandled/);
  });
});

describe.skipIf(redisIsMissing)('what a redis: URL says', () => {
  test('password and database', async () => {
    const server = await serverOf(['--requirepass', 'p@ss/w:rd']);
    const url = (password: string, db = '3') => `redis://:${password}@127.0.0.1:${server.port}/${db}`;
    const right = encodeURIComponent('p@ss/w:rd');
    const stores = await open(url(right));
    await stores.storage.setItem(clientKey('comfyui-1'), { id: 'x' });
    const raw = rawOf(server, { password: 'p@ss/w:rd', db: 3 });
    expect(await raw.keys('*')).toEqual(['comfygate:client:comfyui-1']);

    for (const wrong of [url('topsecret'), `redis://127.0.0.1:${server.port}`, url(right, '99')]) {
      const refused = await openRedisStores(wrong).catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(Error);
      expect(String(refused)).toMatch(
        /^Error: STORAGE_URL: .*refuses.* \((WRONGPASS|NOAUTH|ERR DB index is out of range)/,
      );
      expect(String(refused)).not.toMatch(/topsecret|p@ss|p%40ss/);
    }
    await expect(openRedisStores(url(right, 'jobs'))).rejects.toThrow(/number of a database/);
  });

  test('a database that is not there, seen only later, is not replaced by another', async () => {
    const server = await serverOf();
    await server.stop();
    const stores = await open(`${server.url}/99`);
    await server.start();
    const raw = rawOf(server);
    const connections = async () => String(await raw.client('LIST'));
    await expect.poll(connections, { timeout: 5_000 }).toContain('cmd=info');
    const refused = await stores.storage.setItem('a', { n: 1 }).catch((error: unknown) => error);
    isAway(refused);
    expect(String((refused as Error).cause)).toContain('DB index');
    expect(await raw.dbsize()).toBe(0);
  });

  test('rediss: begins with TLS', async () => {
    const first = Promise.withResolvers<Buffer>();
    const server = createServer((socket) => {
      socket.once('data', (data) => {
        first.resolve(data);
        socket.destroy();
      });
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const stores = await open(`rediss://127.0.0.1:${(server.address() as AddressInfo).port}`);
    expect((await first.promise)[0]).toBe(0x16);
    await awayWithin(3_000, () => stores.storage.hasItem('a'));
  });

  test('a port where nobody is', async () => {
    const stores = await open(`redis://user:topsecret@127.0.0.1:${await freePort()}`);
    const error = await stores.jobs.page({}, 5).catch((reason: unknown) => reason);
    isAway(error);
    expect(String((error as Error).cause)).toContain('ECONNREFUSED');
  });
});

const jobStoreOf = (stores: Stores): JobStore =>
  createJobStore(stores, { maxAgeMs: 86_400_000, shared: true, report: () => undefined, now: Date.now });

async function serverOf(options?: string[]): Promise<RedisServer> {
  const server = await startRedis(options);
  onTestFinished(() => server.close());
  return server;
}

/** A plain client, to look at what is stored. */
function rawOf(server: RedisServer, options: { password?: string; db?: number } = {}): Redis {
  const raw = new Redis(server.port, '127.0.0.1', options);
  onTestFinished(() => raw.disconnect());
  return raw;
}

async function open(url: string, report?: (error: unknown) => void): Promise<Stores> {
  const stores = await openRedisStores(url, report);
  onTestFinished(() => stores.close());
  return stores;
}

async function openTwo(url: string): Promise<[Stores, Stores]> {
  return [await open(url), await open(url)];
}

function everyCall({ storage, jobs, lease, swap, pubsub }: Stores): (() => Promise<unknown>)[] {
  const job = newJob();
  return [
    () => storage.getItem('defaults:o'),
    () => storage.hasItem('defaults:o'),
    () => storage.setItem('defaults:p', { n: 1 }),
    () => storage.setItems([{ key: jobKey(job.id), value: job as never }]),
    () => storage.removeItem('defaults:o'),
    () => storage.getKeys('defaults'),
    () => jobs.page({}, 5),
    () => jobs.page({ workflow: 'w', session: 's' }, 5),
    () => jobs.count({}),
    () => lease.acquire('l', 'h', 1_000),
    () => lease.release('l', 'h'),
    () => swap!('defaults:o', { n: 1 }, { n: 2 }),
    () => pubsub!.publish('x'),
  ];
}

function isAway(error: unknown): void {
  expect(error).toBeInstanceOf(GatewayError);
  const { code, status, retryAfterSeconds, message, cause } = error as GatewayError;
  expect({ code, status, retryAfterSeconds }).toEqual({
    code: 'storage_unavailable',
    status: 503,
    retryAfterSeconds: 2,
  });
  expect(message).not.toMatch(/redis|127\.0|secret/i);
  expect(cause).toBeInstanceOf(Error);
}

async function awayWithin(ms: number, call: () => Promise<unknown>): Promise<void> {
  const start = performance.now();
  const error = await call().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  isAway(error);
  // Room for a busy machine.
  expect(performance.now() - start, call.toString()).toBeLessThan(ms + 500);
}

/** Commands that were sent so far, without those that look. */
async function commandsOf(raw: Redis): Promise<number> {
  const stats = await raw.info('commandstats');
  let calls = 0;
  for (const [, name, n] of stats.matchAll(/cmdstat_(\w+):calls=(\d+)/g))
    if (name === 'eval' || name === 'evalsha' || name === 'get' || name === 'scan') calls += Number(n);
  return calls;
}
