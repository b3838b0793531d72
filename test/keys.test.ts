/** Who may see what: API keys, owners, and signed links for those who cannot send a key. */
import { describe, expect, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import type { Stores } from '../src/storage/ports.ts';
import { watch } from './support/events.ts';
import { refusal, startBoth, startGateway, startSimulator, type TestGateway } from './support/gateway.ts';
import { pictureGraph, sleepGraph } from './support/graphs.ts';

const KEYS = { API_KEYS: 'alice:alice-secret,bob:bob-secret-22,admin:admin-secret' };
const ALICE = { authorization: 'Bearer alice-secret' };
const BOB = { authorization: 'Bearer bob-secret-22' };
const ADMIN = { authorization: 'bearer admin-secret' };
const HOUR_MS = 3_600_000;

test('every route of the API asks for a key', async () => {
  const { gateway } = await startBoth(KEYS);
  const job = await run(gateway, ALICE);
  const document = (await (await gateway.request('GET', '/openapi.json')).json()) as {
    paths: Record<string, Record<string, { security?: unknown[] }>>;
  };
  const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([, { security }]) => security === undefined)
      .map(([method]) => [method.toUpperCase(), path] as const),
  );
  expect(routes.length).toBeGreaterThan(8);
  for (const [method, template] of [...routes, ['GET', '/api/v2/nothing'] as const]) {
    const path = template.replace('{id}', template.includes('assets') ? job.outputs[0]!.id : job.id);
    for (const authorization of [
      undefined,
      'alice-secret',
      'Basic alice-secret',
      'Bearer',
      'Bearer ',
      'Bearer nope',
    ]) {
      const answer = await gateway.request(method, path, undefined, {
        ...(authorization && { authorization }),
      });
      expect([method, path, authorization, answer.status]).toEqual([method, path, authorization, 401]);
      expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
      if (method !== 'HEAD') await refusal(answer, 401, 'unauthorized');
    }
  }
  for (const path of ['/', '/docs', '/healthz', '/readyz', '/api/v2/health'])
    expect([path, (await gateway.request('GET', path)).status]).toEqual([path, 200]);
});

describe('owners', () => {
  test('a key sees only what it made; the rest is not there', async () => {
    const { gateway } = await startBoth(KEYS);
    const job = await run(gateway, ALICE);
    const asset = `/api/v2/assets/${job.outputs[0]!.id}`;
    const self = `/api/v2/jobs/${job.id}`;
    const routes = [
      ['GET', self],
      ['GET', `${self}/workflow`],
      ['GET', `${self}/events`],
      ['POST', `${self}/cancel`],
      ['GET', asset],
      ['GET', `${asset}/content`],
    ] as const;
    for (const [method, path] of routes) {
      await refusal(await gateway.request(method, path, undefined, BOB), 404, 'not_found');
      for (const headers of [ALICE, ADMIN])
        expect([path, (await gateway.request(method, path, undefined, headers)).status]).toEqual([path, 200]);
    }
    const other = await run(gateway, ALICE);
    expect(await ids(gateway, ALICE)).toEqual([other.id, job.id]);
    expect(await ids(gateway, ADMIN)).toEqual([other.id, job.id]);
    const none = await gateway.request('GET', '/api/v2/jobs?limit=1', undefined, BOB);
    expect(await none.json()).toEqual({ jobs: [], truncated: false, next_cursor: null });
  });

  test('nobody else can cancel, and nobody else hears of it', async () => {
    const { gateway } = await startBoth(KEYS);
    const [bobs, alices, admins] = await Promise.all(
      [BOB, ALICE, ADMIN].map((headers) => watch(`${gateway.url}/api/v2/events`, undefined, headers)),
    );
    const { id } = await gateway.submit(sleepGraph(10, 0.02), {}, ALICE);
    await refusal(
      await gateway.request('POST', `/api/v2/jobs/${id}/cancel`, undefined, BOB),
      404,
      'not_found',
    );
    for (const stream of [alices, admins])
      await stream!.first(({ data }) => data['job_id'] === id && data['status'] === 'succeeded');
    const own = await gateway.submit(pictureGraph(), {}, BOB);
    await bobs!.first(({ data }) => data['status'] === 'succeeded');
    expect(new Set(bobs!.seen.map(({ data }) => data['job_id']))).toEqual(new Set([own.id]));
  });

  test('an Idempotency-Key is its owner’s: another one neither meets it nor is told of its job', async () => {
    const { gateway } = await startBoth(KEYS);
    const submit = (headers: Record<string, string>) =>
      gateway.request(
        'POST',
        '/api/v2/jobs',
        { workflow: pictureGraph() },
        { ...headers, 'idempotency-key': 'k' },
      );
    const first = (await (await submit(ALICE)).json()) as wire.Job;
    const other = (await (await submit(BOB)).json()) as wire.Job;
    expect(other.id).not.toBe(first.id);
    const again = await refusal(await submit(BOB), 422, 'idempotency_key_reuse');
    expect(again.details).toMatchObject({ job: { id: other.id } });
    expect(JSON.stringify(again)).not.toContain(first.id);
  });

  test('after the store is lost, a job comes back for its owner only', async () => {
    const { gateway, simulator } = await startBoth(KEYS);
    const job = await run(gateway, ALICE);
    await gateway.close();
    const next = await startGateway({ COMFYUI_URL: simulator.url, ...KEYS });
    await refusal(await next.request('GET', `/api/v2/jobs/${job.id}`, undefined, BOB), 404, 'not_found');
    expect(await next.job(job.id, ALICE)).toMatchObject({ id: job.id, status: 'succeeded' });
    expect((await next.job(job.id, ALICE)).outputs.map(({ id }) => id)).toEqual(
      job.outputs.map(({ id }) => id),
    );
  });
});

