/**
 * Copies outputs to a bucket. What is to be copied is in the store (a mark per job, a state per output), so that it is
 * found again after a crash and by other instances; a copy that is made twice is the same object. A failed one is tried
 * again, less and less often, for as long as its asset lives. ComfyUI's own files are left alone.
 */
import type { ComfyClient } from '../comfyui/client.ts';
import { startTimer } from '../comfyui/watcher.ts';
import { GatewayError } from '../errors.ts';
import { isTerminal, type AssetFacts, type Evidence, type Job, type JobOutput } from '../jobs/job.ts';
import type { CopyState } from '../jobs/output-facts.ts';
import type { OutputCopier } from '../jobs/service.ts';
import { COPY_PREFIX, COPY_SEARCH_KEY, copyKey, copyLeaseKey, isJobId } from '../storage/keys.ts';
import type { BlobStore, Stores } from '../storage/ports.ts';
import { createFileCopier } from './copy-file.ts';
import { createLimiter } from './limiter.ts';

/** Waits, in ms. */
export const COPY_MS = {
  /** First and longest pause before a failed copy is tried again. */
  retryMin: 1_000,
  retryMax: 600_000,
  /** Between two searches for what nobody here is at. */
  search: 60_000,
  /** How long an instance that is gone keeps others from its job. */
  lease: 30_000,
  /** Between two records of what was copied. */
  save: 200,
};

export interface CopierDeps {
  stores: Stores;
  blobs: BlobStore;
  bucket: string;
  jobOf: (id: string) => Promise<Job | undefined>;
  learn: (id: string, evidence: Evidence) => Promise<Job | undefined>;
  /** The client of the backend that ran a job. */
  clientOf: (job: Job) => ComfyClient | undefined;
  instance: string;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string, jobId?: string) => void;
  now: () => number;
  waitMs: typeof COPY_MS;
}

export interface Copier extends OutputCopier {
  /** Looks for what is to be copied, now and from time to time. */
  start(): void;
  /**
   * Copies what is due, where nothing goes on between requests, while `affordable` says so of the calls that the next
   * one needs.
   */
  visit(affordable: (calls: number) => boolean): Promise<void>;
  /** Breaks off what is under way; it is found again. */
  close(): Promise<void>;
}

/** Files that are copied at once: each has two parts of 5 MiB in memory. */
const AT_ONCE = 4;

/** Jobs that wait here; others are found by a later search. */
const MAX_WAITING = 10_000;

/** Jobs that one visit looks at: a Worker may not read without end. */
const VISITED = 40;

/** A part of a file in memory, for counting calls. */
const PART_BYTES = 5 * 1024 * 1024;

