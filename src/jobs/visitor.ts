/**
 * Follows jobs where nothing runs between requests (Workers): each request that asks about a job looks for itself.
 * Requests of one isolate share plain values only, as one must not wait for the work of another: what was read last,
 * when, and until when somebody is reading.
 */
import type { QueueItem } from '../comfyui/prompts.ts';
import { createEntry, createInspector, POSTING_MS, type Entry, type InspectorDeps } from './inspector.ts';
import { isInferred, isTerminal, type Job } from './job.ts';
import type { Tracker } from './tracker.ts';

/** Waits, in ms. */
const VISIT_MS = {
  /** How long a reading of the queue serves everybody. */
  fresh: 500,
  /** How long the one who reads is given before another may. */
  claim: 3_000,
};

/** Jobs that are remembered between requests. */
const REMEMBERED = 1_000;

export function createVisitor(deps: InspectorDeps): Tracker {
  const { report, now, waitMs } = deps;
  const inspector = createInspector(deps);
  const entries = new Map<string, Entry>();
  let shared: { items: readonly QueueItem[]; at: number } = { items: [], at: Number.NEGATIVE_INFINITY };
  let claimedUntil = 0;

  function entryOf(job: Job): Entry {
    const entry = entries.get(job.id) ?? createEntry(job, false, waitMs);
    // A record that was read may be older than what was seen here.
    if (job.seq >= entry.job.seq) entry.job = job;
    entries.delete(job.id);
    entries.set(job.id, entry);
    if (entries.size > REMEMBERED) entries.delete(entries.keys().next().value!);
    return entry;
  }

  /** The queue as it was a moment ago at most, or undefined while another request is reading it. */
  async function readShared(since: number): Promise<typeof shared | undefined> {
    if (shared.at >= since && now() - shared.at < VISIT_MS.fresh) return shared;
    if (now() < claimedUntil) return undefined;
    claimedUntil = now() + VISIT_MS.claim;
    try {
      const at = now();
      const items = await inspector.readQueue(true);
      shared = { items: items ?? [], at };
      return shared;
    } finally {
      claimedUntil = 0;
    }
  }

  return {
    get load() {
      return inspector.view.remaining ?? 0;
    },
    get reachable() {
      return inspector.reachable;
    },
    add(job, posting) {
      entryOf(job).posting = posting;
    },
    posted(id) {
      const entry = entries.get(id);
      if (!entry) return;
      entry.posting = false;
      entry.knownAt = now();
    },
    remove: (id) => void entries.delete(id),
    changed(job) {
      const entry = entries.get(job.id);
      if (entry) entry.job = job;
    },
    async stop(job) {
      await inspector.stop(entryOf(job));
    },
    knows: inspector.knows,

    async refresh(job) {
      if (isTerminal(job.status) && !isInferred(job)) return job;
      const entry = entryOf(job);
      // The request that submits may have ended in the middle of its work.
      if (entry.posting && now() >= job.createdAt + POSTING_MS) this.posted(job.id);
      if (entry.posting) return entry.job;
      try {
        const queue = await readShared(entry.knownAt);
        if (queue) await inspector.sight([entry], queue.items, queue.at);
        await inspector.attend(entry);
      } catch (error) {
        // The record as it is, is the answer; the next request looks again.
        report(error, 'reconcile', job.id);
      }
      return entry.job;
    },
    lead() {},
    reconnect() {},
    rest: async () => undefined,
    close: async () => undefined,
  };
}
