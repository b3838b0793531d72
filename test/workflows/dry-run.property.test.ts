/** A dry run against ComfyUI's own validation (the simulator's, which behaves like the recordings), over graphs with random faults. */
import * as fc from 'fast-check';
import { describe as suite, expect, test } from 'vitest';
import { parseLossless, type JsonObject } from '../../src/comfyui/json.ts';
import { createFileStore } from '../../src/simulator/files.ts';
import { parseJson } from '../../src/simulator/json.ts';
import { loadNodeClasses } from '../../src/simulator/object-info.ts';
import { validatePrompt } from '../../src/simulator/validate.ts';
import { bindGraph } from '../../src/workflows/bind.ts';
import { applyDefaults } from '../../src/workflows/defaults.ts';
import { dryRun } from '../../src/workflows/dry-run.ts';
import type { Graph } from '../../src/workflows/graph-text.ts';
import { describe } from '../../src/workflows/schema.ts';
import { shipped } from './helpers.ts';

const models = { checkpoints: ['ace_step_v1_3.5b.safetensors', 'v1-5-pruned-emaonly.safetensors'] };
const classes = loadNodeClasses(models, createFileStore({ limitBytes: 1, now: () => 0 }));
const info = Object.fromEntries(classes.names().map((type) => [type, classes.get(type)])) as JsonObject;

/** The shipped workflows with values in them; texts, so that each run has its own. */
const GRAPHS = ['generate_image', 'generate_song'].map((name) => {
  const workflow = shipped(name);
  const { parameters } = applyDefaults(workflow, describe(workflow, info).parameters, {});
  const values = name === 'generate_image' ? { prompt: 'a' } : { tags: 'a', lyrics: 'b' };
  const bound = bindGraph(workflow.graphText, parameters, values, { seed: () => 1 });
  if (!bound.ok) throw new Error(bound.error.message);
  return bound.graphText;
});

const value = fc.oneof(
  fc.integer({ min: -5, max: 20_000 }).map(String),
  fc.double({ min: -5, max: 2000, noNaN: true }).map((n) => JSON.stringify(n)),
  fc.constantFrom(
    '"20"',
    '" 7 "',
    '"1.5"',
    '"x"',
    '""',
    'true',
    'false',
    'null',
    '{}',
    '[1,2,3]',
    '[]',
    '"euler"',
    '"eulr"',
    '18446744073709551615',
    '18446744073709551616',
    '["4",0]',
    '["40",1]',
    '["5",0]',
    '["404",0]',
    '["3",0]',
    '"v1-5-pruned-emaonly.safetensors"',
    '{"__value__":7}',
    '{"__value__":" 7 "}',
    '{"__value__":"euler"}',
    '"nan"',
    '"-inf"',
  ),
);
const change = fc.record({
  node: fc.nat(),
  input: fc.nat(),
  what: fc.oneof(
    value,
    fc.constantFrom('remove input', 'remove node', 'remove inputs', 'rename class', 'no class'),
  ),
});

function changed(text: string, changes: { node: number; input: number; what: string }[]): string {
  const graph = parseLossless(text) as Record<
    string,
    { class_type?: string; inputs?: Record<string, unknown> }
  >;
  for (const { node, input, what } of changes) {
    const ids = Object.keys(graph);
    if (ids.length < 2) break;
    const id = ids[node % ids.length]!;
    const inputs = graph[id]!.inputs ?? {};
    const name = Object.keys(inputs)[input % Math.max(1, Object.keys(inputs).length)];
    if (what === 'remove node') delete graph[id];
    else if (what === 'remove inputs') delete graph[id]!.inputs;
    else if (what === 'rename class') graph[id]!.class_type = 'KSamplr';
    else if (what === 'no class') delete graph[id]!.class_type;
    else if (name === undefined) continue;
    else if (what === 'remove input') delete inputs[name];
    else inputs[name] = parseLossless(what);
  }
  return JSON.stringify(graph);
}

