/** The records of uploads where others write at the same time, and where the store or the bucket fails in between. */
import { expect, test } from 'vitest';
import type { Place } from '../src/assets/contents.ts';
import { createUploads } from '../src/assets/uploads.ts';
import { createMemoryBlobs } from '../src/runtime/blobs/memory.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import type { BlobStore, Stores } from '../src/storage/ports.ts';
import { eventually, startBoth } from './support/gateway.ts';
import { hashOf, picture, upload, uploaded } from './support/uploads.ts';

const ALICE = { owner: 'alice', admin: false };
const HASH = 'ab'.repeat(32);
const SEEN = { hash: HASH, sizeBytes: 3 };
const USE = { filePath: 'a.png', contentType: 'image/png', tags: [], ttlMs: 60_000 };

test('the same bytes in two instances at once: those that both name are there', async () => {
  const stores = withSwap();
  const bytes = new Set<string>();
  const [a, b] = [instance(stores, bytes), instance(stores, bytes)];
  const gate = hold(stores, (key) => key.startsWith('assets:'));
  bytes.add('a');
  const first = a.add('alice', SEEN, { blob: 'a' }, USE);
  await gate.reached;
  bytes.add('b');
  const second = await b.add('alice', SEEN, { blob: 'b' }, { ...USE, ttlMs: 600_000 });
  gate.release();
  const { upload: one, createdNew } = (await first)!;
  const found = (await a.find(ALICE, one.id))!;
  const { blob } = found.place as { blob: string };
  expect(bytes).toContain(blob);
  expect([createdNew, second!.createdNew].filter(Boolean)).toHaveLength(1);
  expect((await b.byHash('alice', HASH))!.place).toEqual({ blob });
  // What was given to one of them is not cut short by the other, which writes later.
  expect(found.expiresAt).toBe(second!.upload.expiresAt);
});

test.each(['assets:', 'uploads:'])(
  'deleted in one instance (%s) while it is uploaded in another',
  async (prefix) => {
    const stores = withSwap();
    const bytes = new Set(['a']);
    const [a, b] = [instance(stores, bytes), instance(stores, bytes)];
    const { upload: old } = (await a.add('alice', SEEN, { blob: 'a' }, USE))!;
    const gate = hold(stores, (key, write) => !write && key.startsWith(prefix));
    const removed = a.remove(old);
    await Promise.race([gate.reached, removed]);
    bytes.add('b');
    const added = await b.add('alice', SEEN, { blob: 'b' }, USE);
    if (!added!.createdNew) bytes.delete('b');
    gate.release();
    await removed;
    // As a whole, or not at all.
    const found = await b.find(ALICE, old.id);
    const content = await b.byHash('alice', HASH);
    expect(content?.place).toEqual(found?.place);
    expect([...bytes]).toEqual(content ? [(content.place as { blob: string }).blob] : []);
  },
);

test.each([undefined, { blob: 'b' }])(
  'deleted just after its bytes were seen, before %o is recorded',
  async (place) => {
    const stores = withSwap();
    const bytes = new Set(['a', 'b']);
    const a = instance(stores, bytes);
    const { upload: old } = (await a.add('alice', SEEN, { blob: 'a' }, USE))!;
    let looked = false;
    const b = instance(stores, bytes, async () => {
      if (!looked) await a.remove(old);
      looked = true;
    });
    const added = await b.add('alice', SEEN, place, { ...USE, filePath: 'b.png' });
    expect(added?.upload.place).toEqual(place);
    expect((await b.byHash('alice', HASH))?.place).toEqual(place);
  },
);

test('a file that is deleted while it comes in again is there', async () => {
  const { blobs } = faulty();
  const { gateway } = await startBoth({}, { blobs });
  const bytes = picture();
  const first = await uploaded(gateway.url, bytes, 'a.png');
  const { head } = blobs;
  let deleted = false;
  blobs.head = async (key) => {
    const found = await head(key);
    if (!deleted) {
      deleted = true;
      const gone = gateway.request('DELETE', `/api/v2/assets/${first.id}`);
      // It may have to wait for its turn.
      await Promise.race([gone, new Promise((resolve) => setTimeout(resolve, 200))]);
    }
    return found;
  };
  const { id } = await uploaded(gateway.url, bytes, 'b.png');
  expect(deleted).toBe(true);
  const content = await gateway.request('GET', `/api/v2/assets/${id}/content`);
  expect(new Uint8Array(await content.arrayBuffer())).toEqual(new Uint8Array(bytes));
});

