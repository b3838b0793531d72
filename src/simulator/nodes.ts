// The node classes that make things: models, texts, latents, pictures, sounds. What saves them is in savers.ts.
// A class without an entry here hands through its first input of the same type, or something opaque.

import { readImage } from './images.ts';
import { bigDigits } from './json.ts';
import { framesOf, isValue, numberOf, sceneText, textOf, valueOf, variant } from './node-inputs.ts';
import type { Frame, NodeContext, NodeResult, NodeRun, Value } from './node-types.ts';
import type { NodeInfo } from './object-info.ts';
import { drawPreview, drawScene } from './picture.ts';
import { createRandom, resize, solid } from './pixels.ts';
import { pythonError } from './python.ts';
import { savers } from './savers.ts';
import { parseFileName } from './paths.ts';

export const nodeRuns: Record<string, NodeRun> = {
  CheckpointLoaderSimple: load,
  VAELoader: load,
  UNETLoader: load,
  DualCLIPLoader: load,
  LoraLoader: load,

  async CLIPTextEncode(context) {
    await context.pause(context.timing.encodeMs);
    return { values: [{ kind: 'prompt', text: textOf(context, 'text') }] };
  },
  async TextEncodeAceStepAudio(context) {
    await context.pause(context.timing.encodeMs);
    return { values: [{ kind: 'prompt', text: `${textOf(context, 'tags')}\n${textOf(context, 'lyrics')}` }] };
  },
  ConditioningCombine: (context) => {
    const texts = [sceneText(context, 'conditioning_1'), sceneText(context, 'conditioning_2')];
    return { values: [{ kind: 'prompt', text: texts.join(', ') }] };
  },

  EmptyLatentImage: emptyLatent,
  EmptySD3LatentImage: emptyLatent,
  EmptyAceStepLatentAudio: (context) => {
    const scene = { text: '', seed: '0' };
    return { values: [{ kind: 'sound', seconds: numberOf(context, 'seconds'), scene }] };
  },
  LatentUpscale: (context) =>
    scaleLatent(context, () => [numberOf(context, 'width'), numberOf(context, 'height')]),
  LatentUpscaleBy: (context) =>
    scaleLatent(context, (width, height) => {
      const factor = numberOf(context, 'scale_by', 1);
      return [Math.round(width * factor), Math.round(height * factor)];
    }),
  KSampler: (context) => sample(context, 'seed'),
  KSamplerAdvanced: (context) => sample(context, 'noise_seed'),

  async VAEDecode(context) {
    await context.pause(context.timing.decodeMs);
    const latent = valueOf(context, 'samples', 'latent');
    if (latent === undefined) return { values: [{ kind: 'image', frames: [] }] };
    const { width, height, count, scene = { text: 'nothing yet', seed: '0' } } = latent;
    const frames = Array.from({ length: count }, (_, index): Frame => {
      return { width, height, pixels: () => drawScene(variant(scene, index), width, height) };
    });
    return { values: [{ kind: 'image', frames }] };
  },
  async VAEDecodeAudio(context) {
    await context.pause(context.timing.decodeMs);
    return { values: [valueOf(context, 'samples', 'sound') ?? { kind: 'opaque', type: 'AUDIO' }] };
  },
  async VAEEncode(context) {
    await context.pause(context.timing.encodeMs);
    const frames = framesOf(context, 'pixels');
    const { width = 64, height = 64 } = frames[0] ?? {};
    return { values: [{ kind: 'latent', width, height, count: frames.length }] };
  },

  EmptyImage: (context) => {
    const color = numberOf(context, 'color');
    const width = numberOf(context, 'width');
    const height = numberOf(context, 'height');
    const rgb = [(color >> 16) & 255, (color >> 8) & 255, color & 255] as const;
    const frame: Frame = { width, height, pixels: () => solid(width, height, rgb) };
    return {
      values: [
        { kind: 'image', frames: Array.from({ length: numberOf(context, 'batch_size') }, () => frame) },
      ],
    };
  },
  LoadImage: (context) => {
    const frame = loadFrame(context, textOf(context, 'image'));
    return {
      values: [
        { kind: 'image', frames: [frame] },
        { kind: 'opaque', type: 'MASK' },
      ],
    };
  },
  LoadImageMask: (context) => {
    loadFrame(context, textOf(context, 'image'));
    return { values: [{ kind: 'opaque', type: 'MASK' }] };
  },
  LoadAudio: (context) => ({
    values: [{ kind: 'sound', seconds: 2, scene: { text: textOf(context, 'audio'), seed: '0' } }],
  }),
  ImageScale: (context) =>
    scaleImages(context, () => [numberOf(context, 'width'), numberOf(context, 'height')]),
  ImageScaleBy: (context) =>
    scaleImages(context, (width, height) => {
      const factor = numberOf(context, 'scale_by', 1);
      return [Math.round(width * factor), Math.round(height * factor)];
    }),
  ImageInvert: (context) => {
    const frames = framesOf(context, 'image').map((frame): Frame => {
      const pixels = () => ({ ...frame.pixels(), data: frame.pixels().data.map((sample) => 255 - sample) });
      return { width: frame.width, height: frame.height, pixels };
    });
    return { values: [{ kind: 'image', frames }] };
  },
  ImageBatch: (context) => ({
    values: [{ kind: 'image', frames: [...framesOf(context, 'image1'), ...framesOf(context, 'image2')] }],
  }),
  CreateVideo: (context) => ({ values: [{ kind: 'video', frames: framesOf(context, 'images') }] }),

  PrimitiveString: primitive,
  PrimitiveStringMultiline: primitive,
  PrimitiveInt: primitive,
  PrimitiveFloat: (context) => ({
    values: [{ kind: 'plain', value: context.inputs['value'], float: true }],
  }),
  StringConcatenate: (context) => {
    const value = textOf(context, 'string_a') + textOf(context, 'delimiter') + textOf(context, 'string_b');
    return { values: [{ kind: 'plain', value }] };
  },

  async GwSleep(context) {
    const steps = numberOf(context, 'steps');
    const delayMs = numberOf(context, 'delay') * 1000 * context.timing.delayScale;
    for (let step = 0; step < steps; step++) {
      context.checkInterrupt();
      if (step === numberOf(context, 'fail_at', -1)) {
        throw pythonError('ValueError', 'gw test failure', ['/comfyui/custom_nodes/gw_test_node.py:12:run']);
      }
      await context.pause(delayMs);
      const shade = Math.floor((255 * (step + 1)) / steps);
      const draw = () => solid(64, 64, [shade, 64, 255 - shade]);
      context.step(
        step + 1,
        steps,
        context.inputs['preview'] === true ? { format: 'JPEG', draw } : undefined,
      );
    }
    return { values: [{ kind: 'image', frames: framesOf(context, 'image') }] };
  },
  GwExpand: (context) => {
    const [sleep, save] = [`${context.id}.0.0.1`, `${context.id}.0.0.2`];
    const image = context.inputs['image'];
    return {
      expand: {
        nodes: {
          [sleep]: {
            class_type: 'GwSleep',
            inputs: { image, steps: numberOf(context, 'steps'), delay: 0.1, fail_at: -1, preview: true },
          },
          [save]: { class_type: 'SaveImage', inputs: { images: [sleep, 0], filename_prefix: 'gw/inner' } },
        },
        links: [[sleep, 0]],
      },
    };
  },
  ...savers,
};

