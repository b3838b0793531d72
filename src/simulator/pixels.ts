// Small tools for drawing: plain pictures, scaling, and numbers that look random but follow from a text.

import type { Pixels } from './png.ts';

export function solid(width: number, height: number, [r, g, b]: readonly [number, number, number]): Pixels {
  const data = new Uint8Array(width * height * 3);
  for (let i = 0; i < data.length; i += 3) data.set([r, g, b], i);
  return { width, height, channels: 3, data };
}

/** Scales with bilinear filtering. */
export function resize(source: Pixels, width: number, height: number): Pixels {
  const { channels } = source;
  const data = new Uint8Array(width * height * channels);
  for (let y = 0; y < height; y++) {
    const sy = Math.max(0, ((y + 0.5) * source.height) / height - 0.5);
    const y0 = Math.floor(sy);
    const y1 = Math.min(source.height - 1, y0 + 1);
    for (let x = 0; x < width; x++) {
      const sx = Math.max(0, ((x + 0.5) * source.width) / width - 0.5);
      const x0 = Math.floor(sx);
      const x1 = Math.min(source.width - 1, x0 + 1);
      for (let c = 0; c < channels; c++) {
        const sample = (px: number, py: number) => source.data[(py * source.width + px) * channels + c] ?? 0;
        const top = sample(x0, y0) + (sample(x1, y0) - sample(x0, y0)) * (sx - x0);
        const bottom = sample(x0, y1) + (sample(x1, y1) - sample(x0, y1)) * (sx - x0);
        data[(y * width + x) * channels + c] = top + (bottom - top) * (sy - y0);
      }
    }
  }
  return { width, height, channels, data };
}

/** Numbers from 0 up to 1 that depend only on the text (mulberry32 over an FNV-1a hash). */
export function createRandom(text: string): () => number {
  let state = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) state = Math.imul(state ^ text.charCodeAt(i), 0x01000193);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
