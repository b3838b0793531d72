import { expect, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { refusal, startBoth } from './support/gateway.ts';
import { watch } from './support/events.ts';
import { pictureGraph, samplerGraph, sleepGraph } from './support/graphs.ts';

test('an output that ComfyUI drops is a warning on a job that runs', async () => {
  const { gateway } = await startBoth();
  const graph = { ...pictureGraph(), '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } } };
  const { id, warnings } = await gateway.submit(graph);
  expect(warnings).toMatchObject([{ node_id: '9', class_type: 'SaveImage' }]);
  expect(warnings[0]?.message).toContain("'images'");
  const job = await gateway.ended(id);
  expect(job).toMatchObject({ status: 'succeeded', warnings });
  expect(job.outputs.map((output) => output.node_id)).toEqual(['2']);
});

test('metadata, priority and session are echoed, within their limits', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const label = 'é'.repeat(512);
  const given = { metadata: label, priority: -1_000_000, session_id: 'user 7' };
  const job = await gateway.submit(pictureGraph(), given);
  expect(job).toMatchObject(given);
  expect(await gateway.job(job.id)).toMatchObject(given);
  expect(await gateway.submit(pictureGraph(), { priority: 1_000_000, metadata: '' })).toMatchObject({
    priority: 1_000_000,
    metadata: '',
  });
  // It is an echo: ComfyUI's own order stays as it was.
  expect((await queued(simulator.url)).map((entry) => entry[0])).toEqual([0, 1]);
});

test.each([
  ['too long in bytes', 'metadata', `${'é'.repeat(512)}x`],
  ['an object', 'metadata', { no: 'object' }],
  ['too large', 'priority', 1_000_001],
  ['too small', 'priority', -1_000_001],
  ['a fraction', 'priority', 1.5],
  ['a string', 'priority', '1'],
  ['empty', 'session_id', ''],
  ['too long', 'session_id', 'x'.repeat(129)],
  ['zero', 'timeout_ms', 0],
])('a value that is %s is refused by its name, %s', async (_what, name, value) => {
  const { gateway } = await startBoth();
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: pictureGraph(), [name]: value });
  expect((await refusal(response, 422, 'invalid_request')).message).toContain(`'${name}'`);
});

test.each(['18446744073709551615', '9007199254740993'])('seed %s keeps every digit', async (seed) => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const workflow = JSON.stringify(samplerGraph(-7)).replace('-7', seed);
  const response = await gateway.request('POST', '/api/v2/jobs', `{"workflow":${workflow}}`);
  const { id } = (await response.json()) as wire.Job;
  expect(await (await fetch(`${simulator.url}/queue`)).text()).toMatch(new RegExp(`"seed": ?${seed}\\b`));
  const stored = await (await gateway.request('GET', `/api/v2/jobs/${id}/workflow`)).text();
  expect(stored).toBe(`{"workflow":${workflow},"format":"api"}`);
  simulator.control.resume();
  expect(await gateway.ended(id)).toMatchObject({ status: 'succeeded' });
});

test('the key for partner nodes reaches ComfyUI, and is nowhere else', async () => {
  const stores = openMemoryStores(Date.now);
  const { gateway, simulator } = await startBoth({ IDEMPOTENCY: 'replay' }, { stores });
  const secret = 'comfyui-key-0123456789';
  simulator.control.pause();
  const extra_data = { api_key_comfy_org: secret, extra_pnginfo: { workflow: { nodes: [], seed: 1 } } };
  const headers = { 'idempotency-key': 'once' };
  const body = { workflow: pictureGraph(), extra_data };
  const answers = [await (await gateway.request('POST', '/api/v2/jobs', body, headers)).text()];
  const { id, urls } = JSON.parse(answers[0]!) as wire.Job;
  const [entry] = await queued(simulator.url);
  expect(entry?.[3]).toMatchObject(extra_data);
  const stream = await watch(urls.events);
  simulator.control.resume();
  answers.push(JSON.stringify(await stream.ended));
  answers.push(await (await gateway.request('POST', '/api/v2/jobs', body, headers)).text());
  for (const path of [`/jobs/${id}`, '/jobs', `/jobs/${id}/workflow`])
    answers.push(await (await gateway.request('GET', `/api/v2${path}`)).text());
  expect(answers.join()).toContain(id);
  expect(answers.join()).not.toContain(secret);
  expect(JSON.stringify(gateway.logged)).not.toContain(secret);
  const keys = await stores.storage.getKeys();
  expect(keys.length).toBeGreaterThan(3);
  expect(JSON.stringify(await stores.storage.getItems(keys))).not.toContain(secret);
});

