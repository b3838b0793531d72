/** Workflows as endpoints, over HTTP: files that come and go, uploads, runs, defaults, dry runs. */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import {
  eventually,
  refusal,
  send,
  startBoth,
  startGateway,
  startSimulator,
  type TestGateway,
} from './support/gateway.ts';
import { openWorkflows } from '../src/runtime/workflow-folder.ts';
import { pictureGraph } from './support/graphs.ts';

const SHIPPED = join(import.meta.dirname, '..', 'workflows');

/** A graph without models, with one parameter of each kind. */
const GREY = {
  '1': {
    class_type: 'EmptyImage',
    inputs: { width: 'PARAM_INT_WIDTH', height: 16, batch_size: 1, color: 'PARAM_INT_COLOR' },
  },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'PARAM_PREFIX' } },
};

function folder(files: Record<string, unknown> = {}): string {
  const dir = mkdtempSync(join(tmpdir(), 'comfygate-workflows-'));
  onTestFinished(() => rmSync(dir, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) write(dir, name, content);
  return dir;
}

function write(dir: string, name: string, content: unknown): void {
  writeFileSync(join(dir, name), typeof content === 'string' ? content : JSON.stringify(content));
}

async function get<T>(gateway: TestGateway, path: string, headers?: Record<string, string>): Promise<T> {
  const response = await gateway.request('GET', path, undefined, headers);
  expect(response.status).toBe(200);
  return (await response.json()) as T;
}

async function list(gateway: TestGateway, headers?: Record<string, string>) {
  const { workflows } = await get<wire.WorkflowList>(gateway, '/api/v2/workflows', headers);
  return new Map(workflows.map((workflow) => [workflow.name, workflow]));
}

async function run(gateway: TestGateway, name: string, body: unknown, headers?: Record<string, string>) {
  const response = await gateway.request('POST', `/api/v2/workflows/${name}/jobs`, body, headers);
  const text = await response.text();
  expect(response.status, text).toBe(201);
  return JSON.parse(text) as wire.Job;
}

async function graphOf(gateway: TestGateway, id: string) {
  const response = await gateway.request('GET', `/api/v2/jobs/${id}/workflow`);
  return (await response.text()).replace(/^\{"workflow":(.*),"format":"api"\}$/s, '$1');
}

describe('the folder', () => {
  test('files that come, change and go are seen without a restart; a broken one is listed with its line', async () => {
    const dir = folder({ 'grey.json': GREY });
    const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
    expect([...(await list(gateway)).keys()]).toEqual(['grey']);

    write(dir, 'Second Flow.json', GREY);
    write(dir, 'broken.json', '{\n  "1": {"class_type": "A",}\n}');
    write(dir, 'ui.json', { nodes: [], links: [] });
    write(dir, 'odd.json', GREY);
    write(dir, 'odd.meta.json', '{"defaults": ');
    write(dir, 'notes.txt', 'no workflow');
    const found = await list(gateway);
    expect([...found.keys()]).toEqual(['broken', 'grey', 'odd', 'second_flow', 'ui']);
    expect(found.get('broken')?.error).toMatchObject({ line: 2, file: 'workflow' });
    expect(found.get('ui')?.error?.message).toContain('Export (API)');
    expect(found.get('odd')?.error).toMatchObject({ file: 'meta', line: 1 });
    expect(found.get('grey')?.error).toBeNull();

    const refused = await gateway.request('POST', '/api/v2/workflows/broken/jobs', { inputs: {} });
    expect((await refusal(refused, 422, 'invalid_workflow')).details).toMatchObject({ line: 2 });

    write(dir, 'grey.meta.json', { name: 'All grey', defaults: { width: 32, color: 1, prefix: 'x' } });
    rmSync(join(dir, 'Second Flow.json'));
    const later = await list(gateway);
    expect(later.has('second_flow')).toBe(false);
    expect(later.get('grey')).toMatchObject({ title: 'All grey', required: [] });
  });

  test('a file that was added a moment ago can be run at once', async () => {
    const dir = folder();
    const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
    expect((await list(gateway)).size).toBe(0);
    write(dir, 'new.json', GREY);
    const job = await run(gateway, 'new', { inputs: { width: 16, color: 7, prefix: 'n' } });
    expect((await gateway.ended(job.id)).status).toBe('succeeded');
  });

  test('two files of one name: both work, and the second says what it is called and why', async () => {
    const dir = folder({ 'a-b.json': GREY, 'a_b.json': GREY });
    const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
    const found = await list(gateway);
    expect([...found.keys()]).toEqual(['a_b', 'a_b_2']);
    expect(found.get('a_b_2')?.warnings.join()).toMatch(
      /'a_b' is already a-b\.json; a_b\.json is called 'a_b_2'/,
    );
  });

  test('no folder is no fault', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: join(folder(), 'none') });
    expect((await list(gateway)).size).toBe(0);
  });

  test('a picture of ComfyUI is a workflow: as a file and as an upload', async () => {
    const dir = folder();
    const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
    const made = await gateway.ended((await gateway.submit(pictureGraph())).id);
    const png = new Uint8Array(await (await fetch(made.outputs[0]!.url)).arrayBuffer());
    writeFileSync(join(dir, 'from picture.png'), png);
    expect((await list(gateway)).get('from_picture')).toMatchObject({
      file: 'from picture.png',
      error: null,
    });

    const response = await fetch(`${gateway.url}/api/v2/workflows/uploaded`, { method: 'PUT', body: png });
    expect(response.status).toBe(201);
    const job = await run(gateway, 'uploaded', { inputs: {} });
    expect((await gateway.ended(job.id)).status).toBe('succeeded');
    expect(JSON.parse(await graphOf(gateway, job.id))).toEqual(JSON.parse(await graphOf(gateway, made.id)));
  });
});