describe('signed links', () => {
  test('work without a key, with all that their route can do', async () => {
    const { gateway } = await startBoth(KEYS);
    const job = await run(gateway, ALICE);
    const { url } = job.outputs[0]!;
    expect((await gateway.request('GET', url)).status).toBe(200);
    expect((await gateway.request('HEAD', url)).status).toBe(200);
    expect((await gateway.request('GET', url, undefined, { range: 'bytes=0-3' })).status).toBe(206);
    const told = await (await watch(job.urls.events)).ended;
    const output = told.find(({ event }) => event === 'output');
    expect((await gateway.request('GET', output!.data['url']!)).status).toBe(200);
    expect((await gateway.request('GET', `${job.urls.events}&starting_after=0`)).status).toBe(200);
    const asset = await gateway.request('GET', `/api/v2/assets/${output!.data['id']}`, undefined, ALICE);
    expect((await gateway.request('GET', ((await asset.json()) as wire.Asset).url)).status).toBe(200);
  });

  test('are good for their path, owner and time only', async () => {
    const { gateway } = await startBoth(KEYS);
    const job = await run(gateway, ALICE);
    const other = await run(gateway, ALICE);
    const bobs = await run(gateway, BOB);
    for (const link of [job.urls.events, job.outputs[0]!.url]) {
      const url = new URL(link);
      const changed = (name: string, value: string) => {
        const copy = new URL(url);
        copy.searchParams.set(name, value);
        return copy.href;
      };
      const signature = url.searchParams.get('signature') ?? '';
      const expires = Number(url.searchParams.get('expires'));
      const swapped = signature.replace(/^./, (digit) => (digit === '0' ? '1' : '0'));
      const isEvents = link === job.urls.events;
      const wrong = [
        changed('signature', swapped),
        changed('signature', ''),
        changed('signature', signature.slice(0, -1)),
        changed('expires', String(expires + 1)),
        changed('expires', 'Infinity'),
        changed('owner', 'bob'),
        changed('owner', 'admin'),
        changed('owner', 'nobody'),
        url.origin + url.pathname,
        url.href.replace(isEvents ? job.id : job.outputs[0]!.id, isEvents ? other.id : other.outputs[0]!.id),
        url.href.replace(isEvents ? job.id : job.outputs[0]!.id, isEvents ? bobs.id : bobs.outputs[0]!.id),
        url.href.replace(/\/(events|content)\?/, '?'),
        url.href.replace(/\/(events|content)\?/, '/workflow?'),
      ];
      for (const href of wrong) {
        const answer = await gateway.request('GET', href);
        expect([href, answer.status]).toEqual([href, 401]);
      }
      // Browsers behind a proxy with Basic auth send its header along with the link.
      const basic = { authorization: 'Basic c2FtZTpzYW1l' };
      expect((await fetch(link, { headers: basic })).status).toBe(200);
      expect((await fetch(wrong[0]!, { headers: basic })).status).toBe(401);
    }
    const cancel = job.urls.events.replace('/events?', '/cancel?');
    await refusal(await gateway.request('POST', cancel), 401, 'unauthorized');
  });

  test('to content last an hour and are renewed by every read, to events they last as long as the job', async () => {
    let ahead = 0;
    const { gateway } = await startBoth(KEYS, { now: () => Date.now() + ahead });
    const job = await run(gateway, ALICE);
    const { url, url_expires_at: until } = job.outputs[0]!;
    expect(Math.abs(Date.parse(until) - Date.now() - HOUR_MS)).toBeLessThan(90_000);
    ahead = HOUR_MS - 60_000;
    expect((await gateway.request('GET', url)).status).toBe(200);
    ahead = HOUR_MS + 120_000;
    await refusal(await gateway.request('GET', url), 401, 'unauthorized');
    const fresh = (await gateway.job(job.id, ALICE)).outputs[0]!;
    expect((await gateway.request('GET', fresh.url)).status).toBe(200);
    ahead = Date.parse(job.expires_at) - Date.now() - 60_000;
    expect((await gateway.request('GET', job.urls.events)).status).toBe(200);
    ahead += 120_000;
    expect((await gateway.request('GET', job.urls.events)).status).toBe(401);
  });

  test('outlive a restart', async () => {
    const { old, restart } = await startKept(KEYS);
    const job = await run(old, ALICE);
    const next = await restart(KEYS);
    expect(await statuses(next, job)).toEqual([200, 200]);
  });

  test('outlive the change of a secret while both are there, and end with it', async () => {
    const { old, restart } = await startKept({ API_KEYS: 'alice:alice-secret' });
    const job = await run(old, ALICE);
    const both = await restart({ API_KEYS: 'alice:second-secret,alice:alice-secret' });
    expect(await statuses(both, job)).toEqual([200, 200]);
    for (const secret of ['second-secret', 'alice-secret'])
      expect(await ids(both, { authorization: `Bearer ${secret}` })).toEqual([job.id]);
    const renewed = await both.job(job.id, ALICE);
    const second = await restart({ API_KEYS: 'alice:second-secret' });
    expect(await statuses(second, job)).toEqual([401, 401]);
    expect(await statuses(second, renewed)).toEqual([200, 200]);
  });

  test('hang on SIGNING_SECRET where it is set, not on the key', async () => {
    const SIGNING_SECRET = 'one-signing-secret';
    const { old, restart } = await startKept({ API_KEYS: 'alice:alice-secret', SIGNING_SECRET });
    const job = await run(old, ALICE);
    const next = await restart({ API_KEYS: 'alice:second-secret', SIGNING_SECRET });
    expect(await statuses(next, job)).toEqual([200, 200]);
    const other = await restart({ API_KEYS: 'alice:alice-secret', SIGNING_SECRET: 'another-signing-secret' });
    expect(await statuses(other, job)).toEqual([401, 401]);
    const none = await restart({ API_KEYS: 'bob:bob-secret-22', SIGNING_SECRET });
    expect(await statuses(none, job)).toEqual([401, 401]);
  });
});

