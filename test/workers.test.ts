/**
 * What only a Worker does: streams within a budget of calls, jobs that nobody watches looked after by the cron trigger,
 * many requests in one isolate, no sockets. On workerd through `npm run start:workers`, with Workers KV of this machine.
 */
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { createParser } from 'eventsource-parser';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import worker from '../src/runtime/cloudflare.ts';
import { createSimulator, type Simulator } from '../src/simulator/simulator.ts';
import { jobKey } from '../src/storage/keys.ts';
import { createCaller, SUITE_ENV, type Caller } from './suites/gateway.ts';
import { brief, durable, watch, type SeenEvent } from './support/events.ts';
import { eventually, refusal, TERMINAL } from './support/gateway.ts';
import { createKv } from './support/kv.ts';
import { createBucket } from './support/r2.ts';
import { loadGraph, pictureGraph, sleepGraph, stagesGraph } from './support/graphs.ts';
import {
  buildWorker,
  isMissing,
  ROOT,
  startRuntime,
  workerArgs,
  type BuiltWorker,
  type RunningGateway,
} from './support/runtimes.ts';
import { picture, upload, uploaded } from './support/uploads.ts';

const FAST = { stepMs: 5, loadMs: 5, encodeMs: 1, decodeMs: 1, nodeMs: 1 };

/** What workerd says when a request waits for the work of another, or ends without an answer. */
const HANGS = /different request|hang|never generate a response|Uncaught|cannot perform I\/O/i;

/** The least that MAX_SUBREQUESTS may be. */
const SMALL_BUDGET = 20;

const HANDOVERS = 10;

interface Place {
  gateway: RunningGateway;
  simulator: Simulator;
  close(): Promise<void>;
}

let built: BuiltWorker;
beforeAll(async () => {
  built = await buildWorker();
}, 60_000);
afterAll(() => built?.remove());

async function open(env: Record<string, string> = {}, simulator?: Simulator): Promise<Place> {
  const comfy = simulator ?? (await createSimulator(FAST));
  const kv = await mkdtemp(join(tmpdir(), 'comfygate-kv-'));
  const gateway = await startRuntime(
    'workerd',
    { ...SUITE_ENV, LOG_LEVEL: 'warn', COMFYUI_URL: comfy.url, ...env },
    { args: [...built.args, '--persist-to', kv] },
  );
  return {
    gateway,
    simulator: comfy,
    async close() {
      await gateway.end();
      if (!simulator) await comfy.close();
      await rm(kv, { recursive: true, force: true });
    },
  };
}

