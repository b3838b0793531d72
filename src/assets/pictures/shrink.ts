/**
 * Makes a picture smaller by averaging areas, row by row in any order, so that a decoder need not hold the whole picture:
 * memory is that of the result (16 bytes a pixel) and of one row. Transparent pixels lend no colour.
 */

/** 8-bit RGBA, rows from the top, alpha not multiplied in. */
export interface Pixels {
  width: number;
  height: number;
  data: Uint8Array | Uint8ClampedArray;
}

export interface Size {
  width: number;
  height: number;
}

export interface Shrinker {
  /** Takes `count` RGBA pixels of row `y`, from column `x` on, of which only every `step`th column is given. */
  row(rgba: Uint8Array | Uint8ClampedArray, y: number, count: number, x?: number, step?: number): void;
  /** The smaller picture; what no row has brought is transparent. */
  finish(): Pixels;
}

/** `to` must not be larger than `from`, and at least 1 by 1. */
export function createShrinker(from: Size, to: Size): Shrinker {
  const columns = spread(from.width, to.width);
  const rows = spread(from.height, to.height);
  const stride = to.width * 4;
  // One cell more than there is takes what rounding puts beyond the edge.
  const line = new Float64Array(stride + 4);
  const sums = new Float32Array(stride * (to.height + 1));

  function addLine(at: number, weight: number): void {
    for (let i = 0; i < stride; i++) sums[at + i]! += line[i]! * weight;
  }

  return {
    row(rgba, y, count, x = 0, step = 1) {
      line.fill(0);
      for (let i = 0, column = x; i < count; i++, column += step) {
        const at = i * 4;
        const alpha = rgba[at + 3]!;
        if (alpha === 0) continue;
        const [red, green, blue] = [rgba[at]!, rgba[at + 1]!, rgba[at + 2]!];
        const cell = columns.cell[column]! * 4;
        const weight = columns.share[column]! * alpha;
        line[cell]! += red * weight;
        line[cell + 1]! += green * weight;
        line[cell + 2]! += blue * weight;
        line[cell + 3]! += weight;
        const rest = columns.rest[column]! * alpha;
        if (rest === 0) continue;
        line[cell + 4]! += red * rest;
        line[cell + 5]! += green * rest;
        line[cell + 6]! += blue * rest;
        line[cell + 7]! += rest;
      }
      const at = rows.cell[y]! * stride;
      addLine(at, rows.share[y]!);
      if (rows.rest[y]! > 0) addLine(at + stride, rows.rest[y]!);
    },

    finish() {
      const data = new Uint8ClampedArray(stride * to.height);
      for (let i = 0; i < data.length; i += 4) {
        const alpha = sums[i + 3]!;
        if (alpha === 0) continue;
        for (let channel = 0; channel < 3; channel++) data[i + channel] = sums[i + channel]! / alpha;
        data[i + 3] = alpha;
      }
      return { width: to.width, height: to.height, data };
    },
  };
}

/** The whole picture at once. */
export function shrink(pixels: Pixels, to: Size): Pixels {
  const shrinker = createShrinker(pixels, to);
  const stride = pixels.width * 4;
  for (let y = 0; y < pixels.height; y++)
    shrinker.row(pixels.data.subarray(y * stride, (y + 1) * stride), y, pixels.width);
  return shrinker.finish();
}

/** The size with the same shape whose longer side is at most `maxDim`; never larger, at least 1 by 1. */
export function fit({ width, height }: Size, maxDim: number): Size {
  const scale = Math.min(1, maxDim / Math.max(width, height));
  return { width: Math.max(1, Math.round(width * scale)), height: Math.max(1, Math.round(height * scale)) };
}

/** Of each of `from` places: the first of `to` cells that it lies in, its weight there, and in the cell after it. */
function spread(from: number, to: number) {
  const cell = new Uint16Array(from);
  const share = new Float32Array(from);
  const rest = new Float32Array(from);
  const length = to / from;
  for (let i = 0; i < from; i++) {
    // Whole numbers first: 3 * (1 / 3) would lie beside its border.
    const begin = (i * to) / from;
    const first = Math.floor(begin);
    const over = Math.max(0, ((i + 1) * to) / from - (first + 1));
    cell[i] = first;
    rest[i] = over;
    share[i] = length - over;
  }
  return { cell, share, rest };
}
