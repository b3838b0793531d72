/** Points of contracts/mcp-tools.md on `.meta.json` and config.json that hold together from file to graph. */
import { expect, test } from 'vitest';
import { bindGraph } from '../../src/workflows/bind.ts';
import { openBundle } from '../../src/workflows/bundle.ts';
import { applyDefaults } from '../../src/workflows/defaults.ts';
import { createWorkflowFiles } from '../../src/workflows/files.ts';
import { describe } from '../../src/workflows/schema.ts';
import { fromService } from '../../src/workflows/service.ts';
import type { Workflow } from '../../src/workflows/workflow.ts';
import { parsed } from './helpers.ts';

const INFO = {
  KSampler: {
    input: {
      required: {
        seed: ['INT', { default: 0, min: 0, max: 2 ** 64 }],
        steps: ['INT', { default: 20, min: 1, max: 10000 }],
        cfg: ['FLOAT', { default: 8, min: 0, max: 100, step: 0.1 }],
        sampler_name: [['euler', 'heun', 'dpmpp_2m']],
        note: ['STRING', { tooltip: 'A remark.' }],
      },
    },
  },
};

/** From file to graph as a surface does it: described, defaults applied, bound. */
function run(workflow: Workflow, values: Record<string, unknown>, info: typeof INFO | null = INFO) {
  const { parameters, faults } = describe(workflow, info ?? undefined);
  const applied = applyDefaults(workflow, parameters, {});
  const bound = bindGraph(workflow.graphText, applied.parameters, values, { seed: () => 5 });
  const nodes = bound.ok ? (JSON.parse(bound.graphText) as Record<string, { inputs: unknown }>) : undefined;
  return {
    faults,
    sources: applied.sources,
    inputs: nodes?.['3']!.inputs,
    refused: bound.ok ? undefined : bound.error.faults,
  };
}

const graph = (inputs: Record<string, unknown>) => ({ '3': { class_type: 'KSampler', inputs } });

test('constraints of .meta.json hold, each of min, max, step and enum, with and without ComfyUI', () => {
  const workflow = parsed(
    graph({ steps: 'PARAM_INT_STEPS', cfg: 'PARAM_FLOAT_CFG', sampler_name: 'PARAM_STR_SAMPLER_NAME' }),
    {
      constraints: {
        steps: { min: 4, max: 40, step: 4 },
        cfg: { step: 0.5 },
        sampler_name: { enum: ['euler', 'heun', 'not_installed'] },
      },
    },
  );
  for (const info of [INFO, null]) {
    expect(run(workflow, { steps: 8, cfg: 7.5, sampler_name: 'heun' }, info).inputs).toEqual({
      steps: 8,
      cfg: 7.5,
      sampler_name: 'heun',
    });
    expect(
      run(workflow, { steps: 2, cfg: 7.3, sampler_name: 'dpmpp_2m' }, info).refused?.map((f) => f.reason),
    ).toEqual(['too_small', 'not_a_multiple', 'not_in_list']);
    expect(run(workflow, { steps: 44 }, info).refused).toMatchObject([{ reason: 'too_big', nearest: [40] }]);
    expect(run(workflow, { steps: 10 }, info).refused).toMatchObject([{ nearest: [8, 12] }]);
  }
  // What the author allows and ComfyUI does not have is not allowed.
  expect(run(workflow, { sampler_name: 'not_installed' }).refused).toMatchObject([{ reason: 'not_in_list' }]);
});

test('override_mappings: one name, several places; the graph’s own values are its defaults', () => {
  const workflow = parsed(graph({ seed: 7, steps: 12, cfg: 3.5, note: 'x' }), {
    name: 'Mapped',
    description: 'By hand',
    defaults: { cfg: 4 },
    override_mappings: { quality: [['3', 'steps']], cfg: [['3', 'cfg']], seed: ['3', 'seed'] },
  });
  expect(workflow).toMatchObject({ title: 'Mapped', description: 'By hand' });
  const { inputs, sources } = run(workflow, {});
  expect(inputs).toEqual({ seed: 5, steps: 12, cfg: 4, note: 'x' });
  expect(sources).toEqual({ quality: 'meta', cfg: 'meta' });
  expect(run(workflow, { quality: 30, cfg: 5, seed: 1 }).inputs).toEqual({
    seed: 1,
    steps: 30,
    cfg: 5,
    note: 'x',
  });
  // Types are ComfyUI's.
  expect(run(workflow, { quality: 30.5 }).refused).toMatchObject([
    { parameter: 'quality', reason: 'wrong_type' },
  ]);
});

