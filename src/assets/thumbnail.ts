/**
 * Small WebP pictures of what ComfyUI makes and people send, on every runtime. PNG (nearly all that ComfyUI saves) and GIF are
 * read row by row in TypeScript, so their memory does not grow with the picture; JPEG and WebP by libjpeg and libwebp as
 * WebAssembly (@jsquash, from Squoosh). @cf-wasm/photon was passed over: 620 KB after gzip in place of 240, panics that leave it
 * unusable, no lossy WebP. ComfyUI's own `/view?preview=` does not make pictures smaller, and kept bytes need no ComfyUI.
 */
import { readGifFrame, shrinkGif } from './pictures/gif.ts';
import { readJpegHead } from './pictures/jpeg.ts';
import { orient } from './pictures/orient.ts';
import { readPngHead, shrinkPng, type Inflate } from './pictures/png.ts';
import { createShrinker, fit, shrink, type Pixels, type Shrinker, type Size } from './pictures/shrink.ts';
import { readWebpFrame } from './pictures/webp.ts';

export interface Codecs {
  /** For PNG. DecompressionStream will not do: that of workerd unpacks all of a bomb, whether or not anybody reads. */
  inflate: Inflate;
  // Each is used for one picture only, and at once: its memory never shrinks, and a fault leaves it unusable.
  jpegDecoder(): Promise<Decode>;
  webpDecoder(): Promise<Decode>;
  webpEncoder(): Promise<Encode>;
  /** Beyond this a picture is not given to a decoder that holds all of it: 4 to 11 bytes a pixel. */
  maxPixels: number;
}

/** Throws anything at all if the file is broken. */
export type Decode = (file: Uint8Array) => Pixels;
/** `quality` from 0 to 100. */
export type Encode = (pixels: Pixels, quality: number) => Uint8Array<ArrayBuffer>;

export interface ThumbnailLimits {
  /** Most pixels of the longer side, 1 to 4096. */
  maxDim: number;
  /** Most characters of the result in base64. */
  maxBase64Chars?: number;
}

export type Thumbnail =
  | ({ ok: true; bytes: Uint8Array<ArrayBuffer>; contentType: 'image/webp' } & Size)
  | { ok: false; reason: Refusal };

/**
 * `too_large`: more pixels than may be decoded. `unsupported`: none of PNG, JPEG, WebP, GIF, or a CMYK JPEG. `broken`: one of
 * these, but it cannot be read. `no_room`: not even one pixel fits into `maxBase64Chars`.
 */
export type Refusal = 'too_large' | 'unsupported' | 'broken' | 'no_room';

/** What is read row by row costs time, not memory; yet it ends somewhere. */
const MAX_PIXELS = 64_000_000;
const MAX_SIDE = 65_535;

export type Thumbnailer = ReturnType<typeof createThumbnailer>;

/** `loadCodecs` is asked at every picture that needs one. */
export function createThumbnailer(loadCodecs: () => Promise<Codecs>) {
  /**
   * The first frame of a picture, upright, never enlarged, without metadata. What it is, its bytes decide and not its name.
   * Rejects only if the codecs cannot be loaded.
   */
  return async function thumbnail(file: Uint8Array, limits: ThumbnailLimits): Promise<Thumbnail> {
    const codecs = await loadCodecs();
    const source = recognise(file, codecs);
    if (typeof source === 'string') return { ok: false, reason: source };
    const { size, pixels: decoded = size.width * size.height, maxPixels } = source;
    if (Math.max(size.width, size.height) > MAX_SIDE || decoded > maxPixels)
      return { ok: false, reason: 'too_large' };
    const encode = await codecs.webpEncoder();
    let pixels: Pixels;
    try {
      pixels = await source.shrinkTo(fit(size, limits.maxDim));
    } catch {
      // Decoders throw whatever they like; all of it says that this file cannot be read.
      return { ok: false, reason: 'broken' };
    }
    return encodeWithin(pixels, encode, limits.maxBase64Chars);
  };
}

interface Source {
  size: Size;
  /** How many there are to read, where that is not what the size says. */
  pixels?: number;
  maxPixels: number;
  shrinkTo(to: Size): Promise<Pixels>;
}

