/** The first frame of a GIF, straight into a shrinker: one row is in memory at a time. */
import type { Shrinker } from './shrink.ts';

export interface GifFrame {
  /** Of the whole picture. */
  width: number;
  height: number;
  /** Where the frame lies in it. */
  x: number;
  y: number;
  frameWidth: number;
  frameHeight: number;
  interlaced: boolean;
  /** RGB triples. */
  palette: Uint8Array;
  /** Index of what is not drawn, -1 if all is. */
  transparent: number;
  /** Where the bits per pixel and then the packed pixels are. */
  at: number;
}

/** Undefined if it is no GIF, or is broken before its pixels. */
export function readGifFrame(bytes: Uint8Array): GifFrame | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 14) return undefined;
  const [width, height] = [view.getUint16(6, true), view.getUint16(8, true)];
  let at = 13;
  let palette: Uint8Array = new Uint8Array();
  let transparent = -1;
  const readPalette = (flags: number): void => {
    if ((flags & 0x80) === 0) return;
    const end = at + 3 * 2 ** ((flags & 7) + 1);
    palette = bytes.subarray(at, end);
    at = end;
  };
  readPalette(bytes[10]!);
  while (at < bytes.length) {
    const kind = bytes[at];
    if (kind === 0x21) {
      if (bytes[at + 1] === 0xf9 && at + 7 < bytes.length)
        transparent = (bytes[at + 3]! & 1) === 1 ? bytes[at + 6]! : -1;
      at += 2;
      while (at < bytes.length && bytes[at] !== 0) at += bytes[at]! + 1;
      at++;
      continue;
    }
    if (kind !== 0x2c || at + 10 > bytes.length || width === 0 || height === 0) return undefined;
    const [x, y] = [view.getUint16(at + 1, true), view.getUint16(at + 3, true)];
    const [frameWidth, frameHeight] = [view.getUint16(at + 5, true), view.getUint16(at + 7, true)];
    const flags = bytes[at + 9]!;
    at += 10;
    readPalette(flags);
    const interlaced = (flags & 0x40) !== 0;
    return { width, height, x, y, frameWidth, frameHeight, interlaced, palette, transparent, at };
  }
  return undefined;
}

/** Throws if the file ends before the frame does. */
export function shrinkGif(bytes: Uint8Array, frame: GifFrame, shrinker: Shrinker): void {
  const { frameWidth, frameHeight, palette, transparent } = frame;
  const colours = new Uint8Array(256 * 4);
  for (let i = 0; i * 3 + 2 < palette.length; i++) colours.set(palette.subarray(i * 3, i * 3 + 3), i * 4);
  for (let i = 0; i < 256; i++) colours[i * 4 + 3] = i === transparent ? 0 : 255;
  const table = new Uint32Array(colours.buffer);
  const line = new Uint32Array(frameWidth);
  const rgba = new Uint8Array(line.buffer);
  const visible = Math.min(frameWidth, frame.width - frame.x);
  const rows = frame.interlaced ? interlacedRows(frameHeight) : undefined;
  let column = 0;
  let row = 0;
  const isDone = unpack(bytes, frame.at, (index) => {
    line[column] = table[index]!;
    if (++column < frameWidth) return true;
    column = 0;
    const y = frame.y + (rows?.[row] ?? row);
    if (y < frame.height && visible > 0) shrinker.row(rgba, y, visible, frame.x);
    return ++row < frameHeight;
  });
  if (!isDone) throw new Error('the GIF ends before its first frame does');
}

/** Every eighth row from 0, from 4, every fourth from 2, every second from 1. */
function interlacedRows(height: number): number[] {
  const rows: number[] = [];
  for (const [from, step] of [
    [0, 8],
    [4, 8],
    [2, 4],
    [1, 2],
  ] as const)
    for (let row = from; row < height; row += step) rows.push(row);
  return rows;
}

/** LZW: hands every index to `take` until that returns false, and returns whether it did. */
function unpack(bytes: Uint8Array, from: number, take: (index: number) => boolean): boolean {
  const minBits = bytes[from]!;
  if (!(minBits >= 1 && minBits <= 8)) return false;
  const clear = 1 << minBits;
  const prefix = new Uint16Array(4096);
  const suffix = new Uint8Array(4096);
  const stack = new Uint8Array(4097);
  for (let i = 0; i < clear; i++) suffix[i] = i;
  let [bits, next, previous, first] = [minBits + 1, clear + 2, -1, 0];
  let [held, count] = [0, 0];
  for (let at = from + 1; at < bytes.length && bytes[at] !== 0;) {
    const end = Math.min(bytes.length, at + 1 + bytes[at]!);
    for (at++; at < end; at++) {
      held |= bytes[at]! << count;
      count += 8;
      while (count >= bits) {
        const code = held & ((1 << bits) - 1);
        held >>>= bits;
        count -= bits;
        if (code === clear) {
          [bits, next, previous] = [minBits + 1, clear + 2, -1];
          continue;
        }
        if (code === clear + 1) return false;
        // A code may name the very entry that it makes; nothing may name a later one.
        if (code > next || (code === next && previous < 0)) return false;
        let depth = 0;
        let entry = code;
        if (code === next) {
          stack[depth++] = first;
          entry = previous;
        }
        while (entry >= clear) {
          stack[depth++] = suffix[entry]!;
          entry = prefix[entry]!;
        }
        first = entry;
        stack[depth++] = first;
        if (previous >= 0 && next < 4096) {
          prefix[next] = previous;
          suffix[next] = first;
          if (++next === 1 << bits && bits < 12) bits++;
        }
        previous = code;
        while (depth > 0) if (!take(stack[--depth]!)) return true;
      }
    }
  }
  return false;
}
