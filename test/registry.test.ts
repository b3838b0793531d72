/** Outputs as assets: listed, described, small, until they expire. Through HTTP. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { createLinks } from '../src/assets/links.ts';
import type { OutputAssets } from '../src/assets/outputs.ts';
import { createAssetRegistry } from '../src/assets/registry.ts';
import { createAssetUrls } from '../src/assets/urls.ts';
import { createComfyClient, overFetch, TIMEOUT_MS } from '../src/comfyui/client.ts';
import { GatewayError } from '../src/errors.ts';
import type { Job, JobOutput } from '../src/jobs/job.ts';
import { openFileStores } from '../src/runtime/stores/file.ts';
import { listAssets, pagedIds } from './support/assets.ts';
import { refusal, startBoth, startGateway, startSimulator, type TestGateway } from './support/gateway.ts';
import {
  audioGraph,
  blobGraph,
  multiOutputGraph,
  pictureGraph,
  samplerGraph,
  stagesGraph,
  videoGraph,
} from './support/graphs.ts';

async function asset(gateway: TestGateway, id: string): Promise<wire.Asset> {
  const response = await gateway.request('GET', `/api/v2/assets/${id}`);
  expect(response.status).toBe(200);
  return (await response.json()) as wire.Asset;
}

const run = async (gateway: TestGateway, graph: unknown, more: Record<string, unknown> = {}, headers = {}) =>
  gateway.ended((await gateway.submit(graph, more, headers)).id, headers);

/** The ids of a job's outputs, the last first. */
const newest = (job: wire.Job) => job.outputs.map(({ id }) => id).toReversed();

test('outputs of all jobs, newest first, page by page without gap or repeat', async () => {
  const { gateway } = await startBoth();
  const jobs: wire.Job[] = [];
  for (let i = 0; i < 4; i++) jobs.unshift(await run(gateway, pictureGraph('gw/test', 3)));
  const all = jobs.flatMap(newest);
  expect((await listAssets(gateway)).assets.map(({ id }) => id)).toEqual(all);
  for (const limit of [1, 2, 3, 5, 12]) expect(await pagedIds(gateway, limit)).toEqual(all);
});

test('a page goes on where it ended, whatever is submitted or deleted meanwhile', async () => {
  const { gateway } = await startBoth();
  const jobs: wire.Job[] = [];
  for (let i = 0; i < 3; i++) jobs.unshift(await run(gateway, pictureGraph('gw/test', 2)));
  const first = await listAssets(gateway, { limit: '3' });
  const more = Array.from({ length: 60 }, () => run(gateway, pictureGraph()));
  await Promise.all(more);
  await gateway.request('DELETE', `/api/v2/jobs/${jobs[1]!.id}`);
  const second = await listAssets(gateway, { limit: '10', cursor: first.next_cursor! });
  expect(second.assets.map(({ id }) => id)).toEqual(newest(jobs[2]!));
});

test('filters: job, session, media type, and all of them', async () => {
  const { gateway } = await startBoth();
  const many = await run(gateway, multiOutputGraph(), { session_id: 'one' });
  const clips = await run(gateway, videoGraph(), { session_id: 'two' });
  const ids = async (query: Record<string, string>) =>
    (await listAssets(gateway, query)).assets.map(({ id }) => id).sort();
  const of = (job: wire.Job, fits: (output: wire.Output) => boolean = () => true) =>
    job.outputs
      .filter(fits)
      .map(({ id }) => id)
      .sort();
  expect(await ids({ job_id: many.id })).toEqual(of(many));
  expect(await ids({ session_id: 'two' })).toEqual(of(clips));
  expect(await ids({ media_type: 'video' })).toEqual(
    of(clips, ({ content_type: type }) => type.startsWith('video/')),
  );
  expect(await ids({ media_type: 'image/webp' })).toEqual(
    of(clips, ({ content_type: type }) => type === 'image/webp'),
  );
  expect(await ids({ media_type: 'text', session_id: 'one' })).toEqual(
    of(many, ({ type }) => type === 'text'),
  );
  expect(await ids({ job_id: many.id, session_id: 'two' })).toEqual([]);
  expect(await ids({ job_id: 'none' })).toEqual([]);
  expect(await ids({ media_type: 'imag' })).toEqual([]);
});