describe.skipIf(isMissing('workerd'))('workerd', { timeout: 60_000 }, () => {
  let place: Place;
  let small: Place;
  let gateway: RunningGateway;
  let simulator: Simulator;
  let keys = 0;
  let following: Promise<Followed>;

  beforeAll(async () => {
    [place, small] = await Promise.all([open(), open({ MAX_SUBREQUESTS: String(SMALL_BUDGET) })]);
    ({ gateway, simulator } = place);
    // It takes a minute, in which the other tests run.
    following = follow(small);
    following.catch(() => undefined);
  }, 90_000);
  afterAll(async () => {
    await Promise.all([place?.close(), small?.close()]);
  });
  // Not `reset`: what was counted is looked at in the end.
  afterEach(() => {
    simulator?.control.clearFaults();
    simulator?.control.resume();
  });

  const someone = (): Caller => createCaller(gateway.url, `key${keys++}`);

  /** What Cloudflare does every minute. */
  async function tick(): Promise<void> {
    const answer = await fetch(`${gateway.url}/cdn-cgi/handler/scheduled`);
    expect([answer.status, await answer.text()]).toEqual([200, expect.stringMatching(/ok|Ran/i)]);
  }

  test('a job that nobody watches is brought to its end by the cron trigger alone', async () => {
    const me = someone();
    const { id } = await me.submit(stagesGraph(2, 2, 0.05));
    await eventually(() => simulator.control.stats().executions[id] === 1 && simulator.control.stats().idle);
    await tick();
    await away(async () => {
      expect(await me.job(id)).toMatchObject({ status: 'succeeded', outputs: [{}, {}] });
    });
  });

  test('without the cron trigger nobody would know', async () => {
    const me = someone();
    const { id } = await me.submit(pictureGraph());
    await eventually(() => simulator.control.stats().executions[id] === 1 && simulator.control.stats().idle);
    await away(async () => {
      expect((await me.job(id)).status).toBe('queued');
    });
    expect((await me.ended(id)).status).toBe('succeeded');
  });

  test('a deadline passes by the cron trigger alone, in ComfyUI too', async () => {
    const me = someone();
    const { id } = await me.submit(sleepGraph(1_000, 0.1), { timeout_ms: 500 });
    await eventually(() => simulator.control.stats().executions[id] === 1);
    await eventually(async () => {
      await tick();
      return simulator.control.stats().idle;
    });
    await tick();
    await away(async () => {
      expect(await me.job(id)).toMatchObject({ status: 'expired', error: { code: 'timeout' } });
    });
  });

  test('of a job that is not in the store, ComfyUI is asked', async () => {
    const me = someone();
    const job = await me.ended((await me.submit(stagesGraph(1, 2, 0.01), { metadata: 'mine' })).id);
    const elsewhere = await open({}, simulator);
    onTestFinished(() => elsewhere.close());
    const there = createCaller(elsewhere.gateway.url, `key${keys - 1}`);
    expect(await there.job(job.id)).toMatchObject({
      status: 'succeeded',
      metadata: 'mine',
      outputs: [{ id: job.outputs[0]!.id }],
    });
  });

  test('20 requests of each kind at once, and readers that leave, hold up nobody', async () => {
    const me = someone();
    const jobs = await Promise.all(Array.from({ length: 20 }, () => me.submit(stagesGraph(1, 2, 0.02))));
    await Promise.all(
      jobs.map(async ({ id, urls }, i) => {
        const leaving = await watch(urls.events);
        leaving.close();
        const stream = await watch(urls.events);
        const all = await watch(`${gateway.url}/api/v2/events`, undefined, me.headers);
        await all.first(({ event }) => event === 'status');
        const waiting = me.get(`/api/v2/jobs/${id}?wait=30`);
        const gone = new AbortController();
        fetch(`${gateway.url}/api/v2/jobs/${id}?wait=30`, { headers: me.headers, signal: gone.signal }).catch(
          () => undefined,
        );
        await Promise.all([me.list(), me.get('/readyz'), me.job(id), me.get(`/api/v2/jobs/${id}/workflow`)]);
        gone.abort();
        expect(await (await waiting).json()).toMatchObject({ status: 'succeeded' });
        all.close();
        const { outputs } = await me.ended(id);
        expect((await me.get(outputs[0]!.url)).status).toBe(200);
        const seen = await endedOver(stream, urls.events);
        expect([i, seen.at(-1)?.data['status']]).toEqual([i, 'succeeded']);
      }),
    );
  });

  test('calls to ComfyUI stay few: 20 jobs with a reader each, and none when all readers have left', async () => {
    const me = someone();
    simulator.control.pause();
    const jobs = await Promise.all(Array.from({ length: 20 }, () => me.submit(pictureGraph())));
    const streams = await Promise.all(jobs.map(({ urls }) => watch(urls.events)));
    const handovers = new Set<number>();
    for (const [i, stream] of streams.entries())
      void stream.ended.then(
        () => handovers.add(i),
        () => undefined,
      );
    const before = calls(simulator);
    const began = performance.now();
    await new Promise((resolve) => setTimeout(resolve, 6_000));
    const perSecond = (calls(simulator) - before) / ((performance.now() - began) / 1000);
    console.log(
      `20 polled jobs with 20 readers: ${perSecond.toFixed(1)} calls a second to ComfyUI; ` +
        `${handovers.size} streams were handed over within 6 s`,
    );
    expect(perSecond).toBeLessThanOrEqual(2 + 3 * 20);
    // A reading of the queue serves all of them for half a second.
    expect(perSecond).toBeLessThanOrEqual(2.5);
    for (const stream of streams) stream.close();
    // That a reader has left is seen at a sign of life or the one after; their budgets would last much longer.
    await new Promise((resolve) => setTimeout(resolve, 15_000));
    const left = calls(simulator);
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    expect(calls(simulator)).toBe(left);
  });

  test('a missing binding is named in the first answer', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'comfygate-toml-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const config = join(dir, 'wrangler.toml');
    const toml = await readFile(join(ROOT, 'wrangler.toml'), 'utf8');
    await writeFile(config, toml.replace(/\[\[kv_namespaces\]\]\nbinding = "JOBS"/, ''));
    const bare = await startRuntime('workerd', SUITE_ENV, {
      args: workerArgs(built.main, config),
    });
    onTestFinished(() => bare.end().then(() => undefined));
    const error = await refusal(await fetch(`${bare.url}/api/v2/jobs`), 500, 'internal_error');
    expect(error.message).toMatch(/no KV binding "JOBS"[^]*\[\[kv_namespaces\]\]\nbinding = "JOBS"/);
  });

  test('with a bucket, uploads are kept there', async () => {
    const dir = await mkdtemp(join(tmpdir(), 'comfygate-toml-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const config = join(dir, 'wrangler.toml');
    const toml = await readFile(join(ROOT, 'wrangler.toml'), 'utf8');
    // As wrangler.toml itself says how.
    await writeFile(
      config,
      toml.replace(/^# (\[\[r2_buckets\]\]|binding = "ASSETS"|bucket_name = .*)$/gm, '$1'),
    );
    const simulator = await createSimulator(FAST);
    const gateway = await startRuntime(
      'workerd',
      { ...SUITE_ENV, COMFYUI_URL: simulator.url },
      { args: [...workerArgs(built.main, config), '--persist-to', dir] },
    );
    onTestFinished(() => gateway.end().then(() => simulator.close()));
    const me = createCaller(gateway.url, 'key0');
    const large = new Uint8Array(18_000_000).map((_, i) => (i * 31 + (i >> 8) * 17) & 255);
    const files = [large, picture(), new Uint8Array(8 * 2 ** 20).fill(5)];
    for (const bytes of files) {
      const asset = await uploaded(gateway.url, bytes, 'a.png', { headers: me.headers });
      const content = Buffer.from(await (await fetch(asset.url)).arrayBuffer());
      expect(content.equals(bytes)).toBe(true);
      const part = await fetch(asset.url, { headers: { range: 'bytes=10-19' } });
      expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.subarray(10, 20));
    }
    expect(simulator.control.stats().requests['POST /upload/image'] ?? 0).toBe(0);
    const { id } = await uploaded(gateway.url, files[1]!, 'b.png', { headers: me.headers });
    expect((await me.ended((await me.submit(loadGraph(id))).id)).status).toBe('succeeded');
    const wrong = { expected_hash: `blake3:${'0'.repeat(64)}` };
    large[0] = 9;
    const refused = await upload(gateway.url, large, 'a.bin', { headers: me.headers, fields: wrong });
    await refusal(refused, 409, 'hash_mismatch');
    expect(gateway.output()).not.toMatch(HANGS);
  });

  test('without API_KEYS it does not start', async () => {
    await expect(startRuntime('workerd', {})).rejects.toThrow(
      /ended with 1:\n[^]*no API_KEYS[^]*API_KEYS=alice:/,
    );
  });

  test(
    `a job over ${HANDOVERS} hand-overs: nothing is missed, nothing comes twice`,
    { timeout: 240_000 },
    async () => {
      const { job, seen, connections, all } = await following;
      console.log(`${connections.length} connections, calls to ComfyUI in each: ${connections.join(', ')}`);
      expect(connections.length).toBeGreaterThan(HANDOVERS);
      expect(Math.max(...connections)).toBeLessThanOrEqual(SMALL_BUDGET);
      expect(durable(seen).map(brief)).toEqual(all.map(brief));
      expect(all.filter(({ event }) => event === 'status').map(({ data }) => data['status'])).toEqual([
        'queued',
        'running',
        'succeeded',
      ]);
      expect(all.filter(({ event }) => event === 'output').map(({ data }) => data['id'])).toEqual(
        job.outputs.map(({ id }) => id),
      );
      expect(job.outputs.map(({ size_bytes }) => size_bytes > 0)).toEqual([true, true, true, true]);
    },
  );

  test('in all of this no socket was opened, and nobody waited for the work of another request', () => {
    for (const { gateway: each, simulator: comfy } of [place, small]) {
      expect(comfy.control.stats().headers['GET /ws']).toBeUndefined();
      expect(comfy.control.stats().socketsOpened).toEqual({});
      expect(each.output()).not.toMatch(HANGS);
      expect(each.output()).toMatch(/GET \/api\/v2\/jobs/);
    }
  });

  /** While ComfyUI is away, only what is in the store can be told. */
  async function away(work: () => Promise<void>): Promise<void> {
    const fault = simulator.control.fault({ route: '*', kind: 'drop' });
    await work();
    simulator.control.clearFaults(fault);
  }
});

describe('the bundle', () => {
  test('is at most 250 KB after gzip, and has nothing of the simulator, drivers or Node servers', async () => {
    const files = (await readdir(dirname(built.main))).filter((name) => /\.m?js$|\.wasm$/.test(name));
    // The codecs of pictures are modules of their own.
    expect(files.map((name) => name.replace(/^[\da-f]{30,}-/, '')).sort()).toEqual([
      'cloudflare.js',
      'mozjpeg_dec.wasm',
      'webp_dec.wasm',
      'webp_enc_simd.wasm',
    ]);
    const text = await readFile(built.main, 'utf8');
    const kilobytes = gzipSync(text, { level: 9 }).length / 1000;
    console.log(`Worker: ${(text.length / 1000).toFixed(0)} KB, ${kilobytes.toFixed(0)} KB after gzip`);
    expect(kilobytes).toBeLessThanOrEqual(250);
    const { sources } = built;
    expect(sources).toContain('src/gateway.ts');
    const unwanted =
      /src\/simulator|\/(ioredis|db0|undici|ws|@hono\/node-server|@aws-sdk|@smithy)\/|stores\/(file|redis)/;
    expect(sources.filter((source) => unwanted.test(source))).toEqual([]);
  });
});

/** The Worker with a KV that keeps Cloudflare's limits, which the one of this machine does not. */
describe('within the limits of Workers KV', () => {
  test('a record is as small as KV wants it, whatever the owner, session and workflow are called', async () => {
    const { call } = await strict({ perSecond: false });
    const body = JSON.stringify({ workflow: pictureGraph(), session_id: '"'.repeat(128) });
    expect((await call('POST', '/api/v2/jobs', body)).status).toBe(201);
  });

  test('a cancel within a second of the submission is taken', async () => {
    const { call } = await strict({ perSecond: true });
    const submitted = await call('POST', '/api/v2/jobs', JSON.stringify({ workflow: sleepGraph(100, 0.05) }));
    const { id } = (await submitted.json()) as wire.Job;
    const canceled = await call('POST', `/api/v2/jobs/${id}/cancel`);
    expect(canceled.status).toBe(200);
  });

  test('takes ten uploads of the same bytes at once, and what has expired goes with the cron', async () => {
    vi.useFakeTimers({ toFake: ['Date'], now: Date.now() });
    onTestFinished(() => void vi.useRealTimers());
    const bucket = createBucket();
    const { call, cron, env } = await strict({ perSecond: true, env: { ASSETS: bucket } });
    const bytes = picture();
    const answers = await Promise.all(
      Array.from({ length: 10 }, () => call('POST', '/api/v2/assets', formOf(bytes, { expires_in: '3600' }))),
    );
    const assets = (await Promise.all(answers.map((answer) => answer.json()))) as wire.Asset[];
    expect(answers.map(({ status }) => status).filter((status) => status > 201)).toEqual([]);
    expect(new Set(assets.map(({ id }) => id)).size).toBe(1);
    const path = `/api/v2/assets/${assets[0]!.id}`;
    const content = await call('GET', `${path}/content`);
    expect(new Uint8Array(await content.arrayBuffer())).toEqual(bytes);
    const submitted = await call(
      'POST',
      '/api/v2/jobs',
      JSON.stringify({ workflow: loadGraph(assets[0]!.id) }),
    );
    expect(submitted.status).toBe(201);
    expect(bucket.objects.size).toBe(1);
    // Also under two names at once.
    const other = picture();
    const named = ['a.png', 'b.png'].map((name) =>
      call('POST', '/api/v2/assets', formOf(other, { file_path: name, expires_in: '3600' })),
    );
    const pair = await Promise.all(
      (await Promise.all(named)).map((answer) => answer.json() as Promise<wire.Asset>),
    );
    expect(new Set(pair.map(({ id }) => id)).size).toBe(2);
    for (const { url } of pair) expect((await call('GET', url)).status).toBe(200);
    expect(bucket.objects.size).toBe(2);
    vi.setSystemTime(Math.ceil((Date.now() + 7_200_000) / 600_000) * 600_000);
    expect((await call('GET', path)).status).toBe(404);
    await cron();
    expect([...bucket.objects.keys()]).toEqual([]);
    for (const { id } of [...assets, ...pair]) expect(env.JOBS.items.has(`assets:${id}`)).toBe(false);
    expect([...env.JOBS.items.keys()].filter((key) => /^(?:uploads|incoming):/.test(key))).toEqual([]);
  });
});

describe('several isolates of one Worker', () => {
  test('a stream sees the end that another one wrote', async () => {
    const { call, isolate } = await strict({ perSecond: true });
    const submitted = await call('POST', '/api/v2/jobs', JSON.stringify({ workflow: sleepGraph(12, 0.25) }));
    const { id, urls } = (await submitted.json()) as wire.Job;
    const streamed = (await call('GET', urls.events)).text();
    // By now the stream looks once a second; the other one sees the end first.
    const other = isolate();
    await eventually(async () => {
      const job = (await (await other.call('GET', `/api/v2/jobs/${id}`)).json()) as wire.Job;
      return job.status === 'succeeded';
    });
    expect(await streamed).toContain('"status":"succeeded"');
  });

  test('a warning of the submission is in the record', async () => {
    const { call, isolate, simulator } = await strict({ perSecond: true });
    const unlinked = { class_type: 'SaveImage', inputs: { images: ['nope', 0], filename_prefix: 'y' } };
    const workflow = { ...pictureGraph(), 99: unlinked };
    const submitted = await call('POST', '/api/v2/jobs', JSON.stringify({ workflow }));
    const { id, warnings } = (await submitted.json()) as wire.Job;
    expect(warnings).toHaveLength(1);
    await eventually(() => simulator.control.stats().executions[id] === 1 && simulator.control.stats().idle);
    const later = (await (await isolate().call('GET', `/api/v2/jobs/${id}`)).json()) as wire.Job;
    expect(later).toMatchObject({ status: 'succeeded', warnings });
  });

  test('the cron alone ends what ComfyUI has lost, and what a backend has that is gone', async () => {
    const { call, isolate, simulator, record, env } = await strict({ perSecond: true });
    simulator.control.pause();
    const lost = await call('POST', '/api/v2/jobs', JSON.stringify({ workflow: pictureGraph() }));
    const { id } = (await lost.json()) as wire.Job;
    await isolate().cron();
    expect(record(id).status).toBe('submitting');
    await simulator.control.restart(0);
    // An unconfirmed submission is given this long to arrive.
    await new Promise((resolve) => setTimeout(resolve, 15_100));
    await isolate().cron();
    expect(record(id)).toMatchObject({ status: 'failed' });

    // The first of two does not answer, so that the second has the job. Then there is one of another address.
    env.COMFYUI_URL = `http://127.0.0.1:9,${simulator.url}`;
    const submitted = await isolate().call(
      'POST',
      '/api/v2/jobs',
      JSON.stringify({ workflow: pictureGraph() }),
    );
    const { id: second } = (await submitted.json()) as wire.Job;
    env.COMFYUI_URL = 'http://127.0.0.1:9';
    await isolate().cron();
    expect(record(second)).toMatchObject({ status: 'failed' });
  }, 40_000);
});

describe('within the subrequests of one request', () => {
  test('a job of 40 pictures does not cost a stream more than MAX_SUBREQUESTS', async () => {
    const { call, simulator } = await strict({ perSecond: false, env: { MAX_SUBREQUESTS: '20' } });
    const submitted = await call('POST', '/api/v2/jobs', JSON.stringify({ workflow: pictureGraph('x', 40) }));
    const { id, urls } = (await submitted.json()) as wire.Job;
    await eventually(() => simulator.control.stats().executions[id] === 1 && simulator.control.stats().idle);
    const before = calls(simulator);
    await (await call('GET', urls.events)).text();
    expect(calls(simulator) - before).toBeLessThanOrEqual(20);
  });
});

interface Followed {
  job: wire.Job;
  /** Over all connections. */
  seen: SeenEvent[];
  /** How many calls to ComfyUI were made in each. */
  connections: number[];
  /** What a reader gets who asks for all of it afterwards. */
  all: SeenEvent[];
}

/** Watches one job as EventSource does: comes back with the last id whenever the stream ends. */
async function follow({ gateway, simulator }: Place): Promise<Followed> {
  const me = createCaller(gateway.url, 'key0');
  const { control } = simulator;
  control.pause();
  const { id, urls } = await me.submit(stagesGraph(4, 2, 0.2));
  // A stream that only reads the queue lasts 20 s; where every look is two calls, 3 s.
  const fault = control.fault({ route: 'GET /history/{id}', kind: 'status', status: 500 });
  const seen: SeenEvent[] = [];
  const connections: number[] = [];
  for (;;) {
    const before = calls(simulator);
    const more = await readAll(urls.events, seen.at(-1)?.id);
    connections.push(calls(simulator) - before);
    seen.push(...more);
    if (connections.length === 1) control.resume();
    if (connections.length === HANDOVERS) control.clearFaults(fault);
    if (TERMINAL.has(String(durable(seen).at(-1)?.data['status']))) break;
    if (connections.length > 2 * HANDOVERS) throw new Error('no end');
  }
  const job = await me.job(id);
  return { job, seen, connections, all: durable(await readAll(urls.events, 0)) };
}

/** A stream to its end; outside of a test, so without `watch`. */
async function readAll(url: string, after: number | undefined): Promise<SeenEvent[]> {
  const headers = { ...(after !== undefined && { 'last-event-id': String(after) }) };
  const response = await fetch(url, { headers });
  if (response.status !== 200) throw new Error(`${response.status} ${await response.text()}`);
  const seen: SeenEvent[] = [];
  const parser = createParser({
    onEvent: ({ id, event = 'message', data }) =>
      seen.push({
        id: Number(id),
        event,
        data: JSON.parse(data) as SeenEvent['data'],
        at: performance.now(),
      }),
  });
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) parser.feed(decoder.decode(chunk, { stream: true }));
  return seen;
}

