/** Values into graphs: types, limits, seeds, digits, overrides; bind.property.test.ts has the properties. */
import { expect, test } from 'vitest';
import { parseLossless } from '../../src/comfyui/json.ts';
import { bindGraph } from '../../src/workflows/bind.ts';
import { describe } from '../../src/workflows/schema.ts';
import type { Parameter } from '../../src/workflows/workflow.ts';
import { parsed } from './helpers.ts';

type Inputs = Record<string, Record<string, unknown>>;
const SEED = { seed: () => 12345 };

/** Binds, and reads back the inputs of every node. */
function bind(
  graph: unknown,
  values: Record<string, unknown>,
  change: Partial<Parameter> = {},
  options = SEED,
) {
  const workflow = parsed(graph);
  const parameters = workflow.parameters.map((p) => ({ ...p, ...change }));
  const bound = bindGraph(workflow.graphText, parameters, values, options);
  if (!bound.ok) return bound;
  const nodes = JSON.parse(bound.graphText) as Record<string, { inputs: Record<string, unknown> }>;
  return {
    ...bound,
    inputs: Object.fromEntries(Object.entries(nodes).map(([id, n]) => [id, n.inputs])) as Inputs,
  };
}

function faultsOf(result: ReturnType<typeof bind>) {
  if (result.ok) throw new Error(`it was taken: ${result.graphText}`);
  return result.error.faults;
}

function taken(result: ReturnType<typeof bind>) {
  if (!result.ok) throw new Error(result.error.message);
  return result as Extract<typeof result, { ok: true }> & { inputs: Inputs };
}

const typed = (type: string) => ({ '1': { inputs: { a: `PARAM_${type}X` } } });

test.each([
  ['', 5],
  ['', true],
  ['', ['a']],
  ['', {}],
  ['INT_', 1.5],
  ['INT_', '5'],
  ['INT_', true],
  ['INT_', ''],
  ['FLOAT_', '1.5'],
  ['FLOAT_', false],
  ['FLOAT_', Infinity],
  ['FLOAT_', Number.NaN],
  ['BOOL_', 'false'],
  ['BOOL_', 0],
  ['BOOL_', 1],
])('PARAM_%sX does not take %j', (type, value) => {
  expect(faultsOf(bind(typed(type), { x: value }))).toMatchObject([{ parameter: 'x', reason: 'wrong_type' }]);
});

test.each([
  ['', 'false', 'false'],
  ['INT_', 20, 20],
  ['INT_', 20.0, 20],
  ['INT_', -3, -3],
  ['FLOAT_', 8, 8],
  ['FLOAT_', 0.1, 0.1],
  ['BOOL_', false, false],
  ['', '', ''],
])('PARAM_%sX takes %j', (type, value, read) => {
  const result = taken(bind(typed(type), { x: value }));
  expect(result.inputs['1']!['a']).toBe(read);
  expect(result.values).toEqual({ x: read });
});

test('required, unknown and placeholder values; all faults at once', () => {
  const graph = { '1': { inputs: { a: 'PARAM_PROMPT', b: 'PARAM_INT_STEPS' } } };
  expect(faultsOf(bind(graph, {}))).toHaveLength(2);
  expect(faultsOf(bind(graph, { prompt: null, steps: 1 }))).toMatchObject([
    { parameter: 'prompt', reason: 'missing_input' },
  ]);
  expect(faultsOf(bind(graph, { promt: 'x', prompt: 'y', steps: 1 }))).toMatchObject([
    { reason: 'unknown_parameter', nearest: ['prompt'] },
  ]);
  expect(faultsOf(bind(graph, { prompt: 'PARAM_PROMPT', steps: 1 }))).toMatchObject([
    { reason: 'placeholder' },
  ]);
  expect(faultsOf(bind(graph, { zzzzzzz: 1, prompt: 'y', steps: 1 }))[0]!.message).toContain(
    "the workflow has 'prompt', 'steps'",
  );
});

test('limits name the nearest allowed value', () => {
  const of = (change: Partial<Parameter>, x: unknown, type = 'INT_') =>
    faultsOf(bind(typed(type), { x }, change))[0]!;
  expect(of({ minimum: 16, maximum: 2048 }, 5)).toMatchObject({
    reason: 'too_small',
    nearest: [16],
    message: "'x' must be between 16 and 2048 (given: 5); the nearest is 16",
  });
  expect(of({ maximum: 1 }, 1.5, 'FLOAT_')).toMatchObject({ reason: 'too_big', nearest: [1] });
  expect(of({ multipleOf: 64 }, 100)).toMatchObject({ reason: 'not_a_multiple', nearest: [128, 64] });
  expect(of({ enum: ['euler', 'heun'] }, 'Eular', '')).toMatchObject({
    reason: 'not_in_list',
    nearest: ['euler'],
  });
  expect(of({ enum: [1, 2, 8] }, 7)).toMatchObject({ reason: 'not_in_list', nearest: [8] });
  expect(taken(bind(typed('FLOAT_'), { x: 0.07 }, { multipleOf: 0.01 })).values).toEqual({ x: 0.07 });
});

