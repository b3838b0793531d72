/** The official client, told nothing but `COMFY_BASE_URL`. */
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  Comfy,
  IdempotencyKeyReuse,
  InvalidWorkflow,
  JobFailed,
  MissingAsset,
  NotFound,
  Unauthorized,
  type ComfyEvent,
  type ComfyOptions,
} from '@comfyorg/sdk';
import { expect, onTestFinished, test, vi } from 'vitest';
import { startBoth } from './support/gateway.ts';
import {
  failingGraph,
  loadGraph,
  pictureGraph,
  samplerGraph,
  sleepGraph,
  stagesGraph,
} from './support/graphs.ts';
import { startProxy } from './support/proxy.ts';
import { picture } from './support/uploads.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

test('run: from a graph to a picture in a file', async () => {
  const { client } = await start();
  const job = await client.run(client.workflows.fromJson(samplerGraph(5)));
  expect(job.status).toBe('succeeded');
  const [output] = job.getOutputs('9');
  expect(output).toMatchObject({ nodeId: '9', type: 'image', contentType: 'image/png', jobId: job.id });
  const bytes = await output!.toBytes();
  expect([...bytes.subarray(0, 8)]).toEqual(PNG);
  expect(bytes).toHaveLength(output!.sizeBytes);
  expect([...(await output!.toBytes({ range: [1, 3] }))]).toEqual(PNG.slice(1, 4));
  const folder = await mkdtemp(join(tmpdir(), 'comfygate-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = await output!.toFile(join(folder, output!.name));
  expect(new Uint8Array(await readFile(path))).toEqual(bytes);
  const { url, expiresAt } = await output!.getDownloadUrl();
  expect(expiresAt).toBeNull();
  expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(bytes);
});

test('events: every kind, up to the end', async () => {
  const { client } = await start();
  const job = await client.submit(client.workflows.fromJson(stagesGraph()));
  const seen: ComfyEvent[] = [];
  for await (const event of job.events()) seen.push(event);
  expect(new Set(seen.map(({ kind }) => kind))).toEqual(
    new Set(['statusChange', 'progress', 'preview', 'outputReady']),
  );
  expect(seen.at(-1)).toEqual({ kind: 'statusChange', status: 'succeeded', queuePosition: null });
  const values = seen.flatMap((event) => (event.kind === 'progress' ? [event.value] : []));
  expect(values.at(-1)).toBe(1);
  const preview = seen.find((event) => event.kind === 'preview');
  expect([...(preview?.data.subarray(0, 2) ?? [])]).toEqual([0xff, 0xd8]);
  const outputs = seen.flatMap((event) => (event.kind === 'outputReady' ? [event.output] : []));
  expect(outputs.map(({ nodeId }) => nodeId)).toEqual(['11', '21', '31']);
  expect([...(await outputs[0]!.toBytes()).subarray(0, 8)]).toEqual(PNG);
});

test('events go on after a lost connection', async () => {
  const { gateway } = await start();
  const proxy = await startProxy(Number(new URL(gateway.url).port), /^GET \S+\/events /);
  vi.stubEnv('COMFY_BASE_URL', proxy.url);
  const client = new Comfy();
  const job = await client.submit(client.workflows.fromJson(stagesGraph(3, 10, 0.05)));
  const outputs = new Set<string>();
  const statuses: string[] = [];
  for await (const event of job.events()) {
    if (event.kind === 'statusChange') statuses.push(event.status);
    if (event.kind !== 'outputReady') continue;
    outputs.add(event.output.id);
    if (event.output.nodeId === '11') proxy.cut();
  }
  expect(statuses.at(-1)).toBe('succeeded');
  expect([...outputs]).toEqual((await job.refresh()).outputs.map(({ id }) => id));
});

test('cancel: the job stops, and result() says that it did not succeed', async () => {
  const { client, simulator } = await start();
  const job = await client.submit(client.workflows.fromJson(sleepGraph(200, 0.05)));
  expect(['canceling', 'canceled']).toContain((await job.cancel()).status);
  await expect(job.result()).rejects.toThrow(/canceled/);
  expect(job.status).toBe('canceled');
  expect((await job.cancel()).status).toBe('canceled');
  expect(simulator.control.stats().queueRemaining).toBe(0);
});

test('a job is read again from its id alone, with its workflow', async () => {
  const { client } = await start();
  const graph = pictureGraph();
  const { id } = await client.run(client.workflows.fromJson(graph));
  const job = await new Comfy().jobs.get(id);
  expect(job.status).toBe('succeeded');
  expect(job.outputs).toHaveLength(1);
  expect(await job.getWorkflow()).toEqual({ workflow: graph, format: 'api' });
});

test('a failing job raises JobFailed, which names the node', async () => {
  const { client } = await start();
  const fault = await client.run(client.workflows.fromJson(failingGraph())).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(JobFailed);
  const { code, error } = fault as JobFailed;
  expect(code).toBe('node_execution_error');
  expect(error).toMatchObject({
    node_id: '5',
    class_type: 'GwSleep',
    message: expect.stringContaining('gw test'),
  });
});

test('refusals are its own errors', async () => {
  const { client } = await start();
  const broken = client.submit(client.workflows.fromJson({ '1': { class_type: 'SaveImag', inputs: {} } }));
  const fault = (await broken.catch((error: unknown) => error)) as InvalidWorkflow;
  expect(fault).toBeInstanceOf(InvalidWorkflow);
  expect(fault.details).toMatchObject({ node_errors: { '1': { class_type: 'SaveImag' } } });
  await expect(client.jobs.get('0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee')).rejects.toBeInstanceOf(NotFound);
});

test('assets: uploaded on first use, found again by their bytes, used by jobs, and deleted', async () => {
  const { client, simulator } = await start();
  const bytes = picture();
  const asset = client.assets.fromBytes(bytes, { filename: 'photo.png' });
  const workflow = client.workflows.fromJson(loadGraph(''));
  workflow.setInput('1', 'image', asset);
  const job = await client.run(workflow);
  expect(job.status).toBe('succeeded');
  expect(asset.createdNew).toBe(true);
  expect(Date.parse(String(asset.expiresAt))).toBeGreaterThan(Date.now());
  const again = client.assets.fromBytes(bytes, { filename: 'photo.png' });
  expect(await again.commit()).toBe(asset.id);
  expect(again.createdNew).toBe(false);
  expect(simulator.control.stats().requests['POST /upload/image']).toBe(1);
  // An output is an asset, too: of the next job.
  const output = await client.assets.get(job.outputs[0]!.id);
  expect(output.jobId).toBe(job.id);
  const second = client.workflows.fromJson(loadGraph('', 'gw/second'));
  second.setInput('1', 'image', output);
  expect((await client.run(second)).status).toBe('succeeded');
  const { id } = asset;
  await asset.delete();
  await expect(client.assets.get(id!)).rejects.toBeInstanceOf(NotFound);
  const gone = client.submit(client.workflows.fromJson(loadGraph({ __type: 'core/ASSET', info: { id } })));
  await expect(gone).rejects.toBeInstanceOf(MissingAsset);
});

test('a key that was used before leads to the first job', async () => {
  const { client } = await start();
  const workflow = client.workflows.fromJson(pictureGraph());
  const first = await client.submit(workflow, { idempotencyKey: 'once' });
  const fault = await client.submit(workflow, { idempotencyKey: 'once' }).catch((error: unknown) => error);
  expect(fault).toBeInstanceOf(IdempotencyKeyReuse);
  const { job } = (fault as IdempotencyKeyReuse).details as { job: { id: string } };
  expect((await client.jobs.get(job.id)).id).toBe(first.id);
});

test('the key for partner nodes reaches ComfyUI', async () => {
  const { client, simulator } = await start();
  simulator.control.pause();
  await client.submit(client.workflows.fromJson(pictureGraph()), { apiKey: 'partner-key' });
  const queue = (await (await fetch(`${simulator.url}/queue`)).json()) as { queue_pending: unknown[][] };
  expect(queue.queue_pending[0]?.[3]).toMatchObject({ api_key_comfy_org: 'partner-key' });
});

test('with API keys it needs its own, also for events and files', async () => {
  const { client } = await start({ apiKey: 'alice-secret' }, { API_KEYS: 'alice:alice-secret' });
  const job = await client.submit(client.workflows.fromJson(pictureGraph()));
  let last: ComfyEvent | undefined;
  for await (const event of job.events()) last = event;
  expect(last).toMatchObject({ status: 'succeeded' });
  expect([...(await (await job.refresh()).outputs[0]!.toBytes()).subarray(0, 8)]).toEqual(PNG);
  await expect(new Comfy().jobs.get(job.id)).rejects.toBeInstanceOf(Unauthorized);
});

async function start(options: ComfyOptions = {}, env: Record<string, string> = {}) {
  const { gateway, simulator } = await startBoth(env);
  vi.stubEnv('COMFY_BASE_URL', gateway.url);
  onTestFinished(() => void vi.unstubAllEnvs());
  return { gateway, simulator, client: new Comfy(options) };
}