describe('a run', () => {
  test('takes all that a submission takes, and tells the values that were used', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const job = await run(
      gateway,
      'generate_image',
      { inputs: { prompt: 'a cat', steps: 2 }, session_id: 's1', metadata: 'm', timeout_ms: 50_000 },
      { prefer: 'wait=20', 'idempotency-key': 'once' },
    );
    expect(job).toMatchObject({
      status: 'succeeded',
      workflow_name: 'generate_image',
      session_id: 's1',
      metadata: 'm',
    });
    expect(job.inputs).toMatchObject({
      prompt: 'a cat',
      steps: 2,
      negative_prompt: 'text, watermark',
      sampler_name: 'euler',
    });
    const seed = job.inputs?.['seed'] as number;
    expect(Number.isInteger(seed) && seed >= 0 && seed < 2 ** 50).toBe(true);
    const text = await graphOf(gateway, job.id);
    expect(text).not.toContain('PARAM_');
    const graph = JSON.parse(text) as Record<string, { inputs: Record<string, unknown> }>;
    expect(graph['3']?.inputs).toMatchObject({ seed, steps: 2, cfg: 8 });
    expect(graph['7']?.inputs['text']).toBe('text, watermark');

    const again = await gateway.request(
      'POST',
      '/api/v2/workflows/generate_image/jobs',
      { inputs: { prompt: 'b' } },
      { 'idempotency-key': 'once' },
    );
    expect((await refusal(again, 422, 'idempotency_key_reuse')).details).toMatchObject({
      job: { id: job.id },
    });
    const jobs = await get<wire.JobList>(gateway, '/api/v2/jobs?workflow=generate_image');
    expect(jobs.jobs.map(({ id }) => id)).toEqual([job.id]);
  });

  test('64-bit seeds keep every digit', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const body = '{"inputs":{"prompt":"x","seed":18446744073709551615,"steps":1}}';
    const job = await run(gateway, 'generate_image', body);
    expect(job.inputs?.['seed']).toBe('18446744073709551615');
    expect(await graphOf(gateway, job.id)).toContain('"seed":18446744073709551615');
    const again = await gateway.request('POST', `/api/v2/jobs/${job.id}/regenerate`, { seed: -1 });
    const { id } = (await again.json()) as wire.Job;
    expect(await graphOf(gateway, id)).toBe(await graphOf(gateway, job.id));
  });

  test('what is wrong is told all at once, with the nearest right values; nothing reaches ComfyUI', async () => {
    const { gateway, simulator } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const inputs = { promt: 'a', steps: '3', cfg: 1000, sampler_name: 'eulr', denoise: 'false' };
    const response = await gateway.request('POST', '/api/v2/workflows/generate_image/jobs', { inputs });
    const { details } = await refusal(response, 422, 'invalid_request');
    const faults = details?.['faults'] as { field: string; reason: string; nearest?: unknown[] }[];
    expect(
      Object.fromEntries(faults.map(({ field, reason, nearest }) => [field, [reason, nearest?.[0]]])),
    ).toEqual({
      promt: ['unknown_parameter', 'prompt'],
      prompt: ['missing_input', undefined],
      steps: ['wrong_type', undefined],
      cfg: ['too_big', 100],
      sampler_name: ['not_in_list', 'euler'],
      denoise: ['wrong_type', undefined],
    });
    const astray = await gateway.request('POST', '/api/v2/workflows/generate_image/jobs', { prompt: 'a' });
    expect((await refusal(astray, 422, 'invalid_request')).message).toContain('{"inputs": {"prompt": …}}');
    const unknown = await gateway.request('POST', '/api/v2/workflows/generate_imag/jobs', { inputs: {} });
    expect((await refusal(unknown, 404, 'not_found')).message).toContain("'generate_image'");
    expect(simulator.control.stats().requests['POST /prompt']).toBeUndefined();
  });

  test('a model that came after the last look is taken: ComfyUI is asked again before it is refused', async () => {
    const models = { checkpoints: ['v1-5-pruned-emaonly.safetensors'] };
    const simulator = await startSimulator({ models });
    const gateway = await startGateway({ COMFYUI_URL: simulator.url, WORKFLOW_DIR: SHIPPED });
    await get(gateway, '/api/v2/workflows/generate_image');
    models.checkpoints.push('new.safetensors');
    // What was read less than a second ago counts as fresh.
    const job = await eventually(async () => {
      const inputs = { prompt: 'x', model: 'new.safetensors', steps: 1 };
      const response = await gateway.request('POST', '/api/v2/workflows/generate_image/jobs', { inputs });
      return response.status === 201 && ((await response.json()) as wire.Job);
    });
    expect((await gateway.ended(job.id)).status).toBe('succeeded');
  });

  test('a graph without parameters is run as it is, and single inputs can be overridden', async () => {
    const dir = folder({ 'plain.json': pictureGraph() });
    const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
    const workflow = await get<wire.Workflow>(gateway, '/api/v2/workflows/plain');
    const names = Object.keys(workflow.schema['properties'] as object);
    const path = names.find((name) => name.endsWith('.width')) ?? '';
    expect(path).toMatch(/^\d+\.width$/);
    const job = await run(gateway, 'plain', { inputs: { [path]: 48 } });
    const [node = ''] = path.split('.');
    const graph = JSON.parse(await graphOf(gateway, job.id)) as Record<
      string,
      { inputs: Record<string, unknown> }
    >;
    expect(graph[node]?.inputs['width']).toBe(48);
  });

  test('while ComfyUI is away the catalogue lists and describes, and a run says 503', async () => {
    const gateway = await startGateway({ COMFYUI_URL: 'http://127.0.0.1:9', WORKFLOW_DIR: SHIPPED });
    const workflow = await get<wire.Workflow>(gateway, '/api/v2/workflows/generate_image');
    expect(workflow.schema_as_of).toBeNull();
    expect(workflow.schema['properties']).toMatchObject({ steps: { type: 'integer', default: 20 } });
    expect((await list(gateway)).size).toBe(2);
    const response = await gateway.request('POST', '/api/v2/workflows/generate_image/jobs', {
      inputs: { prompt: 'x' },
    });
    await refusal(response, 503, 'upstream_unreachable');
    for (const path of ['models', 'models/checkpoints', 'queue'])
      await refusal(await gateway.request('GET', `/api/v2/${path}`), 503, 'upstream_unreachable');
    const dry = await gateway.request('POST', '/api/v2/jobs?dry_run=true', { workflow: pictureGraph() });
    await refusal(dry, 503, 'upstream_unreachable');
  });

  test('while ComfyUI is away nothing is blamed that it might take', async () => {
    // ComfyUI has defaults for some of these, and other types: nobody knows.
    const graph = {
      '1': { class_type: 'EmptyImage', inputs: { width: 'PARAM_WIDTH', height: 'PARAM_HEIGHT' } },
    };
    const gateway = await startGateway({
      COMFYUI_URL: 'http://127.0.0.1:9',
      WORKFLOW_DIR: folder({ 'odd.json': graph }),
    });
    const send = (inputs: unknown) => gateway.request('POST', '/api/v2/workflows/odd/jobs', { inputs });
    await refusal(await send({ width: 64 }), 503, 'upstream_unreachable');
    await refusal(await send({ wdth: 'x' }), 422, 'invalid_request');
  });

  test('a seed that stands in the graph is described with every digit', async () => {
    const graph = { '1': { class_type: 'KSampler', inputs: { seed: 7 } } };
    const dir = folder({ 'plain.json': JSON.stringify(graph).replace('7', '18446744073709551613') });
    const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
    const text = await (await gateway.request('GET', '/api/v2/workflows/plain')).text();
    expect(text).toContain('"default":18446744073709551613');
  });

  test('the example of a description runs', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    for (const name of ['generate_image', 'generate_song']) {
      const { example } = await get<wire.Workflow>(gateway, `/api/v2/workflows/${name}`);
      const job = await run(gateway, name, example.body);
      expect((await gateway.ended(job.id)).status).toBe('succeeded');
    }
  });
});

