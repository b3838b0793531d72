/**
 * The records of uploads. All that an owner uploaded with the same bytes is one content, under the hash of the bytes, with
 * a use for every name it was given; each use is an asset, with a record of its own that tells all of it. Ids come from owner,
 * hash and name: the same bytes from ten clients at once are one asset, whoever writes last.
 */
import { v5, validate } from 'uuid';
import { isObject } from '../comfyui/json.ts';
import type { FileRef } from '../comfyui/outputs.ts';
import type { Caller } from '../jobs/service.ts';
import { assetKey, UPLOAD_PREFIX, uploadKey } from '../storage/keys.ts';
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

export type NewUse = Pick<Use, 'filePath' | 'contentType' | 'tags' | 'ttlMs'>;

export type Uploads = ReturnType<typeof createUploads>;

interface UploadsDeps {
  stores: Stores;
  /** Whether requests may wait for each other. */
  shared: boolean;
  /** Whether the bytes are still where they were put. */
  isThere: (place: Place) => Promise<boolean>;
  /** Deletes bytes that nobody needs any more. */
  drop: (place: Place) => Promise<void>;
  /** Ms since 1970. */
  now: () => number;
}

/** Attempts at a record that others write at the same time. */
const MAX_TRIES = 30;

/** Uses of one content; a further one takes the place of the oldest. */
const MAX_USES = 100;

