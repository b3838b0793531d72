/** The unpacked bytes of a PNG → filtered rows → RGBA rows. */
import type { Shrinker, Size } from './shrink.ts';

export interface PngColour {
  /** Bits per sample. */
  depth: number;
  /** 0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA. */
  type: number;
  /** RGB triples. */
  palette: Uint8Array;
  /** Alpha of palette entries, or the one colour that is transparent. */
  transparency: Uint8Array | undefined;
}

/** First column, first row, step of columns, step of rows. */
type Pass = readonly [x: number, y: number, stepX: number, stepY: number];

/** `take` gets the bytes in order, in pieces of any size, and says whether that was the last row. */
export function createRows(head: PngColour & Size, passes: readonly Pass[], shrinker: Shrinker) {
  const bits = head.depth * SAMPLES[head.type]!;
  const pixelBytes = Math.max(1, bits >> 3);
  const toRgba = converterOf(head);
  const rgba = new Uint8Array(head.width * 4);
  let current = new Uint8Array(1 + Math.ceil((head.width * bits) / 8));
  let above = new Uint8Array(current.length);
  let pass = -1;
  let [count, length, y, filled] = [0, 0, 0, 0];
  let isDone = !nextPass();

  /** Finds the next pass that has pixels. */
  function nextPass(): boolean {
    while (++pass < passes.length) {
      const [x, top, step] = passes[pass]!;
      count = Math.ceil((head.width - x) / step);
      if (count <= 0 || top >= head.height) continue;
      length = 1 + Math.ceil((count * bits) / 8);
      y = top;
      above.fill(0);
      return true;
    }
    return false;
  }

  function endRow(): void {
    unfilter(current, above, length, pixelBytes);
    const [x, , step, stepY] = passes[pass]!;
    toRgba(current, rgba, count);
    shrinker.row(rgba, y, count, x, step);
    [current, above] = [above, current];
    y += stepY;
    if (y >= head.height) isDone = !nextPass();
  }

  return {
    take(bytes: Uint8Array): boolean {
      for (let at = 0; at < bytes.length && !isDone;) {
        const part = bytes.subarray(at, at + length - filled);
        current.set(part, filled);
        filled += part.length;
        at += part.length;
        if (filled < length) break;
        filled = 0;
        endRow();
      }
      return isDone;
    },
  };
}

/** Of each colour type. */
const SAMPLES: Record<number, number> = { 0: 1, 2: 3, 3: 1, 4: 2, 6: 4 };

/** The first byte says which filter; the rest becomes what it was, in place. */
function unfilter(row: Uint8Array, above: Uint8Array, length: number, step: number): void {
  const filter = row[0]!;
  if (filter > 4) throw new Error(`the PNG has a row with filter ${filter}; there are 0 to 4`);
  if (filter === 1) for (let i = 1 + step; i < length; i++) row[i]! += row[i - step]!;
  if (filter === 2) for (let i = 1; i < length; i++) row[i]! += above[i]!;
  if (filter === 3)
    for (let i = 1; i < length; i++) row[i]! += ((i > step ? row[i - step]! : 0) + above[i]!) >> 1;
  if (filter === 4)
    for (let i = 1; i < length; i++) {
      const isFirst = i <= step;
      const left = isFirst ? 0 : row[i - step]!;
      const corner = isFirst ? 0 : above[i - step]!;
      const up = above[i]!;
      const toLeft = Math.abs(up - corner);
      const toUp = Math.abs(left - corner);
      const toCorner = Math.abs(left + up - 2 * corner);
      row[i]! += toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}

type Convert = (row: Uint8Array, rgba: Uint8Array, count: number) => void;

/** The row's first byte is no pixel. Of 16 bits the upper 8 are taken. */
function converterOf({ depth, type, palette, transparency }: PngColour): Convert {
  const bytes = depth >> 3;
  if (type === 6 || type === 4) {
    const [green, blue, alpha] = type === 6 ? [bytes, 2 * bytes, 3 * bytes] : [0, 0, bytes];
    return (row, rgba, count) => {
      for (let i = 0, at = 1; i < count * 4; i += 4, at += alpha + bytes) {
        rgba[i] = row[at]!;
        rgba[i + 1] = row[at + green]!;
        rgba[i + 2] = row[at + blue]!;
        rgba[i + 3] = row[at + alpha]!;
      }
    };
  }
  if (type === 2) {
    // Samples of the key have 16 bits each, whatever the depth.
    const key = transparency && transparency.length >= 6 ? transparency : undefined;
    const keyAt = bytes === 2 ? [0, 1, 2, 3, 4, 5] : [1, 3, 5];
    return (row, rgba, count) => {
      for (let i = 0, at = 1; i < count * 4; i += 4, at += 3 * bytes) {
        rgba[i] = row[at]!;
        rgba[i + 1] = row[at + bytes]!;
        rgba[i + 2] = row[at + 2 * bytes]!;
        rgba[i + 3] = key && keyAt.every((from, n) => row[at + n] === key[from]) ? 0 : 255;
      }
    };
  }
  if (depth === 16) {
    const key = transparency && transparency.length >= 2 ? transparency : undefined;
    return (row, rgba, count) => {
      for (let i = 0, at = 1; i < count * 4; i += 4, at += 2) {
        rgba.fill(row[at]!, i, i + 3);
        rgba[i + 3] = key && row[at] === key[0] && row[at + 1] === key[1] ? 0 : 255;
      }
    };
  }
  const table = type === 3 ? paletteTable(palette, transparency) : greyTable(depth, transparency);
  const mask = 2 ** depth - 1;
  return (row, rgba, count) => {
    for (let i = 0; i < count; i++) {
      const bit = i * depth;
      const value = (row[1 + (bit >> 3)]! >> (8 - depth - (bit & 7))) & mask;
      rgba[i * 4] = table[value * 4]!;
      rgba[i * 4 + 1] = table[value * 4 + 1]!;
      rgba[i * 4 + 2] = table[value * 4 + 2]!;
      rgba[i * 4 + 3] = table[value * 4 + 3]!;
    }
  };
}

/** RGBA of every index; what the palette lacks is opaque black. */
function paletteTable(palette: Uint8Array, alphas: Uint8Array | undefined): Uint8Array {
  const table = new Uint8Array(256 * 4);
  for (let i = 0; i < 256; i++) {
    table.set(palette.subarray(i * 3, i * 3 + 3), i * 4);
    table[i * 4 + 3] = alphas?.[i] ?? 255;
  }
  return table;
}

function greyTable(depth: number, key: Uint8Array | undefined): Uint8Array {
  const table = new Uint8Array(256 * 4);
  const most = 2 ** depth - 1;
  const hidden = key && key.length >= 2 ? (key[0]! << 8) | key[1]! : -1;
  for (let i = 0; i <= most; i++) {
    table.fill(Math.round((i * 255) / most), i * 4, i * 4 + 3);
    table[i * 4 + 3] = i === hidden ? 0 : 255;
  }
  return table;
}
