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
  return `${timePrefix(idTimeOf(id))}${id}`;
}

/** Keys at or after this one belong to jobs that were created before `ms`. */
export function firstKeyBefore(ms: number): string {
  return timePrefix(Math.max(ms - 1, 0));
}

/** Creation time in a UUIDv7, in ms since 1970. */
export function idTimeOf(id: string): number {
  return Number.parseInt(id.slice(0, 8) + id.slice(9, 13), 16);
}

/** Whether a text has the form of a job id. */
export function isJobId(text: string): boolean {
  return /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(text);
}

/** The job id at the end of a job key. */
export function jobIdOf(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

export const JOB_PREFIX = 'jobs:';

/** Key of a job record that could not be read. */
export const damagedKey = (jobId: string): string => `damaged:${jobId}`;

/** Key that says that a job was deleted: ComfyUI remembers it, and it must not come back. */
export const deletedKey = (jobId: string): string => `deleted:${jobId}`;

/** Key of a submitted graph. */
export const graphKey = (jobId: string): string => `graphs:${jobId}`;

/** Key of an asset: `{job}` for an output, `{upload}` with all of it for an upload. */
export const assetKey = (assetId: string): string => `assets:${assetId}`;

/** Key that says that outputs of a job are to be copied. */
export const copyKey = (jobId: string): string => `${COPY_PREFIX}:${jobId}`;

export const COPY_PREFIX = 'copies';

/** Key of the lease on copying the outputs of a job, and of that on looking for such jobs. */
export const copyLeaseKey = (jobId: string): string => `copying:${jobId}`;
export const COPY_SEARCH_KEY = 'copying';

/** Key of what an owner uploaded, by the blake3 of its bytes (hex). */
export const uploadKey = (owner: string, hash: string): string => `${uploadsOf(owner)}:${hash}`;

/** What the keys of an owner's uploads begin with. */
export const uploadsOf = (owner: string): string =>
  `${UPLOAD_PREFIX}:${bytesToHex(sha256(utf8ToBytes(owner))).slice(0, 32)}`;

export const UPLOAD_PREFIX = 'uploads';

/** Key that says that bytes are coming in: what became of them is not recorded yet. */
export const incomingKey = (id: string): string => `${INCOMING_PREFIX}:${id}`;

export const INCOMING_PREFIX = 'incoming';

/** Key of the bytes of an upload in a blob store. */
export const uploadBlobKey = (id: string): string => `uploads/${id}`;

/** Key of the `client_id` that a backend knows this installation by. */
export const clientKey = (backend: string): string => `client:${backend}`;

/** Key that says that a backend's memory was taken over into this store. */
export const rebuiltKey = (backend: string): string => `rebuilt:${backend}`;

/** Key of the lease on cleaning up. */
export const REAPER_KEY = 'reaper';

/** Key of the lease on a backend. */
export const leaderKey = (backend: string): string => `leader:${backend}`;

/** Key of an `Idempotency-Key`. What the client sent is hashed, as it may hold anything. */
export const idempotencyKey = (owner: string, key: string): string =>
  `idempotency:${owner}:${bytesToHex(sha256(utf8ToBytes(key)))}`;

/** Keys of the workflows that an owner uploaded; the rest of the key is the name. */
export const workflowPrefix = (owner: string): string => `workflows:${owner}:`;

export const workflowKey = (owner: string, name: string): string => `${workflowPrefix(owner)}${name}`;

/** Key of the defaults that an owner set. */
export const defaultsKey = (owner: string): string => `defaults:${owner}`;

const MAX_MS = 2 ** 48 - 1;

function timePrefix(ms: number): string {
  return `${JOB_PREFIX}${String(MAX_MS - ms).padStart(15, '0')}:`;
}