test('steps are counted from the minimum', () => {
  const workflow = parsed(typed('INT_'), { constraints: { x: { min: 1, max: 25, step: 8 } } });
  const bindX = (x: number) => bindGraph(workflow.graphText, workflow.parameters, { x }, SEED);
  for (const x of [1, 9, 17, 25]) expect(bindX(x).ok).toBe(true);
  expect(bindX(16)).toMatchObject({
    error: { message: "'x' must be 1 plus a multiple of 8 (given: 16); the nearest: 17 or 9" },
  });
  const schema = describe(workflow, undefined).jsonSchema['properties'];
  expect(schema).toEqual({
    x: { type: 'integer', minimum: 1, maximum: 25, 'x-comfyui': { step: 8, step_from: 1 } },
  });
});

test('seeds: left out, -1, digits, and their limits', () => {
  const graph = { '1': { inputs: { seed: 'PARAM_INT_SEED' } } };
  for (const values of [{}, { seed: null }, { seed: -1 }, { seed: '-1' }])
    expect(taken(bind(graph, values)).values).toEqual({ seed: 12345 });
  for (const given of [
    '18446744073709551615',
    18446744073709551615n,
    parseLossless('18446744073709551615'),
  ]) {
    const result = taken(bind(graph, { seed: given }, { minimum: 0, maximum: 2 ** 64 }));
    expect(result.graphText).toContain(':18446744073709551615}');
    expect(JSON.parse(JSON.stringify(result.values))).toEqual({ seed: '18446744073709551615' });
  }
  expect(faultsOf(bind(graph, { seed: '18446744073709551616' }, { maximum: 2 ** 64 }))).toMatchObject([
    { reason: 'too_big' },
  ]);
  expect(faultsOf(bind(graph, { seed: 'abc' }))).toMatchObject([{ reason: 'wrong_type' }]);
  expect(taken(bind(graph, {}, { minimum: 0, maximum: 99 })).values).toEqual({ seed: 12345 % 100 });
});

test('single inputs by path; links, conflicts and what is not there', () => {
  const graph = {
    '10:3': { class_type: 'K', inputs: { seed: 7, 'a.b': 1, model: ['4', 0] } },
    '4': { class_type: 'L', inputs: { text: 'x' } },
  };
  const result = taken(bind(graph, { '10:3.seed': 9, '10:3.a.b': 2.5, '4.text': 'y' }));
  expect(result.inputs).toEqual({ '10:3': { seed: 9, 'a.b': 2.5, model: ['4', 0] }, '4': { text: 'y' } });
  expect(taken(bind(graph, {})).inputs['10:3']!['seed']).toBe(7);
  expect(faultsOf(bind(graph, { '10:3.model': 'x' }))[0]!.message).toContain('linked to another node');
  expect(faultsOf(bind(graph, { '44.text': 'x' }))[0]).toMatchObject({ nearest: ['4.text'] });
  expect(faultsOf(bind(graph, { '4.text': 5 }))).toMatchObject([{ reason: 'wrong_type' }]);
  const mixed = { '1': { inputs: { a: 'PARAM_X', b: 'PARAM_X', c: 5 } } };
  expect(faultsOf(bind(mixed, { x: 'p', '1.a': 'q' }))).toMatchObject([{ reason: 'conflict' }]);
  expect(taken(bind(mixed, { x: 'p', '1.c': 6 })).inputs['1']).toEqual({ a: 'p', b: 'p', c: 6 });
  expect(faultsOf(bind(mixed, { '1.a': 'q' }))).toMatchObject([{ reason: 'missing_input', parameter: 'x' }]);
  expect(faultsOf(bind(mixed, { x: 'p', '1.d': 'q' }))[0]!.message).toContain("no input 'd'");
});

