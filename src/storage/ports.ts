/**
 * What a store must do beside unstorage's get and set: list jobs in order, and decide between two who want the same
 * thing. One implementation per kind of `STORAGE_URL`.
 */
import type { Storage } from 'unstorage';

/** Which jobs to list; all that are given must match. */
export interface JobQuery {
  owner?: string;
  /** Statuses as shown outside. */
  statuses?: readonly string[];
  workflow?: string;
  session?: string;
  /** Created before this moment, in ms since 1970. */
  before?: number;
}

/** Ids of a page, and the cursor of the next, null on the last. */
export interface JobPage {
  ids: string[];
  next: string | null;
}

/** What the index knows of a job. */
export interface IndexedJob {
  id: string;
  owner: string;
  status: string;
  workflow?: string;
  session?: string;
}

export interface JobIndex {
  /** Adds or replaces the entry of a record that was just written. */
  put(job: IndexedJob): Promise<void>;
  remove(id: string): Promise<void>;
  /** Ids, newest first, from `cursor` of an earlier page on; null if that is no cursor of this index. */
  page(query: JobQuery, limit: number, cursor?: string): Promise<JobPage | null>;
  count(query: JobQuery): Promise<number>;
  /** Only where a count stops: at so many. */
  maxCounted?: number;
}

export interface Lease {
  /**
   * Takes `name` for `holder` if it is free or its time has passed. Returns who holds it now, atomically: of several
   * at once exactly one gets its own name back.
   */
  acquire(name: string, holder: string, ttlMs: number): Promise<string>;
  /** Gives it back if `holder` has it. */
  release(name: string, holder: string): Promise<void>;
}

/** Messages to every instance on the same store, this one included. Lost ones are not repeated. */
export interface PubSub {
  publish(message: string): Promise<void>;
  /** Returns how to stop. */
  subscribe(listener: (message: string) => void): () => void;
}

/** An opened store. */
export interface Stores {
  storage: Storage;
  jobs: JobIndex;
  lease: Lease;
  /** No other process writes to it, so that what was written may be remembered. */
  singleWriter: boolean;
  /**
   * Replaces a value, or removes it (null), if it is still the one that was read (compared as JSON); false if not. Only
   * where several processes write and the store can compare.
   */
  swap?: (key: string, expected: unknown, value: unknown) => Promise<boolean>;
  /** Only where several processes share the store. */
  pubsub?: PubSub;
  /**
   * Options for writing a job record, where the index lives beside it and keys end by themselves. `ttlMs` is given with
   * the record of a job that is over.
   */
  recordOptions?: (entry: IndexedJob, ttlMs: number | undefined) => Record<string, unknown>;
  /** Only where a key takes no more than one write per so many ms. */
  writeIntervalMs?: number;
  close(): Promise<void>;
}

/** Bytes under a key: uploads, kept outputs, thumbnails. Keys are made like those of records (keys.ts), `/` between parts. */
export interface BlobStore {
  /** Where the bytes go, for the log: `memory`, `file`, `s3`, `r2`. */
  kind: string;
  /**
   * Replaces what is there, all of it or nothing: a stream that fails half-way leaves no blob. `sizeBytes` where it is known.
   * Streams are not collected in memory.
   */
  put(
    key: string,
    body: ReadableStream<Uint8Array> | Uint8Array,
    facts: { contentType: string; sizeBytes?: number },
  ): Promise<void>;
  /** `end` of the range is exclusive. Undefined if there is no such blob. */
  get(key: string, range?: { start: number; end: number }): Promise<StoredBlob | undefined>;
  head(key: string): Promise<BlobFacts | undefined>;
  /** Without effect if it is not there. */
  delete(key: string): Promise<void>;
}

export interface BlobFacts {
  /** Of the whole blob, also with a range. */
  sizeBytes: number;
  contentType: string;
}

export interface StoredBlob extends BlobFacts {
  stream: ReadableStream<Uint8Array>;
}
