// How inputs print in an execution error: texts and numbers as they are, pictures as a shortened tensor.

import { isValue } from './node-inputs.ts';
import type { Frame } from './node-types.ts';

export function errorInput(input: unknown): unknown {
  if (!isValue(input)) return input;
  switch (input.kind) {
    case 'plain':
      return input.value;
    case 'image':
      return tensorText(input.frames);
    case 'video':
      return '<comfy_api.latest._input_impl.video_types.VideoFromComponents object at 0x7f0000000000>';
    case 'prompt':
      return "[[tensor([[[...]]]), {'pooled_output': tensor([[...]])}]]";
    case 'latent':
      return "{'samples': tensor([[[[...]]]])}";
    case 'sound':
      return "{'waveform': tensor([[[...]]]), 'sample_rate': 44100}";
    case 'opaque':
      return `<${input.type} object at 0x7f0000000000>`;
  }
}

/** The first and last three rows and columns, as PyTorch prints a large tensor. */
function tensorText(frames: Frame[]): string {
  const shown = new Map(frames.map((frame) => [frame, frame.pixels()]));
  const whole = [...shown.values()].every(({ data }) =>
    data.every((sample) => sample === 0 || sample === 255),
  );
  const number = (sample: number) => (whole ? `${sample / 255}.` : (sample / 255).toFixed(4));
  // PyTorch shortens tensors of more than 1000 numbers.
  const numbers = [...shown.values()].reduce((sum, { width, height }) => sum + width * height * 3, 0);
  const ends = (count: number) =>
    count <= 6 || numbers <= 1000
      ? Array.from({ length: count }, (_, i) => i)
      : [0, 1, 2, -1, count - 3, count - 2, count - 1];
  const images = ends(frames.length).map((f) => {
    const frame = frames[f];
    const pixels = frame && shown.get(frame);
    if (pixels === undefined) return '...';
    const { width, height, channels, data } = pixels;
    const rows = ends(height).map((y) => {
      if (y < 0) return '...';
      const columns = ends(width).map((x) => {
        if (x < 0) return '...';
        const at = (y * width + x) * channels;
        return `[${[...data.subarray(at, at + 3)].map(number).join(', ')}]`;
      });
      return `[${columns.join(',\n          ')}]`;
    });
    return `[${rows.join(',\n\n         ')}]`;
  });
  return `tensor([${images.join(',\n\n\n        ')}])`;
}
