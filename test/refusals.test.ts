/** Bad input: the right status, always the envelope (checked by the contract), and words that help. */
import { expect, test } from 'vitest';
import { nearest } from '../src/comfyui/rejection.ts';
import { refusal, send, startBoth, type TestGateway } from './support/gateway.ts';
import { pictureGraph, samplerGraph } from './support/graphs.ts';

type Faults = Record<string, { class_type: string; errors: Record<string, unknown>[] }>;

const JOB = '/api/v2/jobs/0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee';

test('an unknown node class is named, with the nearest one', async () => {
  const { gateway } = await startBoth();
  const workflow = { ...pictureGraph(), '2': { class_type: 'SaveImag', inputs: { images: ['1', 0] } } };
  const { message, nodes } = await rejected(gateway, workflow);
  expect(nodes['2']?.errors[0]).toMatchObject({
    field: 'class_type',
    reason: 'unknown_node',
    given: 'SaveImag',
  });
  expect(nodes['2']?.errors[0]?.['nearest']).toContain('SaveImage');
  expect(message).toContain("'SaveImage'");
});

test('a missing input is named', async () => {
  const { gateway } = await startBoth();
  const workflow = { ...pictureGraph(), '2': { class_type: 'SaveImage', inputs: { filename_prefix: 'x' } } };
  const { message, nodes } = await rejected(gateway, workflow);
  expect(nodes).toMatchObject({
    '2': { class_type: 'SaveImage', errors: [{ field: 'images', reason: 'missing_input' }] },
  });
  expect(message).toBe("Node 2 (SaveImage): required input 'images' is missing");
});

test('a value out of its range is shown beside the range', async () => {
  const { gateway } = await startBoth();
  const workflow = samplerGraph(1, 0);
  const { nodes } = await rejected(gateway, workflow);
  expect(nodes['3']?.errors[0]).toMatchObject({
    field: 'steps',
    reason: 'too_small',
    given: 0,
    allowed: { min: 1 },
  });
});

test('a seed that is too large is shown with every digit', async () => {
  const { gateway } = await startBoth();
  const workflow = JSON.stringify(samplerGraph(-7)).replace('-7', '18446744073709551616');
  const response = await gateway.request('POST', '/api/v2/jobs', `{"workflow":${workflow}}`);
  expect(await response.clone().text()).toContain('18446744073709551616');
  const { details } = await refusal(response, 422, 'invalid_workflow');
  expect(faultsIn(details)['3']?.errors[0]).toMatchObject({
    field: 'seed',
    reason: 'too_big',
  });
});

test('an option that does not exist is shown with the nearest', async () => {
  const { gateway } = await startBoth();
  const workflow = samplerGraph();
  workflow['3'].inputs.sampler_name = 'eular';
  workflow['4'].inputs.ckpt_name = 'v1-5-pruned.safetensors';
  const { nodes } = await rejected(gateway, workflow);
  expect(nodes['3']?.errors[0]).toMatchObject({
    field: 'sampler_name',
    reason: 'not_in_list',
    given: 'eular',
  });
  expect(nodes['3']?.errors[0]?.['nearest']).toContain('euler');
  expect(nodes['4']?.errors[0]?.['nearest']).toEqual(['v1-5-pruned-emaonly.safetensors']);
});

test('a link into nothing and a circle are explained, without a trace of Python', async () => {
  const { gateway } = await startBoth();
  const broken = {
    ...pictureGraph(),
    '2': { class_type: 'SaveImage', inputs: { images: ['7', 0], filename_prefix: 'x' } },
  };
  const { nodes, text } = await rejected(gateway, broken);
  expect(nodes['2']?.errors[0]).toMatchObject({ field: 'images', reason: 'bad_link', given: ['7', 0] });
  expect(text).not.toMatch(/Traceback|\.py/);
  const invert = (from: string) => ({ class_type: 'ImageInvert', inputs: { image: [from, 0] } });
  const circle = await rejected(gateway, { ...pictureGraph(), '1': invert('3'), '3': invert('1') });
  expect(circle.message).toMatch(/circle/);
});