test.each([
  ['cursor', 'nonsense'],
  ['cursor', btoa(JSON.stringify([null, 'x']))],
  ['limit', '0'],
  ['limit', '101'],
  ['media_type', 'image/'],
  ['media_type', '*/*'],
])('%s=%s is refused with what is allowed', async (name, value) => {
  const { gateway } = await startBoth();
  const response = await gateway.request('GET', `/api/v2/assets?${name}=${encodeURIComponent(value)}`);
  const { message } = await refusal(response, 400, 'invalid_request');
  expect(message).toMatch(new RegExp(`'${name}'.*allowed is`));
});

test('with keys, everybody lists, reads and sees thumbnails of what is theirs only', async () => {
  const { gateway } = await startBoth({
    API_KEYS: 'ann:ann-long-secret,bob:bob-long-secret,admin:admin-long-secret',
  });
  const as = (name: string) => ({ authorization: `Bearer ${name}-long-secret` });
  const ann = await run(gateway, pictureGraph(), {}, as('ann'));
  const bob = await run(gateway, pictureGraph(), {}, as('bob'));
  expect((await listAssets(gateway, {}, as('ann'))).assets.map(({ id }) => id)).toEqual(newest(ann));
  expect((await listAssets(gateway, { job_id: bob.id }, as('ann'))).assets).toEqual([]);
  expect((await listAssets(gateway, {}, as('admin'))).assets).toHaveLength(2);
  const [{ id }] = bob.outputs as [wire.Output];
  for (const path of ['', '/content', '/thumbnail'])
    expect((await gateway.request('GET', `/api/v2/assets/${id}${path}`, undefined, as('ann'))).status).toBe(
      404,
    );
  expect((await gateway.request('GET', `/api/v2/assets/${id}/thumbnail`)).status).toBe(401);
  const [listed] = (await listAssets(gateway, {}, as('bob'))).assets;
  expect(listed!.thumbnail_url).toContain('signature=');
  const small = await fetch(`${listed!.thumbnail_url!}&max_dim=16`);
  expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/webp']);
  expect((await fetch(listed!.thumbnail_url!.replace(/signature=./, 'signature=x'))).status).toBe(401);
});

test('width, height and duration, read from the head of the file when somebody asks, once', async () => {
  const { gateway, simulator } = await startBoth();
  const views = () => simulator.control.stats().requests['GET /view'] ?? 0;
  const picture = await run(gateway, pictureGraph());
  const [output] = picture.outputs as [wire.Output];
  expect(await asset(gateway, output.id)).toMatchObject({
    width: 8,
    height: 8,
    duration_ms: null,
    type: 'image',
  });
  const before = views();
  expect(await asset(gateway, output.id)).toMatchObject({ width: 8, height: 8 });
  expect((await listAssets(gateway)).assets[0]).toMatchObject({ width: 8, height: 8 });
  expect(views()).toBe(before);
  simulator.control.putFile({ type: 'input', subfolder: '', filename: 'tone.wav' }, new Uint8Array(44));
  const clips = await run(gateway, videoGraph());
  const sounds = await run(gateway, audioGraph());
  const listed = [
    ...(await listAssets(gateway, { job_id: clips.id })).assets,
    ...(await listAssets(gateway, { job_id: sounds.id })).assets,
  ];
  const facts = listed.map((found) => [found.content_type, found.width, found.height, found.duration_ms]);
  expect(facts.sort()).toEqual([
    ['audio/flac', null, null, 2000],
    ['audio/flac', null, null, 2000],
    ['audio/mpeg', null, null, 2002],
    ['image/png', 64, 64, null],
    ['image/webp', 64, 64, null],
    ['video/mp4', 64, 64, 1000],
    ['video/webm', 64, 64, 1000],
  ]);
});

test('what cannot be read is null, and asked for again only if ComfyUI was away', async () => {
  const { gateway, simulator } = await startBoth();
  const [broken] = (await run(gateway, blobGraph('broken.png', 5_000))).outputs as [wire.Output];
  expect(await asset(gateway, broken.id)).toMatchObject({ width: null, height: null });
  const [output] = (await run(gateway, pictureGraph())).outputs as [wire.Output];
  const fault = simulator.control.fault({ route: 'GET /view', kind: 'drop' });
  expect(await asset(gateway, output.id)).toMatchObject({ width: null });
  simulator.control.clearFaults(fault);
  expect(await asset(gateway, output.id)).toMatchObject({ width: 8 });
});

