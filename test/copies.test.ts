/** Outputs in a bucket: a real S3 server, with faults in between, through the gateway's HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import worker from '../src/runtime/cloudflare.ts';
import { openFileStores } from '../src/runtime/stores/file.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { openRedisStores } from '../src/runtime/stores/redis.ts';
import { COPY_PREFIX, copyLeaseKey } from '../src/storage/keys.ts';
import { eventually, startGateway, startSimulator, type TestGateway } from './support/gateway.ts';
import { blobGraph, multiOutputGraph, pictureGraph, sleepGraph } from './support/graphs.ts';
import { createKv } from './support/kv.ts';
import { redisIsMissing, startRedis } from './support/redis.ts';
import { BUCKET, startBucket } from './support/s3.ts';

/** Retries that a test can wait for. */
const SOON = { copy: { retryMin: 50, retryMax: 200, search: 500 } };

async function open(env: Record<string, string> = {}, ports: Parameters<typeof startGateway>[1] = {}) {
  const [bucket, simulator] = [await startBucket(), await startSimulator()];
  const all = { COMFYUI_URL: simulator.url, ...bucket.env, ...env };
  const start = (more: typeof ports = {}) => startGateway(all, { waitMs: SOON, ...ports, ...more });
  return { bucket, simulator, start, gateway: await start() };
}

/** The job once all of its outputs are in the bucket. */
function copied(gateway: TestGateway, id: string): Promise<wire.Job> {
  return gateway.until(
    id,
    ({ status, outputs }) => status === 'succeeded' && outputs.every(({ copy }) => copy?.state === 'done'),
  );
}

const asset = async (gateway: TestGateway, id: string): Promise<wire.Asset> =>
  (await (await gateway.request('GET', `/api/v2/assets/${id}`)).json()) as wire.Asset;

const content = (gateway: TestGateway, id: string, headers: Record<string, string> = {}) =>
  gateway.request('GET', `/api/v2/assets/${id}/content`, undefined, headers);

const bytesOf = async (response: Response) => Buffer.from(await response.arrayBuffer());

const keyOf = (job: wire.Job, output: wire.Output, extension: string) =>
  `comfyui-output/${job.created_at.slice(0, 10).replaceAll('-', '/')}/${output.id}.${extension}`;

test('every output is in the bucket with its type, and its url is a link to it that anybody can open', async () => {
  const { bucket, gateway } = await open();
  const { id } = await gateway.submit(multiOutputGraph());
  const job = await copied(gateway, id);
  expect(job.outputs.length).toBeGreaterThan(9);
  expect(await bucket.keys()).toHaveLength(job.outputs.length);
  for (const output of job.outputs) {
    const extension = output.type === 'text' ? 'txt' : output.name.split('.').at(-1)!;
    const object = await bucket.object(keyOf(job, output, extension));
    const charset = output.content_type === 'text/plain' ? '; charset=utf-8' : '';
    expect(object?.contentType).toBe(output.content_type + charset);
    const here = await bytesOf(await content(gateway, output.id));
    expect(object?.bytes.equals(here)).toBe(true);
    expect(output.url).toMatch(new RegExp(`^${bucket.url}/${BUCKET}/comfyui-output/.*X-Amz-Signature=`));
    const linked = await fetch(output.url);
    expect([linked.status, (await bytesOf(linked)).equals(here)]).toEqual([200, true]);
    expect(new Date(output.url_expires_at).getTime() - Date.now()).toBeGreaterThan(3_500_000);
    expect((await asset(gateway, output.id)).url).toBe(output.url);
  }
});

test('with a public domain, links are plain', async () => {
  const { gateway } = await open({ S3_PUBLIC_DOMAIN: 'https://cdn.example.org/x' });
  const job = await copied(gateway, (await gateway.submit(pictureGraph())).id);
  const [output] = job.outputs;
  expect(output!.url).toBe(`https://cdn.example.org/x/${keyOf(job, output!, 'png')}`);
});

test('a file of several parts arrives whole', async () => {
  const { bucket, gateway } = await open();
  const job = await copied(gateway, (await gateway.submit(blobGraph('large.bin', 12_000_001))).id);
  const [output] = job.outputs;
  const object = await bucket.object(keyOf(job, output!, 'bin'));
  expect(object?.bytes.equals(await bytesOf(await content(gateway, output!.id)))).toBe(true);
  expect(bucket.requests.filter((line) => line.includes('partNumber='))).toHaveLength(3);
});

