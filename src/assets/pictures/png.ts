/**
 * A PNG of any kind, straight into a shrinker: two rows are in memory. Of an animated one the default picture. Checksums are
 * not looked at.
 */
import { createRows, type PngColour } from './png-rows.ts';
import type { Shrinker } from './shrink.ts';

export interface PngHead extends PngColour {
  width: number;
  height: number;
  interlaced: boolean;
  /** The packed pixels, in pieces. */
  data: Uint8Array[];
}

/** Undefined if it is no PNG, or its head is broken. */
export function readPngHead(bytes: Uint8Array): PngHead | undefined {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 33 || view.getUint32(12) !== IHDR) return undefined;
  const [width, height] = [view.getUint32(16), view.getUint32(20)];
  const [depth, type, , , interlace] = bytes.subarray(24, 29);
  if (width === 0 || height === 0 || !DEPTHS[type!]?.includes(depth!) || interlace! > 1) return undefined;
  const data: Uint8Array[] = [];
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  for (let at = 33; at + 8 <= bytes.length;) {
    const end = at + 8 + view.getUint32(at);
    const name = view.getUint32(at + 4);
    const body = bytes.subarray(at + 8, end);
    if (name === IDAT) data.push(body);
    else if (data.length > 0) break;
    if (name === PLTE) palette = body;
    if (name === TRNS) transparency = body;
    at = end + 4;
  }
  if (data.length === 0 || (type === 3 && !palette)) return undefined;
  return {
    width,
    height,
    depth: depth!,
    type: type!,
    palette: palette ?? new Uint8Array(),
    transparency,
    interlaced: interlace === 1,
    data,
  };
}

/** Unpacks zlib data piece by piece as it is read, never far ahead, and stops when its reader does. Throws if it is broken. */
export type Inflate = (packed: Iterable<Uint8Array>) => AsyncIterable<Uint8Array>;

/** Rejects if the pixels are broken or end too early. What comes after the last row is not unpacked. */
export async function shrinkPng(head: PngHead, shrinker: Shrinker, inflate: Inflate): Promise<void> {
  const rows = createRows(head, head.interlaced ? ADAM7 : WHOLE, shrinker);
  for await (const bytes of inflate(head.data)) if (rows.take(bytes)) return;
  throw new Error('the PNG ends before its pixels do');
}

const IHDR = 0x49484452;
const IDAT = 0x49444154;
const PLTE = 0x504c5445;
const TRNS = 0x74524e53;

/** Of each colour type, the bits per sample that there are. */
const DEPTHS: Record<number, number[]> = {
  0: [1, 2, 4, 8, 16],
  2: [8, 16],
  3: [1, 2, 4, 8],
  4: [8, 16],
  6: [8, 16],
};

/** Passes over the picture: first column and row, and the steps. */
const WHOLE = [[0, 0, 1, 1]] as const;
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;