test('a cached run has assets of its own, marked as cached, under its own job', async () => {
  const { gateway } = await startBoth();
  const graph = samplerGraph(7);
  const first = await run(gateway, graph);
  const second = await run(gateway, graph);
  const [before, after] = [first.outputs[0]!, second.outputs[0]!];
  expect(second.outputs_reused).toBe(true);
  expect([after.name, after.job_id, after.cached]).toEqual([before.name, second.id, true]);
  expect(after.id).not.toBe(before.id);
  expect(before).not.toHaveProperty('cached');
  expect(await asset(gateway, after.id)).toMatchObject({ cached: true, job_id: second.id });
});

test('an empty store brings back every asset under its id', async () => {
  const { gateway, simulator } = await startBoth();
  const job = await run(gateway, stagesGraph(3, 1, 0.01, 2), { session_id: 's' });
  const before = await listAssets(gateway);
  await gateway.close();
  const fresh = await startGateway({ COMFYUI_URL: simulator.url });
  expect((await fresh.ended(job.id)).status).toBe('succeeded');
  const after = await listAssets(fresh);
  expect(after.assets.map(({ id }) => id).sort()).toEqual(before.assets.map(({ id }) => id).sort());
  expect(after.assets[0]).toMatchObject({ session_id: 's', expires_at: before.assets[0]!.expires_at });
});

test('identity and links survive another host', async () => {
  const { gateway } = await startBoth({ ALLOWED_HOSTS: '*' });
  const job = await run(gateway, pictureGraph());
  const [{ id }] = job.outputs as [wire.Output];
  const { port } = new URL(gateway.url);
  const elsewhere = (await (
    await fetch(`http://localhost:${port}/api/v2/assets/${id}`)
  ).json()) as wire.Asset;
  expect(elsewhere).toMatchObject({ id, url: `http://localhost:${port}/api/v2/assets/${id}/content` });
});

test('what an asset was made by: parameters, graph and ComfyUI history as text, null where that is gone', async () => {
  const { gateway, simulator } = await startBoth();
  const graph = pictureGraph();
  const shown = await run(gateway, graph);
  const address = { name: 'comfyui-1', url: simulator.url, headers: {} };
  const client = createComfyClient(address, overFetch(fetch), Date.now, TIMEOUT_MS);
  const id = shown.outputs[0]!.id;
  const output = {
    id,
    kind: 'image',
    node: '2',
    contentType: 'image/png',
    sizeBytes: 1,
    seq: 1,
  } as JobOutput;
  const job = {
    id: shown.id,
    createdAt: 1,
    inputs: { prompt: 'a fox' },
    outputs: [output],
  } as unknown as Job;
  const text = JSON.stringify(graph);
  let gone = false;
  const unknown = new GatewayError('not_found', 'gone');
  const registry = createAssetRegistry({
    service: {
      getKept: async () => job,
      listKept: async () => ({ jobs: [job], next: null }),
      keptGraph: async () => (gone ? Promise.reject(unknown) : text),
    },
    outputs: {
      find: async () => ({ job, output }),
      examined: async () => output,
      history: (of: Job) => client.historyText(of.id),
    } as unknown as OutputAssets,
    urls: createAssetUrls(createLinks({ apiKeys: [] }, Date.now), undefined, Date.now),
    assetTtlMs: 1_000,
    maxExamined: 0,
  });
  const me = { owner: 'anonymous', admin: true };
  const viewer = { base: 'https://gate.example', owner: 'anonymous' };
  const found = await registry.metadata(me, id, viewer);
  expect(found).toMatchObject({ id, parameters: { prompt: 'a fox' }, graphText: text, expiresAt: 1_001 });
  const history = JSON.parse(found.historyText!) as Record<string, unknown>;
  expect(Object.keys(history)).toEqual(expect.arrayContaining(['prompt', 'outputs', 'status']));
  gone = true;
  await fetch(`${simulator.url}/history`, { method: 'POST', body: '{"clear":true}' });
  expect(await registry.metadata(me, id, viewer)).toMatchObject({ graphText: null, historyText: null });
});

