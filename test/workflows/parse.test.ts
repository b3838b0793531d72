/** Files → workflow: placeholders, .meta.json, names, and every bad input with its own error. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkName, normaliseName, uniqueName } from '../../src/workflows/names.ts';
import { fromService } from '../../src/workflows/service.ts';
import type { Workflow } from '../../src/workflows/workflow.ts';
import { parsed, randomFrom, refused } from './helpers.ts';

const one = (inputs: Record<string, unknown>) => ({ '3': { class_type: 'KSampler', inputs } });
const summary = (workflow: Workflow) =>
  Object.fromEntries(workflow.parameters.map((p) => [p.name, [p.type, p.required, p.bindings.length]]));

test('a byte order mark is no fault', () => {
  const workflow = parsed('\ufeff{"1":{"inputs":{"a":"PARAM_A"}}}', '\ufeff{"name":"N"}');
  expect(workflow).toMatchObject({ title: 'N', graphText: '{"1":{"inputs":{"a":"PARAM_A"}}}' });
});

test('every type prefix, and none', () => {
  const workflow = parsed(
    one({
      a: 'PARAM_STR_A',
      b: 'PARAM_STRING_B',
      c: 'PARAM_TEXT_C',
      d: 'PARAM_INT_D',
      e: 'PARAM_FLOAT_E',
      f: 'PARAM_BOOL_F',
      g: 'PARAM_My-Long Name',
      h: 'a PARAM_X inside',
      i: 'param_y',
      j: 'PARAM_INTEGER',
      k: ['3', 0],
    }),
  );
  expect(Object.fromEntries(workflow.parameters.map((p) => [p.name, p.type]))).toEqual({
    a: 'string',
    b: 'string',
    c: 'string',
    d: 'integer',
    e: 'number',
    f: 'boolean',
    my_long_name: 'string',
    integer: 'string',
  });
});

test('one name in several places sets them all; a seed is not required', () => {
  const workflow = parsed({
    '1': { inputs: { w: 'PARAM_INT_SIZE', h: 'PARAM_INT_SIZE' } },
    '2': { inputs: { s: 'PARAM_INT_SIZE', seed: 'PARAM_INT_SEED' } },
  });
  expect(summary(workflow)).toEqual({ size: ['integer', true, 3], seed: ['integer', false, 1] });
});

test('two types for one name name both places', () => {
  const { message } = refused({
    '1': { class_type: 'A', inputs: { x: 'PARAM_INT_N' } },
    '2': { class_type: 'B', inputs: { y: 'PARAM_FLOAT_N' } },
  });
  for (const part of ["'n'", 'integer', 'number', '1 (A)', "'x'", '2 (B)', "'y'"])
    expect(message).toContain(part);
  expect(refused(one({ a: 'PARAM_N', b: 'PARAM_INT_N' })).message).toContain('two types');
  expect(summary(parsed(one({ a: 'PARAM_N', b: 'PARAM_TEXT_N' })))).toEqual({ n: ['string', true, 2] });
});

test('placeholders that cannot be one', () => {
  expect(refused(one({ a: 'PARAM_INT_' })).message).toContain('has no name');
  expect(refused(one({ a: ['x', 'PARAM_Y', 'z'] })).message).toContain('inside a list');
});

test('a graph without parameters offers its literal inputs, with every digit', () => {
  const workflow = parsed(
    '{"3":{"class_type":"KSampler","inputs":{"seed":18446744073709551615,"cfg":8,"on":true,"text":"x","model":["4",0]}}}',
  );
  expect(summary(workflow)).toEqual({
    '3.seed': ['integer', false, 1],
    '3.cfg': ['number', false, 1],
    '3.on': ['boolean', false, 1],
    '3.text': ['string', false, 1],
  });
  expect(workflow.parameters[0]!.default).toBe('18446744073709551615');
});

test('mappings of .meta.json', () => {
  const graph = {
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'cat', clip: ['4', 0] } },
    '5': { class_type: 'E', inputs: { width: 64, height: 'PARAM_INT_H' } },
  };
  const workflow = parsed(graph, {
    override_mappings: {
      prompt: [['6', 'text']],
      size: [
        ['5', 'width'],
        [5, 'height'],
      ],
    },
  });
  expect(summary(workflow)).toEqual({ prompt: ['string', false, 1], size: ['number', true, 2] });
  expect(workflow.defaults).toEqual({ prompt: 'cat' });
  expect(refused(graph, { override_mappings: { p: [['66', 'text']] } }).message).toMatch(
    /node '66' is not in the workflow; the nearest: .*'6'/,
  );
  expect(refused(graph, { override_mappings: { p: [['6', 'texts']] } })).toMatchObject({
    file: 'meta',
    message: expect.stringContaining("the nearest: 'text'"),
  });
  expect(refused(graph, { override_mappings: { p: 'text' } }).message).toContain('[node, input] pairs');
});

test('what a mapping or a service finds in the graph keeps every digit', () => {
  const text = '{"1":{"class_type":"PrimitiveInt","inputs":{"value":9223372036854775807}}}';
  const mapped = parsed(text, { override_mappings: { number: ['1', 'value'] } });
  expect(mapped.parameters[0]).toMatchObject({
    type: 'number',
    default: '9223372036854775807',
    literal: true,
  });
  expect(mapped.defaults).toEqual({ number: '9223372036854775807' });
  const parameters = [{ name: 'n', type: 'number', comfyui_node_id: '1', comfyui_widget_name: 'value' }];
  expect(service({ ...SERVICE, parameters }, text).parameters[0]!.default).toBe('9223372036854775807');
});

test.each([
  ['{\n  "3": {\n    "inputs": {"a": 1,}\n  }\n}', 3, 23, 'a name in double quotes'],
  ['{"a": tru}', 1, 7, '"tru"'],
  ['{"a": "x\ny"}', 1, 9, 'not closed'],
  ['{"a": {"b": [1, 2}', 1, 18, "',' or ']'"],
  ['{"a": {}', 1, 9, 'ends early'],
  ['{} x', 1, 4, 'should end here'],
  ['', 1, 1, 'ends early'],
  ['{"a" 1}', 1, 6, "':'"],
  ['{"a": 01}', 1, 7, '"01"'],
])('JSON that breaks: %j', (text, line, column, part) => {
  const error = refused(text);
  expect(error).toMatchObject({ line, column, file: 'workflow' });
  expect(error.message).toContain(part);
  expect(error.message).toContain(`line ${line}, column ${column}`);
});

test('the place of a fault agrees with JSON.parse, whatever is broken', () => {
  const random = randomFrom(7);
  const text = JSON.stringify(
    { '3': { class_type: 'K', inputs: { a: [1, -2.5e3, null], b: 'x"\\y', c: { d: false } } } },
    null,
    1,
  );
  for (let i = 0; i < 2_000; i++) {
    const at = random.int(text.length);
    const broken =
      text.slice(0, at) + random.pick(['', ',', '}', '"', 'x', '\\', '0', '\n']) + text.slice(at + 1);
    let valid = true;
    try {
      JSON.parse(broken);
    } catch {
      // Most are broken; that is the point.
      valid = false;
    }
    if (!valid) expect(refused(broken).line, broken).toBeTypeOf('number');
  }
});

test.each([
  [{ nodes: [], links: [] }, 'Export (API)'],
  [{}, 'empty'],
  [[], 'a list'],
  ['null', 'null'],
  [{ '3': 5 }, 'Node 3 must be an object'],
  [{ '3': { class_type: 5 } }, "'class_type'"],
  [{ '3': { inputs: [] } }, "'inputs'"],
  ['{"3":{"inputs":{"a":1e999}}}', 'too large'],
  [`{"3":{"inputs":{"a":"${'x'.repeat(5 * 1024 * 1024)}"}}}`, '5.0 MB long; at most 4.0 MB'],
  [`${'['.repeat(5000)}${']'.repeat(5000)}`, 'nested deeper'],
])('a graph that is none (%#)', (graph, part) => {
  expect(refused(graph).message).toContain(part);
});

test.each([
  ['{"name": ', 'not JSON: line 1, column 10'],
  ['[]', 'must be an object'],
  [{ name: 5 }, "'name' must be a text"],
  [{ defaults: [] }, "'defaults' must be an object"],
  [{ constraints: { a: { min: 'x' } } }, 'constraints.a.min must be a number'],
  [{ constraints: { a: { min: 5, max: 1 } } }, 'min (5) is above max (1)'],
  [{ constraints: { a: { step: 0 } } }, 'above 0'],
  [{ constraints: { a: { enum: [] } } }, 'at least one'],
  [{ timeout_ms: -1 }, 'timeout_ms'],
])('.meta.json that is wrong: %j', (meta, part) => {
  const error = refused(one({ a: 'PARAM_A' }), meta);
  expect(error.file).toBe('meta');
  expect(error.message).toContain(part);
});

test('the namespace follows from what is saved', () => {
  const of = (...types: string[]) =>
    parsed(Object.fromEntries(types.map((type, i) => [i, { class_type: type }]))).namespace;
  expect(of('SaveImage', 'LoadAudio')).toBe('image');
  expect(of('SaveAudioMP3')).toBe('audio');
  expect(of('VHS_VideoCombine')).toBe('video');
  expect(of('SaveVideo', 'SaveAudio')).toBe('video');
  expect(of('SaveWEBM')).toBe('video');
});

test('names', () => {
  expect(normaliseName('My Café Workflow-v2')).toEqual({ ok: true, name: 'my_cafe_workflow_v2' });
  expect(uniqueName('a', new Set(['a', 'a_2']))).toBe('a_3');
  expect(checkName('my_workflow')).toEqual({ ok: true, name: 'my_workflow' });
  expect(checkName('My Workflow')).toMatchObject({
    message: expect.stringContaining("'my_workflow' would be right"),
  });
  for (const [name, part] of [
    ['a/b', "'/'"],
    ['a\\b', "'/'"],
    ['..', "'..'"],
    ['a..b', "'..'"],
    ['a\0b', 'U+0000'],
    ['a\u202eb', 'U+202E'],
    ['a\u200bb', 'U+200B'],
    ['a\uff0fb', "stand for '/'"],
    ['\u2025x', "stand for '/' or '..'"],
    ['x'.repeat(300), '300'],
    ['', 'empty'],
    ['日本', 'no letter'],
    ['\ud800', 'U+D800'],
  ] as const) {
    const result = normaliseName(name);
    expect(result.ok, name).toBe(false);
    if (!result.ok) expect(result.message).toContain(part);
  }
});

test('a name that was normalised is right, whatever it was', () => {
  // \u00bd becomes three characters, the second of them a separator; \ufdfa becomes 18.
  const text = fc.string({
    unit: fc.oneof(
      fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
      fc.constantFrom('a', 'Z', '_', '.', ' ', '\ufdfa', '\u00bd'),
    ),
    maxLength: 110,
  });
  fc.assert(
    fc.property(text, (name) => {
      const normal = normaliseName(name);
      if (!normal.ok) return;
      expect(normal.name).toMatch(/^[a-z0-9]([a-z0-9_]{0,98}[a-z0-9])?$/);
      expect(checkName(normal.name)).toEqual(normal);
    }),
    { numRuns: 3_000, examples: [['a'.repeat(89) + '\u00bd'.repeat(4)]] },
  );
});

/** The example of seed A, which seeds.test.ts has in full. */
const SERVICE = {
  name: 'text_to_image',
  comfyui_workflow_api: 'workflow_api.json',
  parameters: [
    { name: 'prompt', comfyui_node_id: '6', comfyui_widget_name: 'text', type: 'string', required: true },
  ],
};
const GRAPH = JSON.stringify({
  '6': { class_type: 'CLIPTextEncode', inputs: { text: 'x', clip: ['4', 0] } },
  '3': { class_type: 'KSampler', inputs: { seed: 5, cfg: 7 } },
});