describe('regenerate', () => {
  test('draws a new seed, keeps it with -1, and changes by parameter: the negative prompt reaches its node only', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const first = await run(gateway, 'generate_image', {
      inputs: { prompt: 'a cat', steps: 2 },
      session_id: 's',
    });
    const again = async (body?: unknown) => {
      const response = await gateway.request('POST', `/api/v2/jobs/${first.id}/regenerate`, body);
      expect(response.status, await response.clone().text()).toBe(201);
      return (await response.json()) as wire.Job;
    };
    const fresh = await again();
    expect(fresh).toMatchObject({
      regenerated_from: first.id,
      workflow_name: 'generate_image',
      session_id: 's',
    });
    expect(fresh.inputs).toMatchObject({ prompt: 'a cat', steps: 2 });
    expect(fresh.inputs?.['seed']).not.toBe(first.inputs?.['seed']);

    const warmer = await again({ seed: -1, overrides: { negative_prompt: 'cold' } });
    expect(warmer.inputs).toMatchObject({
      seed: first.inputs?.['seed'],
      negative_prompt: 'cold',
      prompt: 'a cat',
    });
    const graph = JSON.parse(await graphOf(gateway, warmer.id)) as Record<
      string,
      { inputs: Record<string, unknown> }
    >;
    expect([graph['6']?.inputs['text'], graph['7']?.inputs['text']]).toEqual(['a cat', 'cold']);

    const path = await again({ seed: 5, overrides: { '3.cfg': 4.5 } });
    expect(path.inputs).toMatchObject({ seed: 5, '3.cfg': 4.5 });
    // What was used can be used again.
    expect(path.inputs).not.toHaveProperty('cfg');
    await run(gateway, 'generate_image', { inputs: path.inputs });
    const both = await gateway.request('POST', `/api/v2/jobs/${first.id}/regenerate`, {
      seed: 5,
      overrides: { seed: 6 },
    });
    expect((await refusal(both, 422, 'invalid_request')).message).toContain('twice');
    const odd = await gateway.request('POST', `/api/v2/jobs/${first.id}/regenerate`, {
      overrides: { cgf: 6 },
    });
    expect((await refusal(odd, 422, 'invalid_request')).message).toContain("'cfg'");
  });

  test('works for a graph that was sent as it is, and after its workflow is gone', async () => {
    const dir = folder();
    cpSync(join(SHIPPED, 'generate_image.json'), join(dir, 'mine.json'));
    const { gateway } = await startBoth({ WORKFLOW_DIR: dir });
    const named = await run(gateway, 'mine', { inputs: { prompt: 'x', steps: 1 } });
    const raw = await gateway.submit(JSON.parse(await graphOf(gateway, named.id)));
    rmSync(join(dir, 'mine.json'));
    for (const { id } of [named, raw]) {
      const response = await gateway.request('POST', `/api/v2/jobs/${id}/regenerate`, {
        overrides: { '6.text': 'y' },
      });
      expect(response.status, await response.clone().text()).toBe(201);
      const text = await graphOf(gateway, ((await response.json()) as wire.Job).id);
      const [before, after] = [await graphOf(gateway, id), text].map((t) => JSON.parse(t)) as Record<
        string,
        { inputs: Record<string, unknown> }
      >[];
      expect(after?.['6']?.inputs['text']).toBe('y');
      expect(after?.['3']?.inputs['seed']).not.toBe(before?.['3']?.inputs['seed']);
    }
  });
});