/** The events of a stream and of those that follow it, to the end of the job. */
async function endedOver(stream: Awaited<ReturnType<typeof watch>>, url: string): Promise<SeenEvent[]> {
  const seen = [...(await stream.ended)];
  while (!TERMINAL.has(String(durable(seen).at(-1)?.data['status'])))
    seen.push(...(await readAll(url, seen.at(-1)?.id)));
  return seen;
}

function calls(simulator: Simulator): number {
  return Object.values(simulator.control.stats().requests).reduce((sum, count) => sum + count, 0);
}

/** An upload to a Worker in this process. */
function formOf(bytes: Uint8Array<ArrayBuffer>, fields: Record<string, string> = {}): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ file_path: 'a.png', ...fields })) form.append(name, value);
  form.append('file', new Blob([bytes]), 'a.png');
  return form;
}

/** The entry of the Worker in this process, on a KV in memory. */
async function strict({ perSecond, env: more = {} }: { perSecond: boolean; env?: Record<string, unknown> }) {
  const simulator = await createSimulator(FAST);
  onTestFinished(() => simulator.close());
  const JOBS = createKv({ perSecond });
  const name = 'n'.repeat(64);
  const env = {
    JOBS,
    API_KEYS: `${name}:a-long-secret`,
    COMFYUI_URL: simulator.url,
    LOG_LEVEL: 'silent',
    ...more,
  };
  const headers = { authorization: 'Bearer a-long-secret', 'content-type': 'application/json' };
  const isolate = (bindings: typeof env) => ({
    call: async (method: string, path: string, body?: string | FormData): Promise<Response> => {
      const { 'content-type': _json, ...bare } = headers;
      const init = { method, headers: body instanceof FormData ? bare : headers, ...(body && { body }) };
      return worker.fetch(new Request(new URL(path, 'http://worker'), init), bindings);
    },
    cron: () => worker.scheduled({}, bindings),
  });
  /** What KV has of a job, whatever an isolate remembers. */
  const record = (id: string) => JSON.parse(JOBS.items.get(jobKey(id))!.value) as { status: string };
  return { simulator, ...isolate(env), isolate: () => isolate({ ...env }), record, env };
}
