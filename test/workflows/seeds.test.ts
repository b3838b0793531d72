/** The seed documents' own examples, verbatim, and the five tiers of defaults in their order. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseConfig } from '../../src/config.ts';
import { bindGraph } from '../../src/workflows/bind.ts';
import {
  applyDefaults,
  checkDefaultsPatch,
  environmentDefaults,
  mergeDefaults,
  type Defaults,
  type Tiers,
} from '../../src/workflows/defaults.ts';
import { describe } from '../../src/workflows/schema.ts';
import { fromService } from '../../src/workflows/service.ts';
import { parsed, ROOT } from './helpers.ts';

const CONFIG_A = `{
  "comfyui": {
    "address": "http://127.0.0.1:8188",
    "client_id": "comfyui-mcp-client"
  },
  "s3": {
    "bucket": "your-bucket",
    "region": "us-east-1"
  },
  "jobs": {
    "max_job_age": 86400000,
    "max_jobs": 1000,
    "cleanup_interval": 3600000
  },
  "services": [
    {
      "name": "text_to_image",
      "comfyui_workflow_api": "workflow_api.json",
      "parameters": [
        {
          "name": "prompt",
          "comfyui_node_id": "6",
          "comfyui_widget_name": "text",
          "type": "string",
          "required": true
        }
      ]
    }
  ]
}`;

const PARAM_B = `{
  "3": {
    "inputs": {
      "text": "PARAM_PROMPT",
      "steps": "PARAM_INT_STEPS"
    }
  }
}`;

const META_B = `{
  "name": "My Custom Workflow",
  "description": "Does something cool",
  "defaults": {
    "steps": 30
  },
  "constraints": {
    "width": {"min": 64, "max": 2048, "step": 64}
  }
}`;

const CONFIG_B = `{
  "defaults": {
    "image": {
      "model": "sd_xl_base_1.0.safetensors",
      "width": 1024,
      "height": 1024,
      "steps": 30
    },
    "audio": {
      "seconds": 30,
      "steps": 60
    }
  }
}`;

const CONTRACTS = join(ROOT, '..', 'shared', 'contracts');
const WITHOUT_CONTRACTS = !existsSync(CONTRACTS) && process.env['CI'] !== 'true';

test.skipIf(WITHOUT_CONTRACTS)('the examples stand so in the documents (../shared/contracts)', () => {
  const read = (file: string) => readFileSync(join(CONTRACTS, file), 'utf8').replaceAll('\r\n', '\n');
  expect(read('seed-a-comfyui-mcp.txt')).toContain(CONFIG_A);
  for (const example of [PARAM_B, META_B, CONFIG_B])
    expect(read('seed-b-comfyui-mcp-server.txt')).toContain(example);
});

test("seed A's config.json is taken, and its service sets the prompt", () => {
  const config = JSON.parse(CONFIG_A) as { services: unknown[] };
  expect(() => parseConfig({}, config)).not.toThrow();
  const graph = `{"3":{"class_type":"KSampler","inputs":{"seed":18446744073709551615,"steps":8,"positive":["6",0]}},
    "6":{"class_type":"CLIPTextEncode","inputs":{"text":"what stood here","clip":["4",1]}}}`;
  const service = fromService(config.services[0], graph);
  if (!service.ok) throw new Error(service.error.message);
  const { workflow } = service;
  expect(workflow).toMatchObject({
    name: 'text_to_image',
    source: 'config',
    parameters: [
      { name: 'prompt', type: 'string', required: true, bindings: [{ node: '6', input: 'text' }] },
    ],
  });
  const bind = (values: Record<string, unknown>) =>
    bindGraph(workflow.graphText, workflow.parameters, values, { seed: () => 1 });
  const bound = bind({ prompt: 'a beautiful sunset' });
  expect(bound).toMatchObject({ ok: true, values: { prompt: 'a beautiful sunset' } });
  if (bound.ok) {
    expect(bound.graphText).toContain('"seed":18446744073709551615,');
    expect(bound.graphText).toContain('"text":"a beautiful sunset"');
  }
  expect(bind({})).toMatchObject({ error: { faults: [{ parameter: 'prompt', reason: 'missing_input' }] } });
});

test("seed B's placeholders: prompt is required, steps has a default in a tier", () => {
  const workflow = parsed(PARAM_B);
  const { parameters } = applyDefaults(workflow, describe(workflow, undefined).parameters, {});
  expect(parameters).toMatchObject([
    { name: 'prompt', type: 'string', required: true },
    { name: 'steps', type: 'integer', required: false, default: 20 },
  ]);
  expect(bindGraph(workflow.graphText, parameters, { prompt: 'a cat' }, { seed: () => 1 })).toMatchObject({
    ok: true,
    graphText: '{"3":{"inputs":{"text":"a cat","steps":20}}}',
    values: { prompt: 'a cat', steps: 20 },
  });
});

test("seed B's .meta.json: title, description, default and constraint are in force", () => {
  const workflow = parsed(PARAM_B, META_B);
  expect(workflow).toMatchObject({ title: 'My Custom Workflow', description: 'Does something cool' });
  // The graph of the same document has no width: that is said, and no error.
  expect(workflow.warnings).toEqual([
    expect.stringContaining("constraints.width: the workflow has no parameter 'width'"),
  ]);
  const { parameters, sources } = applyDefaults(workflow, workflow.parameters, {});
  expect([parameters[1]!.default, sources['steps']]).toEqual([30, 'meta']);
  const wide = parsed('{"5":{"inputs":{"width":"PARAM_INT_WIDTH"}}}', META_B);
  const bind = (width: number) => bindGraph(wide.graphText, wide.parameters, { width }, { seed: () => 1 });
  for (const width of [64, 1024, 2048]) expect(bind(width).ok).toBe(true);
  for (const [width, near] of [
    [32, 64],
    [4096, 2048],
    [1000, 1024],
  ] as const)
    expect(bind(width)).toMatchObject({
      error: { faults: [{ parameter: 'width', nearest: expect.arrayContaining([near]) }] },
    });
});

test('the five tiers in their order, .meta.json between environment and built in, each named', () => {
  const { defaults: persistent } = JSON.parse(CONFIG_B) as { defaults: Defaults };
  expect(checkDefaultsPatch(persistent).ok).toBe(true);
  const environment = environmentDefaults({ image: 'env.safetensors', audio: 'env_audio.safetensors' });
  const runtime: Defaults = { image: { steps: 8, model: 'runtime.safetensors' } };
  const workflow = parsed(
    '{"1":{"inputs":{"a":"PARAM_STR_MODEL","b":"PARAM_INT_STEPS","c":"PARAM_FLOAT_CFG"}}}',
    { defaults: { model: 'meta.safetensors', cfg: 4 } },
  );
  const model = (tiers: Tiers, own = workflow.defaults) => {
    const { parameters, sources } = applyDefaults({ ...workflow, defaults: own }, workflow.parameters, tiers);
    return [parameters[0]!.default, sources['model']];
  };
  // 5, then one tier more each time.
  expect(model({}, {})).toEqual(['v1-5-pruned-emaonly.ckpt', 'hardcoded']);
  expect(model({})).toEqual(['meta.safetensors', 'meta']);
  expect(model({ environment })).toEqual(['env.safetensors', 'env']);
  expect(model({ environment, persistent })).toEqual(['sd_xl_base_1.0.safetensors', 'config']);
  const all = { environment, persistent, runtime };
  expect(model(all)).toEqual(['runtime.safetensors', 'runtime']);
  // 1, the call.
  const { parameters, sources } = applyDefaults(workflow, workflow.parameters, all);
  const bound = bindGraph(workflow.graphText, parameters, { model: 'call.safetensors' }, { seed: () => 1 });
  expect(bound).toMatchObject({ ok: true, values: { model: 'call.safetensors', steps: 8, cfg: 4 } });
  expect(sources).toEqual({ model: 'runtime', steps: 'runtime', cfg: 'meta' });
});

test('built-in defaults are those of the contract', () => {
  const { sources: _sources, ...values } = mergeDefaults({});
  const sampling = { cfg: 8.0, sampler_name: 'euler', scheduler: 'normal', denoise: 1.0 };
  const negative = { negative_prompt: 'text, watermark' };
  expect(values).toEqual({
    image: {
      width: 512,
      height: 512,
      steps: 20,
      ...sampling,
      ...negative,
      model: 'v1-5-pruned-emaonly.ckpt',
    },
    audio: {
      ...sampling,
      steps: 50,
      cfg: 5.0,
      scheduler: 'simple',
      seconds: 60,
      lyrics_strength: 0.99,
      model: 'ace_step_v1_3.5b.safetensors',
    },
    video: { width: 1280, height: 720, steps: 20, ...sampling, ...negative, duration: 5, fps: 16 },
  });
});
