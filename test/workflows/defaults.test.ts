/** The five tiers of defaults. */
import { expect, test } from 'vitest';
import { bindGraph } from '../../src/workflows/bind.ts';
import {
  applyDefaults,
  checkDefaultsPatch,
  environmentDefaults,
  mergeDefaults,
  type Tiers,
} from '../../src/workflows/defaults.ts';
import { describe } from '../../src/workflows/schema.ts';
import { parsed, shipped } from './helpers.ts';

/** The example of seed B's config file. */
const CONFIG = {
  image: { model: 'sd_xl_base_1.0.safetensors', width: 1024, height: 1024, steps: 30 },
  audio: { seconds: 30, steps: 60 },
};

test('the highest tier wins and is named', () => {
  const merged = mergeDefaults({
    runtime: { image: { steps: 5 } },
    persistent: CONFIG,
    environment: environmentDefaults({ image: 'env.ckpt', audio: 'song.st' }),
  });
  expect(merged.image).toEqual({
    width: 1024,
    height: 1024,
    steps: 5,
    cfg: 8,
    sampler_name: 'euler',
    scheduler: 'normal',
    denoise: 1,
    negative_prompt: 'text, watermark',
    model: 'sd_xl_base_1.0.safetensors',
  });
  expect(merged.audio).toMatchObject({ seconds: 30, steps: 60, model: 'song.st', lyrics_strength: 0.99 });
  expect(merged.video).toMatchObject({ width: 1280, fps: 16, duration: 5 });
  expect(merged.sources.image).toMatchObject({
    steps: 'runtime',
    width: 'config',
    model: 'config',
    cfg: 'hardcoded',
  });
  expect(merged.sources.audio).toMatchObject({ model: 'env' });
});

test('.meta.json stands between environment and built in; the rest is ComfyUI’s', () => {
  const graph = {
    '1': {
      class_type: 'K',
      inputs: {
        a: 'PARAM_INT_STEPS',
        b: 'PARAM_FLOAT_CFG',
        c: 'PARAM_STR_MODEL',
        d: 'PARAM_INT_OWN',
        e: 'PARAM_PROMPT',
        width: 1024,
        height: 768,
      },
    },
  };
  const workflow = parsed(graph, {
    defaults: { steps: 30, model: 'meta.st' },
    override_mappings: { width: [['1', 'width']], height: [['1', 'height']] },
  });
  const { parameters } = describe(workflow, {
    K: { input: { required: { d: ['INT', { default: 3 }], b: ['FLOAT', { default: 4 }] } } },
  });
  const applied = applyDefaults(workflow, parameters, {
    environment: { image: { model: 'env.st' } },
    runtime: { image: { height: 512 } },
  });
  expect(Object.fromEntries(applied.parameters.map((p) => [p.name, p.default]))).toEqual({
    steps: 30,
    cfg: 8,
    model: 'env.st',
    own: 3,
    prompt: undefined,
    width: 1024,
    height: 512,
  });
  expect(applied.sources).toEqual({
    steps: 'meta',
    cfg: 'hardcoded',
    model: 'env',
    own: 'comfyui',
    width: 'meta',
    height: 'runtime',
  });
  expect(applied.parameters.filter((p) => p.required).map((p) => p.name)).toEqual(['prompt']);
});

test('a built-in model gives way to what there is; one that somebody set does not', () => {
  const workflow = shipped('generate_image');
  const model = (options: string[], tiers = {}) => {
    const info = { CheckpointLoaderSimple: { input: { required: { ckpt_name: [options] } } } };
    return applyDefaults(workflow, describe(workflow, info).parameters, tiers).parameters.find(
      (p) => p.name === 'model',
    )!.default;
  };
  expect(model(['a.st', 'sub/v1-5-pruned-emaonly.safetensors'])).toBe('sub/v1-5-pruned-emaonly.safetensors');
  expect(model(['only.st'])).toBe('only.st');
  expect(model(['a.st', 'b.st'])).toBe('v1-5-pruned-emaonly.ckpt');
  expect(model(['only.st'], { runtime: { image: { model: 'gone.st' } } })).toBe('gone.st');
});