async function run(gateway: TestGateway, headers: Record<string, string>): Promise<wire.Job> {
  return gateway.ended((await gateway.submit(pictureGraph(), {}, headers)).id, headers);
}

async function ids(gateway: TestGateway, headers: Record<string, string>): Promise<string[]> {
  const list = await gateway.request('GET', '/api/v2/jobs', undefined, headers);
  return ((await list.json()) as wire.JobList).jobs.map(({ id }) => id);
}

/** What the links of a job are answered, on a gateway that may have another port. */
async function statuses(gateway: TestGateway, job: wire.Job): Promise<number[]> {
  const found = [job.urls.events, job.outputs[0]!.url].map(async (link) => {
    const { pathname, search } = new URL(link);
    return (await gateway.request('GET', pathname + search)).status;
  });
  return Promise.all(found);
}

/** A gateway that can be started again with other settings over the same store. */
async function startKept(env: Record<string, string>) {
  const simulator = await startSimulator();
  const stores: Stores = { ...openMemoryStores(Date.now), close: async () => undefined };
  const start = (env: Record<string, string>) =>
    startGateway({ COMFYUI_URL: simulator.url, ...env }, { stores });
  let last = await start(env);
  return {
    old: last,
    restart: async (env: Record<string, string>) => {
      await last.close();
      last = await start(env);
      return last;
    },
  };
}
