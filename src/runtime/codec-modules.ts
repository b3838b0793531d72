/** The codecs on Workers, where WebAssembly cannot be compiled while it runs: wrangler uploads these files as modules. */
import jpegDecoder from '@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm';
import webpDecoder from '@jsquash/webp/codec/dec/webp_dec.wasm';
import webpEncoder from '@jsquash/webp/codec/enc/webp_enc_simd.wasm';
import { createCodecs } from './codecs.ts';

/** An isolate has 128 MB for all that it does; a progressive JPEG takes 11 bytes a pixel. */
const MAX_PIXELS = 8_000_000;

export const codecs = createCodecs({ jpegDecoder, webpDecoder, webpEncoder }, MAX_PIXELS);