export function createCopier(deps: CopierDeps): Copier {
  const { stores, blobs, bucket, jobOf, learn, clientOf, instance, report, now, waitMs } = deps;
  const ending = new AbortController();
  const file = createFileCopier(blobs, clientOf, ending.signal);
  const inTurn = createLimiter(AT_ONCE);
  /** Jobs that somebody here is at, and whether there is more to do than was known when it began. */
  const working = new Map<string, { again: boolean; done: Promise<void> }>();
  const retries = new Map<string, ReturnType<typeof setTimeout>>();
  const shared = stores.pubsub !== undefined;
  let searching: ReturnType<typeof setTimeout> | undefined;

  function take(id: string, fresh: boolean): void {
    if (ending.signal.aborted) return;
    const current = working.get(id);
    if (current) {
      current.again = true;
      return;
    }
    if (working.size >= MAX_WAITING) return;
    clearTimeout(retries.get(id));
    retries.delete(id);
    const entry = { again: false, done: Promise.resolve() };
    working.set(id, entry);
    entry.done = work(id, fresh)
      .catch((error: unknown) => report(error, 'copy', id))
      .finally(() => {
        working.delete(id);
        if (entry.again) take(id, false);
      });
  }

  /** Copies what is due of a job, and says when to come back. */
  async function work(id: string, fresh: boolean): Promise<void> {
    const release = await hold(id);
    if (!release) return;
    try {
      const job = await jobOf(id);
      if (job) await copyAll(job, due(job), fresh);
      const again = await settle(id);
      if (again !== undefined) comeBack(id, Math.max(again - now(), 0));
    } finally {
      await release();
    }
  }

  /** Of several instances one is at a job. Returns how to let go; undefined if it is another's. */
  async function hold(id: string): Promise<(() => Promise<void>) | undefined> {
    if (!shared) return async () => undefined;
    const key = copyLeaseKey(id);
    const acquire = () => stores.lease.acquire(key, instance, waitMs.lease);
    if ((await acquire()) !== instance) return undefined;
    const timer = setInterval(
      () => void acquire().catch((error: unknown) => report(error, 'copy', id)),
      waitMs.lease / 3,
    );
    return async () => {
      clearInterval(timer);
      await stores.lease.release(key, instance);
    };
  }

  const due = (job: Job): JobOutput[] =>
    job.outputs.filter(
      ({ copy }) => copy?.state === 'pending' || (copy?.retryAt !== undefined && copy.retryAt <= now()),
    );

  async function copyAll(job: Job, outputs: readonly JobOutput[], fresh: boolean): Promise<void> {
    const notes = createNotes(job.id);
    await Promise.all(
      outputs.map((output) =>
        inTurn(async () => {
          if (!ending.signal.aborted) notes.add(await copyOne(job, output, fresh));
        }),
      ),
    );
    await notes.save();
  }

  /** Collects what was learned of a job's outputs: one record for many of them. */
  function createNotes(id: string) {
    let noted: AssetFacts[] = [];
    let timer: ReturnType<typeof setTimeout> | undefined;
    let saving: Promise<unknown> = Promise.resolve();
    function save(): Promise<unknown> {
      clearTimeout(timer);
      timer = undefined;
      const assets = noted;
      noted = [];
      if (assets.length > 0) saving = saving.then(() => learn(id, { type: 'assets', assets }));
      return saving;
    }
    return {
      save,
      add(facts: AssetFacts): void {
        noted.push(facts);
        // A failure shows in the last save.
        timer ??= startTimer(() => void save().catch(() => undefined), waitMs.save);
      },
    };
  }

  /** Copies one file. Its faults are part of the result. */
  async function copyOne(job: Job, output: JobOutput, fresh: boolean): Promise<AssetFacts> {
    const attempts = (output.copy?.attempts ?? 0) + 1;
    try {
      const isNew = (fresh && attempts === 1) || !(await file.isThere(job, output));
      const sizeBytes = isNew ? await file.send(job, output) : output.sizeBytes;
      return { id: output.id, sizeBytes, copy: { state: 'done', attempts, bucket } };
    } catch (error) {
      // Broken off: whoever finds it next begins anew.
      if (ending.signal.aborted) return { id: output.id };
      const known = error instanceof GatewayError;
      if (!known) report(error, 'copy', job.id);
      const message = known ? error.message : 'The copy failed in an unexpected way.';
      const again = !(known && error.code === 'output_unavailable');
      const pause = Math.min(waitMs.retryMin * 2 ** Math.min(attempts - 1, 30), waitMs.retryMax);
      const copy: CopyState = {
        state: 'failed',
        attempts,
        error: message,
        ...(again && { retryAt: now() + pause }),
      };
      return { id: output.id, copy };
    }
  }

  /** Returns when a failed copy of a job is due. If nothing is left of it, its mark goes. */
  async function settle(id: string): Promise<number | undefined> {
    if (ending.signal.aborted) return undefined;
    const job = await jobOf(id);
    const copies = (job?.outputs ?? []).map(({ copy }) => copy).filter((copy) => copy !== undefined);
    if (copies.some(({ state }) => state === 'pending')) return undefined;
    const times = copies.map(({ retryAt }) => retryAt).filter((time) => time !== undefined);
    if (times.length > 0) return Math.min(...times);
    if (!job || isTerminal(job.status)) await stores.storage.removeItem(copyKey(id));
    return undefined;
  }

  /** What is due later than the next search is found by it. */
  function comeBack(id: string, ms: number): void {
    if (ms > waitMs.search || retries.has(id)) return;
    retries.set(
      id,
      startTimer(() => {
        retries.delete(id);
        take(id, false);
      }, ms),
    );
  }

  async function marked(): Promise<string[]> {
    const keys = await stores.storage.getKeys(COPY_PREFIX);
    return keys.map((key) => key.slice(key.lastIndexOf(':') + 1)).filter(isJobId);
  }

  async function search(): Promise<void> {
    if (shared && (await stores.lease.acquire(COPY_SEARCH_KEY, instance, waitMs.search * 0.9)) !== instance)
      return;
    for (const id of await marked()) if (!retries.has(id) && !working.has(id)) take(id, false);
  }

  function searchOn(): void {
    void search()
      .catch((error: unknown) => report(error, 'copy'))
      .finally(() => {
        if (!ending.signal.aborted) searching = startTimer(searchOn, waitMs.search);
      });
  }

  return {
    noted: (job, fresh) => take(job.id, fresh),
    start: searchOn,

    async visit(affordable) {
      // Each has its turn to be the first.
      const ids = await marked();
      const first = ids.length > VISITED ? now() % ids.length : 0;
      for (const id of [...ids.slice(first), ...ids.slice(0, first)].slice(0, VISITED)) {
        const job = await jobOf(id);
        const outputs = job ? due(job) : [];
        const assets: AssetFacts[] = [];
        for (const output of outputs) {
          if (!affordable(callsFor(output))) break;
          assets.push(await copyOne(job!, output, false));
        }
        // One record for all of them: there may be only one write a second.
        if (assets.length > 0) await learn(id, { type: 'assets', assets });
        if (assets.length < outputs.length) return;
        await settle(id);
      }
    },

    async close() {
      ending.abort(new DOMException('the gateway ends', 'AbortError'));
      clearTimeout(searching);
      for (const timer of retries.values()) clearTimeout(timer);
      retries.clear();
      let patience: ReturnType<typeof setTimeout> | undefined;
      const over = new Promise<void>((resolve) => (patience = startTimer(resolve, CLOSE_MS)));
      await Promise.race([Promise.all([...working.values()].map(({ done }) => done)), over]);
      clearTimeout(patience);
    },
  };
}

/** How long what is broken off may take to end, in ms. */
const CLOSE_MS = 1_500;

/** A look, the file, and its way into the bucket. */
function callsFor({ sizeBytes }: JobOutput): number {
  const parts = Math.ceil(sizeBytes / PART_BYTES);
  return 2 + (parts > 1 ? parts + 2 : 1);
}