describe('expiry', () => {
  test('shorter than that of the job: the asset is gone, the job is not', async () => {
    let skipped = 0;
    const now = () => Date.now() + skipped;
    const { gateway } = await startBoth({ COMFY_MCP_ASSET_TTL_HOURS: '1' }, { now });
    const job = await run(gateway, pictureGraph());
    const [{ id }] = job.outputs as [wire.Output];
    const { expires_at: until } = await asset(gateway, id);
    expect(new Date(until!).getTime()).toBe(new Date(job.completed_at!).getTime() + 3_600_000);
    skipped = 3_601_000;
    for (const path of ['', '/content', '/thumbnail'])
      await refusal(await gateway.request('GET', `/api/v2/assets/${id}${path}`), 404, 'not_found');
    expect((await listAssets(gateway)).assets).toEqual([]);
    expect((await listAssets(gateway, { job_id: job.id })).assets).toEqual([]);
    expect((await gateway.job(job.id)).id).toBe(job.id);
  });

  test('longer than that of the job: the job is gone, its assets are not, also after a clean-up and a restart', async () => {
    let skipped = 0;
    const now = () => Date.now() + skipped;
    const dir = await mkdtemp(join(tmpdir(), 'comfygate-assets-'));
    onTestFinished(() => rm(dir, { recursive: true }));
    const simulator = await startSimulator();
    const env = {
      COMFYUI_URL: simulator.url,
      COMFY_MCP_ASSET_TTL_HOURS: '48',
      JOB_MAX_AGE_MS: '3600000',
      CLEANUP_INTERVAL_MS: '50',
    };
    const gateway = await startGateway(env, { stores: await openFileStores(dir, now), now });
    const job = await run(gateway, pictureGraph());
    const [{ id }] = job.outputs as [wire.Output];
    skipped = 4_000_000;
    await new Promise((resolve) => setTimeout(resolve, 200));
    await refusal(await gateway.request('GET', `/api/v2/jobs/${job.id}`), 404, 'not_found');
    await gateway.close();
    const next = await startGateway(env, { stores: await openFileStores(dir, now), now });
    expect(await asset(next, id)).toMatchObject({ id, job_id: job.id });
    expect((await listAssets(next)).assets.map((found) => found.id)).toEqual([id]);
    expect((await next.request('GET', `/api/v2/assets/${id}/content`)).status).toBe(200);
    skipped += 48 * 3_600_000;
    await refusal(await next.request('GET', `/api/v2/assets/${id}`), 404, 'not_found');
  });
});