test('a patch is taken whole or not at all', () => {
  expect(checkDefaultsPatch(CONFIG)).toEqual({ ok: true, patch: CONFIG });
  expect(checkDefaultsPatch({ image: { steps: null } })).toMatchObject({ ok: true });
  for (const [patch, part] of [
    [{ image: { steps: 0, width: 512 } }, "'image.steps' must be between 1 and 10000"],
    [{ image: { steps: '20' } }, 'must be a whole number'],
    [{ image: { stpes: 20 } }, "did you mean 'steps'?"],
    [{ image: { seconds: 20 } }, "no default 'image.seconds'"],
    [{ pictures: {} }, 'image, audio and video'],
    [{ audio: 5 }, "'audio' must be an object"],
    [[], 'must be an object'],
    [{ image: JSON.parse('{"__proto__": 1}') as object }, "no default 'image.__proto__'"],
  ] as const) {
    const result = checkDefaultsPatch(patch);
    expect(result.ok ? '' : result.message).toContain(part);
  }
  const known = {
    image: [{ name: 'model', type: 'string' as const, required: false, bindings: [], enum: ['a.st'] }],
  };
  expect(checkDefaultsPatch({ image: { model: 'A.stt' } }, known)).toMatchObject({
    faults: [{ parameter: 'image.model', nearest: ['a.st'] }],
  });
});

test('what stands in the graph is not overwritten by a built-in default', () => {
  const graph = {
    '1': { class_type: 'K', inputs: { steps: 12, cfg: ['3', 0] } },
    '2': { class_type: 'K', inputs: { steps: 4 } },
  };
  const steps = [
    ['1', 'steps'],
    ['2', 'steps'],
  ];
  const workflow = parsed(graph, { override_mappings: { steps, cfg: [['1', 'cfg']] } });
  const bind = (tiers: Tiers, values = {}) => {
    const { parameters, sources } = applyDefaults(workflow, workflow.parameters, tiers);
    const bound = bindGraph(workflow.graphText, parameters, values, { seed: () => 1 });
    return bound.ok ? [JSON.parse(bound.graphText), sources] : bound.error;
  };
  expect(bind({})).toEqual([graph, {}]);
  expect(bind({ runtime: { image: { steps: 5 } } })).toMatchObject([
    { '1': { inputs: { steps: 5 } }, '2': { inputs: { steps: 5 } } },
    { steps: 'runtime' },
  ]);
  expect(bind({}, { steps: 6 })).toMatchObject([{ '2': { inputs: { steps: 6 } } }, {}]);
});

test('-1 as default of a seed means random', () => {
  const workflow = parsed({ '1': { inputs: { a: 'PARAM_INT_SEED' } } });
  const { parameters } = describe(workflow, undefined);
  const limited = parameters.map((p) => ({ ...p, minimum: 0, maximum: 2 ** 64 }));
  const patch = checkDefaultsPatch({ image: { seed: -1 } }, { image: limited });
  expect(patch).toEqual({ ok: true, patch: { image: { seed: -1 } } });
  expect(checkDefaultsPatch({ image: { seed: -2 } }, { image: limited })).toMatchObject({ ok: false });
  const applied = applyDefaults(workflow, limited, { runtime: { image: { seed: -1 } } });
  expect(bindGraph(workflow.graphText, applied.parameters, {}, { seed: () => 77 })).toMatchObject({
    values: { seed: 77 },
  });
});

test('a parameter called __proto__ has defaults like any other', () => {
  const workflow = parsed(
    '{"1":{"inputs":{"a":"PARAM___PROTO__"}}}',
    '{"defaults":{"__proto__":"from meta"},"constraints":{"__proto__":{"enum":["from meta","x"]}}}',
  );
  expect(applyDefaults(workflow, workflow.parameters, {})).toEqual({
    parameters: [expect.objectContaining({ default: 'from meta', required: false })],
    sources: JSON.parse('{"__proto__":"meta"}') as object,
  });
  const runtime = { image: JSON.parse('{"__proto__":"x"}') as Record<string, unknown> };
  const merged = mergeDefaults({ runtime });
  expect(Object.entries(merged.image)).toContainEqual(['__proto__', 'x']);
  expect(Object.entries(merged.sources.image)).toContainEqual(['__proto__', 'runtime']);
});

test('a built-in default of another type is none', () => {
  const workflow = parsed({ '1': { inputs: { a: 'PARAM_STEPS', b: 'PARAM_INT_SAMPLER_NAME' } } });
  const { parameters, sources } = applyDefaults(workflow, describe(workflow, undefined).parameters, {});
  expect(parameters).toMatchObject([{ required: true }, { required: true }]);
  expect(sources).toEqual({});
});