function service(value: unknown, graph = GRAPH): Workflow {
  const result = fromService(value, graph);
  if (!result.ok) throw new Error(result.error.message);
  return result.workflow;
}

test('services: defaults, seeds, placeholders beside them', () => {
  const workflow = service({
    ...SERVICE,
    parameters: [
      { name: 'seed', type: 'number', default: -1, comfyui_node_id: '3', comfyui_widget_name: 'seed' },
      { name: 'cfg', type: 'number', comfyui_node_id: '3', comfyui_widget_name: 'cfg' },
      {
        name: 'prompt',
        type: 'string',
        default: 'cat',
        required: true,
        comfyui_node_id: 6,
        comfyui_widget_name: 'text',
      },
    ],
  });
  const [seed, cfg, prompt] = workflow.parameters;
  expect(seed).toMatchObject({ type: 'integer', seed: true, required: false });
  expect(seed).not.toHaveProperty('default');
  expect(cfg).toMatchObject({ default: 7, required: false });
  expect(prompt).toMatchObject({ default: 'cat', required: false });
  const mixed = service(SERVICE, '{"6":{"inputs":{"text":"PARAM_X","n":"PARAM_INT_N"}}}');
  expect(summary(mixed)).toEqual({ prompt: ['string', true, 1], n: ['integer', true, 1] });
});