test('an empty file, and a name without an extension', async () => {
  const { bucket, gateway } = await open();
  const empty = await copied(gateway, (await gateway.submit(blobGraph('empty.bin', 0))).id);
  const nameless = await copied(gateway, (await gateway.submit(blobGraph('a.b/c?d', 10))).id);
  expect((await bucket.object(keyOf(empty, empty.outputs[0]!, 'bin')))?.bytes).toHaveLength(0);
  expect((await bucket.object(keyOf(nameless, nameless.outputs[0]!, 'bin')))?.bytes).toHaveLength(10);
});

test.each([
  ['403', { kind: 403 }, /^The bucket answered 403 \(AccessDenied\)\.$/],
  ['500', { kind: 500 }, /^The bucket answered 500 \(InternalError\)\.$/],
  ['a broken connection', { kind: 'drop' }, /^The bucket cannot be reached \(\w+\)\.$/],
  ['no answer', { kind: 'hang' }, /^The bucket did not answer in time\.$/],
] as const)(
  'a bucket that answers %s: the job succeeds, the link works, the copy says why and is tried again',
  async (_name, fault, message) => {
    const { bucket, gateway } = await open();
    bucket.fault(fault);
    const { id } = await gateway.submit(pictureGraph());
    const failed = await gateway.until(id, ({ outputs }) => outputs[0]?.copy?.state === 'failed');
    expect(failed.status).toBe('succeeded');
    const [output] = failed.outputs;
    expect(output!.copy).toMatchObject({
      error: expect.stringMatching(message),
      retry_at: expect.any(String),
    });
    expect(output!.url).toBe(`${gateway.url}/api/v2/assets/${output!.id}/content`);
    expect((await fetch(output!.url)).status).toBe(200);
    expect((await asset(gateway, output!.id)).copy).toMatchObject({ state: 'failed' });
    expect(JSON.stringify(failed)).not.toContain(bucket.url);
    bucket.clearFaults();
    const job = await copied(gateway, id);
    expect(job.outputs[0]!.copy).toEqual({ state: 'done' });
    expect(await bucket.object(keyOf(job, job.outputs[0]!, 'png'))).toBeDefined();
  },
  20_000,
);

test('an upload that fails half-way is given up at the bucket too, and made again from its beginning', async () => {
  const { bucket, gateway } = await open();
  bucket.fault({ method: 'PUT', match: /partNumber=2/, kind: 403, times: 1 });
  const { id } = await gateway.submit(blobGraph('large.bin', 12_000_001));
  const failed = await gateway.until(id, ({ outputs }) => outputs[0]?.copy?.state === 'failed');
  expect(await bucket.keys()).toEqual([]);
  await eventually(() => bucket.requests.some((line) => /^DELETE .*uploadId=/.test(line)));
  const job = await copied(gateway, id);
  expect((await bucket.object(keyOf(job, failed.outputs[0]!, 'bin')))?.bytes).toHaveLength(12_000_001);
});

test.each([
  ['breaks off', true],
  ['ends too early', false],
])('a file that %s on its way from ComfyUI is no copy', async (_name, breaks) => {
  let bad = true;
  const { bucket, gateway } = await open(
    {},
    {
      async fetch(url, init) {
        const response = await fetch(url, init);
        const whole = new URL(url).pathname === '/view' && !new Headers(init?.headers).has('range');
        if (!bad || !whole) return response;
        bad = false;
        let sent = 0;
        const cut = new TransformStream<Uint8Array, Uint8Array>({
          transform(chunk, controller) {
            if (sent < 7_000_000) controller.enqueue(chunk);
            else if (breaks) controller.error(new Error('cut'));
            sent += chunk.length;
          },
        });
        return new Response(response.body!.pipeThrough(cut), { headers: response.headers });
      },
    },
  );
  const { id } = await gateway.submit(blobGraph('large.bin', 12_000_001));
  const failed = await gateway.until(id, ({ outputs }) => outputs[0]?.copy?.state === 'failed');
  expect(failed.outputs[0]!.copy!.error).toMatch(
    breaks ? /^comfyui-1 broke off in the middle/ : /^The file has 7\d+ bytes instead of 12000001/,
  );
  expect(await bucket.keys()).toEqual([]);
  const job = await copied(gateway, id);
  expect((await bucket.object(keyOf(job, job.outputs[0]!, 'bin')))?.bytes).toHaveLength(12_000_001);
});

