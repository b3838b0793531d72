/** Waiting for a job to end: woken by the feed, or by looking where nothing would wake a waiter. */
import { startTimer } from '../comfyui/watcher.ts';
import { startSpending, type CallBudget } from './budget.ts';
import type { Feed } from './feed.ts';
import { isTerminal, type Job } from './job.ts';
import type { JobStore } from './store.ts';

/**
 * The job once it is over, or as it is after `ms`, or when the caller goes away. `seen` is called with every look that is taken
 * meanwhile, where the feed has no news.
 */
export type Wait = (
  job: Job,
  ms: number,
  signal: AbortSignal | undefined,
  seen?: (job: Job) => void,
) => Promise<Job>;

interface WaitDeps {
  store: JobStore;
  feed: Feed;
  /** The job as it is now. */
  refresh: (job: Job) => Promise<Job>;
  /** Whether work goes on between requests, and one may wait for the work of another. */
  resident: boolean;
  budget: CallBudget | undefined;
  now: () => number;
}

export function createWait({ store, feed, refresh, resident, budget, now }: WaitDeps): Wait {
  const pollUntil = async (
    job: Job,
    deadline: number,
    signal: AbortSignal | undefined,
    seen?: (job: Job) => void,
  ): Promise<Job> => {
    const { affordable, counted } = startSpending(budget);
    let latest = job;
    for (const delay of adaptiveDelays()) {
      const left = deadline - now();
      if (left <= 0 || !affordable() || signal?.aborted || isTerminal(latest.status)) break;
      await new Promise((resolve) => setTimeout(resolve, Math.min(delay, left)));
      const shown = latest;
      latest = await counted(() => refresh(shown));
      seen?.(latest);
    }
    return latest;
  };

  return async (job, ms, signal, seen) => {
    if (isTerminal(job.status) || ms <= 0 || signal?.aborted) return job;
    if (!resident) return pollUntil(job, now() + ms, signal, seen);
    await new Promise<void>((resolve) => {
      const leave = feed.subscribe(job, (wake) => {
        if (wake.type === 'end' || (wake.type === 'job' && isTerminal(wake.job.status))) done();
      });
      const timer = startTimer(done, ms);
      signal?.addEventListener('abort', done, { once: true });
      function done(): void {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        leave();
        resolve();
      }
    });
    return (await store.get(job.id)) ?? job;
  };
}

/** Pauses between looks, in ms: short at first, then longer, without end. */
export function* adaptiveDelays(): Generator<number, never> {
  for (let delay = 250; ; delay = Math.min(delay * 1.3, 2_000)) yield delay;
}
