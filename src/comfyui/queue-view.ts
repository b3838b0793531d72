/**
 * Who is in a ComfyUI's queue, asked as cheaply as its version allows: `/api/jobs` where it exists; else the count of
 * `GET /prompt`, and the whole `/queue` (with every graph in it) only when the count changed, on demand, or slowly.
 */
import type { ComfyClient } from './client.ts';
import { ComfyError } from './errors.ts';
import type { QueueItem } from './prompts.ts';

/** Longest time, in ms, that an unchanged count is believed. */
const BELIEVE_MS = 5_000;

export function createQueueView(
  client: Pick<ComfyClient, 'activeJobs' | 'queue' | 'queueRemaining'>,
  now: () => number,
) {
  let hasJobsApi: boolean | undefined;
  let remaining: number | undefined;
  let readAt = Number.NEGATIVE_INFINITY;

  return {
    /** Pending and running prompts of everybody, as last heard; undefined if never. */
    get remaining(): number | undefined {
      return remaining;
    },
    /** Takes the count of a `status` frame. The next `read` is full if it differs. */
    heard(count: number): void {
      if (count !== remaining) readAt = Number.NEGATIVE_INFINITY;
      remaining = count;
    },
    /** The other side may be another version, or a restarted one. */
    reset(): void {
      hasJobsApi = undefined;
      readAt = Number.NEGATIVE_INFINITY;
    },
    /** The queue, or null if nothing speaks for a change. `force` reads it in any case. */
    async read(force: boolean): Promise<QueueItem[] | null> {
      if (hasJobsApi !== false) {
        const items = await activeJobs();
        hasJobsApi = items !== null;
        if (items) return done(items);
      }
      if (!force && now() - readAt < BELIEVE_MS && (await client.queueRemaining()) === remaining) return null;
      return done(await client.queue());
    },
    /** Whether the version has `/api/jobs`, with its atomic cancel. */
    get hasJobsApi(): boolean {
      return hasJobsApi === true;
    },
  };

  /** Some proxies answer with a page of their own: what cannot be read is not there. */
  async function activeJobs(): Promise<QueueItem[] | null> {
    try {
      return await client.activeJobs();
    } catch (error) {
      if (error instanceof ComfyError && error.fate === 'answered') return null;
      throw error;
    }
  }

  function done(items: QueueItem[]): QueueItem[] {
    remaining = items.length;
    readAt = now();
    return items;
  }
}
