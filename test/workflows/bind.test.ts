/** Values into graphs: types, limits, seeds, digits, overrides; as properties over random values too. */
import { expect, test } from 'vitest';
import { parseLossless } from '../../src/comfyui/json.ts';
import { bindGraph } from '../../src/workflows/bind.ts';
import type { Parameter } from '../../src/workflows/workflow.ts';
import { parsed, randomFrom } from './helpers.ts';

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
  expect(taken(bind(typed(''), { x: [1, 2, 3] }, { type: 'array' })).inputs['1']).toEqual({ a: [1, 2, 3] });
});

const KINDS = ['STR_', 'STRING_', 'TEXT_', 'INT_', 'FLOAT_', 'BOOL_'] as const;

test('properties: values come back, only bound inputs change, no placeholder is left, binding again changes nothing', () => {
  for (let run = 0; run < 300; run++) {
    const random = randomFrom(run);
    const names = new Map<string, (typeof KINDS)[number]>();
    const values: Record<string, unknown> = {};
    const places: [node: string, input: string, name: string][] = [];
    const digits = () =>
      `${1 + random.int(9)}${Array.from({ length: 15 + random.int(5) }, () => random.int(10)).join('')}`;
    let text = '';
    const untouched: string[] = [];
    for (let node = 0; node <= random.int(5); node++) {
      const inputs: string[] = [];
      for (let i = 0; i < random.int(6); i++) {
        if (random.next() < 0.5) {
          const literal = random.pick([
            digits(),
            '1.5',
            'true',
            '["0",0]',
            JSON.stringify(`x PARAM_${random.text(5)}`),
            'null',
            '{"a":[1]}',
          ]);
          inputs.push(`"i${i}":${literal}`);
          untouched.push(`"i${i}":${literal}`);
          continue;
        }
        const name = `p${random.int(4)}`;
        const kind = names.get(name) ?? random.pick(KINDS);
        names.set(name, kind);
        values[name] ??=
          kind === 'INT_'
            ? random.int(2 ** 31) - 2 ** 30
            : kind === 'FLOAT_'
              ? random.next() * 100
              : kind === 'BOOL_'
                ? random.next() < 0.5
                : random.text(30);
        inputs.push(`"i${i}":"PARAM_${kind}${name.toUpperCase()}"`);
        places.push([String(node), `i${i}`, name]);
      }
      text += `${node > 0 ? ',' : ''}"${node}":{"class_type":"C","inputs":{${inputs.join(',')}}}`;
    }
    const workflow = parsed(`{${text}}`);
    const parameters = places.length > 0 ? workflow.parameters : [];
    const bound = bindGraph(workflow.graphText, parameters, values, SEED);
    if (!bound.ok) throw new Error(`run ${run}: ${bound.error.message}`);
    const graph = JSON.parse(bound.graphText) as Record<string, { inputs: Record<string, unknown> }>;
    for (const [node, input, name] of places)
      expect(graph[node]!.inputs[input], `run ${run}`).toBe(values[name]);
    for (const literal of untouched) expect(bound.graphText, `run ${run}`).toContain(literal);
    expect(bound.graphText, `run ${run}`).not.toMatch(/:"PARAM_/);
    expect(bindGraph(bound.graphText, parameters, bound.values, SEED), `run ${run}`).toEqual(bound);
  }
});
