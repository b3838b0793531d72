/** Which jobs a caller sees: one, lists, counts. ComfyUI is not asked. */
import { isJobId } from '../storage/keys.ts';
import type { JobQuery, Stores } from '../storage/ports.ts';
import type { Caller } from './caller.ts';
import { expiresAt, isTerminal, LIVE, type Job } from './job.ts';
import type { JobStore } from './store.ts';

export type JobViews = ReturnType<typeof createJobViews>;

interface JobViewsDeps {
  store: JobStore;
  stores: Stores;
  settings: { jobMaxAgeMs: number; outputTtlMs: number; maxQueueDepth: number };
  /** Whether the answer to its submission is still open: it is not shown yet. */
  isPosting: (id: string) => boolean;
  now: () => number;
}

export function createJobViews({ store, stores, settings, isPosting, now }: JobViewsDeps) {
  /** The job, if the caller may see it now. `maxAgeMs`: how long those that are over are shown. */
  function visible(job: Job | undefined, caller: Caller, maxAgeMs = settings.jobMaxAgeMs): Job | undefined {
    if (!job || isPosting(job.id)) return undefined;
    if (!caller.admin && job.owner !== caller.owner) return undefined;
    return isTerminal(job.status) && expiresAt(job, maxAgeMs) < now() ? undefined : job;
  }

  return {
    visible,

    /** Jobs newest first, from `cursor` of an earlier page on; null if that is no cursor. */
    async list(
      caller: Caller,
      query: Omit<JobQuery, 'owner'>,
      limit: number,
      cursor?: string,
      maxAgeMs?: number,
    ): Promise<{ jobs: Job[]; next: string | null } | null> {
      const page = await store.page(ofCaller(query, caller), limit, cursor);
      return (
        page && {
          jobs: page.jobs.filter((job) => visible(job, caller, maxAgeMs) !== undefined),
          next: page.next,
        }
      );
    },

    /** How many jobs of those that match are shown to the caller; at least so many if `capped`, as some stores stop counting. */
    async countShown(
      caller: Caller,
      query: Omit<JobQuery, 'owner' | 'before'>,
    ): Promise<{ total: number; capped: boolean }> {
      const mine = ofCaller(query, caller);
      const all = await store.count(mine);
      const capped = stores.jobs.maxCounted !== undefined && all >= stores.jobs.maxCounted;
      // Where records end by themselves, none is there for longer than it is shown, but for the sake of its assets.
      if (stores.recordOptions && settings.outputTtlMs <= settings.jobMaxAgeMs) return { total: all, capped };
      const old = { ...mine, before: now() - settings.jobMaxAgeMs };
      const statuses = LIVE.filter((status) => query.statuses?.includes(status) ?? true);
      const [kept, live] = await Promise.all([store.count(old), store.count({ ...old, statuses })]);
      return { total: all - kept + live, capped };
    },

    /** Whether this is a job that the caller may see. */
    async owns(caller: Caller, id: string): Promise<boolean> {
      return isJobId(id) && visible(await store.get(id), caller) !== undefined;
    },

    /** The live jobs of a caller, for a stream that begins. */
    async live(caller: Caller, session?: string): Promise<Job[]> {
      const query = { statuses: LIVE, ...(session !== undefined && { session }) };
      const page = await store.page(ofCaller(query, caller), settings.maxQueueDepth);
      return (page?.jobs ?? []).filter((job) => visible(job, caller) !== undefined);
    },
  };
}

function ofCaller(query: Omit<JobQuery, 'owner'>, caller: Caller): JobQuery {
  return caller.admin ? query : { ...query, owner: caller.owner };
}