test('a file that ComfyUI has lost before it was copied is not asked for again', async () => {
  const { bucket, gateway, simulator } = await open(
    {},
    { waitMs: { copy: { ...SOON.copy, retryMin: 400 } } },
  );
  bucket.fault({ kind: 500 });
  const { id } = await gateway.submit(pictureGraph());
  const { outputs } = await gateway.until(id, (job) => job.outputs[0]?.copy?.state === 'failed');
  removeFile(simulator, outputs[0]!);
  const lost = await gateway.until(id, (job) => job.outputs[0]?.copy?.retry_at === null);
  expect(lost.outputs[0]!.copy).toMatchObject({
    state: 'failed',
    error: expect.stringMatching(/no longer has/),
  });
  expect(lost.status).toBe('succeeded');
});

test('content comes from the bucket when ComfyUI has lost the file, ranges and conditions included', async () => {
  const { bucket, gateway, simulator } = await open();
  const job = await copied(gateway, (await gateway.submit(blobGraph('a.bin', 100_000))).id);
  const [output] = job.outputs;
  const whole = await bytesOf(await content(gateway, output!.id));
  removeFile(simulator, output!);
  const answer = await content(gateway, output!.id);
  expect([answer.status, answer.headers.get('content-length')]).toEqual([200, '100000']);
  expect((await bytesOf(answer)).equals(whole)).toBe(true);
  const part = await content(gateway, output!.id, { range: 'bytes=10-19' });
  expect([part.status, part.headers.get('content-range')]).toEqual([206, 'bytes 10-19/100000']);
  expect((await bytesOf(part)).equals(whole.subarray(10, 20))).toBe(true);
  const tail = await content(gateway, output!.id, { range: 'bytes=-5' });
  expect((await bytesOf(tail)).equals(whole.subarray(-5))).toBe(true);
  expect((await content(gateway, output!.id, { range: 'bytes=100000-' })).status).toBe(416);
  const etag = answer.headers.get('etag')!;
  expect((await content(gateway, output!.id, { 'if-none-match': etag })).status).toBe(304);
  const head = await gateway.request('HEAD', `/api/v2/assets/${output!.id}/content`);
  expect([head.status, head.headers.get('content-length')]).toEqual([200, '100000']);
  bucket.fault({ kind: 500 });
  expect((await content(gateway, output!.id)).status).toBe(503);
  bucket.clearFaults();
  await simulator.control.stop();
  expect((await bytesOf(await content(gateway, output!.id))).equals(whole)).toBe(true);
});

test('another file that took the name at ComfyUI is not shown as the old one', async () => {
  const { gateway, simulator } = await open();
  const job = await copied(gateway, (await gateway.submit(blobGraph('a.bin', 1_000))).id);
  const [output] = job.outputs;
  const whole = await bytesOf(await content(gateway, output!.id));
  simulator.control.putFile(
    { filename: output!.name, subfolder: output!.subfolder!, type: 'output' },
    new Uint8Array(2_000),
  );
  expect((await bytesOf(await content(gateway, output!.id))).equals(whole)).toBe(true);
  const part = await content(gateway, output!.id, { range: 'bytes=0-9' });
  expect((await bytesOf(part)).equals(whole.subarray(0, 10))).toBe(true);
});

test('copies that were open at the end of a gateway are made by the next one, and none twice', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-copies-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const { bucket, start, gateway } = await open({}, { stores: await openFileStores(dir, Date.now) });
  bucket.fault({ method: 'PUT', kind: 'hang' });
  const { id } = await gateway.submit(pictureGraph('gw/test', 3));
  await gateway.ended(id);
  await eventually(() => bucket.requests.some((line) => line.startsWith('PUT')));
  await gateway.close();
  bucket.clearFaults();
  const stores = await openFileStores(dir, Date.now);
  const next = await start({ stores });
  await copied(next, id);
  expect(await bucket.keys()).toHaveLength(3);
  await eventually(async () => (await stores.storage.getKeys(COPY_PREFIX)).length === 0);
  const puts = bucket.requests.filter((line) => line.startsWith('PUT')).length;
  await next.close();
  const third = await start({ stores: await openFileStores(dir, Date.now) });
  await copied(third, id);
  expect(bucket.requests.filter((line) => line.startsWith('PUT'))).toHaveLength(puts);
});

