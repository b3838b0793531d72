/** An R2 bucket in memory that keeps Cloudflare's rules for parts and ranges. */
import type { R2Bucket } from '../../src/runtime/blobs/r2.ts';

const MIN_PART = 5 * 2 ** 20;

interface Stored {
  bytes: Uint8Array<ArrayBuffer>;
  httpMetadata: { contentType: string };
}

export function createBucket(): R2Bucket & { objects: Map<string, Stored> } {
  const objects = new Map<string, Stored>();
  return {
    objects,
    async put(key, body, { httpMetadata }) {
      if (!(body instanceof Uint8Array))
        throw new TypeError('Provided readable stream must have a known length');
      objects.set(key, { bytes: body.slice(), httpMetadata });
    },
    async get(key, options) {
      const found = objects.get(key);
      if (!found) return null;
      const { bytes, httpMetadata } = found;
      const { offset, length } = options?.range ?? { offset: 0, length: bytes.length };
      if (offset < 0 || (options && offset >= bytes.length))
        throw new Error('The requested range is not satisfiable');
      const body = new Blob([bytes.slice(offset, offset + length)]).stream();
      return { size: bytes.length, httpMetadata, body };
    },
    async head(key) {
      const found = objects.get(key);
      return found ? { size: found.bytes.length, httpMetadata: found.httpMetadata } : null;
    },
    delete: async (key) => void objects.delete(key),
    async createMultipartUpload(key, { httpMetadata }) {
      const parts = new Map<number, Uint8Array>();
      let aborted = false;
      return {
        async uploadPart(number, bytes) {
          if (aborted) throw new Error('The specified multipart upload does not exist');
          parts.set(number, bytes.slice());
          return { partNumber: number };
        },
        async complete(listed) {
          const all = (listed as { partNumber: number }[]).map(({ partNumber }) => parts.get(partNumber)!);
          const [first, ...rest] = all.slice(0, -1);
          if (first && (first.length < MIN_PART || rest.some(({ length }) => length !== first.length)))
            throw new Error('All non-trailing parts must have the same length of at least 5 MiB');
          objects.set(key, { bytes: new Uint8Array(Buffer.concat(all)), httpMetadata });
        },
        abort: async () => void (aborted = true),
      };
    },
  };
}
