/**
 * Bytes in the blob store that no record names: those that are coming in, and those that could not be deleted. A mark of
 * each is in the store, so that they are found also after the process has ended.
 */
import { blake3 } from '@noble/hashes/blake3.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { INCOMING_PREFIX, incomingKey, uploadBlobKey } from '../storage/keys.ts';
import type { BlobStore, Stores } from '../storage/ports.ts';
import type { Place } from './contents.ts';

export type Leftovers = ReturnType<typeof createLeftovers>;

interface LeftoversDeps {
  stores: Stores;
  blobs: BlobStore | undefined;
  /** A new UUID. */
  newId: () => string;
  now: () => number;
  /** Something could not be cleaned up. Never throws. */
  report: (error: unknown, stage: string) => void;
}

interface Mark {
  blob: string;
  /** Ms since 1970. */
  at: number;
  /** Whose bytes come in; absent where nobody has them any more. */
  owner?: string;
}

/** Bytes that come in for longer than this were given up, in ms; far longer than a request may take. */
const GIVEN_UP_MS = 2 * 60 * 60 * 1000;

export function createLeftovers({ stores, blobs, newId, now, report }: LeftoversDeps) {
  const { storage } = stores;

  async function hashAt(blob: string): Promise<string | undefined> {
    const found = await blobs?.get(blob);
    if (!found) return undefined;
    const hash = blake3.create();
    for await (const part of found.stream) hash.update(part);
    return bytesToHex(hash.digest());
  }

  return {
    /** A key for bytes that come in, and how to say that it is known what became of them; that never throws. */
    async announce(owner: string): Promise<{ blob: string; done: () => Promise<void> }> {
      const id = newId();
      const blob = uploadBlobKey(id);
      await storage.setItem(incomingKey(id), { blob, at: now(), owner } satisfies Mark);
      const done = () =>
        storage.removeItem(incomingKey(id)).catch((error: unknown) => report(error, 'upload'));
      return { blob, done };
    },

    /** Deletes bytes that nobody needs any more, now or later; what is at ComfyUI stays there. Never throws. */
    async drop(place: Place): Promise<void> {
      if (!('blob' in place)) return;
      const { blob } = place;
      try {
        await blobs?.delete(blob);
      } catch (error) {
        report(error, 'upload');
        const mark = { blob, at: 0 } satisfies Mark;
        await storage.setItem(incomingKey(newId()), mark).catch((fault: unknown) => report(fault, 'upload'));
      }
    },

    /** Removes what was left behind, looking at so many marks. `isNamed`: a process may end just after its record was written. */
    async sweep(
      limit: number,
      isNamed: (owner: string, hash: string, blob: string) => Promise<boolean>,
    ): Promise<void> {
      for (const key of (await storage.getKeys(INCOMING_PREFIX)).slice(0, limit)) {
        try {
          const mark = await storage.getItem<Mark>(key);
          if (!mark || mark.at > now() - GIVEN_UP_MS) continue;
          const { blob, owner } = mark;
          const hash = owner === undefined ? undefined : await hashAt(blob);
          const named = owner !== undefined && hash !== undefined && (await isNamed(owner, hash, blob));
          if (!named) await blobs?.delete(blob);
          await storage.removeItem(key);
        } catch (error) {
          report(error, 'cleanup');
        }
      }
    },
  };
}
