// Pictures as files: what a file is and how big, its pixels where the format can be read, and a WebP for previews.

import jpeg from 'jpeg-js';
import { decodePng, type Pixels } from './png.ts';

/** Size of a PNG, JPEG, GIF or WebP and, for PNG and JPEG, its pixels. Undefined for anything else. */
export function readImage(
  file: Uint8Array,
): { width: number; height: number; pixels: () => Pixels | undefined } | undefined {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  if (bytes.length < 16) return undefined;
  if (bytes.readUInt32BE(0) === 0x89504e47 && bytes.length >= 24) {
    return { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20), pixels: () => decodePng(file) };
  }
  if (bytes.readUInt16BE(0) === 0xffd8) {
    const size = jpegSize(bytes);
    return size && { ...size, pixels: () => decodeJpeg(bytes) };
  }
  const none = () => undefined;
  if (bytes.toString('latin1', 0, 4) === 'GIF8') {
    return { width: bytes.readUInt16LE(6), height: bytes.readUInt16LE(8), pixels: none };
  }
  if (bytes.toString('latin1', 0, 4) === 'RIFF' && bytes.toString('latin1', 8, 12) === 'WEBP') {
    return { ...webpSize(bytes), pixels: none };
  }
  return undefined;
}

/** A valid lossless WebP of the picture's size, filled with its mean color: an encoder would be out of proportion. */
export function encodeFlatWebp({ width, height, channels, data }: Pixels): Uint8Array {
  const sums = [0, 0, 0];
  const pixels = Math.max(1, width * height);
  for (let i = 0; i < data.length; i++) {
    const channel = i % channels;
    if (channel < 3) sums[channel] = (sums[channel] ?? 0) + (data[i] ?? 0);
  }
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => Math.round(sum / pixels));
  const bits: number[] = [];
  const put = (value: number, count: number) => {
    for (let i = 0; i < count; i++) bits.push((value >> i) & 1);
  };
  put(0x2f, 8);
  put(width - 1, 14);
  put(height - 1, 14);
  put(0, 1 + 3); // no alpha, version 0
  put(0, 3); // no transform, no color cache, one set of codes
  // Five prefix codes of a single symbol each: green, red, blue, alpha, distance. Pixels then take no bits at all.
  for (const symbol of [green, red, blue, 255, 0]) {
    put(1, 1);
    put(0, 1);
    put(1, 1);
    put(symbol, 8);
  }
  const body = Buffer.alloc(Math.ceil(bits.length / 16) * 2);
  bits.forEach((bit, i) => (body[i >> 3] = (body[i >> 3] ?? 0) | (bit << (i & 7))));
  const file = Buffer.alloc(20 + body.length);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(12 + body.length, 4);
  file.write('WEBPVP8L', 8, 'latin1');
  file.writeUInt32LE(body.length, 16);
  file.set(body, 20);
  return file;
}

function decodeJpeg(bytes: Buffer): Pixels | undefined {
  try {
    const { width, height, data } = jpeg.decode(bytes, { useTArray: true, maxMemoryUsageInMB: 256 });
    return { width, height, channels: 4, data };
  } catch {
    return undefined; // damaged or unusual JPEG: the caller paints a plain picture of its size
  }
}

function jpegSize(bytes: Buffer): { width: number; height: number } | undefined {
  for (let at = 2; at + 9 < bytes.length && bytes[at] === 0xff; at += 2 + bytes.readUInt16BE(at + 2)) {
    const marker = bytes[at + 1] ?? 0;
    const frame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (frame) return { width: bytes.readUInt16BE(at + 7), height: bytes.readUInt16BE(at + 5) };
  }
  return undefined;
}

function webpSize(bytes: Buffer): { width: number; height: number } {
  const kind = bytes.toString('latin1', 12, 16);
  if (kind === 'VP8X' && bytes.length >= 30) {
    return { width: bytes.readUIntLE(24, 3) + 1, height: bytes.readUIntLE(27, 3) + 1 };
  }
  if (kind === 'VP8L' && bytes.length >= 25) {
    const packed = bytes.readUInt32LE(21);
    return { width: (packed & 0x3fff) + 1, height: ((packed >> 14) & 0x3fff) + 1 };
  }
  if (kind === 'VP8 ' && bytes.length >= 30) {
    return { width: bytes.readUInt16LE(26) & 0x3fff, height: bytes.readUInt16LE(28) & 0x3fff };
  }
  return { width: 64, height: 64 };
}
