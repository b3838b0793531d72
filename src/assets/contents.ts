/**
 * Records of uploaded bytes: one per owner and content, and one per use of it, which tells all of it, as what one request has
 * not found, KV does not show to the next one for a while. Several processes may write at once; each write of a content is
 * made from the newest one, and the records of its uses follow it.
 */
import { isObject } from '../comfyui/json.ts';
import type { FileRef } from '../comfyui/outputs.ts';
import { assetKey } from '../storage/keys.ts';
import type { Stores } from '../storage/ports.ts';

/** Where bytes are: in the blob store under a key, or in the input folder of a ComfyUI. */
export type Place = { blob: string } | { backendKey: string; file: FileRef };

/** Bytes that an owner uploaded. */
export interface Content {
  v: 1;
  owner: string;
  /** blake3, hex. */
  hash: string;
  sizeBytes: number;
  place: Place;
  /** By asset id. */
  uses: Record<string, Use>;
}

/** What one use of a content is called, and how long it is kept: `ttlMs` from its last use on. */
export interface Use {
  filePath: string;
  contentType: string;
  tags: string[];
  createdAt: number;
  ttlMs: number;
  expiresAt: number;
}

/** An upload, as it is shown and used. */
export interface Upload extends Use, Pick<Content, 'owner' | 'hash' | 'sizeBytes' | 'place'> {
  id: string;
}

export type Contents = ReturnType<typeof createContents>;

interface ContentsDeps {
  stores: Stores;
  /** Whether requests may wait for each other. */
  shared: boolean;
  /** Deletes bytes that nobody needs any more. Never throws. */
  drop: (place: Place) => Promise<void>;
}

/** Attempts at a record that others write at the same time. */
export const MAX_TRIES = 30;

export function createContents({ stores, shared, drop }: ContentsDeps) {
  const { storage, swap, writeIntervalMs } = stores;
  const turns = new Map<string, Promise<unknown>>();

  /** Those who change the same content in this process do so one after the other. */
  async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
    if (!shared) return work();
    const mine = (turns.get(key) ?? Promise.resolve()).then(work, work);
    turns.set(key, mine);
    try {
      return await mine;
    } finally {
      if (turns.get(key) === mine) turns.delete(key);
    }
  }

  async function read(key: string): Promise<Content | undefined> {
    const value: unknown = await storage.getItem(key);
    return isContent(value) ? value : undefined;
  }

  /** Writes the asset of a use, or removes that of none. Others may do the same at once. */
  async function tell(content: Content | undefined, id: string): Promise<void> {
    const upload = content && uploadOf(content, id);
    if (!upload) return storage.removeItem(assetKey(id));
    try {
      await storage.setItem(assetKey(id), { upload } as never);
    } catch (error) {
      const there: unknown = await storage.getItem(assetKey(id));
      if (!isObject(there) || !isUpload(there['upload'])) throw error;
    }
  }

  /** Tells these assets what their content says, and again if others changed it meanwhile. */
  async function tellAll(key: string, content: Content | undefined, ids: Iterable<string>): Promise<void> {
    let told = content;
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      for (const id of ids) await tell(told, id);
      const latest = swap ? await read(key) : told;
      if (isSame(latest, told)) return;
      told = latest;
    }
  }

  /**
   * Writes a content, or removes it where it has no uses, and returns what is there then; undefined if it must be made anew
   * from what others wrote. KV takes one write of a key in a second: of several at once, those that were too late find what
   * they wanted to write.
   */
  async function write(key: string, before: Content | undefined, after: Content) {
    const value = isUsed(after) ? after : null;
    if (swap) return (await swap(key, before ?? null, value)) ? after : undefined;
    try {
      await (value ? storage.setItem(key, value as never) : storage.removeItem(key));
      return after;
    } catch (error) {
      const there = await read(key);
      if (there && isSame(Object.keys(there.uses).toSorted(), Object.keys(after.uses).toSorted()))
        return there;
      if (writeIntervalMs === undefined) throw error;
      await new Promise((resolve) => setTimeout(resolve, writeIntervalMs));
      return undefined;
    }
  }

  /** Replaces a content by `change` of it, where others may do so too; a content without uses is removed. */
  async function update(
    key: string,
    change: (content: Content | undefined) => Content | undefined,
  ): Promise<Content | undefined> {
    const touched = new Set<string>();
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = await read(key);
      const wanted = change(before) ?? before;
      if (wanted === before) {
        if (touched.size > 0) await tellAll(key, before, touched);
        return before;
      }
      // An asset goes before its use, so that it is not found again if this process ends in between.
      for (const id of Object.keys(before?.uses ?? {}).filter((use) => !(use in wanted!.uses))) {
        touched.add(id);
        await tell(undefined, id);
      }
      const after = await write(key, before, wanted!);
      if (!after) continue;
      const moved = before !== undefined && !isSame(before.place, after.place);
      for (const [id, use] of Object.entries(after.uses))
        if (moved || !isSame(before?.uses[id], use)) touched.add(id);
      await tellAll(key, isUsed(after) ? after : undefined, touched);
      if (before && (moved || !isUsed(after))) await drop(before.place);
      return isUsed(after) ? after : undefined;
    }
    throw new Error(`${key} could not be written: it was changed ${MAX_TRIES} times meanwhile`);
  }

  return { inTurn, read, update };
}

export function uploadOf(content: Content, id: string): Upload | undefined {
  const { owner, hash, sizeBytes, place } = content;
  const use = content.uses[id];
  return use && { id, owner, hash, sizeBytes, place, ...use };
}

const isUsed = ({ uses }: Content): boolean => Object.keys(uses).length > 0;

/** As JSON. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

/** Whether the record of an asset is that of an upload. */
export function isUpload(value: unknown): value is Upload {
  return isObject(value) && typeof value['hash'] === 'string' && isObject(value['place']);
}

/** Whether a stored value is a record of this version; we wrote it, so its form tells enough. */
function isContent(value: unknown): value is Content {
  return isObject(value) && value['v'] === 1 && isObject(value['uses']) && isObject(value['place']);
}