test('regenerate: what is left out stays, seeds are new, -1 keeps', () => {
  const graph = {
    '1': { inputs: { text: 'PARAM_PROMPT', seed: 'PARAM_INT_SEED', steps: 'PARAM_INT_STEPS' } },
  };
  const { parameters } = parsed(graph);
  const first = taken(bind(graph, { prompt: 'cat', seed: '9007199254740993', steps: 4 }));
  const again = (values: Record<string, unknown>) => {
    const bound = bindGraph(first.graphText, parameters, values, { seed: () => 77, keepSeeds: true });
    if (!bound.ok) throw new Error(bound.error.message);
    return bound;
  };
  expect(again({}).graphText).toBe('{"1":{"inputs":{"text":"cat","seed":77,"steps":4}}}');
  expect(again({ seed: -1, steps: 8 }).graphText).toBe(
    '{"1":{"inputs":{"text":"cat","seed":9007199254740993,"steps":8}}}',
  );
  expect(again({ seed: -1 }).values).toEqual({ seed: '9007199254740993' });
  const raw = '{"3":{"inputs":{"seed":1,"cfg":2}},"4":{"inputs":{"noise_seed":3}}}';
  const bound = bindGraph(raw, parsed(raw).parameters, { seed: 5 }, { seed: () => 77, keepSeeds: true });
  expect(bound).toMatchObject({
    ok: true,
    graphText: '{"3":{"inputs":{"seed":5,"cfg":2}},"4":{"inputs":{"noise_seed":5}}}',
  });
});

test('a place that the graph has no more is an error, also for a seed that is drawn', () => {
  const { parameters } = parsed({ '1': { inputs: { seed: 'PARAM_INT_SEED' } } });
  const bound = bindGraph('{"1":{"inputs":{"noise_seed":1}}}', parameters, {}, { ...SEED, keepSeeds: true });
  expect(bound.ok ? '' : bound.error.message).toContain("no input 'seed'");
});

test('names that are traps', () => {
  const graph = '{"__proto__":{"inputs":{"__proto__":"PARAM_X","constructor":"PARAM___PROTO__"}}}';
  const values = JSON.parse('{"x":"a","__proto__":"b"}') as Record<string, unknown>;
  expect(taken(bind(graph, values)).graphText).toBe(
    '{"__proto__":{"inputs":{"__proto__":"a","constructor":"b"}}}',
  );
  expect(faultsOf(bind('{"1":{"inputs":{"a":"PARAM_X"}}}', { x: 'a', toString: 1 }))).toHaveLength(1);
});

test('a list that ComfyUI would take for a link is no value', () => {
  expect(faultsOf(bind(typed(''), { x: ['4', 0] }, { type: 'array' }))).toMatchObject([
    { reason: 'wrong_type' },
  ]);
  expect(faultsOf(bind(typed(''), { x: [['PARAM_Y']] }, { type: 'array' }))).toMatchObject([
    { reason: 'placeholder' },
  ]);
  expect(taken(bind(typed(''), { x: [1, 2, 3] }, { type: 'array' })).inputs['1']).toEqual({
    a: { __value__: [1, 2, 3] },
  });
});

test('a seed for which nothing fits is refused, not sent', () => {
  const graph = { '1': { inputs: { seed: 'PARAM_INT_SEED' } } };
  expect(faultsOf(bind(graph, {}, { minimum: 9, maximum: 8 }))).toMatchObject([{ parameter: 'seed' }]);
  expect(faultsOf(bind(graph, {}, { enum: [1, 2] }))).toMatchObject([{ reason: 'not_in_list' }]);
});

test('a large integer keeps its digits also where the graph does not say that it is one', () => {
  const graph = '{"1":{"class_type":"PrimitiveInt","inputs":{"value":5}}}';
  const result = taken(bind(graph, { '1.value': 9223372036854775807n }));
  expect(result.graphText).toContain('"value":9223372036854775807}');
  const again = bindGraph(result.graphText, parsed(graph).parameters, result.values, SEED);
  expect(again).toMatchObject({ ok: true, graphText: result.graphText, values: result.values });
});

test('what was bound can be bound again, also where one of several places was set singly', () => {
  const graph = {
    '1': { inputs: { a: 'PARAM_INT_SEED', x: 'PARAM_X' } },
    '2': { inputs: { b: 'PARAM_INT_SEED', y: 'PARAM_X' } },
  };
  const workflow = parsed(graph);
  const parameters = workflow.parameters.map((p) =>
    p.name === 'x' ? { ...p, default: 'd', required: false } : p,
  );
  const first = bindGraph(workflow.graphText, parameters, { '1.a': 7, '2.y': 'own' }, SEED);
  expect(first).toMatchObject({ values: { '1.a': 7, '2.b': 12345, '1.x': 'd', '2.y': 'own' } });
  if (first.ok)
    expect(bindGraph(first.graphText, parameters, first.values, { seed: () => 1 })).toEqual(first);
});

test('a link is one however its number is written', () => {
  const raw = parseLossless('["4", 0.0, 12345678901234567890]') as unknown[];
  expect(faultsOf(bind(typed(''), { x: raw.slice(0, 2) }, { type: 'array' }))[0]!.message).toContain(
    'not a link',
  );
  const workflow = parsed('{"1":{"inputs":{"model":["4", 0.0],"n":12345678901234567890}}}');
  expect(workflow.parameters.map((p) => p.name)).toEqual(['1.n']);
});

