/**
 * Every key that is stored, in one place. unstorage drops what follows `?` in a key and turns `/` into `:`, so a key is
 * made only of ids, hex digests and names that were checked.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Key of a job record, from its UUIDv7 alone. The time runs backwards in it, so the order of keys is newest first.
 */
export function jobKey(id: string): string {
  const ms = Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
  return `${JOB_PREFIX}${String(MAX_MS - ms).padStart(15, '0')}:${id}`;
}

/** The job id at the end of a job key. */
export function jobIdOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

export const JOB_PREFIX = 'jobs:';

/** Key of a submitted graph. */
export const graphKey = (jobId: string): string => `graphs:${jobId}`;

/** Key of an asset: `{job}` for an output. */
export const assetKey = (assetId: string): string => `assets:${assetId}`;

/** Key of the `client_id` that a backend knows this installation by. */
export const clientKey = (backend: string): string => `client:${backend}`;

/** Key of an `Idempotency-Key`. What the client sent is hashed, as it may hold anything. */
export const idempotencyKey = (owner: string, key: string): string =>
  `idempotency:${owner}:${bytesToHex(sha256(utf8ToBytes(key)))}`;

const MAX_MS = 2 ** 48 - 1;