function recognise(file: Uint8Array, codecs: Codecs): Source | Refusal {
  if (startsWith(file, '\x89PNG\r\n\x1a\n')) return pngSource(file, codecs);
  if (startsWith(file, '\xff\xd8\xff')) return jpegSource(file, codecs);
  if (startsWith(file, 'RIFF') && startsWith(file.subarray(8), 'WEBP')) return webpSource(file, codecs);
  if (startsWith(file, 'GIF87a') || startsWith(file, 'GIF89a')) return gifSource(file, codecs);
  return 'unsupported';
}

function pngSource(file: Uint8Array, { inflate }: Codecs): Source | Refusal {
  const head = readPngHead(file);
  if (!head) return 'broken';
  return {
    size: head,
    maxPixels: MAX_PIXELS,
    async shrinkTo(to) {
      const shrinker = createShrinker(head, to);
      await shrinkPng(head, shrinker, inflate);
      return shrinker.finish();
    },
  };
}

function jpegSource(file: Uint8Array, { jpegDecoder, maxPixels }: Codecs): Source | Refusal {
  const head = readJpegHead(file);
  if (!head) return 'broken';
  if (head.components > 3) return 'unsupported';
  return {
    size: head,
    maxPixels,
    async shrinkTo(to) {
      const decode = await jpegDecoder();
      return orient(shrink(decode(file), to), head.orientation);
    },
  };
}

function webpSource(file: Uint8Array, { webpDecoder, maxPixels }: Codecs): Source | Refusal {
  const frame = readWebpFrame(file);
  if (!frame) return 'broken';
  return {
    size: frame,
    maxPixels,
    async shrinkTo(to) {
      const decode = await webpDecoder();
      const shrinker = createShrinker(frame, to);
      placeRows(decode(frame.file()), shrinker, frame.x, frame.y);
      return shrinker.finish();
    },
  };
}

function gifSource(file: Uint8Array, { maxPixels }: Codecs): Source | Refusal {
  const frame = readGifFrame(file);
  if (!frame) return 'broken';
  const { width, height, frameWidth, frameHeight } = frame;
  return {
    size: frame,
    // A frame may be larger than its picture. It takes time in one piece, so it is bounded like those that take memory.
    pixels: Math.max(width * height, frameWidth * frameHeight),
    maxPixels,
    async shrinkTo(to) {
      const shrinker = createShrinker(frame, to);
      shrinkGif(file, frame, shrinker);
      return shrinker.finish();
    },
  };
}

function placeRows({ width, height, data }: Pixels, shrinker: Shrinker, left: number, top: number): void {
  const stride = width * 4;
  for (let y = 0; y < height; y++)
    shrinker.row(data.subarray(y * stride, (y + 1) * stride), top + y, width, left);
}

const QUALITY = 80;
/** Below this a smaller picture looks better than a coarser one. */
const LEAST_QUALITY = 40;

/** Lowers the quality, then the size. Each round makes it smaller, so it ends. */
function encodeWithin(pixels: Pixels, encode: Encode, maxBase64Chars = Number.POSITIVE_INFINITY): Thumbnail {
  const maxBytes = Math.floor(maxBase64Chars / 4) * 3;
  let picture = pixels;
  let quality = QUALITY;
  for (;;) {
    const { width, height } = picture;
    const bytes = encode(picture, quality);
    if (bytes.length <= maxBytes) return { ok: true, bytes, contentType: 'image/webp', width, height };
    if (width === 1 && height === 1) return { ok: false, reason: 'no_room' };
    const excess = bytes.length / Math.max(1, maxBytes);
    if (quality > LEAST_QUALITY && excess < 2.5) {
      quality -= 20;
      continue;
    }
    const scale = Math.min(0.85, Math.max(0.2, 0.95 / Math.sqrt(excess)));
    const longer = Math.max(width, height);
    picture = shrink(picture, fit(picture, Math.min(longer - 1, Math.ceil(longer * scale))));
    quality = Math.min(quality, 60);
  }
}

function startsWith(bytes: Uint8Array, text: string): boolean {
  return [...text].every((char, i) => bytes[i] === char.codePointAt(0));
}
