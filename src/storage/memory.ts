/**
 * The ports for a single process: an index in memory, and leases kept in the storage itself (so that they last as
 * long as it does) but decided in this process.
 */
import type { Storage } from 'unstorage';
import { firstKeyBefore, idTimeOf, isJobId, jobKey } from './keys.ts';
import type { IndexedJob, JobIndex, JobQuery, Lease } from './ports.ts';

/** A sorted list of small entries: a page is a binary search and a walk. New jobs go to its end. */
export function createMemoryIndex(): JobIndex {
  /** Oldest first. */
  const keys: string[] = [];
  const entries = new Map<string, IndexedJob>();

  /** Number of keys that are greater (older) than `key`. */
  function countOlder(key: string): number {
    let low = 0;
    let high = keys.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (keys[middle]! > key) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  return {
    async put(job) {
      const key = jobKey(job.id);
      if (!entries.has(key)) keys.splice(countOlder(key), 0, key);
      entries.set(key, job);
    },
    async remove(id) {
      const key = jobKey(id);
      if (entries.delete(key)) keys.splice(countOlder(key), 1);
    },
    async page(query, limit, cursor) {
      if (cursor !== undefined && !isJobId(cursor)) return null;
      const ids: string[] = [];
      let i = keys.length;
      if (query.before !== undefined) i = countOlder(firstKeyBefore(query.before)) + 1;
      if (cursor !== undefined) i = Math.min(i, countOlder(jobKey(cursor)));
      while (--i >= 0) {
        const entry = entries.get(keys[i] ?? '');
        if (!entry || !matches(entry, query)) continue;
        if (ids.length === limit) return { ids, next: ids.at(-1)! };
        ids.push(entry.id);
      }
      return { ids, next: null };
    },
    async count(query) {
      if (Object.keys(query).length === 0) return keys.length;
      let count = 0;
      for (const entry of entries.values()) if (matches(entry, query)) count++;
      return count;
    },
  };
}

/** Leases for one process over its own storage. `now` in ms since 1970. */
export function createLocalLease(storage: Storage, now: () => number): Lease {
  /** Per name the last of those who wait; each begins when the one before is through. */
  const queue = new Map<string, Promise<unknown>>();

  function inTurn<T>(name: string, work: () => Promise<T>): Promise<T> {
    const before = queue.get(name) ?? Promise.resolve();
    const mine = before.then(work, work);
    queue.set(name, mine);
    const leave = () => {
      if (queue.get(name) === mine) queue.delete(name);
    };
    mine.then(leave, leave);
    return mine;
  }

  return {
    acquire: (name, holder, ttlMs) =>
      inTurn(name, async () => {
        const held = await storage.getItem<{ holder: string; until: number }>(name);
        if (held && held.until > now() && held.holder !== holder) return held.holder;
        await storage.setItem(name, { holder, until: now() + ttlMs });
        return holder;
      }),
    release: (name, holder) =>
      inTurn(name, async () => {
        const held = await storage.getItem<{ holder: string }>(name);
        if (held?.holder === holder) await storage.removeItem(name);
      }),
  };
}

/** Whether a job is one that a query asks for. */
export function matches(entry: IndexedJob, query: JobQuery): boolean {
  return (
    (query.owner === undefined || entry.owner === query.owner) &&
    (query.statuses === undefined || query.statuses.includes(entry.status)) &&
    (query.workflow === undefined || entry.workflow === query.workflow) &&
    (query.session === undefined || entry.session === query.session) &&
    (query.before === undefined || idTimeOf(entry.id) < query.before)
  );
}
