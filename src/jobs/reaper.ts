/** Forgets jobs that are over: by age, counted from their end, and beyond a number. Never one that still runs. */
import { startTimer } from '../comfyui/watcher.ts';
import { causes, type Log } from '../log.ts';
import { expiresAt, isTerminal, type Job } from './job.ts';
import { REAPER_KEY } from '../storage/keys.ts';
import type { JobQuery, Stores } from '../storage/ports.ts';
import type { JobService } from './service.ts';
import type { JobStore } from './store.ts';

interface ReaperDeps {
  store: JobStore;
  stores: Stores;
  service: Pick<JobService, 'remove'>;
  /** Removes what else has expired, looking at so many things at most. */
  sweepUploads: (limit: number) => Promise<void>;
  config: { jobMaxAgeMs: number; maxJobs?: number; cleanupIntervalMs: number };
  /** Name of this instance: of several on one store, one cleans up. */
  instance: string;
  now: () => number;
  log: Log;
}

export function createReaper({
  store,
  stores,
  service,
  sweepUploads,
  config,
  instance,
  now,
  log,
}: ReaperDeps) {
  const { jobMaxAgeMs, maxJobs, cleanupIntervalMs } = config;
  let timer: ReturnType<typeof setTimeout> | undefined;

  /** Removes what is due among the jobs of a query, but for the newest `spare`. */
  async function sweep(query: JobQuery, due: (job: Job) => boolean, spare = 0): Promise<number> {
    let removed = 0;
    for await (const job of store.each(query)) {
      if (spare-- > 0 || !isTerminal(job.status) || !due(job)) continue;
      await service.remove(job.id);
      removed++;
    }
    return removed;
  }

  async function dropExpiredKeys(): Promise<void> {
    for (const key of await stores.storage.getKeys('deleted')) {
      const mark = await stores.storage.getItem<{ until: number }>(key);
      if (mark && mark.until < now()) await stores.storage.removeItem(key);
    }
    for (const key of await stores.storage.getKeys('idempotency')) {
      const held = await stores.storage.getItem<{ holder: string; until: number }>(key);
      if (held && held.until < now()) await stores.lease.release(key, held.holder);
    }
  }

  async function run(): Promise<void> {
    const holder = await stores.lease.acquire(REAPER_KEY, instance, cleanupIntervalMs * 0.9);
    if (holder !== instance) return;
    // Retention counts from the end, so only jobs that began before it can be due.
    const old = { before: now() - jobMaxAgeMs };
    let removed = await sweep(old, (job) => expiresAt(job, jobMaxAgeMs) <= now());
    if (maxJobs !== undefined && (await store.count({})) > maxJobs)
      removed += await sweep({}, () => true, maxJobs);
    // Elsewhere they end by themselves.
    if (stores.singleWriter) await dropExpiredKeys();
    await sweepUploads(Number.POSITIVE_INFINITY);
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