test('single inputs are checked by object_info, if it is there', () => {
  const graph = {
    '5': { class_type: 'Empty', inputs: { batch: 1, kind: 'alpha', w: 'PARAM_INT_W', noise: 3 } },
    '6': { class_type: 'Unknown', inputs: { n: 1 } },
  };
  const required = {
    batch: ['INT', { min: 1, max: 64 }],
    kind: [['alpha', 'bee']],
    w: ['INT', {}],
    noise: ['FLOAT', {}],
  };
  const workflow = parsed(graph);
  const bindOne = (path: string, value: unknown) => {
    const options = { ...SEED, objectInfo: { Empty: { input: { required } } } };
    const bound = bindGraph(workflow.graphText, workflow.parameters, { w: 1, [path]: value }, options);
    return bound.ok ? 'taken' : bound.error.faults[0];
  };
  // ComfyUI would make 1 of it, without a word.
  expect(bindOne('5.batch', 1.5)).toMatchObject({ reason: 'wrong_type' });
  expect(bindOne('5.batch', 65)).toMatchObject({ reason: 'too_big', nearest: [64] });
  expect(bindOne('5.kind', 'be')).toMatchObject({ reason: 'not_in_list', nearest: ['bee'] });
  for (const [path, value] of [
    ['5.batch', 64],
    ['5.kind', 'bee'],
    ['5.noise', 1.5],
    ['6.n', 1.5],
  ] as const)
    expect(bindOne(path, value), path).toBe('taken');
  expect(taken(bind(graph, { w: 1, '5.batch': 1.5 })).values).toMatchObject({ '5.batch': 1.5 });
});

test('many wrong names, long paths and large nodes cost little', () => {
  const start = performance.now();
  const names = Array.from(
    { length: 20_000 },
    (_, i) => [`name ${i} of a parameter that is not there`, 1] as const,
  );
  const inputs = Object.fromEntries(
    Array.from({ length: 300 }, (_, i) => [`x${i}`, `PARAM_NAME_${i}_OF_A_PARAMETER`]),
  );
  const wrong = faultsOf(bind({ '1': { inputs } }, Object.fromEntries(names)));
  expect(wrong.length).toBeLessThanOrEqual(50);
  const path = '1.'.repeat(100_000);
  const long = faultsOf(bind({ '1': { inputs: { a: 1 } } }, { [path]: 1 }))[0]!;
  expect(long).toMatchObject({ reason: 'unknown_parameter' });
  expect(JSON.stringify(long).length).toBeLessThan(1000);
  const wide = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`x${i}`, `PARAM_${i}`]));
  const values = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`${i}`, 'v']));
  expect(Object.keys(taken(bind({ '1': { inputs: wide } }, values)).values)).toHaveLength(50_000);
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('lists are written as ComfyUI reads them: a bare one would be a link', () => {
  const bound = bind(
    { '1': { class_type: 'Multi', inputs: { tags: 'PARAM_TAGS' } } },
    { tags: ['a', 'b'] },
    { type: 'array' },
  );
  expect(bound).toMatchObject({
    ok: true,
    values: { tags: ['a', 'b'] },
    inputs: { '1': { tags: { __value__: ['a', 'b'] } } },
  });
});

test('a list that stands in a graph is one by itself, and can be overridden', () => {
  const graph = { '1': { class_type: 'Multi', inputs: { tags: { __value__: ['a'] } } } };
  expect(parsed(graph).parameters).toMatchObject([{ name: '1.tags', type: 'array', default: ['a'] }]);
  expect(bind(graph, { '1.tags': ['c'] })).toMatchObject({
    ok: true,
    inputs: { '1': { tags: { __value__: ['c'] } } },
  });
});

test('as many single inputs as parameters cost no square of them', () => {
  const count = 20_000;
  const names = Array.from({ length: count }, (_, i) => `a${i}`);
  const workflow = parsed({ '1': { inputs: Object.fromEntries(names.map((n) => [n, `PARAM_${n}`])) } });
  const values = Object.fromEntries(names.map((n) => [`1.${n}`, 'x']));
  const start = performance.now();
  expect(bindGraph(workflow.graphText, workflow.parameters, values, SEED).ok).toBe(true);
  const twice = { ...values, ...Object.fromEntries(names.map((n) => [n, 'x'])) };
  expect(bindGraph(workflow.graphText, workflow.parameters, twice, SEED).ok).toBe(false);
  expect(performance.now() - start).toBeLessThan(5_000);
});