test('the UI format is refused with the way to export the other one', async () => {
  const { gateway } = await startBoth();
  const workflow = { last_node_id: 1, nodes: [{ id: 1 }], links: [], version: 0.4 };
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow });
  expect((await refusal(response, 422, 'workflow_format_ui')).message).toMatch(/Export \(API\)/);
});

test('a graph without output nodes is refused', async () => {
  const { gateway } = await startBoth();
  const { '1': only } = pictureGraph();
  expect((await rejected(gateway, { '1': only })).message).toMatch(/SaveImage/);
});

test.each([
  ['no workflow', {}],
  ['a null workflow', { workflow: null }],
  ['an empty graph', { workflow: {} }],
  ['an array', { workflow: [pictureGraph()] }],
  ['a text', { workflow: JSON.stringify(pictureGraph()) }],
  ['nodes that are no objects', { workflow: { '1': 'SaveImage' } }],
  ['inputs that are a list', { workflow: { '1': { class_type: 'SaveImage', inputs: [] } } }],
  ['a node without a class', { workflow: { '1': { inputs: {} } } }],
  ['inputs beside it', { workflow: pictureGraph(), inputs: { prompt: 'x' } }],
  ['webhook_url beside it', { workflow: pictureGraph(), webhook_url: 'https://x.example' }],
])('a submission with %s is invalid_workflow', async (_what, body) => {
  const { gateway } = await startBoth();
  await refusal(await gateway.request('POST', '/api/v2/jobs', body), 422, 'invalid_workflow');
});

test('an asset that nobody uploaded is named', async () => {
  const { gateway } = await startBoth();
  const workflow = pictureGraph() as Record<string, { inputs: Record<string, unknown> }>;
  for (const info of [{ id: 'no-such-asset' }, {}, 'x']) {
    workflow['1']!.inputs['color'] = { __type: 'core/ASSET', info };
    const response = await gateway.request('POST', '/api/v2/jobs', { workflow });
    await refusal(response, 422, 'missing_asset');
  }
});

test.each([
  ['nothing', ''],
  ['bad JSON', '{"workflow": {'],
  ['text after the JSON', '{} {}'],
  ['an array', '[]'],
  ['null', 'null'],
  ['a number', '1'],
  ['200 levels', `{"workflow":${'{"a":'.repeat(200)}1${'}'.repeat(200)}}`],
  ['100,000 levels', `{"workflow":${'['.repeat(100_000)}${']'.repeat(100_000)}}`],
  ['a byte order mark only', '\ufeff'],
])('a body of %s is invalid_request', async (_what, body) => {
  const { gateway } = await startBoth();
  await refusal(await gateway.request('POST', '/api/v2/jobs', body), 400, 'invalid_request');
});

test('a body that is no UTF-8 is invalid_request, not repaired in silence', async () => {
  const { gateway } = await startBoth();
  const text = Buffer.from(JSON.stringify({ workflow: pictureGraph(), metadata: 'caf_' }));
  const body = text.map((byte) => (byte === 0x5f ? 0xe9 : byte));
  const response = await fetch(`${gateway.url}/api/v2/jobs`, { method: 'POST', body });
  await refusal(response, 400, 'invalid_request');
});

test('10 MB are read, and more than 10 MiB are 413', async () => {
  const { gateway } = await startBoth();
  const body = (bytes: number) => `{"workflow":${JSON.stringify(pictureGraph())},"x":"${'x'.repeat(bytes)}"}`;
  expect((await gateway.request('POST', '/api/v2/jobs', body(10_000_000))).status).toBe(201);
  const error = await refusal(
    await gateway.request('POST', '/api/v2/jobs', body(10_485_760)),
    413,
    'payload_too_large',
  );
  expect(error.details).toEqual({ max_bytes: 10_485_760 });
});

