/**
 * The first frame of a WebP as a file of its own: the decoder knows no animations. It is put together from the chunks that
 * were read here, so that the size found here is the size that the decoder will make room for.
 */

export interface WebpFrame {
  /** Of the whole picture. */
  width: number;
  height: number;
  /** Where the frame lies in it. */
  x: number;
  y: number;
  frameWidth: number;
  frameHeight: number;
  /** The frame as a WebP without animation; made only when it is wanted. */
  file(): Uint8Array<ArrayBuffer>;
}

/** Undefined if it is no WebP, or is broken before its pixels. */
export function readWebpFrame(bytes: Uint8Array): WebpFrame | undefined {
  const chunks = chunksOf(bytes, 12);
  const canvas = chunks.find(({ name }) => name === 'VP8X')?.body;
  const moved = chunks.find(({ name }) => name === 'ANMF')?.body;
  const still = frameOf(moved ? chunksOf(moved, 16) : chunks);
  if (!still) return undefined;
  const { width: frameWidth, height: frameHeight, file } = still;
  const frame = { frameWidth, frameHeight, file };
  if (!canvas || canvas.length < 10) return { width: frameWidth, height: frameHeight, x: 0, y: 0, ...frame };
  const width = uint24(canvas, 4) + 1;
  const height = uint24(canvas, 7) + 1;
  const x = moved ? uint24(moved, 0) * 2 : 0;
  const y = moved ? uint24(moved, 3) * 2 : 0;
  if (x + frameWidth > width || y + frameHeight > height) return undefined;
  return { width, height, x, y, ...frame };
}

interface Chunk {
  name: string;
  body: Uint8Array;
  /** With its name, its length and its padding. */
  whole: Uint8Array;
}

/** Chunks up to the first that is cut off, which is kept as far as it goes. */
function chunksOf(bytes: Uint8Array, from: number): Chunk[] {
  const chunks: Chunk[] = [];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Real files have the first picture within the first few.
  for (let at = from; at + 8 <= bytes.length && chunks.length < 64;) {
    const length = view.getUint32(at + 4, true);
    const name = String.fromCharCode(...bytes.subarray(at, at + 4));
    const end = at + 8 + length + (length & 1);
    chunks.push({ name, body: bytes.subarray(at + 8, at + 8 + length), whole: bytes.subarray(at, end) });
    if (['ANMF', 'VP8 ', 'VP8L'].includes(name)) break;
    at = end;
  }
  return chunks;
}

function frameOf(chunks: Chunk[]) {
  const picture = chunks.find(({ name }) => name === 'VP8 ' || name === 'VP8L');
  const size = picture && (picture.name === 'VP8 ' ? lossySize(picture.body) : losslessSize(picture.body));
  if (!picture || !size) return undefined;
  const alpha = picture.name === 'VP8 ' ? chunks.find(({ name }) => name === 'ALPH') : undefined;
  const file = () =>
    alpha ? riff([extended(size.width, size.height), alpha.whole, picture.whole]) : riff([picture.whole]);
  return { ...size, file };
}

function lossySize(body: Uint8Array) {
  const isKeyFrame = body.length >= 10 && (body[0]! & 1) === 0;
  if (!isKeyFrame || body[3] !== 0x9d || body[4] !== 0x01 || body[5] !== 0x2a) return undefined;
  return sizeOf((body[6]! | (body[7]! << 8)) & 0x3fff, (body[8]! | (body[9]! << 8)) & 0x3fff);
}

function losslessSize(body: Uint8Array) {
  if (body.length < 5 || body[0] !== 0x2f) return undefined;
  const bits = new DataView(body.buffer, body.byteOffset).getUint32(1, true);
  return sizeOf((bits & 0x3fff) + 1, ((bits >>> 14) & 0x3fff) + 1);
}

function sizeOf(width: number, height: number) {
  return width > 0 && height > 0 ? { width, height } : undefined;
}

function uint24(bytes: Uint8Array, at: number): number {
  return bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16);
}

/** A VP8X chunk that announces transparency. */
function extended(width: number, height: number): Uint8Array {
  const chunk = new Uint8Array(18);
  chunk.set([0x56, 0x50, 0x38, 0x58, 10, 0, 0, 0, 0x10]);
  const view = new DataView(chunk.buffer);
  view.setUint16(12, width - 1, true);
  view.setUint16(15, height - 1, true);
  return chunk;
}

function riff(chunks: Uint8Array[]): Uint8Array<ArrayBuffer> {
  const length = chunks.reduce((sum, chunk) => sum + chunk.length, 4);
  const file = new Uint8Array(8 + length);
  file.set([0x52, 0x49, 0x46, 0x46, 0, 0, 0, 0, 0x57, 0x45, 0x42, 0x50]);
  new DataView(file.buffer).setUint32(4, length, true);
  let at = 12;
  for (const chunk of chunks) {
    file.set(chunk, at);
    at += chunk.length;
  }
  return file;
}
