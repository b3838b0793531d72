/** Schemas from object_info: single rules on small classes, and all classes of the real one. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe as suite, expect, test } from 'vitest';
import type { JsonObject } from '../../src/comfyui/json.ts';
import { bindGraph } from '../../src/workflows/bind.ts';
import { inputSpec } from '../../src/workflows/input-facts.ts';
import { describe, describeClass, schemaText } from '../../src/workflows/schema.ts';
import { objectInfo, parsed, WITHOUT_OBJECT_INFO } from './helpers.ts';

const node = (input: unknown) => ({ N: { input: { required: input } } });
const graph = (inputs: Record<string, unknown>) => ({ '1': { class_type: 'N', inputs } });

function property(token: string, spec: unknown, meta?: unknown) {
  const description = describe(parsed(graph({ a: token }), meta), node({ a: spec }));
  return { ...description, property: Object.values(description.jsonSchema['properties'] as JsonObject)[0] };
}

test.each([
  [
    'PARAM_INT_X',
    ['INT', { default: 20, min: 1, max: 100, step: 1, tooltip: 'Steps.' }],
    { type: 'integer', default: 20, minimum: 1, maximum: 100, description: 'Steps.' },
  ],
  [
    'PARAM_X',
    ['FLOAT', { default: 8, min: 0, max: 100, step: 0.1, round: 0.01 }],
    { type: 'number', default: 8, 'x-comfyui': { step: 0.1 } },
  ],
  ['PARAM_X', ['BOOLEAN', { default: false }], { type: 'boolean', default: false }],
  [
    'PARAM_X',
    ['STRING', { multiline: true, default: '' }],
    { type: 'string', default: '', 'x-comfyui': { multiline: true } },
  ],
  ['PARAM_X', [['a', 'b'], { tooltip: 't' }], { type: 'string', enum: ['a', 'b'], description: 't' }],
  [
    'PARAM_X',
    ['COMBO', { options: ['a', 'b'], default: 'b' }],
    { type: 'string', enum: ['a', 'b'], default: 'b' },
  ],
  [
    'PARAM_X',
    ['COMBO', { options: ['a', 'b'], multiselect: true }],
    { type: 'array', items: { enum: ['a', 'b'] } },
  ],
  ['PARAM_X', [[1, 2, 4]], { type: 'integer', enum: [1, 2, 4] }],
  [
    'PARAM_X',
    ['COMFY_DYNAMICCOMBO_V3', { options: [{ key: 'k', inputs: { required: {} } }, { key: 'l' }] }],
    { type: 'string', enum: ['k', 'l'] },
  ],
  [
    'PARAM_X',
    [['example.png'], { image_upload: true }],
    { type: 'string', examples: ['example.png'], 'x-comfyui': { upload: 'image' } },
  ],
  ['PARAM_X', [[], { audio_upload: true }], { type: 'string', 'x-comfyui': { upload: 'audio' } }],
  [
    'PARAM_INT_SEED',
    ['INT', { default: 0, min: 0, max: 2 ** 64, control_after_generate: true }],
    { type: 'integer', minimum: -1, maximum: 2 ** 64, 'x-comfyui': { seed: true } },
  ],
])('%s on %j', (token, spec, expected) => {
  const result = property(token, spec);
  expect(result.property).toMatchObject(expected);
  expect(result.faults).toEqual([]);
  if (!('default' in expected)) expect(result.property).not.toHaveProperty('default');
});

test('options that nobody knows are no enum', () => {
  for (const spec of [
    [[], {}],
    ['COMBO', { remote: { route: '/x' } }],
  ])
    expect(property('PARAM_X', spec).property).toEqual({ type: 'string' });
});

test('inputs of a dynamic combo', () => {
  const inner = { required: { strength: ['FLOAT', { min: 0, max: 2 }] } };
  const spec = inputSpec(
    { input: { required: { mode: ['COMFY_DYNAMICCOMBO_V3', { options: [{ key: 'a', inputs: inner }] }] } } },
    'mode.strength',
  );
  expect(spec).toEqual(inner.required.strength);
});

test('the placeholder stands without object_info, and contradictions are reported', () => {
  const workflow = parsed(graph({ a: 'PARAM_INT_X' }), { constraints: { x: { min: 2, max: 8, step: 2 } } });
  expect(describe(workflow, undefined).jsonSchema).toMatchObject({
    properties: { x: { type: 'integer', minimum: 2, maximum: 8, multipleOf: 2 } },
    required: ['x'],
  });
  expect(property('PARAM_INT_X', ['STRING', {}])).toMatchObject({
    property: { type: 'string' },
    faults: [{ parameter: 'x', message: expect.stringContaining('declared as integer') }],
  });
  expect(property('PARAM_INT_X', ['FLOAT', {}]).faults).toEqual([]);
  expect(describe(workflow, { M: {} }).faults[0]!.message).toContain("no node class 'N'");
  expect(describe(workflow, node({ b: ['INT', {}] })).faults[0]!.message).toContain("no input 'a'");
});

test('several places: the intersection', () => {
  const both = (a: unknown, b: unknown, meta?: unknown) =>
    describe(parsed(graph({ a: 'PARAM_X', b: 'PARAM_X' }), meta), node({ a, b }));
  expect(both(['INT', { min: 1, max: 9 }], ['FLOAT', { min: 3, max: 20 }]).parameters[0]).toMatchObject({
    type: 'integer',
    minimum: 3,
    maximum: 9,
  });
  expect(
    both([['a', 'b', 'c']], ['COMBO', { options: ['c', 'b'] }], { constraints: { x: { enum: ['b', 'z'] } } })
      .parameters[0]!.enum,
  ).toEqual(['b']);
  expect(both([['a']], [['b']]).faults[0]!.message).toContain('none of the allowed values');
  expect(both(['INT', { min: 5 }], ['INT', { max: 4 }]).faults[0]!.message).toContain('no value fits');
  expect(both(['INT', {}], ['STRING', {}]).faults[0]!.message).toContain('takes integer');
});

test('a default that does not fit is reported, not passed on', () => {
  const result = property('PARAM_INT_X', ['INT', { min: 5 }], { defaults: { x: 1 } });
  expect(result.faults[0]!.message).toContain('default does not fit');
  expect(result.parameters[0]).toMatchObject({ required: true });
});

test('a seed that stands in the graph stays when it is left out, and its schema says so', () => {
  const workflow = parsed(graph({ seed: 5 }));
  const { jsonSchema } = describe(workflow, node({ seed: ['INT', { min: 0, max: 2 ** 64 }] }));
  expect(jsonSchema['properties']).toMatchObject({ '1.seed': { default: 5, description: '-1: random.' } });
  expect(bindGraph(workflow.graphText, workflow.parameters, {}, { seed: () => 9 })).toMatchObject({
    graphText: workflow.graphText,
  });
  const drawn = describe(parsed(graph({ seed: 'PARAM_INT_SEED' })), undefined).jsonSchema;
  expect(drawn['properties']).toMatchObject({ seed: { description: 'Left out or -1: random.' } });
});

test('many unknown classes and names of .meta.json cost little, and some of them are told', () => {
  const nodes = Array.from({ length: 20_000 }, (_, i) => [
    `${i}`,
    { class_type: `KSamplerOfSomeOtherKind${i}`, inputs: { a: 1 } },
  ]);
  const names = Array.from({ length: 8_000 }, (_, i) => [`${i % 300}.a parameter`, 1]);
  const known = Array.from({ length: 500 }, (_, i) => [`KSamplerOfSomeKind${i}`, {}]);
  const start = performance.now();
  const workflow = parsed(Object.fromEntries(nodes), {
    defaults: Object.fromEntries(names.map(([name], i) => [`${name as string}${i}`, 1])),
  });
  const { faults, parameters } = describe(workflow, Object.fromEntries(known) as JsonObject);
  expect([workflow.warnings.length, faults.length, parameters.length]).toEqual([50, 100, 20_000]);
  expect(performance.now() - start).toBeLessThan(5_000);
});

test('the largest seed is written in full', () => {
  const { jsonSchema } = property('PARAM_INT_SEED', ['INT', { min: 0, max: 2 ** 64 }]);
  expect(schemaText(jsonSchema)).toContain('"maximum":18446744073709551615,');
});

suite.skipIf(WITHOUT_OBJECT_INFO)('the real object_info (../shared/comfyui)', () => {
  // Strict: no unknown keyword, no keyword that does not fit its type, no limits that contradict.
  const ajv = new Ajv2020({ strict: true, allErrors: true, keywords: ['x-comfyui'] });

  test('every class has a valid schema, and every default fits it or is reported', () => {
    const info = objectInfo();
    let defaults = 0;
    const reported: string[] = [];
    for (const [name, nodeClass] of Object.entries(info)) {
      const { jsonSchema, parameters, faults } = describeClass(name, nodeClass);
      expect(jsonSchema['$schema']).toBe('https://json-schema.org/draft/2020-12/schema');
      expect(() => ajv.compile(jsonSchema), name).not.toThrow();
      for (const [input, schema] of Object.entries(jsonSchema['properties'] as Record<string, JsonObject>)) {
        if (!('default' in schema)) continue;
        defaults++;
        expect(ajv.validate(schema, schema['default']), `${name}.${input}: ${ajv.errorsText()}`).toBe(true);
      }
      reported.push(...faults.map((fault) => `${name}.${fault.parameter}`));
      const spec = (input: string) => (inputSpec(nodeClass, input) as [unknown, JsonObject?])[1]?.['default'];
      for (const p of parameters)
        if (spec(p.name) !== undefined && p.default === undefined && p.seed !== true)
          expect(reported).toContain(`${name}.${p.name}`);
    }
    // 383 of ComfyUI itself, and the two test nodes of the recording.
    expect(Object.keys(info)).toHaveLength(385);
    expect(defaults).toBeGreaterThan(1_000);
    expect(reported).toEqual([]);
  });
});
