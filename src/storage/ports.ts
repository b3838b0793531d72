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
  /** Ids, newest first, of jobs older than the job `after`. */
  page(query: JobQuery, limit: number, after?: string): Promise<string[]>;
  count(query: JobQuery): Promise<number>;
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

/** An opened store. */
export interface Stores {
  storage: Storage;
  jobs: JobIndex;
  lease: Lease;
  /** No other process writes to it, so that what was written may be remembered. */
  singleWriter: boolean;
  close(): Promise<void>;
}
