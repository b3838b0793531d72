/** Graphs that the simulator and a real ComfyUI (with the recordings' test nodes) both run. */

/** A picture after `steps` waits of `delay` seconds; every call gets a graph of its own, so nothing is cached. */
export function sleepGraph(steps = 3, delay = 0.02, more: Record<string, unknown> = {}) {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: ++color } },
    '2': {
      class_type: 'GwSleep',
      inputs: { image: ['1', 0], steps, delay, fail_at: -1, preview: true, ...more },
    },
    '3': { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'gw/test' } },
  };
}

/** Text to picture with a checkpoint, as ComfyUI's first example. */
export function samplerGraph(seed: number | bigint = 1, steps = 4) {
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
    '5': { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 64, batch_size: 1 } },
    '6': { class_type: 'CLIPTextEncode', inputs: { text: 'a glass bottle with a galaxy in it', clip: ['4', 1] } },
    '7': { class_type: 'CLIPTextEncode', inputs: { text: 'text, watermark', clip: ['4', 1] } },
    '8': { class_type: 'VAEDecode', inputs: { samples: ['3', 0], vae: ['4', 2] } },
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'ComfyUI', images: ['8', 0] } },
  };
}

let color = Math.floor(Math.random() * 1_000_000);