test('outputs of a service are kept as written', () => {
  const outputs = [
    { name: 'image', type: 'image', source: { node_id: '3', output_type: 'images', index: 0 } },
    { name: 'more', type: 'image', source: { node_id: 6 } },
  ];
  expect(service({ ...SERVICE, outputs }).outputs).toEqual([
    outputs[0],
    { name: 'more', type: 'image', source: { node_id: '6' } },
  ]);
});

test('services that are wrong name service and place', () => {
  const parameter = SERVICE.parameters[0]!;
  for (const [value, part] of [
    [
      { ...SERVICE, parameters: [{ ...parameter, comfyui_node_id: '66' }] },
      /service 'text_to_image', parameter 'prompt': node '66'.*'6'/,
    ],
    [{ ...SERVICE, parameters: [{ ...parameter, comfyui_widget_name: 'txt' }] }, /no input 'txt'.*'text'/],
    [{ ...SERVICE, parameters: [{ ...parameter, type: 'float' }] }, /must be one of string/],
    [{ ...SERVICE, parameters: {} }, /must be a list/],
    [{ ...SERVICE, name: '../x' }, /must not contain/],
    [{ ...SERVICE, outputs: ['image'] }, /outputs\[0\]: must be an object/],
    [{ ...SERVICE, outputs: [{ name: 'image', type: 'image' }] }, /'source' of 'image' must be an object/],
    [
      { ...SERVICE, outputs: [{ name: 'image', type: 'image', source: { node_id: '33' } }] },
      /service 'text_to_image', output 'image': node '33' is not in the workflow; the nearest: '3'/,
    ],
    [5, /must be an object/],
  ] as const) {
    const result = fromService(value, GRAPH);
    expect(result.ok ? '' : result.error.message).toMatch(part);
  }
});

test('a seed as a default of .meta.json keeps every digit', () => {
  const { parameters } = parsed(
    '{"1":{"inputs":{"seed":"PARAM_INT_SEED"}}}',
    '{"defaults":{"seed":18446744073709551613}}',
  );
  expect(parameters[0]?.default).toBe('18446744073709551613');
});
