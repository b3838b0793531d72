/** Answers of MCP tools that need a store, a clock or a ComfyUI of their own. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { v7 } from 'uuid';
import { expect, onTestFinished, test } from 'vitest';
import { createKv } from './support/kv.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { openKvStores } from '../src/runtime/stores/kv.ts';
import { jobKey } from '../src/storage/keys.ts';
import { connect } from './suites/mcp.ts';
import { startBoth } from './support/gateway.ts';
import { failingGraph } from './support/graphs.ts';

const SMALL = { prompt: 'x', width: 64, height: 64, steps: 1 };

const HOUR_MS = 60 * 60 * 1000;

interface Run {
  job_id: string;
  asset_id: string;
  status: string;
}

test('on KV, jobs are counted up to 1,000, and a list says so', { timeout: 30_000 }, async () => {
  const kv = createKv({ perSecond: false });
  const { gateway } = await startBoth({}, { stores: openKvStores(kv, Date.now), resident: false });
  const me = await connect(gateway.url, '2026-07-28');
  const { job_id: id } = await me.ok<Run>('generate_image', SMALL);
  expect(await me.ok('list_jobs')).toEqual({ total: 1, jobs: [expect.anything()] });
  const { value, metadata } = kv.items.get(jobKey(id))!;
  for (let i = 0; i < 1_004; i++) {
    const other = v7();
    const copy = { ...(metadata as object), id: other };
    await kv.put(jobKey(other), value.replaceAll(id, other), { metadata: copy });
  }
  const { total, total_capped: capped, jobs } = await me.ok('list_jobs', { limit: 3 });
  expect([total, capped, (jobs as object[]).length]).toEqual([1_000, true, 3]);
});

test('what is kept only for its assets counts as no job, but can be made again', async () => {
  let now = Date.now();
  const { gateway } = await startBoth(
    { COMFY_MCP_ASSET_TTL_HOURS: '72' },
    { now: () => now, newId: () => v7({ msecs: now }) },
  );
  const me = await connect(gateway.url, '2025-11-25');
  const old = await me.ok<Run>('generate_image', { ...SMALL, seed: 7 });
  now += 25 * HOUR_MS;
  const { job_id: id } = await me.ok<Run>('generate_image', SMALL);
  expect(await me.ok('list_jobs')).toMatchObject({ total: 1, jobs: [{ job_id: id }] });
  expect(await me.ok('list_jobs', { status: 'completed' })).toMatchObject({ total: 1 });
  expect(await me.ok('comfyui_health_check')).toMatchObject({ jobs: { total: 1, completed: 1 } });
  expect(await me.ok('list_assets')).toMatchObject({ count: 2 });
  const again = await me.ok<Run>('regenerate', { asset_id: old.asset_id, seed: -1 });
  expect(await me.ok('get_asset_metadata', { asset_id: again.asset_id })).toMatchObject({
    parameters: { seed: 7, prompt: 'x' },
  });
});

test('a job that failed is told with what it had made, and how far it was', async () => {
  const { gateway } = await startBoth();
  const me = await connect(gateway.url, '2025-11-25');
  const { id } = await gateway.submit(failingGraph());
  await gateway.ended(id);
  const { content, structuredContent, isError } = await me.call('get_job', { job_id: id });
  expect(isError).toBe(true);
  expect(structuredContent).toMatchObject({
    status: 'error',
    progress: { node: '5', maximum: 3 },
    outputs: [{ filename: expect.stringMatching(/^before-error/) }],
    error: { code: 'node_execution_error' },
  });
  expect(content.filter(({ type }) => type === 'resource_link')).toHaveLength(1);
});

test.each([true, false])(
  'tools that need no workflow do not ask for nodes, nor wait for a ComfyUI that hangs (resident: %s)',
  async (resident) => {
    let now = Date.now();
    const { gateway, simulator } = await startBoth({}, { now: () => now, resident });
    const me = await connect(gateway.url, '2026-07-28');
    await me.tools();
    now += HOUR_MS;
    const asked = () => simulator.control.stats().requests['GET /object_info'] ?? 0;
    const before = asked();
    simulator.control.fault({ route: 'GET /object_info', kind: 'delay', delayMs: 10_000 });
    const began = performance.now();
    expect(await me.ok('list_jobs')).toMatchObject({ total: 0 });
    expect((await me.refused('query_job_status', { job_id: 'x' })).code).toBe('not_found');
    expect(performance.now() - began).toBeLessThan(1_000);
    expect(asked()).toBe(before);
  },
);

test('a workflow is called by what was known of ComfyUI a moment ago', async () => {
  let now = Date.now();
  const { gateway, simulator } = await startBoth({}, { now: () => now, resident: false });
  const me = await connect(gateway.url, '2026-07-28');
  const asked = () => simulator.control.stats().requests['GET /object_info'] ?? 0;
  const before = asked();
  now += 60_000;
  await me.ok('generate_image', { ...SMALL, wait_seconds: 0 });
  expect(asked()).toBe(before);
  // Who lists tools is told what there is now.
  await connect(gateway.url, '2025-11-25');
  expect(asked()).toBe(before + 1);
});

test('a call lasts 45 s at most, its submission included', { timeout: 30_000 }, async () => {
  let skew = 0;
  const { gateway, simulator } = await startBoth(
    {},
    {
      now: () => Date.now() + skew,
      fetch: (url, init) => {
        // As if ComfyUI took its time.
        if (init?.method === 'POST' && url.endsWith('/prompt')) skew += 44_000;
        return fetch(url, init);
      },
    },
  );
  simulator.control.pause();
  const me = await connect(gateway.url, '2025-11-25');
  const began = performance.now();
  const made = await me.ok<Run>('generate_image', { ...SMALL, wait_seconds: 10 });
  expect(made.status).toBe('pending');
  expect(performance.now() - began).toBeLessThan(5_000);
});

test('a workflow that is broken is listed with all fields, and with its error', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-broken-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  await writeFile(join(dir, 'bad.json'), '{bad');
  await writeFile(
    join(dir, 'good.json'),
    JSON.stringify({
      '1': { class_type: 'EmptyImage', inputs: { width: 'PARAM_INT_W', height: 8, batch_size: 1, color: 0 } },
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'PARAM_PROMPT' } },
    }),
  );
  const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
  const me = await connect(gateway.url, '2025-11-25');
  const { workflows } = await me.ok<{ workflows: object[] }>('list_workflows');
  const [bad, good] = workflows as [object, object];
  expect(Object.keys(bad)).toEqual(expect.arrayContaining(Object.keys(good)));
  expect(bad).toMatchObject({
    id: 'bad',
    available_inputs: {},
    error: { message: expect.stringMatching(/JSON/) },
  });
  expect((await me.tools()).map(({ name }) => name)).not.toContain('bad');
});

test('a refusal ends with one full stop', async () => {
  const { gateway } = await startBoth();
  const me = await connect(gateway.url, '2026-07-28');
  expect((await me.refused('generate_image')).message).toMatch(/shows\.$/);
});

test('a fault of the gateway tells nothing of itself, and is in the log under the id of its request', async () => {
  const stores = openMemoryStores(Date.now);
  let away = false;
  const page: typeof stores.jobs.page = async (...query) => {
    if (away) throw new Error('redis://user:secret@10.0.0.1 is away');
    return stores.jobs.page(...query);
  };
  const { gateway } = await startBoth({}, { stores: { ...stores, jobs: { ...stores.jobs, page } } });
  away = true;
  for (const method of ['tools/call', 'resources/list']) {
    const answer = await fetch(`${gateway.url}/mcp`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: { name: 'list_jobs' } }),
    });
    const text = await answer.text();
    expect(text).toMatch(/internal_error.*request id/);
    expect(text).not.toMatch(/secret|10\.0\.0/);
    const id = answer.headers.get('x-request-id');
    expect(gateway.logged).toContainEqual(expect.objectContaining({ event: 'mcp_failed', request_id: id }));
  }
});

test('a refusal does not grow with what it refuses', async () => {
  const { gateway } = await startBoth();
  const me = await connect(gateway.url, '2026-07-28');
  const many = Object.fromEntries(Array.from({ length: 5_000 }, (_, i) => [`k${i}`, i]));
  for (const tool of ['list_jobs', 'generate_image', 'run_workflow']) {
    const { content } = await me.call(tool, many);
    expect([tool, JSON.stringify(content).length < 50_000]).toEqual([tool, true]);
  }
  const { message } = await me.refused('list_jobs', { ...many, limit: 0 });
  expect(message).toMatch(/'k0'.*4981 more/s);
  for (const tool of ['get_job', 'query_job_status', 'cancel_job']) {
    const { structuredContent } = await me.call(tool, { job_id: 'x'.repeat(10_000) });
    expect([tool, JSON.stringify(structuredContent).length < 1_000]).toEqual([tool, true]);
  }
});

test('a refusal says what kind it is', async () => {
  const { gateway } = await startBoth();
  const me = await connect(gateway.url, '2026-07-28');
  const reasonOf = async (tool: string, args: object) => {
    const { details } = await me.refused(tool, { ...args });
    return (details as { faults: { reason: string }[] }).faults[0]?.reason;
  };
  expect(await reasonOf('get_job', {})).toBe('missing_input');
  expect(await reasonOf('get_job', { job_id: 'a', prompt_id: 'b' })).toBe('conflict');
  expect(await reasonOf('list_assets', { session_id: 'x'.repeat(129) })).toBe('too_big');
  expect(await reasonOf('list_assets', { session_id: '\u0007' })).toBe('wrong_type');
  expect(await reasonOf('list_assets', { session_id: 'current' })).toBe('not_in_list');
});

test.each([
  [30, 30, 30],
  [30, 80, undefined],
  [31, 30, undefined],
])(
  '%i models with names of %i characters do not make the list of tools longer than 24 KB',
  async (count, length, listed) => {
    const { gateway, simulator } = await startBoth();
    const names = Array.from({ length: count }, (_, i) => `${i}-`.padEnd(length, 'x'));
    simulator.control.setModels('checkpoints', names);
    const tools = await (await connect(gateway.url, '2025-11-25')).tools();
    expect(JSON.stringify({ tools }).length).toBeLessThan(24_000);
    const image = tools.find(({ name }) => name === 'generate_image');
    const model = image?.inputSchema.properties?.['model'] as { enum?: string[]; description: string };
    expect(model.enum?.length).toBe(listed);
  },
);

test('where an asset came from has what ComfyUI says of the run, in its own form', async () => {
  const { gateway } = await startBoth();
  const me = await connect(gateway.url, '2025-11-25');
  const { id } = await gateway.submit(failingGraph());
  const { outputs } = await gateway.ended(id);
  const answer = await me.ok<{ comfy_history: object }>('get_asset_metadata', { asset_id: outputs[0]!.id });
  expect(answer.comfy_history).toMatchObject({
    status: { status_str: 'error', completed: false },
    outputs: { '2': { images: [{ filename: expect.any(String), subfolder: 'kept', type: 'output' }] } },
  });
  const text = JSON.stringify(answer.comfy_history);
  expect(text).toContain('"exception_message":"gw test failure');
  expect(text).toContain('"node_type":"GwSleep"');
  // The graph is there once; tracebacks, inputs and what the gateway sent along are not shown.
  expect(text).not.toMatch(/"prompt":|traceback|current_inputs|\.py|client_id|comfygate/);
});

test('a long name of a workflow makes a tool that every model takes', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-long-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const graph = JSON.stringify({
    '1': {
      class_type: 'EmptyImage',
      inputs: { width: 8, height: 8, batch_size: 1, color: 'PARAM_INT_COLOR' },
    },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'gw/long' } },
  });
  const stems = [`${'long_'.repeat(18)}a`, `${'long_'.repeat(18)}b`, 'x'.repeat(64)];
  for (const stem of stems) await writeFile(join(dir, `${stem}.json`), graph);
  const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
  const me = await connect(gateway.url, '2025-11-25');
  const names = (await me.tools()).map(({ name }) => name);
  expect(names.filter((name) => !/^\w{1,64}$/.test(name))).toEqual([]);
  expect(names).toContain(stems[2]);
  const [first, second] = names.filter((name) => name.startsWith('long_'));
  expect(await me.ok(first!, { color: 1 })).toMatchObject({ tool: first, workflow_id: stems[0] });
  expect(await me.ok(second!, { color: 2 })).toMatchObject({ tool: second, workflow_id: stems[1] });
  expect(await me.ok('run_workflow', { workflow_id: stems[1], overrides: { color: 3 } })).toMatchObject({
    status: 'completed',
  });
});

test('a seed of null draws a new one in regenerate, and its schema says that it may be null', async () => {
  const { gateway } = await startBoth();
  const me = await connect(gateway.url, '2026-07-28');
  const listed = await fetch(`${gateway.url}/mcp`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/list' }),
  });
  const { result } = (await listed.json()) as {
    result: { tools: { name: string; inputSchema: { properties: Record<string, { type: unknown }> } }[] };
  };
  const tool = result.tools.find(({ name }) => name === 'regenerate');
  expect(tool?.inputSchema.properties['seed']?.type).toEqual(['integer', 'null']);
  const first = await me.ok<Run>('generate_image', { ...SMALL, seed: 7 });
  const again = await me.ok<Run>('regenerate', { asset_id: first.asset_id, seed: null });
  const { parameters } = await me.ok<{ parameters: { seed: number } }>('get_asset_metadata', {
    asset_id: again.asset_id,
  });
  expect(parameters.seed).not.toBe(7);
});