describe('regenerate of what has no seed', () => {
  test('needs no body, and -1 keeps nothing', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: folder({ 'grey.json': GREY }) });
    const { id } = await run(gateway, 'grey', { inputs: { width: 8, color: 1, prefix: 'x' } });
    for (const body of [undefined, '', { seed: -1 }]) {
      const response = await gateway.request('POST', `/api/v2/jobs/${id}/regenerate`, body);
      expect(response.status, await response.clone().text()).toBe(201);
    }
    const seed = await gateway.request('POST', `/api/v2/jobs/${id}/regenerate`, { seed: 7 });
    expect((await refusal(seed, 422, 'invalid_request')).message).toContain("'seed'");
  });

  test('takes a body of unknown length that is empty', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: folder({ 'grey.json': GREY }) });
    const { id } = await run(gateway, 'grey', { inputs: { width: 8, color: 1, prefix: 'x' } });
    // As `curl -X POST` does: neither a length nor a body.
    const { status, text } = await send('POST', `${gateway.url}/api/v2/jobs/${id}/regenerate`, {
      'transfer-encoding': 'chunked',
    });
    expect(status, text).toBe(201);
  });
});

describe('uploads', () => {
  test('are kept, replaced, run and deleted; files are never touched', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const put = (name: string, body: unknown) => gateway.request('PUT', `/api/v2/workflows/${name}`, body);
    expect((await put('mine', GREY)).status).toBe(201);
    const meta = { defaults: { width: 24, color: 3, prefix: 'up' }, constraints: { width: { max: 100 } } };
    expect((await put('mine', { workflow: GREY, meta })).status).toBe(200);
    expect((await list(gateway)).get('mine')).toMatchObject({ source: 'upload', required: [], file: null });
    const job = await run(gateway, 'mine', {});
    expect(job.inputs).toMatchObject({ width: 24, prefix: 'up' });
    const wide = await gateway.request('POST', '/api/v2/workflows/mine/jobs', { inputs: { width: 101 } });
    expect((await refusal(wide, 422, 'invalid_request')).message).toContain('the nearest is 100');

    const before = readFileSync(join(SHIPPED, 'generate_image.json'), 'utf8');
    await refusal(await put('generate_image', GREY), 409, 'name_taken');
    await refusal(await gateway.request('DELETE', '/api/v2/workflows/generate_image'), 403, 'forbidden');
    expect(readFileSync(join(SHIPPED, 'generate_image.json'), 'utf8')).toBe(before);

    expect((await gateway.request('DELETE', '/api/v2/workflows/mine')).status).toBe(204);
    await refusal(await gateway.request('DELETE', '/api/v2/workflows/mine'), 404, 'not_found');
    await refusal(await gateway.request('POST', '/api/v2/workflows/mine/jobs', {}), 404, 'not_found');
  });

  test.each([
    ['a slash', 'a%2Fb', /must not contain '\/'/],
    ['dots', '..%2F..%2Fetc', /must not contain/],
    ['NUL', 'a%00b', /U\+0000/],
    ['a full-width slash', encodeURIComponent('a／b'), /stand for '\/'/],
    ['a direction mark', encodeURIComponent('a\u202eb'), /U\+202E/],
    ['300 characters', 'a'.repeat(300), /at most 100 characters/],
    ['capitals', 'My-Flow', /'my_flow' would be right/],
  ])('a name with %s is refused with what is wrong', async (_, name, message) => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const response = await gateway.request('PUT', `/api/v2/workflows/${name}`, GREY);
    expect((await refusal(response, 400, 'invalid_request')).message).toMatch(message);
  });

  test.each([
    ['no JSON', '{"1": {', 422, 'invalid_workflow', /line 1/],
    ['the UI format', { nodes: [], links: [] }, 422, 'workflow_format_ui', /Export \(API\)/],
    [
      '5 MB',
      JSON.stringify({ '1': { class_type: 'A', inputs: { a: 'x'.repeat(5_000_000) } } }),
      422,
      'invalid_workflow',
      /at most 4\.0 MB/,
    ],
    ['nothing', '', 400, 'invalid_request', /empty/],
    [
      'two types of one parameter',
      { '1': { class_type: 'A', inputs: { a: 'PARAM_INT_X', b: 'PARAM_FLOAT_X' } } },
      422,
      'invalid_workflow',
      /two types/,
    ],
    [
      'a mapping to nowhere',
      { workflow: GREY, meta: { override_mappings: { w: [['7', 'width']] } } },
      422,
      'invalid_workflow',
      /node '7'/,
    ],
    ['a meta that is none', { workflow: GREY, meta: 'x' }, 422, 'invalid_workflow', /\.meta\.json/],
  ] as const)('%s is refused', async (_, body, status, code, message) => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const response = await gateway.request('PUT', '/api/v2/workflows/x', body);
    expect((await refusal(response, status, code)).message).toMatch(message);
    expect((await list(gateway)).has('x')).toBe(false);
  });

  test('of one owner have a limit together, and what replaces another counts once', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const large = JSON.stringify({ '1': { class_type: 'A', inputs: { a: 'x'.repeat(4_000_000) } } });
    const put = (name: string) => gateway.request('PUT', `/api/v2/workflows/${name}`, large);
    for (const name of ['a', 'b', 'c', 'd', 'd']) expect((await put(name)).ok).toBe(true);
    expect((await refusal(await put('e'), 400, 'invalid_request')).message).toContain('Delete some');
    await gateway.request('DELETE', '/api/v2/workflows/a');
    expect((await put('e')).status).toBe(201);
    expect([...(await list(gateway)).keys()]).toEqual([
      'b',
      'c',
      'd',
      'e',
      'generate_image',
      'generate_song',
    ]);
  });

  test("each key has its own; the administrator's are for all", async () => {
    const keys = { API_KEYS: 'alice:alice-secret,bob:bob-secret-1,admin:admin-secret' };
    const { gateway } = await startBoth({ ...keys, WORKFLOW_DIR: SHIPPED });
    const as = (secret: string) => ({ authorization: `Bearer ${secret}` });
    const [alice, bob, admin] = [as('alice-secret'), as('bob-secret-1'), as('admin-secret')];
    await gateway.request('PUT', '/api/v2/workflows/hers', GREY, alice);
    await gateway.request('PUT', '/api/v2/workflows/ours', GREY, admin);
    expect([...(await list(gateway, alice)).keys()]).toEqual([
      'generate_image',
      'generate_song',
      'hers',
      'ours',
    ]);
    expect([...(await list(gateway, bob)).keys()]).toEqual(['generate_image', 'generate_song', 'ours']);
    await refusal(await gateway.request('GET', '/api/v2/workflows/hers', undefined, bob), 404, 'not_found');
    await refusal(
      await gateway.request('DELETE', '/api/v2/workflows/ours', undefined, bob),
      403,
      'forbidden',
    );
    expect((await get<wire.Workflow>(gateway, '/api/v2/workflows/hers', alice)).example.curl).toContain(
      'Authorization',
    );
  });
});