test('bytes whose record was written, but not reported as such, are not taken for left behind', async () => {
  let late = 0;
  const now = () => Date.now() + late;
  const stores = openMemoryStores(now);
  const setItem = stores.storage.setItem.bind(stores.storage);
  let fails = true;
  stores.storage.setItem = async (key: string, ...rest: [never]) => {
    if (fails && key.startsWith('assets:')) throw new Error('the store is away');
    return setItem(key, ...rest);
  };
  const { gateway } = await startBoth({ CLEANUP_INTERVAL_MS: '50' }, { stores, now });
  const bytes = picture();
  expect((await upload(gateway.url, bytes)).status).toBe(500);
  fails = false;
  const { url, created_new: createdNew } = await uploaded(gateway.url, bytes);
  expect(createdNew).toBe(false);
  late = 3 * 3_600_000;
  await eventually(async () => (await stores.storage.getKeys('incoming')).length === 0);
  expect((await fetch(url)).status).toBe(200);
});

test('bytes that cannot be deleted now are deleted later; nobody is told of it', async () => {
  const stores = openMemoryStores(Date.now);
  const { blobs, kept, fault } = faulty();
  const { gateway } = await startBoth({ CLEANUP_INTERVAL_MS: '50' }, { stores, blobs });
  const { id } = await uploaded(gateway.url, picture());
  fault('delete');
  expect((await gateway.request('DELETE', `/api/v2/assets/${id}`)).status).toBe(204);
  expect((await gateway.request('GET', `/api/v2/assets/${id}`)).status).toBe(404);
  expect(kept.size).toBe(1);
  fault();
  await eventually(() => kept.size === 0);
  await eventually(async () => (await stores.storage.getKeys('incoming')).length === 0);
});

test('a blob store that took the bytes but did not say so: they are removed later', async () => {
  let late = 0;
  const now = () => Date.now() + late;
  const stores = openMemoryStores(now);
  const { blobs, kept, fault } = faulty();
  const { gateway } = await startBoth({ CLEANUP_INTERVAL_MS: '50' }, { stores, blobs, now });
  fault('put');
  const bytes = picture();
  expect((await upload(gateway.url, bytes)).status).toBe(500);
  expect((await gateway.request('HEAD', `/api/v2/assets/by-hash/${hashOf(bytes)}`)).status).toBe(404);
  fault();
  expect(kept.size).toBe(1);
  late = 3 * 3_600_000;
  await eventually(() => kept.size === 0);
});

test('tags of repeated uploads have an end', async () => {
  const uploads = instance(openMemoryStores(Date.now), new Set(['a']));
  const tags = (from: number) => Array.from({ length: 40 }, (_, i) => `t${from + i}`);
  await uploads.add('alice', SEEN, { blob: 'a' }, { ...USE, tags: tags(0) });
  const added = await uploads.add('alice', SEEN, undefined, { ...USE, tags: tags(100) });
  expect(added!.upload.tags).toHaveLength(50);
  expect(added!.upload.tags).toContain('t139');
});

/** A store as that of several processes. */
function withSwap(): Stores {
  const stores = openMemoryStores(Date.now);
  const { storage } = stores;
  const setItem = storage.setItem.bind(storage);
  const removeItem = storage.removeItem.bind(storage);
  const text = (value: unknown): string => JSON.stringify(value ?? null);
  return {
    ...stores,
    async swap(key, expected, value) {
      if (text(await storage.getItem(key)) !== text(expected)) return false;
      await (value === null ? removeItem(key) : setItem(key, value as never));
      return true;
    },
  };
}

function instance(stores: Stores, bytes: Set<string>, seen = async (): Promise<void> => undefined) {
  return createUploads({
    stores,
    shared: true,
    async isThere(place: Place) {
      const there = bytes.has((place as { blob: string }).blob);
      await seen();
      return there;
    },
    drop: async (place: Place) => void bytes.delete((place as { blob: string }).blob),
    now: Date.now,
  });
}

/** Holds back the next such write or removal. */
function hold({ storage }: Stores, matches: (key: string, write: boolean) => boolean) {
  const { promise: reached, resolve: reach } = Promise.withResolvers<void>();
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  let open = false;
  async function pass(key: string, write: boolean): Promise<void> {
    if (open || !matches(key, write)) return;
    open = true;
    reach();
    await released;
  }
  const { setItem, removeItem } = storage;
  storage.setItem = async (key: string, ...rest: [never]) => {
    await pass(key, true);
    return setItem.call(storage, key, ...rest);
  };
  storage.removeItem = async (key: string) => {
    await pass(key, false);
    return removeItem.call(storage, key);
  };
  return { reached, release };
}

/** Blobs that can fail after they have done what was asked, or without. */
function faulty() {
  const memory = createMemoryBlobs();
  const kept = new Set<string>();
  let fails: string | undefined;
  const blobs: BlobStore = {
    ...memory,
    async put(key, body, facts) {
      await memory.put(key, body, facts);
      kept.add(key);
      if (fails === 'put') throw new Error('no answer');
    },
    async delete(key) {
      if (fails === 'delete') throw new Error('no answer');
      await memory.delete(key);
      kept.delete(key);
    },
  };
  return { blobs, kept, fault: (name?: 'put' | 'delete') => void (fails = name) };
}