test('without extra_data ComfyUI gets only our mark, which holds no secret', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  for (const more of [{}, { extra_data: {} }, { extra_data: { extra_pnginfo: {} } }])
    await gateway.submit(pictureGraph(), more);
  for (const entry of await queued(simulator.url))
    expect(Object.keys(entry[3] as object).sort()).toEqual(['client_id', 'comfygate']);
});

test.each([
  { api_key_comfy_org: 'key-in-vain', surprise: 1 },
  { auth_token_comfy_org: 'key-in-vain' },
  { api_key_comfy_org: 123 },
  { api_key_comfy_org: null },
  { extra_pnginfo: { workflow: [] } },
  { extra_pnginfo: { other: {} } },
  'key-in-vain',
  ['key-in-vain'],
])('extra_data %j is refused, without being repeated', async (extra_data) => {
  const { gateway } = await startBoth();
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: pictureGraph(), extra_data });
  const error = await refusal(response, 400, 'invalid_request');
  expect(error.message).toContain('extra_data');
  expect(JSON.stringify(error)).not.toContain('key-in-vain');
});

/** Pending prompts of a simulator: `[number, prompt_id, prompt, extra_data, outputs_to_execute]`. */
async function queued(url: string): Promise<unknown[][]> {
  const { queue_pending } = (await (await fetch(`${url}/queue`)).json()) as { queue_pending: unknown[][] };
  return queue_pending;
}

test('a deleted job is gone with its asset, and does not come back from the memory of ComfyUI', async () => {
  const { gateway, simulator } = await startBoth();
  const job = await gateway.ended((await gateway.submit(pictureGraph())).id);
  expect((await gateway.request('DELETE', `/api/v2/jobs/${job.id}`)).status).toBe(204);
  for (const path of [`jobs/${job.id}`, `jobs/${job.id}/workflow`, `assets/${job.outputs[0]?.id}`]) {
    expect((await gateway.request('GET', `/api/v2/${path}`)).status).toBe(404);
  }
  expect((await gateway.request('DELETE', `/api/v2/jobs/${job.id}`)).status).toBe(404);
  const history = await (await fetch(`${simulator.url}/history/${job.id}`)).text();
  expect(history).toContain(job.id);
});

test('a running job is stopped before it is deleted', async () => {
  const { gateway, simulator } = await startBoth();
  const job = await gateway.submit(sleepGraph(1000, 0.02));
  await gateway.until(job.id, ({ status }) => status === 'running');
  await expect
    .poll(async () => (await gateway.request('DELETE', `/api/v2/jobs/${job.id}`)).status)
    .toSatisfy((status: number) => status === 204 || status === 404);
  await expect.poll(() => simulator.control.stats().queueRemaining).toBe(0);
});

test('a link into nothing on an input that the node does not have is refused: ComfyUI would take it, and die of it', async () => {
  const { gateway, simulator } = await startBoth();
  const graph = pictureGraph() as Record<string, { inputs: Record<string, unknown> }>;
  const [id = ''] = Object.keys(graph);
  graph[id]!.inputs['of_no_use'] = ['99', 0];
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: graph });
  const { details } = await refusal(response, 422, 'invalid_workflow');
  expect(details).toMatchObject({
    node_errors: { [id]: { errors: [{ field: 'of_no_use', reason: 'bad_link' }] } },
  });
  expect(simulator.control.stats().requests['POST /prompt']).toBeUndefined();
});