describe('a dry run', () => {
  test('reports unknown classes, missing models, wrong options and missing inputs with the nearest; nothing runs', async () => {
    const { gateway, simulator } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const workflow = {
      '1': { class_type: 'CheckpointLoaderSimpel', inputs: { ckpt_name: 'x' } },
      '2': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'v1-5-pruned-emaonly.ckpt' } },
      '3': { class_type: 'SaveImage', inputs: { images: ['4', 0] } },
      '4': { class_type: 'VAEDecode', inputs: { samples: ['9', 0], vae: ['2', 2] } },
    };
    const response = await gateway.request('POST', '/api/v2/jobs?dry_run=true', { workflow });
    expect(response.status).toBe(200);
    const report = (await response.json()) as wire.DryRun;
    expect(report.valid).toBe(false);
    const reasons = Object.entries(report.node_errors).flatMap(([id, { errors }]) =>
      errors.map(({ field, reason, nearest }) => [id, field, reason, nearest?.[0]].join()),
    );
    expect(reasons.sort()).toEqual([
      '1,class_type,unknown_node,CheckpointLoaderSimple',
      '2,ckpt_name,not_in_list,v1-5-pruned-emaonly.safetensors',
      '3,filename_prefix,missing_input,',
      '4,samples,bad_link,',
    ]);
    expect(simulator.control.stats().requests['POST /prompt']).toBeUndefined();
    expect((await get<wire.JobList>(gateway, '/api/v2/jobs')).jobs).toEqual([]);
  });

  test('says yes to what ComfyUI takes: numbers as text, 64-bit seeds, one good output of two', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const named = '{"inputs":{"prompt":"x","seed":18446744073709551615,"steps":1}}';
    const answered = await gateway.request(
      'POST',
      '/api/v2/workflows/generate_image/jobs?dry_run=true',
      named,
    );
    expect(await answered.json()).toMatchObject({
      valid: true,
      node_errors: {},
      inputs: { seed: '18446744073709551615' },
    });
    const workflow = {
      '1': { class_type: 'EmptyImage', inputs: { width: '64', height: 64.7, batch_size: 1, color: 0 } },
      '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'a' } },
      '3': { class_type: 'SaveImage', inputs: { images: ['8', 0], filename_prefix: 'b' } },
    };
    const report = await (await gateway.request('POST', '/api/v2/jobs?dry_run=true', { workflow })).json();
    expect(report).toMatchObject({ valid: true, dropped_outputs: ['3'] });
    const job = await gateway.submit(workflow);
    expect(job.warnings.map(({ node_id: id }) => id)).toEqual(['3']);
    const bad = await gateway.request('POST', '/api/v2/workflows/generate_image/jobs?dry_run=1', {
      inputs: { steps: 0 },
    });
    expect(await bad.json()).toMatchObject({
      valid: false,
      input_errors: [{ field: 'prompt' }, { field: 'steps' }],
    });
  });
});

