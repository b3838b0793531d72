/** Graphs that the simulator and a real ComfyUI (with the recordings' test nodes) both run. */
import { exampleGraph } from '../../src/simulator/example.ts';

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
export const samplerGraph = (seed = 1, steps = 4) => exampleGraph({ seed, steps, width: 64, height: 64 });

let color = Math.floor(Math.random() * 1_000_000);

/** The least that gives a picture. */
export function pictureGraph(prefix = 'gw/test', batch = 1) {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 8, height: 8, batch_size: batch, color: ++color } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
  };
}

/** An input picture, saved again. */
export function loadGraph(image: unknown, prefix = 'gw/loaded') {
  return {
    '1': { class_type: 'LoadImage', inputs: { image } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: prefix } },
  };
}

/** Outputs in subfolders, previews in `temp`, text and a latent: the recording multi-output. */
export function multiOutputGraph() {
  const sampler = samplerGraph(++color, 3);
  sampler['5'].inputs.batch_size = 3;
  return {
    ...sampler,
    '9': { class_type: 'SaveImage', inputs: { filename_prefix: 'gw/first/img', images: ['8', 0] } },
    '10': {
      class_type: 'SaveImage',
      inputs: { filename_prefix: 'gw/second/%width%x%height%', images: ['8', 0] },
    },
    '11': { class_type: 'PreviewImage', inputs: { images: ['8', 0] } },
    '12': { class_type: 'PrimitiveString', inputs: { value: 'hello gateway' } },
    '13': { class_type: 'PreviewAny', inputs: { source: ['12', 0] } },
    '14': { class_type: 'SaveLatent', inputs: { filename_prefix: 'latents/gw', samples: ['3', 0] } },
  };
}

/** webm, mp4, animated webp and png: the recording video. */
export function videoGraph() {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 8, color: ++color } },
    '2': {
      class_type: 'SaveWEBM',
      inputs: { images: ['1', 0], filename_prefix: 'clips/web', codec: 'vp9', fps: 8, crf: 32 },
    },
    '3': { class_type: 'CreateVideo', inputs: { images: ['1', 0], fps: 8 } },
    '4': {
      class_type: 'SaveVideo',
      inputs: { video: ['3', 0], filename_prefix: 'video/ComfyUI', format: 'auto', codec: 'auto' },
    },
    '5': {
      class_type: 'SaveAnimatedWEBP',
      inputs: {
        images: ['1', 0],
        filename_prefix: 'anim',
        fps: 6,
        lossless: true,
        quality: 80,
        method: 'default',
      },
    },
    '6': {
      class_type: 'SaveAnimatedPNG',
      inputs: { images: ['1', 0], filename_prefix: 'anim', fps: 6, compress_level: 4 },
    },
  };
}

/** flac, mp3 and a flac in `temp`: the recording audio, with a sound that needs no upload. */
export function audioGraph() {
  return {
    '1': { class_type: 'LoadAudio', inputs: { audio: 'tone.wav' } },
    '2': { class_type: 'SaveAudio', inputs: { audio: ['1', 0], filename_prefix: 'audio/ComfyUI' } },
    '3': {
      class_type: 'SaveAudioMP3',
      inputs: { audio: ['1', 0], filename_prefix: 'audio/ComfyUI', quality: 'V0' },
    },
    '4': { class_type: 'PreviewAudio', inputs: { audio: ['1', 0] } },
  };
}

/** A node raises after another one has saved. */
export function failingGraph() {
  return {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 1, color: ++color } },
    '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'kept/before-error' } },
    '5': {
      class_type: 'GwSleep',
      inputs: { image: ['1', 0], steps: 3, delay: 0.01, fail_at: 2, preview: false },
    },
    '6': { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'never/after-error' } },
  };
}

/** A file of any name and size, made of nothing. */
export function blobGraph(filename: string, sizeBytes: number) {
  return { '1': { class_type: 'GwBlob', inputs: { filename, size_bytes: sizeBytes } } };
}

/** Saves `batch` pictures after each of `stages` sleeps, so that outputs come one after the other. */
export function stagesGraph(stages = 3, steps = 5, delay = 0.01, batch = 1): Record<string, unknown> {
  const graph: Record<string, unknown> = {
    '1': { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: batch, color: ++color } },
  };
  for (let stage = 1; stage <= stages; stage++) {
    const image = [stage === 1 ? '1' : `${stage - 1}0`, 0];
    graph[`${stage}0`] = {
      class_type: 'GwSleep',
      inputs: { image, steps, delay, fail_at: -1, preview: true },
    };
    graph[`${stage}1`] = {
      class_type: 'SaveImage',
      inputs: { images: [`${stage}0`, 0], filename_prefix: `gw/stage${stage}` },
    };
  }
  return graph;
}