/** The run of a class that has no entry of its own. */
export function passThrough(info: NodeInfo): NodeRun {
  return async (context) => {
    await context.pause(context.timing.nodeMs);
    const declared = { ...info.input.required, ...info.input.optional };
    const values = info.output.map((type): Value => {
      for (const [name, spec] of Object.entries(declared)) {
        const input = context.inputs[name];
        if (spec[0] === type && isValue(input)) return input;
      }
      return type === 'CONDITIONING' ? { kind: 'prompt', text: '' } : { kind: 'opaque', type };
    });
    return { values };
  };
}

async function load(context: NodeContext): Promise<NodeResult> {
  await context.pause(context.timing.loadMs);
  return { values: ['MODEL', 'CLIP', 'VAE'].map((type) => ({ kind: 'opaque', type })) };
}

function primitive(context: NodeContext): NodeResult {
  return { values: [{ kind: 'plain', value: context.inputs['value'] }] };
}

function emptyLatent(context: NodeContext): NodeResult {
  const width = numberOf(context, 'width');
  const height = numberOf(context, 'height');
  return { values: [{ kind: 'latent', width, height, count: numberOf(context, 'batch_size', 1) }] };
}

type NewSize = (width: number, height: number) => [number, number];

function scaleLatent(context: NodeContext, size: NewSize): NodeResult {
  const latent = valueOf(context, 'samples', 'latent');
  if (latent === undefined) return { values: [{ kind: 'opaque', type: 'LATENT' }] };
  const [width, height] = size(latent.width, latent.height);
  return { values: [{ ...latent, width, height }] };
}

function scaleImages(context: NodeContext, size: NewSize): NodeResult {
  const frames = framesOf(context, 'image').map((frame): Frame => {
    const [width, height] = size(frame.width, frame.height);
    return { width, height, pixels: () => resize(frame.pixels(), width, height) };
  });
  return { values: [{ kind: 'image', frames }] };
}

async function sample(context: NodeContext, seedInput: string): Promise<NodeResult> {
  const input = context.inputs[seedInput];
  const seed = bigDigits(input) ?? String(numberOf(context, seedInput));
  const scene = { text: sceneText(context, 'positive'), seed };
  const sound = valueOf(context, 'latent_image', 'sound');
  const latent = valueOf(context, 'latent_image', 'latent');
  const steps = numberOf(context, 'steps', 1);
  for (let step = 1; step <= steps; step++) {
    await context.pause(context.timing.stepMs);
    if (latent === undefined || !context.previews) context.step(step, steps);
    else {
      const draw = () => drawPreview(scene, latent.width, latent.height, step / steps);
      context.step(step, steps, { format: 'JPEG', draw });
    }
  }
  if (sound !== undefined) return { values: [{ ...sound, scene }] };
  return { values: [latent === undefined ? { kind: 'opaque', type: 'LATENT' } : { ...latent, scene }] };
}

function loadFrame(context: NodeContext, name: string): Frame {
  const file = context.files.get(parseFileName(name, 'input'));
  const bytes = file?.bytes();
  const size = bytes && readImage(bytes);
  if (file === undefined || size === undefined) {
    throw pythonError('PIL.UnidentifiedImageError', `cannot identify image file '/comfyui/input/${name}'`, [
      '/comfyui/nodes.py:1647:load_image',
      '/comfyui/node_helpers.py:31:pillow',
      '/comfyui/venv/lib/python3.11/site-packages/PIL/Image.py:3715:open:1',
    ]);
  }
  const { width, height } = size;
  const fallback = () => {
    const random = createRandom(name);
    return solid(width, height, [random() * 255, random() * 255, random() * 255]);
  };
  return { width, height, pixels: () => readImage(bytes ?? new Uint8Array())?.pixels() ?? fallback() };
}