describe('defaults, models, queue', () => {
  test('runtime goes before persistent before environment; all or nothing; models are checked', async () => {
    const { gateway } = await startBoth({
      WORKFLOW_DIR: SHIPPED,
      COMFY_MCP_DEFAULT_IMAGE_MODEL: 'v1-5-pruned-emaonly.safetensors',
    });
    const patch = (body: unknown) => gateway.request('PATCH', '/api/v2/defaults', body);
    expect((await patch({ image: { steps: 7, cfg: 4 }, persist: true })).status).toBe(200);
    expect((await patch({ image: { steps: 9 } })).status).toBe(200);
    const { image, sources } = await get<wire.Defaults>(gateway, '/api/v2/defaults');
    expect(image).toMatchObject({ steps: 9, cfg: 4, width: 512, model: 'v1-5-pruned-emaonly.safetensors' });
    expect(sources['image']).toMatchObject({
      steps: 'runtime',
      cfg: 'config',
      width: 'hardcoded',
      model: 'env',
    });
    const job = await run(gateway, 'generate_image', { inputs: { prompt: 'x', cfg: 6 } });
    expect(job.inputs).toMatchObject({ steps: 9, cfg: 6 });

    const { details } = await refusal(
      await patch({ image: { steps: 3, model: 'none.ckpt', stepz: 1 } }),
      422,
      'invalid_request',
    );
    const faults = details?.['faults'] as { field: string }[];
    const fields = faults.map(({ field }) => field);
    expect(fields).toEqual(['image.model', 'image.stepz']);
    expect((await get<wire.Defaults>(gateway, '/api/v2/defaults')).image['steps']).toBe(9);
    // Taken away from one tier, the next one shows.
    await patch({ image: { steps: null } });
    expect((await get<wire.Defaults>(gateway, '/api/v2/defaults')).image['steps']).toBe(7);
  });

  test('a seed as a default keeps every digit', async () => {
    const { gateway } = await startBoth({ WORKFLOW_DIR: SHIPPED });
    const patch = '{"image":{"seed":18446744073709551613}}';
    expect((await gateway.request('PATCH', '/api/v2/defaults', patch)).status).toBe(200);
    const job = await run(gateway, 'generate_image', { inputs: { prompt: 'x', steps: 1 } });
    expect(await graphOf(gateway, job.id)).toContain('18446744073709551613');
    expect(await (await gateway.request('GET', '/api/v2/workflows/generate_image')).text()).toContain(
      '"default":18446744073709551613',
    );
  });

  test('runtime defaults are forgotten after a day, persistent ones are not', async () => {
    let now = Date.now();
    const simulator = await startSimulator();
    const env = { COMFYUI_URL: simulator.url, WORKFLOW_DIR: SHIPPED };
    const gateway = await startGateway(env, { now: () => now });
    await gateway.request('PATCH', '/api/v2/defaults', { image: { steps: 7 }, persist: true });
    await gateway.request('PATCH', '/api/v2/defaults', { image: { cfg: 3 } });
    now += 24 * 60 * 60 * 1000 + 1;
    const { image } = await get<wire.Defaults>(gateway, '/api/v2/defaults');
    expect(image).toMatchObject({ steps: 7, cfg: 8 });
  });

  test('models are asked from ComfyUI now; an unknown folder names the nearest', async () => {
    const models = { checkpoints: ['a.safetensors'] };
    const simulator = await startSimulator({ models });
    const gateway = await startGateway({ COMFYUI_URL: simulator.url });
    expect((await get<wire.ModelFolders>(gateway, '/api/v2/models')).folders).toContain('checkpoints');
    models.checkpoints.push('late.safetensors');
    expect(await get(gateway, '/api/v2/models/checkpoints')).toEqual({
      folder: 'checkpoints',
      models: ['a.safetensors', 'late.safetensors'],
      count: 2,
    });
    const response = await gateway.request('GET', '/api/v2/models/chekpoints');
    expect((await refusal(response, 404, 'not_found')).message).toContain("'checkpoints'");
  });

  test('the queue shows whose prompts they are, and no graphs', async () => {
    const keys = { API_KEYS: 'alice:alice-secret,bob:bob-secret-1' };
    const { gateway, simulator } = await startBoth(keys);
    simulator.control.pause();
    const as = (secret: string) => ({ authorization: `Bearer ${secret}` });
    const mine = await gateway.submit(pictureGraph(), {}, as('alice-secret'));
    await gateway.submit(pictureGraph(), {}, as('bob-secret-1'));
    const text = await (await gateway.request('GET', '/api/v2/queue', undefined, as('alice-secret'))).text();
    const queue = JSON.parse(text) as wire.Queue;
    const all = [...queue.queue_running, ...queue.queue_pending];
    expect(queue.running_count + queue.pending_count).toBe(2);
    expect(all.filter((prompt) => prompt.mine).map(({ prompt_id: id }) => id)).toEqual([mine.id]);
    expect(text).not.toContain('class_type');
  });
});

