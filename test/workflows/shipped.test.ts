/** The workflows that ship: against the real object_info, against seed B's list of parameters, and sent to the simulator. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe as suite, expect, test } from 'vitest';
import { parseLossless, type JsonObject } from '../../src/comfyui/json.ts';
import { createFileStore } from '../../src/simulator/files.ts';
import { parseJson } from '../../src/simulator/json.ts';
import { loadNodeClasses } from '../../src/simulator/object-info.ts';
import { createSimulator, type Simulator } from '../../src/simulator/simulator.ts';
import { validatePrompt } from '../../src/simulator/validate.ts';
import { bindGraph } from '../../src/workflows/bind.ts';
import { applyDefaults } from '../../src/workflows/defaults.ts';
import { isLink } from '../../src/workflows/graph-text.ts';
import { inputNames, inputSpec } from '../../src/workflows/input-facts.ts';
import { describe, schemaOf } from '../../src/workflows/schema.ts';
import { objectInfo, shipped, WITHOUT_OBJECT_INFO } from './helpers.ts';

const SHIPPED = ['generate_image', 'generate_song'];
const CALLS: Record<string, Record<string, unknown>> = {
  generate_image: { prompt: 'a beautiful sunset' },
  generate_song: {
    tags: 'electronic, ambient',
    lyrics: 'In the quiet of the night, stars shine bright...',
    seconds: 30,
  },
};

/** Name → [type, default], as seed B lists them; required ones have no default. */
const SEED_B: Record<string, Record<string, [type: string, preset?: unknown]>> = {
  generate_image: {
    prompt: ['string'],
    width: ['integer', 512],
    height: ['integer', 512],
    model: ['string', 'v1-5-pruned-emaonly.ckpt'],
    steps: ['integer', 20],
    cfg: ['number', 8],
    sampler_name: ['string', 'euler'],
    scheduler: ['string', 'normal'],
    denoise: ['number', 1],
    negative_prompt: ['string', 'text, watermark'],
    seed: ['integer'],
  },
  generate_song: {
    tags: ['string'],
    lyrics: ['string'],
    // "int" in seed B; ComfyUI takes fractions.
    seconds: ['number', 60],
    steps: ['integer', 50],
    cfg: ['number', 5],
    lyrics_strength: ['number', 0.99],
    seed: ['integer'],
    // Not among seed B's parameters, but among its defaults of audio.
    model: ['string', 'ace_step_v1_3.5b.safetensors'],
    sampler_name: ['string', 'euler'],
    scheduler: ['string', 'simple'],
    denoise: ['number', 1],
  },
};

/** As if the checkpoints of seed B were installed. */
function withModels(info: JsonObject): JsonObject {
  const checkpoints = ['ace_step_v1_3.5b.safetensors', 'v1-5-pruned-emaonly.ckpt'];
  const input = { required: { ckpt_name: [checkpoints] } };
  return { ...info, CheckpointLoaderSimple: { ...(info['CheckpointLoaderSimple'] as object), input } };
}

test.each(SHIPPED)('%s has the parameters of seed B, also while ComfyUI cannot be asked', (name) => {
  const workflow = shipped(name);
  const { parameters, faults } = describe(workflow, undefined);
  expect([faults, workflow.warnings]).toEqual([[], []]);
  const applied = applyDefaults(workflow, parameters, {});
  expect(Object.fromEntries(applied.parameters.map((p) => [p.name, [p.type, p.default]]))).toEqual(
    Object.fromEntries(Object.entries(SEED_B[name]!).map(([p, [type, preset]]) => [p, [type, preset]])),
  );
  expect(applied.parameters.filter((p) => p.required).map((p) => p.name)).toEqual(
    Object.keys(SEED_B[name]!).filter((p) => p !== 'seed' && SEED_B[name]![p]!.length === 1),
  );
  for (const p of applied.parameters) expect(p.seed, p.name).toBe(p.name === 'seed' ? true : undefined);
});

test('what bind takes, ComfyUI takes too', () => {
  const models = { checkpoints: ['ace_step_v1_3.5b.safetensors', 'v1-5-pruned-emaonly.safetensors'] };
  const classes = loadNodeClasses(models, createFileStore({ limitBytes: 1, now: () => 0 }));
  const info = Object.fromEntries(classes.names().map((type) => [type, classes.get(type)]));
  const value = fc.oneof(
    fc.integer({ min: -20, max: 17_000 }),
    fc.double({ min: -2, max: 2_000, noNaN: true }),
    fc.bigInt({ min: -(2n ** 64n), max: 2n ** 65n }),
    fc.constantFrom('heun', 'karras', 'ace_step_v1_3.5b.safetensors', '20', 'false', true, null, -1),
    fc.constantFrom(0, 1, 8, 16, 0.5, '18446744073709551615'),
  );
  const taken = { yes: 0, no: 0 };
  for (const name of SHIPPED) {
    const workflow = shipped(name);
    const { parameters } = applyDefaults(workflow, describe(workflow, info as JsonObject).parameters, {});
    const names = parameters.map((p) => p.name);
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value, { maxKeys: 2 }), (values) => {
        const all = { ...CALLS[name], ...values };
        const bound = bindGraph(workflow.graphText, parameters, all, { seed: () => 1 });
        taken[bound.ok ? 'yes' : 'no']++;
        if (!bound.ok) return;
        // As ComfyUI reads it: with every digit.
        const options = { classes, newer: true, customCheck: () => undefined };
        expect(validatePrompt(parseJson(bound.graphText), null, options)).toMatchObject({
          ok: true,
          nodeErrors: {},
        });
      }),
      { numRuns: 500 },
    );
  }
  expect(Math.min(taken.yes, taken.no)).toBeGreaterThan(100);
});

