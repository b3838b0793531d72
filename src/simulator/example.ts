// The graph that demo, tests and benchmarks run: text to picture with a checkpoint, as ComfyUI's own first example.

import type { Graph } from './types.ts';

export interface ExampleOptions {
  text?: string;
  seed?: number;
  steps?: number;
  width?: number;
  height?: number;
}

export function exampleGraph(options: ExampleOptions = {}) {
  const {
    text = 'a lighthouse at dusk, stars over the sea',
    seed = 1,
    steps = 20,
    width = 512,
    height = 512,
  } = options;
  return {
    '3': {
      class_type: 'KSampler',
      inputs: {
        seed,
        steps,
        cfg: 8,
        sampler_name: 'euler',
        scheduler: 'normal',
        denoise: 1,
        model: ['4', 0],
        positive: ['6', 0],
        negative: ['7', 0],
        latent_image: ['5', 0],
      },
    },
    '4': { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'v1-5-pruned-emaonly.safetensors' } },
    '5': { class_type: 'EmptyLatentImage', inputs: { width, height, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text, clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: 'text, watermark', clip: ['4', 1] } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'comfygate', images: ['8', 0] } },
  } satisfies Graph;
}
