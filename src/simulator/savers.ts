// The node classes that save or show something.

import { flac, clip, silentMp3, silentOpus } from './media.ts';
import {
  framesOf,
  isValue,
  numberOf,
  pngTexts,
  saveSeries,
  tempPrefix,
  textOf,
  valueOf,
} from './node-inputs.ts';
import type { Frame, NodeContext, NodeResult, NodeRun, Value } from './node-types.ts';
import { parseFileName } from './paths.ts';
import { encodePng } from './png.ts';
import { floatText, pythonError, str } from './python.ts';
import type { FileRef, FolderType } from './types.ts';

export const savers: Record<string, NodeRun> = {
  SaveImage: (context) => saveImages(context, 'output', textOf(context, 'filename_prefix')),
  PreviewImage: (context) => saveImages(context, 'temp', tempPrefix(context)),
  SaveImageWebsocket: (context) => {
    const frames = framesOf(context, 'images');
    frames.forEach((frame, index) =>
      context.step(index, frames.length, { format: 'PNG', draw: frame.pixels }),
    );
    return {};
  },
  SaveAnimatedWEBP: (context) => saveClip(context, 'webp', framesOf(context, 'images')),
  SaveAnimatedPNG: (context) => saveClip(context, 'png', framesOf(context, 'images')),
  SaveWEBM: (context) => saveClip(context, 'webm', framesOf(context, 'images')),
  SaveVideo: (context) => {
    if (!['auto', 'h264'].includes(textOf(context, 'codec'))) {
      throw pythonError('ValueError', 'Only H264 codec is supported for now', [
        '/comfyui/comfy_api/internal/__init__.py:149:wrapped_func',
        '/comfyui/comfy_api/latest/_io.py:1270:EXECUTE_NORMALIZED',
        '/comfyui/comfy_extras/nodes_video.py:109:execute:1',
        '/comfyui/comfy_api/latest/_input_impl/video_types.py:266:save_to:1',
      ]);
    }
    return saveClip(context, 'mp4', valueOf(context, 'video', 'video')?.frames ?? []);
  },

  SaveAudio: (context) => saveSound(context, 'output', textOf(context, 'filename_prefix'), '.flac'),
  SaveAudioMP3: (context) => saveSound(context, 'output', textOf(context, 'filename_prefix'), '.mp3'),
  SaveAudioOpus: (context) => saveSound(context, 'output', textOf(context, 'filename_prefix'), '.opus'),
  PreviewAudio: (context) => saveSound(context, 'temp', tempPrefix(context), '.flac'),

  PreviewAny: (context) => {
    const source = context.inputs['source'];
    return { ui: { text: [isValue(source) ? valueText(source) : str(source)] } };
  },
  SaveLatent: (context) => {
    const { width = 0, height = 0, count = 0 } = valueOf(context, 'samples', 'latent') ?? {};
    const ref = saveSeries(context, { type: 'output', prefix: textOf(context, 'filename_prefix') }).take(
      '.latent',
    );
    // A safetensors file: length and text of the header, then zeros in place of the numbers.
    const shape = [count, 4, height >> 3, width >> 3];
    const bytes = shape.reduce((all, size) => all * size, 4);
    const tensor = { dtype: 'F32', shape, data_offsets: [0, bytes] };
    const header = JSON.stringify({ latent_tensor: tensor, __metadata__: pngTexts(context) });
    const padded = Buffer.from(header.padEnd(Math.ceil(header.length / 8) * 8));
    const file = Buffer.alloc(8 + padded.length + bytes);
    file.writeBigUInt64LE(BigInt(padded.length), 0);
    file.set(padded, 8);
    context.files.put(ref, file);
    return { ui: { latents: [shown(ref)] } };
  },

  GwBlob: (context) => {
    const ref = parseFileName(textOf(context, 'filename'), 'output');
    context.files.putVirtual(ref, numberOf(context, 'size_bytes'));
    return { ui: { files: [shown(ref)] } };
  },
};

function valueText(value: Value): string {
  if (value.kind !== 'plain') return `<${value.kind}>`;
  return value.float === true ? floatText(Number(value.value)) : str(value.value);
}

function shown({ filename, subfolder, type }: FileRef): FileRef {
  return { filename, subfolder, type };
}

async function saveImages(context: NodeContext, type: FolderType, prefix: string): Promise<NodeResult> {
  await context.pause(context.timing.nodeMs);
  const frames = framesOf(context, 'images');
  const [first] = frames;
  const series = saveSeries(context, {
    type,
    prefix,
    ...(first && { width: first.width, height: first.height }),
  });
  const images = frames.map((frame, index) => {
    const ref = series.take('.png', index);
    // Drawn when somebody looks: a benchmark does not pay for pictures that nobody fetches.
    const estimate = 2000 + Math.round(frame.width * frame.height * 0.4);
    context.files.put(ref, () => encodePng(frame.pixels(), pngTexts(context)), estimate);
    return shown(ref);
  });
  return { ui: { images } };
}

async function saveClip(
  context: NodeContext,
  extension: 'webm' | 'mp4' | 'webp' | 'png',
  frames: Frame[],
): Promise<NodeResult> {
  await context.pause(context.timing.nodeMs);
  const { width = 0, height = 0 } = frames[0] ?? {};
  const prefix = textOf(context, 'filename_prefix');
  const ref = saveSeries(context, { type: 'output', prefix, width, height }).take(`.${extension}`);
  context.files.put(ref, clip(extension));
  return { ui: { images: [shown(ref)], animated: [true] } };
}

async function saveSound(
  context: NodeContext,
  type: FolderType,
  prefix: string,
  extension: '.flac' | '.mp3' | '.opus',
): Promise<NodeResult> {
  await context.pause(context.timing.nodeMs);
  const { seconds, scene } = valueOf(context, 'audio', 'sound') ?? {
    seconds: 1,
    scene: { text: '', seed: '0' },
  };
  const ref = saveSeries(context, { type, prefix }).take(extension);
  const make = () =>
    extension === '.flac'
      ? flac(scene, seconds)
      : extension === '.mp3'
        ? silentMp3(seconds)
        : silentOpus(seconds);
  context.files.put(ref, make, 50_000);
  return { ui: { audio: [shown(ref)] } };
}
