/**
 * zlib of `node:`, and libjpeg and libwebp of @jsquash out of compiled WebAssembly modules, the same on every runtime; how the
 * modules come is the runtime's affair. An instance is made for one picture and left to the garbage collector: its memory only ever grows.
 */
import { Readable } from 'node:stream';
import { createInflate } from 'node:zlib';
import type { Pixels } from '../assets/pictures/shrink.ts';
import type { Codecs, Decode, Encode } from '../assets/thumbnail.ts';
import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.js';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.js';
import webpEncoder from '@jsquash/webp/codec/enc/webp_enc_simd.js';

export interface CodecModules {
  jpegDecoder: WebAssembly.Module;
  webpDecoder: WebAssembly.Module;
  webpEncoder: WebAssembly.Module;
}

export function createCodecs(modules: CodecModules, maxPixels: number): Codecs {
  return {
    maxPixels,
    inflate,
    async jpegDecoder(): Promise<Decode> {
      const { decode } = await instantiate<JpegDecoder>(jpegDecoder, modules.jpegDecoder);
      // The orientation is applied later, to the smaller picture.
      return (file) => present(decode(file, false));
    },
    async webpDecoder(): Promise<Decode> {
      const { decode } = await instantiate<WebpDecoder>(webpDecoder, modules.webpDecoder);
      return (file) => present(decode(file));
    },
    async webpEncoder(): Promise<Encode> {
      const { encode } = await instantiate<WebpEncoder>(webpEncoder, modules.webpEncoder);
      return ({ data, width, height }, quality) =>
        new Uint8Array(present(encode(data, width, height, { ...WEBP, quality })));
    },
  };
}

async function* inflate(packed: Iterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const pieces = Readable.from(packed);
  const unpacked = createInflate({ chunkSize: 64 * 1024 });
  try {
    yield* pieces.pipe(unpacked);
  } finally {
    pieces.destroy();
    unpacked.destroy();
  }
}

/** libwebp's own defaults, but method 2 of 0 to 6: at these sizes as small as 4 in half the time. */
const WEBP = {
  target_size: 0,
  target_PSNR: 0,
  method: 2,
  sns_strength: 50,
  filter_strength: 60,
  filter_sharpness: 0,
  filter_type: 1,
  partitions: 0,
  segments: 4,
  pass: 1,
  show_compressed: 0,
  preprocessing: 0,
  autofilter: 0,
  partition_limit: 0,
  alpha_compression: 1,
  alpha_filtering: 1,
  alpha_quality: 100,
  lossless: 0,
  exact: 0,
  image_hint: 0,
  emulate_jpeg_size: 0,
  thread_level: 0,
  low_memory: 0,
  near_lossless: 100,
  use_delta_palette: 0,
  use_sharp_yuv: 0,
};

interface JpegDecoder {
  decode(file: Uint8Array, preserveOrientation: boolean): Pixels | null;
}

interface WebpDecoder {
  decode(file: Uint8Array): Pixels | null;
}

interface WebpEncoder {
  encode(data: Pixels['data'], width: number, height: number, options: object): Uint8Array | null;
}

/** What an Emscripten module is made by. Its own types cannot be resolved. */
type Factory<Instance> = (options: {
  noInitialRun: boolean;
  instantiateWasm: (
    imports: WebAssembly.Imports,
    done: (instance: WebAssembly.Instance) => void,
  ) => WebAssembly.Exports;
  print: (text: string) => void;
  printErr: (text: string) => void;
}) => Promise<Instance>;

function instantiate<Instance>(factory: unknown, module: WebAssembly.Module): Promise<Instance> {
  return (factory as Factory<Instance>)({
    noInitialRun: true,
    instantiateWasm(imports, done) {
      const instance = new WebAssembly.Instance(module, imports);
      done(instance);
      return instance.exports;
    },
    // What is wrong with somebody's picture does not belong into the log.
    print: () => undefined,
    printErr: () => undefined,
  });
}

function present<T>(result: T | null): T {
  if (result === null) throw new Error('the codec gave no result');
  return result;
}
