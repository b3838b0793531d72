/**
 * Uploads as assets. All that an owner uploaded with the same bytes is one content, under the hash of the bytes, with a use
 * for every name it was given; each use is an asset. Ids come from owner, hash and name: the same bytes from ten clients at
 * once are one asset, whoever writes last.
 */
import { v5, validate } from 'uuid';
import { isObject } from '../comfyui/json.ts';
import type { Caller } from '../jobs/caller.ts';
import { assetKey, UPLOAD_PREFIX, uploadKey, uploadsOf } from '../storage/keys.ts';
import type { Stores } from '../storage/ports.ts';
import {
  createContents,
  isSame,
  isUpload,
  MAX_TRIES,
  uploadOf,
  type Content,
  type Place,
  type Upload,
  type Use,
} from './contents.ts';

export type NewUse = Pick<Use, 'filePath' | 'contentType' | 'tags' | 'ttlMs'>;

export type Uploads = ReturnType<typeof createUploads>;

interface UploadsDeps {
  stores: Stores;
  /** Whether requests may wait for each other. */
  shared: boolean;
  /** Whether the bytes are still where they were put. */
  isThere: (place: Place) => Promise<boolean>;
  /** Deletes bytes that nobody needs any more. Never throws. */
  drop: (place: Place) => Promise<void>;
  /** Ms since 1970. */
  now: () => number;
}

/** Uses of one content; a further one takes the place of the oldest. */
const MAX_USES = 100;

/** Tags of one use; a further one takes the place of the oldest. */
const MAX_TAGS = 50;

/** Contents that a list reads, where a process stays and where its calls are counted; and how many at once. */
const MAX_LISTED = { shared: 10_000, alone: 300 };
const READ_AT_ONCE = 50;

export function createUploads({ stores, shared, isThere, drop, now }: UploadsDeps) {
  const { storage } = stores;
  const { inTurn, read, update } = createContents({ stores, shared, drop });

  function isLive({ expiresAt }: Use): boolean {
    return expiresAt > now();
  }

  /** The same if one of its uses lives, and its bytes are there. */
  async function whole(content: Content | undefined): Promise<Content | undefined> {
    if (!content || !Object.values(content.uses).some(isLive)) return undefined;
    return (await isThere(content.place)) ? content : undefined;
  }

  const byHash = async (owner: string, hash: string): Promise<Content | undefined> =>
    whole(await read(uploadKey(owner, hash)));

  /** The uses with one more, or with a longer life of it: what was given before is never cut short. */
  function withUse(uses: Content['uses'], id: string, use: NewUse): Content['uses'] {
    const old = uses[id];
    const known = old && isLive(old) ? old : undefined;
    const ttlMs = Math.max(use.ttlMs, known?.ttlMs ?? 0);
    const tags = [...new Set([...(known?.tags ?? []), ...use.tags])].slice(-MAX_TAGS);
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

    /** Whether a record of the owner names these bytes in the blob store. */
    async isNamed(owner: string, hash: string, blob: string): Promise<boolean> {
      const content = await read(uploadKey(owner, hash));
      return content !== undefined && isSame(content.place, { blob });
    },

    /**
     * Records an upload whose bytes lie at `place`. `createdNew` is false if the owner had these bytes already; the ones at
     * `place` are then not needed. Without a `place`, undefined if the owner does not have them. `repeated`: the owner had it
     * under this name.
     */
    async add(
      owner: string,
      { hash, sizeBytes }: Pick<Content, 'hash' | 'sizeBytes'>,
      place: Place | undefined,
      use: NewUse,
    ): Promise<{ upload: Upload; createdNew: boolean; repeated: boolean } | undefined> {
      const key = uploadKey(owner, hash);
      const id = v5(use.filePath.toWellFormed(), v5(`${owner}\0${hash}`, UPLOADS));
      return inTurn(key, async () => {
        for (let tries = 0; tries < MAX_TRIES; tries++) {
          const seen = await read(key);
          const known = await whole(seen);
          const kept = known?.place ?? place;
          if (!kept) return undefined;
          let isGone = false;
          const content = await update(key, (before) => {
            // What was there has been deleted meanwhile, its bytes with it.
            isGone = known !== undefined && !isSame(before?.place, known.place);
            if (isGone) return before;
            // Where others were faster, their bytes have only just come.
            const faster = before && !isSame(before.place, seen?.place) ? before.place : undefined;
            const uses = withUse(before?.uses ?? {}, id, use);
            return { v: 1, owner, hash, sizeBytes, place: faster ?? kept, uses };
          });
          if (isGone) continue;
          const repeated = known?.uses[id] !== undefined && isLive(known.uses[id]);
          const createdNew = !known && isSame(content!.place, kept);
          return { upload: uploadOf(content!, id)!, createdNew, repeated };
        }
        throw new Error(`${key} could not be written: it was deleted ${MAX_TRIES} times meanwhile`);
      });
    },

    /** The upload with this id, if the caller may see it. */
    async find(caller: Caller, id: string): Promise<Upload | undefined> {
      const record: unknown = validate(id) ? await storage.getItem(assetKey(id)) : null;
      const upload = isObject(record) ? record['upload'] : undefined;
      if (!isUpload(upload) || (!caller.admin && upload.owner !== caller.owner)) return undefined;
      return isLive(upload) ? upload : undefined;
    },

    /**
     * What the caller may see, newest first. Contents have no order of their own, so all of them are read; of very many,
     * some.
     */
    async list(caller: Caller): Promise<Upload[]> {
      const keys = await storage.getKeys(caller.admin ? UPLOAD_PREFIX : uploadsOf(caller.owner));
      const found: Upload[] = [];
      const wanted = keys.slice(0, shared ? MAX_LISTED.shared : MAX_LISTED.alone);
      for (let i = 0; i < wanted.length; i += READ_AT_ONCE) {
        for (const content of await Promise.all(wanted.slice(i, i + READ_AT_ONCE).map(read)))
          for (const [id, use] of Object.entries(content?.uses ?? {}))
            if (isLive(use)) found.push(uploadOf(content!, id)!);
      }
      return found.sort(newestFirst);
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

/** Newest first; of the same ms, by id. */
export function newestFirst(
  a: Pick<Upload, 'createdAt' | 'id'>,
  b: Pick<Upload, 'createdAt' | 'id'>,
): number {
  return b.createdAt - a.createdAt || (a.id < b.id ? -1 : 1);
}

/** Namespace of the ids of uploads. */
const UPLOADS = '6f0c2e0a-7d0b-5f43-9f5c-2b8f6f0e9a11';

/** The same content if none of its uses is unwanted. */
function without(content: Content, unwanted: (id: string) => boolean): Content {
  const entries = Object.entries(content.uses);
  const uses = entries.filter(([id]) => !unwanted(id));
  return uses.length === entries.length ? content : { ...content, uses: Object.fromEntries(uses) };
}
