// A small baseline JPEG encoder for previews (4:4:4). Its Huffman codes are made up rather than measured: files are a
// little larger than usual, every decoder reads them, and encoding takes a fraction of a millisecond.

import type { Pixels } from './png.ts';

// Symbols of AC coefficients (zeros before it, bits of it) by length of their code: the commonest get four bits.
const endOfBlock = 0x00;
const sixteenZeros = 0xf0;
const common = [0x01, 0x02, 0x03, 0x11, 0x12, 0x21, 0x31];
const others = Array.from({ length: 160 }, (_, i) => (Math.floor(i / 10) << 4) | ((i % 10) + 1))
  .concat(sixteenZeros)
  .filter((symbol) => !common.includes(symbol));
const acLengths: [bits: number, symbols: number[]][] = [
  [2, [endOfBlock]],
  [4, common],
  [9, others],
];
const dcLengths: [bits: number, symbols: number[]][] = [[4, Array.from({ length: 12 }, (_, i) => i)]];

const zigzag = Uint8Array.from({ length: 64 }, (_, i) => i).sort((a, b) => {
  const [diagonalA, diagonalB] = [(a >> 3) + (a & 7), (b >> 3) + (b & 7)];
  if (diagonalA !== diagonalB) return diagonalA - diagonalB;
  return diagonalA % 2 === 0 ? (a & 7) - (b & 7) : (a >> 3) - (b >> 3);
});

const cosines = Float64Array.from({ length: 64 }, (_, i) => {
  const [frequency, position] = [i >> 3, i & 7];
  return (
    Math.cos(((2 * position + 1) * frequency * Math.PI) / 16) * (frequency === 0 ? Math.SQRT1_2 : 1) * 0.5
  );
});

/** `quality` from 1 to 100. */
export function encodeJpeg({ width, height, channels, data }: Pixels, quality = 90): Uint8Array {
  const coarseness = Math.max(0.01, (101 - Math.min(100, Math.max(1, quality))) / 10);
  const quants = Uint8Array.from({ length: 64 }, (_, i) =>
    Math.min(255, 2 + coarseness * (2 + (i >> 3) + (i & 7))),
  );
  const out = createBits();
  const dc = codesOf(dcLengths);
  const ac = codesOf(acLengths);
  const previous = [0, 0, 0];
  const block = new Float64Array(64);

  const encodeBlock = (component: number) => {
    transform(block);
    const value = (i: number) => Math.round((block[zigzag[i] ?? 0] ?? 0) / (quants[zigzag[i] ?? 0] ?? 1));
    const first = value(0);
    writeNumber(out, dc, 0, first - (previous[component] ?? 0));
    previous[component] = first;
    let zeros = 0;
    for (let i = 1; i < 64; i++) {
      const coefficient = value(i);
      if (coefficient === 0) {
        zeros++;
        continue;
      }
      for (; zeros > 15; zeros -= 16) writeCode(out, ac, sixteenZeros);
      writeNumber(out, ac, zeros << 4, coefficient);
      zeros = 0;
    }
    if (zeros > 0) writeCode(out, ac, endOfBlock);
  };

  for (let top = 0; top < height; top += 8) {
    for (let left = 0; left < width; left += 8) {
      for (let component = 0; component < 3; component++) {
        const [red = 0, green = 0, blue = 0, shift = 0] = mixing[component] ?? [];
        for (let i = 0; i < 64; i++) {
          const x = Math.min(width - 1, left + (i & 7));
          const y = Math.min(height - 1, top + (i >> 3));
          const at = (y * width + x) * channels;
          block[i] = red * (data[at] ?? 0) + green * (data[at + 1] ?? 0) + blue * (data[at + 2] ?? 0) + shift;
        }
        encodeBlock(component);
      }
    }
  }
  const size = [height >> 8, height & 255, width >> 8, width & 255];
  return Buffer.concat([
    Buffer.from([0xff, 0xd8]),
    segment(0xe0, [...Buffer.from('JFIF\0'), 1, 1, 0, 0, 1, 0, 1, 0, 0]),
    segment(0xdb, [0, ...zigzag.map((i) => quants[i] ?? 1)]),
    segment(0xc0, [8, ...size, 3, 1, 0x11, 0, 2, 0x11, 0, 3, 0x11, 0]),
    segment(0xc4, [0x00, ...huffmanTable(dcLengths), 0x10, ...huffmanTable(acLengths)]),
    segment(0xda, [3, 1, 0, 2, 0, 3, 0, 0, 63, 0]),
    out.end(),
    Buffer.from([0xff, 0xd9]),
  ]);
}

// Y, Cb, Cr from red, green, blue, with 128 taken off Y as the format wants it.
const mixing = [
  [0.299, 0.587, 0.114, -128],
  [-0.168736, -0.331264, 0.5, 0],
  [0.5, -0.418688, -0.081312, 0],
];

/** Two-dimensional DCT in place: rows, then columns. */
function transform(block: Float64Array): void {
  const row = new Float64Array(64);
  for (let y = 0; y < 64; y += 8) {
    for (let u = 0; u < 8; u++) {
      let sum = 0;
      for (let x = 0; x < 8; x++) sum += (block[y + x] ?? 0) * (cosines[u * 8 + x] ?? 0);
      row[y + u] = sum;
    }
  }
  for (let u = 0; u < 8; u++) {
    for (let v = 0; v < 8; v++) {
      let sum = 0;
      for (let y = 0; y < 8; y++) sum += (row[y * 8 + u] ?? 0) * (cosines[v * 8 + y] ?? 0);
      block[v * 8 + u] = sum;
    }
  }
}

type Codes = (readonly [code: number, bits: number])[];

function codesOf(lengths: [bits: number, symbols: number[]][]): Codes {
  const codes: Codes = [];
  let code = 0;
  let length = 0;
  for (const [bits, symbols] of lengths) {
    code <<= bits - length;
    length = bits;
    for (const symbol of symbols) codes[symbol] = [code++, bits];
  }
  return codes;
}

function huffmanTable(lengths: [bits: number, symbols: number[]][]): number[] {
  const counts = Array<number>(16).fill(0);
  for (const [bits, symbols] of lengths) counts[bits - 1] = symbols.length;
  return [...counts, ...lengths.flatMap(([, symbols]) => symbols)];
}

function segment(marker: number, body: number[]): Uint8Array {
  const length = body.length + 2;
  return Buffer.from([0xff, marker, length >> 8, length & 255, ...body]);
}

type Bits = ReturnType<typeof createBits>;

function createBits() {
  const bytes: number[] = [];
  let held = 0;
  let count = 0;
  const write = (value: number, bits: number) => {
    held = (held << bits) | value;
    count += bits;
    while (count >= 8) {
      count -= 8;
      const byte = (held >> count) & 255;
      bytes.push(byte);
      if (byte === 255) bytes.push(0);
    }
    held &= (1 << count) - 1;
  };
  return {
    write,
    end() {
      if (count > 0) write((1 << (8 - count)) - 1, 8 - count);
      return Buffer.from(bytes);
    },
  };
}

function writeCode(out: Bits, codes: Codes, symbol: number): void {
  const [code, bits] = codes[symbol] ?? [0, 0];
  out.write(code, bits);
}

/** The code of a number's size (with what stands before it), then its bits; negative numbers are inverted. */
function writeNumber(out: Bits, codes: Codes, before: number, value: number): void {
  const size = 32 - Math.clz32(Math.abs(value));
  writeCode(out, codes, before | size);
  if (size > 0) out.write(value > 0 ? value : value + (1 << size) - 1, size);
}