describe('thumbnails', () => {
  test('within max_dim, with an ETag, made once', async () => {
    const { gateway, simulator } = await startBoth();
    const [{ id }] = (await run(gateway, samplerGraph(3))).outputs as [wire.Output];
    const path = `/api/v2/assets/${id}/thumbnail`;
    const views = () => simulator.control.stats().requests['GET /view'] ?? 0;
    const first = await gateway.request('GET', `${path}?max_dim=32`);
    expect([first.status, first.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const bytes = Buffer.from(await first.arrayBuffer());
    expect([bytes.toString('latin1', 0, 4), bytes.toString('latin1', 8, 12)]).toEqual(['RIFF', 'WEBP']);
    const seen = views();
    const again = await gateway.request('GET', `${path}?max_dim=32`);
    expect(Buffer.from(await again.arrayBuffer()).equals(bytes)).toBe(true);
    const etag = first.headers.get('etag')!;
    const same = await gateway.request('GET', `${path}?max_dim=32`, undefined, { 'if-none-match': etag });
    expect([same.status, await same.text()]).toEqual([304, '']);
    expect(views()).toBe(seen);
    const other = await gateway.request('GET', path, undefined, { 'if-none-match': etag });
    expect([other.status, other.headers.get('etag') === etag]).toEqual([200, false]);
    const head = await gateway.request('HEAD', path);
    expect([head.status, head.headers.get('etag')]).toEqual([200, other.headers.get('etag')]);
  });

  test('of an upload, too', async () => {
    const { gateway } = await startBoth();
    const [{ id }] = (await run(gateway, samplerGraph(5))).outputs as [wire.Output];
    const bytes = await (await gateway.request('GET', `/api/v2/assets/${id}/content`)).arrayBuffer();
    const form = new FormData();
    form.append('file_path', 'mine.png');
    form.append('file', new Blob([bytes], { type: 'image/png' }), 'mine.png');
    const uploaded = await fetch(`${gateway.url}/api/v2/assets`, { method: 'POST', body: form });
    const mine = (await uploaded.json()) as wire.Asset;
    const small = await fetch(`${mine.thumbnail_url!}?max_dim=32`);
    expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/webp']);
    const [a, b] = [
      await small.arrayBuffer(),
      await (await gateway.request('GET', `/api/v2/assets/${id}/thumbnail?max_dim=32`)).arrayBuffer(),
    ];
    expect(Buffer.from(a).equals(Buffer.from(b))).toBe(true);
  });

  test('many who ask at once make ComfyUI send the file once', async () => {
    const { gateway, simulator } = await startBoth();
    const [{ id }] = (await run(gateway, samplerGraph(4))).outputs as [wire.Output];
    const views = () => simulator.control.stats().requests['GET /view'] ?? 0;
    const before = views();
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => gateway.request('GET', `/api/v2/assets/${id}/thumbnail`)),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(views()).toBe(before + 1);
  });

  test('what is no picture is refused with its media type; so is what only says that it is one', async () => {
    const { gateway } = await startBoth();
    const job = await run(gateway, videoGraph());
    const clip = job.outputs.find(({ type }) => type === 'video')!;
    const refused = await refusal(
      await gateway.request('GET', `/api/v2/assets/${clip.id}/thumbnail`),
      415,
      'unsupported_media_type',
    );
    expect(refused.message).toContain(clip.content_type);
    expect(refused.details).toEqual({ content_type: clip.content_type });
    const [liar] = (await run(gateway, blobGraph('liar.png', 5_000))).outputs as [wire.Output];
    await refusal(
      await gateway.request('GET', `/api/v2/assets/${liar.id}/thumbnail`),
      415,
      'unsupported_media_type',
    );
    const text = (await run(gateway, multiOutputGraph())).outputs.find(({ type }) => type === 'text')!;
    await refusal(
      await gateway.request('GET', `/api/v2/assets/${text.id}/thumbnail`),
      415,
      'unsupported_media_type',
    );
    for (const dim of ['15', '1025', 'x'])
      await refusal(
        await gateway.request('GET', `/api/v2/assets/${liar.id}/thumbnail?max_dim=${dim}`),
        400,
        'invalid_request',
      );
  });

  test('a file that is too large is not even asked for', async () => {
    const { gateway, simulator } = await startBoth();
    const [{ id }] = (await run(gateway, blobGraph('huge.png', 70_000_000))).outputs as [wire.Output];
    const views = () => simulator.control.stats().requests['GET /view'] ?? 0;
    const before = views();
    const { message } = await refusal(
      await gateway.request('GET', `/api/v2/assets/${id}/thumbnail`),
      413,
      'payload_too_large',
    );
    expect(message).toMatch(/more than 64 MiB/);
    expect(views()).toBe(before);
  });

  test('100 megapixels are refused before they are decoded', async () => {
    const { gateway, simulator } = await startBoth();
    const [output] = (await run(gateway, blobGraph('wide.png', 1_000))).outputs as [wire.Output];
    simulator.control.putFile(
      { filename: output.name, subfolder: output.subfolder!, type: 'output' },
      pngHead(10_000, 10_000),
    );
    const before = process.memoryUsage().rss;
    const { message } = await refusal(
      await gateway.request('GET', `/api/v2/assets/${output.id}/thumbnail`),
      413,
      'payload_too_large',
    );
    expect(message).toMatch(/too many pixels/);
    expect(process.memoryUsage().rss - before).toBeLessThan(40_000_000);
  });

  test('a file that is gone at ComfyUI', async () => {
    const { gateway, simulator } = await startBoth();
    const [output] = (await run(gateway, pictureGraph())).outputs as [wire.Output];
    simulator.control.removeFile({ filename: output.name, subfolder: output.subfolder!, type: 'output' });
    await refusal(
      await gateway.request('GET', `/api/v2/assets/${output.id}/thumbnail`),
      404,
      'output_unavailable',
    );
  });
});

/** The beginning of a PNG that says it has so many pixels. */
function pngHead(width: number, height: number): Uint8Array {
  const bytes = Buffer.alloc(1_000);
  bytes.write('\x89PNG\r\n\x1a\n\0\0\0\rIHDR', 'latin1');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  bytes.set([8, 2, 0, 0, 0], 24);
  bytes.writeUInt32BE(900, 33);
  bytes.write('IDAT', 37, 'latin1');
  return bytes;
}
