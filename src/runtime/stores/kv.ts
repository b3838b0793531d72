/**
 * `kv:BINDING`: Workers KV. Its list is in key order, so job keys make it newest first; what lists are filtered by is
 * kept as metadata of the record. It is eventually consistent and cannot compare-and-set: leases are best effort.
 */
import { createStorage } from 'unstorage';
import kvDriver from 'unstorage/drivers/cloudflare-kv-binding';
import { JOB_PREFIX, jobIdOf, UPLOAD_PREFIX } from '../../storage/keys.ts';
import { matches } from '../../storage/memory.ts';
import type { IndexedJob, JobIndex, Lease, Stores } from '../../storage/ports.ts';

/** The part of a KV namespace that is used. */
export interface KvNamespace {
  get(key: string): Promise<string | null>;
  put(key: string, value: string, options?: { expirationTtl?: number; metadata?: unknown }): Promise<void>;
  delete(key: string): Promise<void>;
  list(options: { prefix?: string; cursor?: string | null; limit?: number }): Promise<{
    keys: { name: string; metadata?: unknown }[];
    list_complete: boolean;
    cursor?: string;
  }>;
}

/** KV refuses a shorter life than this, in seconds. */
const MIN_TTL_S = 60;

/** KV refuses a second write of a key within a second; a little more for the way there. */
const WRITE_INTERVAL_MS = 1_050;

/** Keys whose values are made from what was there. */
const RECORDS = [JOB_PREFIX, `${UPLOAD_PREFIX}:`];

/** Jobs that a count looks at: a Worker cannot list without end. */
const MAX_COUNTED = 1_000;

export function openKvStores(binding: KvNamespace, now: () => number): Stores {
  const storage = createStorage({ driver: kvDriver({ binding: patient(binding) as never }) });
  return {
    storage,
    jobs: kvIndex(binding),
    lease: kvLease(storage, now),
    singleWriter: false,
    recordOptions: (entry, ttlMs) => ({
      metadata: entry,
      ...(ttlMs !== undefined && { ttl: Math.max(Math.ceil(ttlMs / 1000), MIN_TTL_S) }),
    }),
    writeIntervalMs: WRITE_INTERVAL_MS,
    close: async () => undefined,
  };
}

/**
 * What was written a moment ago, here or elsewhere, is refused; it is tried again when it may be. Not so for records:
 * a newer one may be there by then, so whoever writes them tries again with the newest.
 */
function patient(binding: KvNamespace): KvNamespace {
  async function again(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch {
      await new Promise((resolve) => setTimeout(resolve, WRITE_INTERVAL_MS));
      await work();
    }
  }
  return {
    get: (key) => binding.get(key),
    list: (options) => binding.list(options),
    put: (key, value, options) => {
      const put = () => binding.put(key, value, options);
      return RECORDS.some((prefix) => key.startsWith(prefix)) ? put() : again(put);
    },
    delete: (key) => again(() => binding.delete(key)),
  };
}

function kvIndex(binding: KvNamespace): JobIndex {
  return {
    // The metadata of the record is the entry.
    async put() {},
    async remove() {},

    async page(query, limit, cursor) {
      const start = cursor === undefined ? { at: null, skip: 0 } : decodeCursor(cursor);
      if (!start) return null;
      const ids: string[] = [];
      let { at, skip } = start;
      for (;;) {
        const {
          keys,
          list_complete: complete,
          cursor: next,
        } = await binding.list({ prefix: JOB_PREFIX, cursor: at, limit: 1000 });
        for (; skip < keys.length; skip++) {
          const { name, metadata } = keys[skip]!;
          if (!metadata || !matches(metadata as IndexedJob, query)) continue;
          if (ids.length === limit) return { ids, next: encodeCursor({ at, skip }) };
          ids.push(jobIdOf(name));
        }
        if (complete || next === undefined) return { ids, next: null };
        at = next;
        skip = 0;
      }
    },

    maxCounted: MAX_COUNTED,

    async count(query) {
      const page = await this.page(query, MAX_COUNTED);
      return page?.ids.length ?? 0;
    },
  };
}

function kvLease(storage: Stores['storage'], now: () => number): Lease {
  return {
    /** Two at once in two places can both win: KV tells what was written elsewhere up to a minute later. */
    async acquire(name, holder, ttlMs) {
      const held = await storage.getItem<{ holder: string; until: number }>(name);
      if (held && held.until > now() && held.holder !== holder) return held.holder;
      const ttl = Math.max(Math.ceil(ttlMs / 1000), MIN_TTL_S);
      await storage.setItem(name, { holder, until: now() + ttlMs }, { ttl });
      return holder;
    },
    async release(name, holder) {
      const held = await storage.getItem<{ holder: string }>(name);
      if (held?.holder === holder) await storage.removeItem(name);
    },
  };
}

/** A place in KV's own list: the cursor of a list call and how many of its keys were passed. */
interface Place {
  at: string | null;
  skip: number;
}

function encodeCursor(place: Place): string {
  return btoa(JSON.stringify([place.at, place.skip]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function decodeCursor(cursor: string): Place | null {
  try {
    const place: unknown = JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')));
    if (!Array.isArray(place)) return null;
    const [at, skip] = place as unknown[];
    return (at === null || typeof at === 'string') && Number.isSafeInteger(skip) && Number(skip) >= 0
      ? { at, skip: Number(skip) }
      : null;
  } catch {
    // Not one of ours.
    return null;
  }
}