export function createUploads({ stores, shared, isThere, drop, now }: UploadsDeps) {
  const { storage, swap, writeIntervalMs } = stores;
  const turns = new Map<string, Promise<unknown>>();

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

  /** Writes the asset of a use. Others may write the same at once. */
  async function put(content: Content, id: string): Promise<void> {
    try {
      await storage.setItem(assetKey(id), { upload: uploadOf(content, id) } as never);
    } catch (error) {
      const there: unknown = await storage.getItem(assetKey(id));
      if (!isObject(there) || !isUpload(there['upload'])) throw error;
    }
  }

  /**
   * Writes a content, and returns what is there then; undefined if it must be made anew from what others wrote. KV takes one
   * write of a key in a second: of several at once, those that were too late find what they wanted to write.
   */
  async function write(key: string, before: Content | undefined, after: Content) {
    if (swap) return (await swap(key, before ?? null, after)) ? after : undefined;
    try {
      await storage.setItem(key, after as never);
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
    for (let tries = 0; tries < MAX_TRIES; tries++) {
      const before = await read(key);
      const wanted = change(before);
      if (wanted === before || !wanted) return before;
      const after = await write(key, before, wanted);
      if (!after) continue;
      const moved = before !== undefined && !isSame(before.place, after.place);
      if (moved) await drop(before.place);
      for (const id of Object.keys({ ...before?.uses, ...after.uses })) {
        if (!(id in after.uses)) await storage.removeItem(assetKey(id));
        else if (moved || !isSame(before?.uses[id], after.uses[id])) await put(after, id);
      }
      if (Object.keys(after.uses).length > 0) return after;
      await storage.removeItem(key);
      await drop(after.place);
      return undefined;
    }
    throw new Error(`${key} could not be written: it was changed ${MAX_TRIES} times meanwhile`);
  }

  function isLive({ expiresAt }: Use): boolean {
    return expiresAt > now();
  }

  async function byHash(owner: string, hash: string): Promise<Content | undefined> {
    const content = await read(uploadKey(owner, hash));
    if (!content || !Object.values(content.uses).some(isLive)) return undefined;
    return (await isThere(content.place)) ? content : undefined;
  }

  /** The uses with one more, or with a longer life of it: what was given before is never cut short. */
  function withUse(uses: Content['uses'], id: string, use: NewUse): Content['uses'] {
    const old = uses[id];
    const known = old && isLive(old) ? old : undefined;
    const ttlMs = Math.max(use.ttlMs, known?.ttlMs ?? 0);
    const tags = [...new Set([...(known?.tags ?? []), ...use.tags])];
    const fresh = {
      ...use,
      tags,
      ttlMs,
      createdAt: known?.createdAt ?? now(),
      expiresAt: Math.max(now() + use.ttlMs, known?.expiresAt ?? 0),
    };
    const { [id]: _, ...others } = uses;
    return { ...Object.fromEntries(Object.entries(others).slice(1 - MAX_USES)), [id]: fresh };
  }

  return {
    /** What the owner uploaded with these bytes, if its bytes are still there. */
    byHash,

    /**
     * Records an upload whose bytes lie at `place`. `createdNew` is false if the owner had these bytes already; the ones at
     * `place` are then not needed. `repeated`: the owner had it under this name.
     */
    async add(
      owner: string,
      seen: Pick<Content, 'hash' | 'sizeBytes'>,
      place: Place | undefined,
      use: NewUse,
    ): Promise<{ upload: Upload; createdNew: boolean; repeated: boolean } | undefined> {
      const { hash, sizeBytes } = seen;
      const key = uploadKey(owner, hash);
      const id = v5(use.filePath.toWellFormed(), v5(`${owner}\0${hash}`, UPLOADS));
      return inTurn(key, async () => {
        const known = await byHash(owner, hash);
        if (!known && !place) return undefined;
        const kept = known?.place ?? place!;
        const content = await update(key, (before) => ({
          v: 1,
          owner,
          hash,
          sizeBytes,
          place: kept,
          uses: withUse(before?.uses ?? {}, id, use),
        }));
        const repeated = known?.uses[id] !== undefined && isLive(known.uses[id]);
        const createdNew = !known && isSame(content!.place, kept);
        return { upload: uploadOf(content!, id)!, createdNew, repeated };
      });
    },

    /** The upload with this id, if the caller may see it. */
    async find(caller: Caller, id: string): Promise<Upload | undefined> {
      const record: unknown = validate(id) ? await storage.getItem(assetKey(id)) : null;
      const upload = isObject(record) ? record['upload'] : undefined;
      if (!isUpload(upload) || (!caller.admin && upload.owner !== caller.owner)) return undefined;
      return isLive(upload) ? upload : undefined;
    },

    /** It was used: its life begins anew. Written only once a tenth of it has passed. */
    async touch({ id, owner, hash, ttlMs, expiresAt }: Upload): Promise<void> {
      if (now() + ttlMs - expiresAt < ttlMs / 10) return;
      const key = uploadKey(owner, hash);
      await inTurn(key, () =>
        update(key, (content) => {
          const use = content?.uses[id];
          return content && use && isLive(use)
            ? { ...content, uses: { ...content.uses, [id]: { ...use, expiresAt: now() + ttlMs } } }
            : content;
        }),
      );
    },

    /** Deletes one asset; the bytes go with the last one. */
    async remove({ id, owner, hash }: Upload): Promise<void> {
      const key = uploadKey(owner, hash);
      await inTurn(key, () => update(key, (content) => content && without(content, (use) => use === id)));
    },

    /** Removes what has expired, among at most `limit` contents, beginning anywhere. Returns how many assets. */
    async sweep(limit: number): Promise<number> {
      const keys = await storage.getKeys(UPLOAD_PREFIX);
      const first = keys.length > limit ? now() % keys.length : 0;
      let removed = 0;
      for (const key of [...keys.slice(first), ...keys.slice(0, first)].slice(0, limit)) {
        const content = await read(key);
        const dead = Object.entries(content?.uses ?? {}).filter(([, use]) => !isLive(use));
        if (dead.length === 0) continue;
        await inTurn(key, () =>
          update(key, (latest) => latest && without(latest, (id) => !isLive(latest.uses[id]!))),
        );
        removed += dead.length;
      }
      return removed;
    },
  };
}

/** Namespace of the ids of uploads. */
const UPLOADS = '6f0c2e0a-7d0b-5f43-9f5c-2b8f6f0e9a11';

function uploadOf(content: Content, id: string): Upload | undefined {
  const { owner, hash, sizeBytes, place } = content;
  const use = content.uses[id];
  return use && { id, owner, hash, sizeBytes, place, ...use };
}

/** The same content if none of its uses is unwanted. */
function without(content: Content, unwanted: (id: string) => boolean): Content {
  const entries = Object.entries(content.uses);
  const uses = entries.filter(([id]) => !unwanted(id));
  return uses.length === entries.length ? content : { ...content, uses: Object.fromEntries(uses) };
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isUpload(value: unknown): value is Upload {
  return isObject(value) && typeof value['hash'] === 'string' && isObject(value['place']);
}

/** Whether a stored value is a record of this version; we wrote it, so its form tells enough. */
function isContent(value: unknown): value is Content {
  return isObject(value) && value['v'] === 1 && isObject(value['uses']) && isObject(value['place']);
}
