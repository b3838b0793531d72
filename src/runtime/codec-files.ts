/** The codecs where packages are files: Node, Bun and Deno (which may read those of @jsquash, and no other). */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Codecs } from '../assets/thumbnail.ts';

/**
 * A 24-megapixel camera and 4096 × 4096 pass. One such picture takes 200 MB (a progressive JPEG 270) and about 0.4 s (1.2 s), in
 * which nothing else goes on; the memory is given back when the collector comes round.
 */
const MAX_PIXELS = 24_000_000;

/** Reads and compiles them at the first call (12 ms, 5 MB), and again only if that failed. */
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
