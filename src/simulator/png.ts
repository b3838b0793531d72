// PNG: an encoder for 8-bit RGB(A) with text chunks, and a decoder for what people upload (8 bit, not interlaced).

import { crc32, deflateSync, inflateSync } from 'node:zlib';

const signature = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a);

export interface Pixels {
  width: number;
  height: number;
  /** Samples per pixel: 3 = RGB, 4 = RGBA. */
  channels: 3 | 4;
  data: Uint8Array;
}

/** Encodes pixels; `texts` become tEXt chunks, with characters beyond ASCII written as JSON escapes. */
export function encodePng(pixels: Pixels, texts: Record<string, string> = {}): Uint8Array {
  const { width, height, channels, data } = pixels;
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, width);
  view.setUint32(4, height);
  header.set([8, channels === 3 ? 2 : 6, 0, 0, 0], 8);

  // Filter "sub" (difference to the left neighbour): gradients become runs, which deflate packs well and fast.
  const stride = width * channels;
  const rows = new Uint8Array((stride + 1) * height);
  for (let y = 0; y < height; y++) {
    const from = y * stride;
    const to = y * (stride + 1);
    rows[to] = 1;
    for (let x = 0; x < stride; x++) {
      const left = x < channels ? 0 : (data[from + x - channels] ?? 0);
      rows[to + 1 + x] = (data[from + x] ?? 0) - left;
    }
  }
  const chunks = [chunk('IHDR', header)];
  for (const [key, text] of Object.entries(texts)) {
    chunks.push(chunk('tEXt', Buffer.from(`${key}\0${escapeNonAscii(text)}`, 'latin1')));
  }
  chunks.push(chunk('IDAT', deflateSync(rows, { level: 3 })), chunk('IEND', new Uint8Array()));
  return Buffer.concat([signature, ...chunks]);
}

function escapeNonAscii(text: string): string {
  return text.replace(/[^\0-\x7f]/g, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const out = Buffer.alloc(data.byteLength + 12);
  out.writeUInt32BE(data.byteLength, 0);
  out.write(type, 4, 'latin1');
  out.set(data, 8);
  out.writeUInt32BE(crc32(out.subarray(4, 8 + data.byteLength)), 8 + data.byteLength);
  return out;
}

/** Decodes a PNG to RGB or RGBA; undefined when it is none, is broken, or uses 16 bits, few bits or interlacing. */
export function decodePng(file: Uint8Array): Pixels | undefined {
  const buffer = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (buffer.length < 33 || !buffer.subarray(0, 8).equals(signature)) return undefined;
  const width = buffer.readUInt32BE(16);
  const height = buffer.readUInt32BE(20);
  const [depth, color, , , interlace] = buffer.subarray(24, 29);
  const samples = new Map([
    [0, 1],
    [2, 3],
    [3, 1],
    [4, 2],
    [6, 4],
  ]).get(color ?? -1);
  if (depth !== 8 || samples === undefined || interlace !== 0 || width * height > 64e6) return undefined;

  const parts: Uint8Array[] = [];
  let palette: Uint8Array = new Uint8Array();
  for (let at = 8; at + 12 <= buffer.length;) {
    const length = buffer.readUInt32BE(at);
    const type = buffer.toString('latin1', at + 4, at + 8);
    const body = buffer.subarray(at + 8, at + 8 + length);
    if (type === 'IDAT') parts.push(body);
    if (type === 'PLTE') palette = body;
    at += length + 12;
  }
  let raw: Uint8Array;
  try {
    raw = inflateSync(Buffer.concat(parts), { maxOutputLength: (width * samples + 1) * height });
  } catch {
    return undefined; // damaged pixel data: the caller reports an unreadable picture
  }
  const lines = unfilter(raw, width * samples, height, samples);
  const channels = color === 4 || color === 6 ? 4 : 3;
  const data = new Uint8Array(width * height * channels);
  for (let i = 0; i < width * height; i++) {
    const s = i * samples;
    const grey = color === 0 || color === 4;
    for (let c = 0; c < 3; c++) {
      const value = color === 3 ? palette[(lines[s] ?? 0) * 3 + c] : lines[grey ? s : s + c];
      data[i * channels + c] = value ?? 0;
    }
    if (channels === 4) data[i * 4 + 3] = lines[s + samples - 1] ?? 255;
  }
  return { width, height, channels, data };
}

function unfilter(raw: Uint8Array, stride: number, height: number, step: number): Uint8Array {
  const out = new Uint8Array(stride * height);
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (stride + 1)];
    for (let x = 0; x < stride; x++) {
      const to = y * stride + x;
      const a = x >= step ? (out[to - step] ?? 0) : 0;
      const b = y > 0 ? (out[to - stride] ?? 0) : 0;
      const c = x >= step && y > 0 ? (out[to - stride - step] ?? 0) : 0;
      const value = raw[y * (stride + 1) + 1 + x] ?? 0;
      const predicted =
        filter === 1 ? a : filter === 2 ? b : filter === 3 ? (a + b) >> 1 : filter === 4 ? paeth(a, b, c) : 0;
      out[to] = value + predicted;
    }
  }
  return out;
}

function paeth(a: number, b: number, c: number): number {
  const p = a + b - c;
  const [da, db, dc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  if (da <= db && da <= dc) return a;
  return db <= dc ? b : c;
}
