/** What every place for bytes must do, the same tests for each. */
import { describe, expect, test } from 'vitest';
import type { BlobStore, StoredBlob } from '../../src/storage/ports.ts';

const PNG = { contentType: 'image/png' };

/** `open` gives a store; keys of other tests may be in it. */
export function blobSuite(name: string, open: () => Promise<BlobStore>): void {
  describe(name, () => {
    let keys = 0;
    const newKey = () => `uploads/${crypto.randomUUID()}-${keys++}`;

    test('gives back what was put, with its type', async () => {
      const blobs = await open();
      const key = newKey();
      await blobs.put(key, bytes(1_000), PNG);
      expect(await blobs.head(key)).toEqual({ sizeBytes: 1_000, ...PNG });
      const found = await blobs.get(key);
      expect(found).toMatchObject({ sizeBytes: 1_000, ...PNG });
      expect(await read(found)).toEqual(bytes(1_000));
      // A second time: nothing is used up by reading.
      expect(await read(await blobs.get(key))).toEqual(bytes(1_000));
    });

    test.each([0, 1, 65_536, 8 * 2 ** 20, 20 * 2 ** 20 + 7])('takes a stream of %i bytes', async (size) => {
      const blobs = await open();
      const key = newKey();
      await blobs.put(key, stream(bytes(size)), PNG);
      expect(await blobs.head(key)).toEqual({ sizeBytes: size, ...PNG });
      expect(Buffer.compare(await read(await blobs.get(key)), bytes(size))).toBe(0);
      await blobs.delete(key);
    });

    test('gives ranges, cut to the end', async () => {
      const blobs = await open();
      const key = newKey();
      await blobs.put(key, bytes(200_000), PNG);
      for (const [start, end] of [
        [0, 10],
        [100_000, 170_000],
        [199_999, 200_000],
        [199_000, 900_000],
        [200_000, 200_001],
      ] as const) {
        const found = await blobs.get(key, { start, end });
        expect(found?.sizeBytes).toBe(200_000);
        expect(await read(found)).toEqual(bytes(200_000).subarray(start, end));
      }
    });

    test('knows nothing of other keys, and deletes for good', async () => {
      const blobs = await open();
      const key = newKey();
      expect(await blobs.head(key)).toBeUndefined();
      expect(await blobs.get(key)).toBeUndefined();
      expect(await blobs.get(key, { start: 0, end: 1 })).toBeUndefined();
      await blobs.delete(key);
      await blobs.put(key, bytes(10), PNG);
      await blobs.delete(key);
      expect(await blobs.head(key)).toBeUndefined();
      expect(await blobs.get(key)).toBeUndefined();
    });

    test('replaces what is there', async () => {
      const blobs = await open();
      const key = newKey();
      await blobs.put(key, bytes(1_000), PNG);
      await blobs.put(key, stream(bytes(10)), { contentType: 'text/plain' });
      expect(await blobs.head(key)).toEqual({ sizeBytes: 10, contentType: 'text/plain' });
      expect(await read(await blobs.get(key))).toEqual(bytes(10));
    });

    test.each([100, 12 * 2 ** 20])('a stream that fails after %i bytes leaves nothing', async (size) => {
      const blobs = await open();
      const key = newKey();
      await expect(blobs.put(key, stream(bytes(size), new Error('cut off')), PNG)).rejects.toThrow('cut off');
      expect(await blobs.head(key)).toBeUndefined();
      expect(await blobs.get(key)).toBeUndefined();
    });

    test('a stream that fails leaves what was there before', async () => {
      const blobs = await open();
      const key = newKey();
      await blobs.put(key, bytes(10), PNG);
      await expect(blobs.put(key, stream(bytes(100), new Error('cut off')), PNG)).rejects.toThrow();
      expect(await read(await blobs.get(key))).toEqual(bytes(10));
    });

    test('of ten at once under one key one stays, whole', async () => {
      const blobs = await open();
      const key = newKey();
      await Promise.all(
        Array.from({ length: 10 }, (_, i) => blobs.put(key, stream(bytes(100_000 + i)), PNG)),
      );
      const found = await blobs.get(key);
      expect((await read(found)).length).toBe(found?.sizeBytes);
    });

    test('a reader that leaves early does no harm', async () => {
      const blobs = await open();
      const key = newKey();
      await blobs.put(key, bytes(5 * 2 ** 20), PNG);
      const reader = (await blobs.get(key))!.stream.getReader();
      await reader.read();
      await reader.cancel();
      expect((await read(await blobs.get(key))).length).toBe(5 * 2 ** 20);
    });
  });
}

/** Bytes that differ by their place. */
export function bytes(size: number): Uint8Array<ArrayBuffer> {
  const made = new Uint8Array(size);
  for (let i = 0; i < size; i++) made[i] = (i * 31 + (i >> 8) * 17) & 255;
  return made;
}

/** In chunks of an odd size; `fault` comes after the last. */
export function stream(all: Uint8Array<ArrayBuffer>, fault?: Error): ReadableStream<Uint8Array<ArrayBuffer>> {
  let offset = 0;
  return new ReadableStream({
    pull(controller) {
      if (offset < all.length) controller.enqueue(all.slice(offset, (offset += 65_521)));
      else if (fault) controller.error(fault);
      else controller.close();
    },
  });
}

async function read(blob: StoredBlob | undefined): Promise<Uint8Array> {
  return new Uint8Array(
    await new Response(blob!.stream as ReadableStream<Uint8Array<ArrayBuffer>>).arrayBuffer(),
  );
}