test('each of them makes what it is called after', () => {
  expect(SHIPPED.map((name) => shipped(name).namespace)).toEqual(['image', 'audio']);
});

suite.skipIf(WITHOUT_OBJECT_INFO)('with the real object_info (../shared/comfyui)', () => {
  const ajv = new Ajv2020({ strict: true, keywords: ['x-comfyui'] });

  test.each(SHIPPED)('%s: classes, inputs and links are right', (name) => {
    const info = objectInfo() as Record<string, { output: string[] }>;
    const nodes = JSON.parse(shipped(name).graphText) as Record<
      string,
      { class_type: string; inputs: JsonObject }
    >;
    for (const [id, { class_type: type, inputs }] of Object.entries(nodes)) {
      expect(info, id).toHaveProperty([type]);
      expect(inputNames(info[type]).sort(), id).toEqual(Object.keys(inputs).sort());
      for (const [input, value] of Object.entries(inputs)) {
        const wanted = (inputSpec(info[type], input) as unknown[])[0];
        if (!isLink(value)) continue;
        const [from, index] = value as [string, number];
        expect(info[nodes[from]!.class_type]!.output[index], `${id}.${input}`).toBe(wanted);
      }
    }
  });

  test.each(SHIPPED)('%s: types, defaults and a schema without faults', (name) => {
    const workflow = shipped(name);
    const { faults, parameters } = describe(workflow, withModels(objectInfo()));
    expect(faults).toEqual([]);
    const applied = applyDefaults(workflow, parameters, {}).parameters;
    expect(Object.fromEntries(applied.map((p) => [p.name, [p.type, p.default]]))).toEqual(
      Object.fromEntries(Object.entries(SEED_B[name]!).map(([p, [type, preset]]) => [p, [type, preset]])),
    );
    const validate = ajv.compile(schemaOf(applied, workflow));
    expect(validate(CALLS[name])).toBe(true);
    for (const p of applied) expect(p.description, p.name).toBeTypeOf('string');
  });

  test('ranges and options are those of ComfyUI', () => {
    const of = (name: string) =>
      Object.fromEntries(describe(shipped(name), objectInfo()).parameters.map((p) => [p.name, p]));
    const image = of('generate_image');
    expect(image['width']).toMatchObject({ minimum: 16, maximum: 16384, step: 8 });
    expect(image['steps']).toMatchObject({ minimum: 1, maximum: 10000 });
    expect(image['cfg']).toMatchObject({ minimum: 0, maximum: 100 });
    expect(image['denoise']).toMatchObject({ minimum: 0, maximum: 1 });
    expect(image['seed']).toMatchObject({ minimum: 0, maximum: 2 ** 64 });
    expect(image['sampler_name']!.enum).toContain('euler');
    expect(image['scheduler']!.enum).toContain('normal');
    expect(image['model']!.enum).toEqual(['v1-5-pruned-emaonly.safetensors']);
    const song = of('generate_song');
    expect(song['seconds']).toMatchObject({ minimum: 1, maximum: 1000 });
    expect(song['lyrics_strength']).toMatchObject({ minimum: 0, maximum: 10 });
    expect(song['lyrics']).toMatchObject({ multiline: true });
  });
});

suite('sent to the simulator', () => {
  let simulator: Simulator;
  beforeAll(async () => {
    simulator = await createSimulator({ stepMs: 0, loadMs: 0 });
  });
  afterAll(() => simulator.close());

  test.each(SHIPPED)('%s runs with its defaults and the models that are there', async (name) => {
    const get = async (path: string) => parseLossless(await (await fetch(simulator.url + path)).text());
    const workflow = shipped(name);
    const { faults, parameters } = describe(workflow, (await get('/object_info')) as JsonObject);
    expect(faults).toEqual([]);
    const applied = applyDefaults(workflow, parameters, {}).parameters;
    const bound = bindGraph(workflow.graphText, applied, CALLS[name]!, { seed: () => 2 ** 50 });
    if (!bound.ok) throw new Error(bound.error.message);
    expect(await get('/models/checkpoints')).toContain(bound.values['model']);
    const answer = await fetch(`${simulator.url}/prompt`, {
      method: 'POST',
      body: `{"prompt":${bound.graphText}}`,
    });
    const { prompt_id: id, ...rest } = (await answer.json()) as JsonObject;
    expect([answer.status, rest['node_errors']]).toEqual([200, {}]);
    await expect
      .poll(
        async () =>
          ((await get(`/history/${String(id)}`)) as Record<string, JsonObject>)[String(id)]?.['status'],
      )
      .toMatchObject({ status_str: 'success', completed: true });
  });
});
