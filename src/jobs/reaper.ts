/** Forgets jobs that are over: by age, counted from their end, and beyond a number. Never one that still runs. */
import { startTimer } from '../comfyui/watcher.ts';
import { causes, type Log } from '../log.ts';
import { expiresAt, isTerminal, type Job } from './job.ts';
import type { Stores } from '../storage/ports.ts';
import type { JobService } from './service.ts';
import type { JobStore } from './store.ts';

interface ReaperDeps {
  store: JobStore;
  stores: Stores;
  service: Pick<JobService, 'remove'>;
  config: { jobMaxAgeMs: number; maxJobs?: number; cleanupIntervalMs: number };
  now: () => number;
  log: Log;
}

/** Records that are read at once. */
const PAGE = 200;

export function createReaper({ store, stores, service, config, now, log }: ReaperDeps) {
  const { jobMaxAgeMs, maxJobs, cleanupIntervalMs } = config;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Removes what is due among the jobs after `after`, from the newest to the oldest. */
  async function sweep(due: (job: Job) => boolean, after: string | undefined): Promise<number> {
    let removed = 0;
    for (let cursor = after; ;) {
      const { jobs, next } = await store.page({}, PAGE, cursor);
      for (const job of jobs) {
        if (!isTerminal(job.status) || !due(job)) continue;
        await service.remove(job.id);
        removed++;
      }
      if (next === null) return removed;
      cursor = next;
    }
  }

  /** Id of the newest job that is older than the newest `count`. */
  async function idAfter(count: number): Promise<string | undefined> {
    let cursor: string | undefined;
    for (let left = count; left > 0;) {
      const size = Math.min(left, PAGE);
      const { next } = await store.page({}, size, cursor);
      if (next === null) return undefined;
      cursor = next;
      left -= size;
    }
    return cursor;
  }

  async function releaseIdempotencyKeys(): Promise<void> {
    for (const key of await stores.storage.getKeys('idempotency')) {
      const held = await stores.storage.getItem<{ until: number }>(key);
      if (held && held.until < now()) await stores.storage.removeItem(key);
    }
  }

  async function run(): Promise<void> {
    // Retention counts from the end, so only jobs that began before it can be due.
    const oldest = idAt(now() - jobMaxAgeMs);
    let removed = await sweep((job) => expiresAt(job, jobMaxAgeMs) <= now(), oldest);
    if (maxJobs !== undefined && (await store.count({})) > maxJobs) {
      const last = await idAfter(maxJobs);
      if (last !== undefined) removed += await sweep(() => true, last);
    }
    await releaseIdempotencyKeys();
    if (removed > 0) log('info', 'jobs_removed', { jobs: removed });
  }

  function schedule(): void {
    timer = startTimer(async () => {
      try {
        await run();
      } catch (error) {
        log('warn', 'background_failed', { stage: 'cleanup', error: causes(error) });
      }
      if (timer !== undefined) schedule();
    }, cleanupIntervalMs);
  }

  return {
    run,
    start: schedule,
    stop(): void {
      clearTimeout(timer);
      timer = undefined;
    },
  };
}

/** The smallest UUIDv7 of a moment: in a list, newest first, it stands before that moment's jobs and all older ones. */
function idAt(ms: number): string {
  const hex = Math.max(ms, 0).toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-7000-8000-000000000000`;
}