test.each([
  ['GET', '/api/v2/nothing', 404],
  ['GET', '/api/v1/jobs', 404],
  ['GET', '/nothing', 404],
  ['GET', '/prompt', 404],
  ['GET', '/view?filename=x.png', 404],
  ['GET', '/api/v2/jobs/', 404],
  ['DELETE', '/api/v2/jobs', 405],
  ['PUT', JOB, 405],
  ['GET', `${JOB}/cancel`, 405],
  ['POST', '/api/v2/health', 405],
  ['POST', '/', 405],
])('%s %s is %i', async (method, path, status) => {
  const { gateway } = await startBoth();
  const response = await gateway.request(method, path);
  await refusal(response, status, status === 404 ? 'not_found' : 'method_not_allowed');
  if (status === 405) expect(response.headers.get('allow')).toMatch(/[A-Z]+/);
});

test.each([
  '0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee',
  '0199AAAA-BBBB-7CCC-8DDD-EEEEEEEEEEEE',
  'job_ghost',
  '..%2f..%2fqueue',
  '%00',
  '%E0%A4%A',
  'x'.repeat(300),
  '__proto__',
])('the unknown job %s is not_found on every route, and ComfyUI is not asked for it', async (id) => {
  const { gateway, simulator } = await startBoth();
  const before = simulator.control.stats().requests['GET /history/{id}'];
  for (const [method, rest] of [
    ['GET', ''],
    ['GET', '/workflow'],
    ['GET', '/events'],
    ['POST', '/cancel'],
  ] as const)
    await refusal(await gateway.request(method, `/api/v2/jobs/${id}${rest}`), 404, 'not_found');
  for (const rest of ['', '/content'])
    await refusal(await gateway.request('GET', `/api/v2/assets/${id}${rest}`), 404, 'not_found');
  expect(simulator.control.stats().requests['GET /history/{id}']).toBe(before);
});

test('ComfyUI is asked for a made-up id of today, but not again and again', async () => {
  const { gateway, simulator } = await startBoth();
  const now = Date.now().toString(16).padStart(12, '0');
  const path = `/api/v2/jobs/${now.slice(0, 8)}-${now.slice(8)}-7ccc-8ddd-eeeeeeeeeeee`;
  await refusal(await gateway.request('GET', path), 404, 'not_found');
  const { requests } = simulator.control.stats();
  expect(requests['GET /history/{id}']).toBeGreaterThan(0);
  for (let i = 0; i < 5; i++) await refusal(await gateway.request('GET', path), 404, 'not_found');
  expect(simulator.control.stats().requests).toEqual(requests);
});

test.each(['not a url', 'a b', '[', 'x/y'])('a Host of %j is refused without a stack', async (host) => {
  const { gateway } = await startBoth();
  const answer = await send('GET', `${gateway.url}/api/v2/jobs`, { host });
  expect([400, 403]).toContain(answer.status);
  expect(answer.text).not.toMatch(/\n\s+at /);
});

async function rejected(gateway: TestGateway, workflow: unknown) {
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow });
  const text = await response.clone().text();
  const { message, details } = await refusal(response, 422, 'invalid_workflow');
  return { message, nodes: faultsIn(details), text };
}

function faultsIn(details: Record<string, unknown> | null): Faults {
  return (details?.['node_errors'] ?? {}) as Faults;
}

test('a node without inputs is refused: the queue of a real ComfyUI dies of it, for everybody', async () => {
  const { gateway, simulator } = await startBoth();
  const workflow = { ...pictureGraph(), '7': { class_type: 'EmptyImage' } };
  const { message } = await refusal(
    await gateway.request('POST', '/api/v2/jobs', { workflow }),
    422,
    'invalid_workflow',
  );
  expect(message).toContain('Node 7');
  expect(simulator.control.stats().requests['POST /prompt']).toBeUndefined();
});

test('names with nothing in common are not near each other', () => {
  expect(nearest('zz', ['m', 'n', 'fg'])).toEqual([]);
  expect(nearest('z', ['a', 'zz'])).toEqual(['zz']);
  expect(nearest('cgf', ['cfg', 'abc'])).toEqual(['cfg']);
});