test('a rebuilt job finds its copies where they were', async () => {
  const { bucket, start, gateway } = await open();
  const before = await copied(gateway, (await gateway.submit(pictureGraph('gw/test', 2))).id);
  await gateway.close();
  const puts = bucket.requests.filter((line) => line.startsWith('PUT')).length;
  const rebuilt = await copied(await start(), before.id);
  expect(rebuilt.outputs.map(({ id }) => id)).toEqual(before.outputs.map(({ id }) => id));
  expect(bucket.requests.filter((line) => line.startsWith('PUT'))).toHaveLength(puts);
});

test('a deleted job leaves its copies, and no work', async () => {
  const stores = openMemoryStores(Date.now);
  const { bucket, gateway } = await open({}, { stores });
  bucket.fault({ kind: 500 });
  const { id } = await gateway.submit(pictureGraph());
  await gateway.until(id, ({ outputs }) => outputs[0]?.copy?.state === 'failed');
  expect((await gateway.request('DELETE', `/api/v2/jobs/${id}`)).status).toBe(204);
  await eventually(async () => (await stores.storage.getKeys(COPY_PREFIX)).length === 0);
});

test('outputs are copied while the job still runs', async () => {
  const { gateway } = await open();
  const graph = {
    ...sleepGraph(200, 0.05),
    '9': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'gw/early' } },
  };
  const { id } = await gateway.submit(graph);
  const job = await gateway.until(id, ({ outputs }) => outputs[0]?.copy?.state === 'done');
  expect(job.status).toBe('running');
  await gateway.request('POST', `/api/v2/jobs/${id}/cancel`);
});

describe.skipIf(redisIsMissing)('several instances on one Redis', () => {
  async function openCluster() {
    const redis = await startRedis();
    onTestFinished(() => redis.close());
    const [bucket, simulator] = [await startBucket(), await startSimulator()];
    const env = { COMFYUI_URL: simulator.url, ...bucket.env };
    const stores = await Promise.all([1, 2].map(() => openRedisStores(redis.url)));
    const [a, b] = (await Promise.all(
      stores.map((each) => startGateway(env, { stores: each, waitMs: SOON })),
    )) as [TestGateway, TestGateway];
    return { bucket, simulator, stores: stores[0]!, a, b };
  }

  test('copy every output once, and both know', async () => {
    const { bucket, a, b } = await openCluster();
    const graphs = Array.from({ length: 6 }, () => pictureGraph('gw/test', 3));
    const jobs = await Promise.all(graphs.map((graph, i) => [a, b][i % 2]!.submit(graph)));
    for (const { id } of jobs) {
      const [one, other] = [await copied(a, id), await copied(b, id)];
      expect(one.outputs.map(({ url }) => new URL(url).pathname)).toEqual(
        other.outputs.map(({ url }) => new URL(url).pathname),
      );
    }
    expect(bucket.requests.filter((line) => line.startsWith('PUT'))).toHaveLength(18);
  });

  test('what one left undone, another does', async () => {
    const { simulator, stores, a, b } = await openCluster();
    simulator.control.pause();
    const { id } = await a.submit(pictureGraph());
    const until = Date.now() + 2_000;
    expect(await stores.lease.acquire(copyLeaseKey(id), 'one that was killed', 2_000)).toBe(
      'one that was killed',
    );
    simulator.control.resume();
    const [output] = (await b.ended(id)).outputs;
    expect(output!.copy).toEqual({ state: 'pending' });
    await copied(b, id);
    expect(Date.now()).toBeGreaterThanOrEqual(until);
  });
});

test('a Worker without the S3 client says which one has it', async () => {
  const bucket = await startBucket();
  const answer = await worker.fetch(new Request('https://gate.example/api/v2/jobs'), {
    ...bucket.env,
    JOBS: createKv({ perSecond: false }),
    API_KEYS: 'me:a-long-secret',
  });
  const { error } = (await answer.json()) as wire.ErrorEnvelope;
  expect([answer.status, error.message]).toEqual([
    500,
    expect.stringContaining('src/runtime/cloudflare-s3.ts'),
  ]);
  expect(error.message).not.toContain('S3RVER');
});

test('without S3, nothing of it shows', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url });
  const job = await gateway.ended((await gateway.submit(pictureGraph())).id);
  expect(job.outputs[0]).not.toHaveProperty('copy');
});

function removeFile(simulator: Awaited<ReturnType<typeof startSimulator>>, output: wire.Output): void {
  const file = {
    filename: output.name,
    subfolder: output.subfolder ?? '',
    type: output.folder_type ?? 'output',
  };
  expect(simulator.control.removeFile(file as never)).toBe(true);
}
