/**
 * Blobs in this process, gone with it. Bounded: a new one drives out those that were not read for the longest time, and
 * one that does not fit beside those that are still coming in is refused.
 */
import { GatewayError } from '../../errors.ts';
import type { BlobFacts, BlobStore } from '../../storage/ports.ts';

/** Bytes of all blobs together. */
const MAX_BYTES = 256 * 1024 * 1024;

interface Kept extends BlobFacts {
  bytes: Uint8Array;
}

/** Throws `storage_unavailable` where a blob finds no room. */
export function createMemoryBlobs(maxBytes = MAX_BYTES): BlobStore {
  /** Oldest use first. */
  const blobs = new Map<string, Kept>();
  /** Bytes of what is kept, and of what is coming in. */
  let kept = 0;
  let coming = 0;

  function drop(key: string): void {
    kept -= blobs.get(key)?.sizeBytes ?? 0;
    blobs.delete(key);
  }

  function makeRoom(): void {
    if (coming > maxBytes) {
      throw new GatewayError(
        'storage_unavailable',
        `There is no memory left for this file: files are kept in memory here, ${maxBytes} bytes of them at most. Try again later, or set STORAGE_URL to a file: store.`,
        { retryAfterSeconds: 5 },
      );
    }
    for (const key of blobs.keys()) {
      if (kept + coming <= maxBytes) return;
      drop(key);
    }
  }

  async function collect(body: ReadableStream<Uint8Array> | Uint8Array): Promise<Uint8Array> {
    let sizeBytes = 0;
    const parts: Uint8Array[] = [];
    const take = (part: Uint8Array): void => {
      sizeBytes += part.length;
      coming += part.length;
      makeRoom();
      parts.push(part);
    };
    try {
      if (body instanceof Uint8Array) take(body);
      else for await (const part of body) take(part.slice());
      return concat(parts, sizeBytes);
    } finally {
      coming -= sizeBytes;
    }
  }

  return {
    kind: 'memory',

    async put(key, body, { contentType }) {
      const bytes = await collect(body);
      drop(key);
      blobs.set(key, { bytes, sizeBytes: bytes.length, contentType });
      kept += bytes.length;
      makeRoom();
    },

    async get(key, range) {
      const blob = blobs.get(key);
      if (!blob) return undefined;
      blobs.delete(key);
      blobs.set(key, blob);
      const { bytes, sizeBytes, contentType } = blob;
      return { sizeBytes, contentType, stream: streamOf(bytes.subarray(range?.start ?? 0, range?.end)) };
    },

    async head(key) {
      const blob = blobs.get(key);
      return blob && { sizeBytes: blob.sizeBytes, contentType: blob.contentType };
    },

    async delete(key) {
      drop(key);
    },
  };
}

function concat(parts: readonly Uint8Array[], sizeBytes: number): Uint8Array {
  const bytes = new Uint8Array(sizeBytes);
  let offset = 0;
  for (const part of parts) {
    bytes.set(part, offset);
    offset += part.length;
  }
  return bytes;
}

/** Bytes that are sent at once: a slow reader holds only its piece. */
const PIECE = 256 * 1024;

function streamOf(bytes: Uint8Array): ReadableStream<Uint8Array> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      // A copy: whoever gets it may hand the memory on.
      if (offset < bytes.length) controller.enqueue(bytes.slice(offset, (offset += PIECE)));
      else controller.close();
    },
  });
}
