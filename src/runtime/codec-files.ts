/** The codecs where packages are files: Node, Bun and Deno (which may read those of @jsquash, and no other). */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Codecs } from '../assets/thumbnail.ts';

/** 360 MB at most for one picture; 24 megapixels of a camera and 4096 × 4096 pass. */
const MAX_PIXELS = 32_000_000;

/** Reads and compiles them at the first call (about 50 ms), and again only if that failed. */
export function createCodecLoader(): () => Promise<Codecs> {
  let loaded: Promise<Codecs> | undefined;
  return () => {
    loaded ??= load().catch((error: unknown) => {
      loaded = undefined;
      throw error;
    });
    return loaded;
  };
}

async function load(): Promise<Codecs> {
  const [{ createCodecs }, jpegDecoder, webpDecoder, webpEncoder] = await Promise.all([
    import('./codecs.ts'),
    compile('@jsquash/jpeg/codec/dec/mozjpeg_dec.wasm'),
    compile('@jsquash/webp/codec/dec/webp_dec.wasm'),
    compile('@jsquash/webp/codec/enc/webp_enc_simd.wasm'),
  ]);
  return createCodecs({ jpegDecoder, webpDecoder, webpEncoder }, MAX_PIXELS);
}

async function compile(name: string): Promise<WebAssembly.Module> {
  return WebAssembly.compile(await readFile(createRequire(import.meta.url).resolve(name)));
}