test('required is what has no default in any tier, is no seed, and has none in ComfyUI', () => {
  const workflow = parsed(
    graph({
      seed: 'PARAM_INT_SEED',
      steps: 'PARAM_INT_COUNT',
      cfg: 'PARAM_FLOAT_CFG',
      note: 'PARAM_NOTE',
      sampler_name: 'PARAM_KIND',
    }),
    { defaults: { kind: 'heun' } },
  );
  expect(run(workflow, {}).refused).toMatchObject([{ parameter: 'note', reason: 'missing_input' }]);
  const { inputs, sources } = run(workflow, { note: 'y' });
  expect(inputs).toEqual({ seed: 5, steps: 20, cfg: 8, note: 'y', sampler_name: 'heun' });
  expect(sources).toEqual({ count: 'comfyui', cfg: 'hardcoded', kind: 'meta' });
  expect(run(workflow, {}, null).refused?.map((f) => f.parameter)).toEqual(['count', 'note']);
});

test('a service of config.json: every type, descriptions, defaults, required', () => {
  const at = (name: string, input: string, type: string, more = {}) => ({
    name,
    type,
    comfyui_node_id: '3',
    comfyui_widget_name: input,
    ...more,
  });
  const result = fromService(
    {
      name: 'all_types',
      description: 'One of each',
      comfyui_workflow_api: 'all.json',
      parameters: [
        at('text', 's', 'string', { description: 'A text', required: true }),
        at('count', 'n', 'number', { default: 2 }),
        at('on', 'b', 'boolean'),
        at('list', 'l', 'array', { default: ['a'] }),
        at('map', 'o', 'object'),
        at('seed', 'seed', 'number', { default: -1 }),
      ],
      outputs: [{ name: 'image', type: 'image', source: { node_id: '3', output_type: 'images', index: 0 } }],
    },
    JSON.stringify(graph({ s: '', n: 1, b: true, l: [], o: { k: 1 }, seed: 9 })),
  );
  if (!result.ok) throw new Error(result.error.message);
  const { workflow } = result;
  expect(workflow).toMatchObject({ description: 'One of each', outputs: [{ name: 'image' }] });
  expect(run(workflow, { text: 'x' }, null).inputs).toEqual({
    s: 'x',
    n: 2,
    b: true,
    l: { __value__: ['a'] },
    o: { k: 1 },
    seed: 5,
  });
  const wrong = { text: 1, count: '2', on: 'false', list: {}, map: [], seed: 'x' };
  expect(run(workflow, wrong, null).refused?.map((f) => [f.parameter, f.reason])).toEqual(
    Object.keys(wrong).map((name) => [name, 'wrong_type']),
  );
  expect(run(workflow, {}, null).refused).toMatchObject([
    { parameter: 'text', message: "required parameter 'text' (string) is missing: A text" },
  ]);
});

test('NAME.meta.json is never taken for a workflow, also where names are written in capitals', async () => {
  const folder = openBundle({
    'a.json': '{"1":{"inputs":{"x":"PARAM_X"}}}',
    'a.meta.json': '{"name":"First"}',
    'B.JSON': '{"1":{"inputs":{"x":"PARAM_X"}}}',
    'B.META.JSON': '{"name":"Second"}',
    'alone.meta.json': '{"name":"Nobody"}',
  });
  const files = createWorkflowFiles({ folder, services: [], shared: true, now: () => 1 });
  const entries = [...(await files.entries(0)).values()];
  expect(entries.map(({ name, workflow }) => [name, workflow?.title])).toEqual([
    ['b', 'Second'],
    ['a', 'First'],
  ]);
});

test('a file that could not be read is tried again, though it has not changed', async () => {
  const text = '{"1":{"inputs":{"x":"PARAM_X"}}}';
  const bundle = openBundle({ 'a.json': text });
  let isOpen = false;
  const folder = {
    ...bundle,
    read: (name: string) =>
      isOpen
        ? bundle.read(name)
        : Promise.reject(Object.assign(new Error("open '/srv/a.json'"), { code: 'EACCES' })),
  };
  const files = createWorkflowFiles({ folder, services: [], shared: true, now: () => 1 });
  expect((await files.entries(-1)).get('a')?.error?.message).toBe('a.json cannot be read: EACCES.');
  isOpen = true;
  const entry = (await files.entries(-1)).get('a');
  expect(entry).toMatchObject({ workflow: { name: 'a' } });
  expect((await files.entries(-1)).get('a')).toBe(entry);
});