test('a long queue is counted whole, also where not all of it is shown', async () => {
  const simulator = await startSimulator();
  const pending = Array.from({ length: 1_200 }, (_, i) => [i, `prompt-${i}`, {}, {}, []]);
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url },
    {
      fetch: (url, init) =>
        url.endsWith('/queue')
          ? Promise.resolve(Response.json({ queue_running: [], queue_pending: pending }))
          : fetch(url, init),
    },
  );
  const queue = await get<wire.Queue>(gateway, '/api/v2/queue');
  expect([queue.running_count, queue.pending_count, queue.queue_pending.length]).toEqual([0, 1_200, 1_000]);
});

describe('services of config.json', () => {
  const service = {
    name: 'text_to_image',
    comfyui_workflow_api: 'generate_image',
    parameters: [
      { name: 'words', type: 'string', required: true, comfyui_node_id: '6', comfyui_widget_name: 'text' },
    ],
  };

  test('are in the catalogue under their own names, before a file of that name', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway(
      { COMFYUI_URL: simulator.url, WORKFLOW_DIR: SHIPPED },
      {},
      { services: [service] },
    );
    expect((await list(gateway)).get('text_to_image')).toMatchObject({
      source: 'config',
      required: ['words'],
    });
    const job = await run(gateway, 'text_to_image', { inputs: { words: 'a dog', steps: 1 } });
    const graph = JSON.parse(await graphOf(gateway, job.id)) as Record<
      string,
      { inputs: Record<string, unknown> }
    >;
    expect(graph['6']?.inputs['text']).toBe('a dog');
  });

  test('a mapping to what is not there stops the start, with file, service and nearest names', async () => {
    const broken = { ...service, parameters: [{ ...service.parameters[0], comfyui_widget_name: 'txt' }] };
    await expect(startGateway({ WORKFLOW_DIR: SHIPPED }, {}, { services: [broken] })).rejects.toThrow(
      /config\.json: service 'text_to_image', parameter 'words': node 6 \(CLIPTextEncode\) has no input 'txt'; the nearest: 'text'/,
    );
    const missing = { ...service, comfyui_workflow_api: 'nowhere.json' };
    await expect(startGateway({ WORKFLOW_DIR: SHIPPED }, {}, { services: [missing] })).rejects.toThrow(
      /service 'text_to_image': there is no workflow 'nowhere\.json'/,
    );
  });

  test('where files lie is told at the start, not to callers', async () => {
    const dir = folder({ 'mine.json': GREY, 'shut.json': GREY });
    const simulator = await startSimulator();
    const mine = { name: 'mine_too', comfyui_workflow_api: 'mine' };
    const missing = { name: 'gone', comfyui_workflow_api: 'nowhere.json' };
    const env = { COMFYUI_URL: simulator.url, WORKFLOW_DIR: dir };
    await expect(startGateway(env, {}, { services: [missing] })).rejects.toThrow(dir);
    const gateway = await startGateway(env, {}, { services: [mine] });
    rmSync(join(dir, 'mine.json'));
    const found = await list(gateway);
    expect(found.get('mine_too')?.error?.message).toContain("'mine'");
    expect(JSON.stringify([...found])).not.toContain(dir);
  });
});

describe('defaults of the home directory', () => {
  const open = (defaults: unknown) => {
    const home = folder();
    mkdirSync(join(home, '.config', 'comfy-mcp'), { recursive: true });
    write(join(home, '.config', 'comfy-mcp'), 'config.json', { defaults });
    return openWorkflows({ workflowDir: SHIPPED, services: [] }, './config.json', home);
  };

  test('are read; one of another type or beyond its limits stops the start', async () => {
    const image = { steps: 30, model: 'a.safetensors', lora: 'of some workflow' };
    expect((await open({ image })).homeDefaults).toEqual({ image });
    await expect(open({ image: { steps: 'abc' } })).rejects.toThrow(
      /config\.json: 'image\.steps' must be a whole number/,
    );
    await expect(open({ image: { width: -5 } })).rejects.toThrow(/image\.width/);
    await expect(open({ image: 5 })).rejects.toThrow(/defaults\.image must be an object/);
  });
});
