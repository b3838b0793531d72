/**
 * Blobs in a bucket that a Worker is bound to. R2 wants to know the length of what it gets, so what is longer than one
 * part goes up in parts; the object is there when all of them are.
 */
import type { BlobStore } from '../../storage/ports.ts';

/** The part of an R2 bucket that is used. */
export interface R2Bucket {
  put(key: string, body: Uint8Array, options: R2Options): Promise<unknown>;
  get(key: string, options?: { range: { offset: number; length: number } }): Promise<R2Body | null>;
  head(key: string): Promise<R2Object | null>;
  delete(key: string): Promise<void>;
  createMultipartUpload(key: string, options: R2Options): Promise<R2Upload>;
}

interface R2Options {
  httpMetadata: { contentType: string };
}

interface R2Object {
  /** Of the whole object. */
  size: number;
  httpMetadata?: { contentType?: string };
}

interface R2Body extends R2Object {
  body: ReadableStream<Uint8Array>;
}

interface R2Upload {
  uploadPart(number: number, bytes: Uint8Array): Promise<unknown>;
  complete(parts: unknown[]): Promise<unknown>;
  abort(): Promise<void>;
}

/** Bytes of a part; all but the last must be equal, and 5 MiB is the least. */
const PART = 8 * 1024 * 1024;

export function createR2Blobs(bucket: R2Bucket): BlobStore {
  return {
    kind: 'r2',

    async put(key, body, { contentType }) {
      const options = { httpMetadata: { contentType } };
      if (body instanceof Uint8Array) return void (await bucket.put(key, body, options));
      const parts = inParts(body);
      const first = await parts.next();
      // Whatever is shorter than a part is all of it.
      if (first.done || first.value.length < PART) {
        await bucket.put(key, first.value ?? new Uint8Array(), options);
        return;
      }
      const upload = await bucket.createMultipartUpload(key, options);
      try {
        const sent = [await upload.uploadPart(1, first.value)];
        for await (const part of parts) sent.push(await upload.uploadPart(sent.length + 1, part));
        await upload.complete(sent);
      } catch (error) {
        await upload.abort();
        throw error;
      }
    },

    async get(key, range) {
      if (!range) {
        const found = await bucket.get(key);
        return found ? { ...factsOf(found), stream: found.body } : undefined;
      }
      // R2 refuses a range that begins beyond the end, which is none.
      const head = await bucket.head(key);
      if (!head) return undefined;
      const length = Math.min(range.end, head.size) - range.start;
      if (length <= 0) return { ...factsOf(head), stream: new Blob([]).stream() };
      const found = await bucket.get(key, { range: { offset: range.start, length } });
      return found ? { ...factsOf(found), stream: found.body } : undefined;
    },

    async head(key) {
      const found = await bucket.head(key);
      return found ? factsOf(found) : undefined;
    },

    delete: (key) => bucket.delete(key),
  };
}

function factsOf({ size, httpMetadata }: R2Object) {
  return { sizeBytes: size, contentType: httpMetadata?.contentType ?? 'application/octet-stream' };
}

/** The stream in pieces of `PART` bytes; the last one may be shorter. */
async function* inParts(stream: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array, undefined> {
  let part = new Uint8Array(PART);
  let filled = 0;
  for await (const chunk of stream) {
    for (let rest = chunk; rest.length > 0;) {
      const taken = rest.subarray(0, PART - filled);
      part.set(taken, filled);
      filled += taken.length;
      rest = rest.subarray(taken.length);
      if (filled < PART) continue;
      yield part;
      part = new Uint8Array(PART);
      filled = 0;
    }
  }
  if (filled > 0) yield part.subarray(0, filled);
  return undefined;
}