test('what ComfyUI takes whole, a dry run does not blame; what it finds invalid, ComfyUI refuses', () => {
  const seen = { taken: 0, refused: 0, missed: 0 };
  fc.assert(
    fc.property(fc.constantFrom(...GRAPHS), fc.array(change, { maxLength: 2 }), (graph, changes) => {
      const text = changed(graph, changes);
      const report = dryRun(parseLossless(text) as Graph, info);
      const verdict = validatePrompt(parseJson(text), null, {
        classes,
        newer: true,
        customCheck: () => undefined,
      });
      if (verdict.ok && Object.keys(verdict.nodeErrors).length === 0) {
        seen.taken++;
        expect(report).toMatchObject({ valid: true, dropped: [], faults: {} });
      }
      if (!report.valid) expect(verdict.ok).toBe(false);
      if (!verdict.ok) seen[report.valid ? 'missed' : 'refused']++;
      for (const { errors } of Object.values(report.faults)) expect(errors.length).toBeGreaterThan(0);
    }),
    {
      numRuns: 3_000,
      // A seed beyond 64 bits, a boolean and a text as steps.
      examples: [
        [GRAPHS[0]!, [{ node: 0, input: 0, what: '18446744073709551616' }]],
        [GRAPHS[0]!, [{ node: 0, input: 1, what: 'true' }]],
        [GRAPHS[0]!, [{ node: 0, input: 1, what: '" 7 "' }]],
        [GRAPHS[0]!, [{ node: 0, input: 1, what: '{"__value__":7}' }]],
        [GRAPHS[0]!, [{ node: 0, input: 2, what: '"nan"' }]],
      ],
    },
  );
  // Left to ComfyUI: types of links, lists in the place of values. Most faults are seen.
  expect(seen.taken).toBeGreaterThan(300);
  expect(seen.refused).toBeGreaterThan(4 * seen.missed);
});

test('a node called __proto__ has faults like any other', () => {
  const graph = parseLossless(
    '{"__proto__":{"class_type":"KSamplr","inputs":{}},"1":{"class_type":"SaveImage","inputs":{"images":["__proto__",0]}}}',
  );
  const { valid, faults } = dryRun(graph as Graph, info);
  expect([valid, Object.keys(faults)]).toEqual([false, ['1', '__proto__']]);
  expect(({} as JsonObject)['errors']).toBeUndefined();
});

test('a large graph full of faults costs little', () => {
  const graph: Graph = {};
  for (let i = 0; i < 30_000; i++)
    graph[`node ${i}`] = {
      class_type: i % 2 ? `KSamplerOfSomeOtherKind${i}` : 'SaveImage',
      inputs: { images: [`nodes ${i}`, 0], filename_prefix: 'x' },
    };
  const start = performance.now();
  const { valid, faults } = dryRun(graph, info);
  expect(valid).toBe(false);
  expect(Object.keys(faults).length).toBeLessThanOrEqual(200);
  expect(performance.now() - start).toBeLessThan(5_000);
});

suite('as a real ComfyUI answered', () => {
  const classesOf = (required: Record<string, unknown>) => ({
    Odd: { input: { required }, output_node: true },
  });
  const judge = (required: Record<string, unknown>, inputs: Record<string, unknown>) =>
    dryRun({ '1': { class_type: 'Odd', inputs } }, classesOf(required));

  test.each([
    ['a list option of none', { o: [['a', 1, null]] }, { o: null }],
    ['true is 1 in Python', { o: [[1, 2]] }, { o: true }],
    ['0 is false in Python', { o: [[true, false]] }, { o: 0 }],
    ['wrapped, as the editor writes lists', { o: [['a', 'b']] }, { o: { __value__: 'b' } }],
    [
      'several of a list',
      { o: ['COMBO', { options: ['a', 'b', 'c'], multi_select: { chip: true } }] },
      { o: { __value__: ['a', 'c'] } },
    ],
    ['digits of another script', { n: ['INT', { min: 0, max: 5 }] }, { n: '٣' }],
    ['no number at all', { f: ['FLOAT', { min: 0, max: 5 }] }, { f: 'NaN' }],
    ['infinite', { f: ['FLOAT', {}] }, { f: '-Infinity' }],
    [
      'slots that the editor adds',
      { images: ['COMFY_AUTOGROW_V3', { template: { prefix: 'image', min: 1 } }] },
      { 'images.image0': 'x' },
    ],
  ])('it takes %s', (_name, required, inputs) => {
    expect(judge(required, inputs)).toMatchObject({ valid: true, faults: {} });
  });

  test.each([
    ['an option where none is installed', { o: [[]] }, { o: 'x' }, 'not_in_list'],
    ['a text in a list of booleans', { o: [[true, false]] }, { o: 'true' }, 'not_in_list'],
    ['infinity beyond a limit', { f: ['FLOAT', { max: 5 }] }, { f: 'inf' }, 'too_big'],
    ['a wrapped number beyond a limit', { n: ['INT', { max: 5 }] }, { n: { __value__: 6 } }, 'too_big'],
  ])('it refuses %s', (_name, required, inputs, reason) => {
    const { valid, faults } = judge(required, inputs);
    expect([valid, faults['1']?.errors.map((fault) => fault.reason)]).toEqual([false, [reason]]);
  });
});
