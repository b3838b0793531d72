/**
 * Looks at ComfyUI on behalf of jobs and draws the conclusions: running, ended, gone, overdue, lost. It also stops jobs
 * and looks what came of it. It keeps no truth of its own, only when it looked and what it tried; who calls it, and how
 * often, is up to tracker.ts (all the time) or visitor.ts (when somebody asks).
 */
import type { ComfyClient } from '../comfyui/client.ts';
import type { QueueItem } from '../comfyui/prompts.ts';
import { createQueueView } from '../comfyui/queue-view.ts';
import type { Feed } from './feed.ts';
import { isTerminal, type Evidence, type Job } from './job.ts';
import { toEvidence } from './outputs.ts';
import type { ProgressTracker } from './progress.ts';

/** Waits and limits, in ms. */
export const TRACK_MS = {
  /** How often deadlines and stops are looked after. */
  tick: 250,
  /** A submission whose answer is unknown may still arrive for so long after it was given up. */
  settle: 15_000,
  /** Between the two looks that find nothing of a job before it counts as lost. */
  absent: 1_000,
  /** Between two looks at the queue that `status` frames ask for. */
  look: 1_000,
  /** First and longest pause before a stop is sent again. */
  stopMin: 1_000,
  stopMax: 10_000,
  /** How long a stop may take before a deadline counts as passed, where ComfyUI answers and where it does not. */
  overdue: 5_000,
  overdueUnreachable: 60_000,
  /** How long an inferred end waits for history to correct it, from the look that found nothing any more. */
  late: 60_000,
  /** Between two writes of progress. */
  save: 1_000,
};

/** How long a submission can be open, in ms; longer than the client waits for its answer. */
export const POSTING_MS = 120_000;

export interface InspectorDeps {
  client: ComfyClient;
  /** Merges evidence into the record and publishes it. */
  learn: (id: string, evidence: Evidence) => Promise<Job | undefined>;
  feed: Feed;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string, jobId?: string) => void;
  now: () => number;
  waitMs: typeof TRACK_MS;
  /** Outputs of a job whose sizes one look may ask for. */
  maxSizes: number;
}

/** What is remembered of a job between looks; plain values but for what frames need. */
export interface Entry {
  job: Job;
  /** `POST /prompt` is open: nothing can be concluded from absence. */
  posting: boolean;
  /** When its submission was answered or given up: a queue that was read earlier says nothing about it. */
  knownAt: number;
  absentSince: number | undefined;
  stopSentAt: number | undefined;
  nextStopAt: number;
  stopDelay: number;
  /** It is over, and a look since then found nothing of it. */
  goneAt: number | undefined;
  /** Work on frames of this job, one after the other. */
  chain: Promise<unknown>;
  progress: ProgressTracker | undefined;
  savedAt: number;
}

export function createEntry(job: Job, posting: boolean, waitMs: typeof TRACK_MS): Entry {
  return {
    job,
    posting,
    knownAt: 0,
    absentSince: undefined,
    stopSentAt: undefined,
    nextStopAt: 0,
    stopDelay: waitMs.stopMin,
    goneAt: undefined,
    chain: Promise.resolve(),
    progress: undefined,
    savedAt: 0,
  };
}

export type Inspector = ReturnType<typeof createInspector>;

export function createInspector({ client, learn, feed, report, now, waitMs, maxSizes }: InspectorDeps) {
  const view = createQueueView(client, now);
  let reachable: boolean | undefined;

  /** Runs `work` for all, a few at a time. One that fails does not keep the others from being looked at. */
  async function each(entries: readonly Entry[], work: (entry: Entry) => Promise<unknown>): Promise<void> {
    for (let i = 0; i < entries.length; i += 8) {
      const group = entries.slice(i, i + 8);
      await Promise.all(
        group.map((entry) => work(entry).catch((error: unknown) => report(error, 'look', entry.job.id))),
      );
    }
  }

  /** Takes a job's end from the history. Returns whether it is there. */
  async function finish(entry: Entry): Promise<boolean> {
    const result = await client.history(entry.job.id);
    if (!result) return false;
    const evidence = await toEvidence(result, entry.job, client, now, maxSizes);
    await learn(
      entry.job.id,
      entry.progress ? { ...evidence, progress: entry.progress.snapshot() } : evidence,
    );
    return true;
  }

  /** Reads the queue as cheaply as it allows; null if nothing speaks for a change. */
  async function readQueue(force: boolean): Promise<QueueItem[] | null> {
    try {
      const items = await view.read(force);
      reachable = true;
      return items;
    } catch (error) {
      reachable = false;
      throw error;
    }
  }

  /** Draws conclusions from a queue that was asked for at `readAt`. */
  async function sight(
    entries: readonly Entry[],
    items: readonly QueueItem[],
    readAt: number,
  ): Promise<void> {
    const positions = new Map(items.map(({ promptId, position }) => [promptId, position]));
    const known = entries.filter((entry) => !entry.posting && entry.knownAt <= readAt);
    await each(known, (entry) => {
      const position = positions.get(entry.job.id);
      return position === undefined ? sightMissing(entry) : sightQueued(entry, position);
    });
  }

  async function sightQueued(entry: Entry, position: number): Promise<void> {
    const { id, facts } = entry.job;
    entry.absentSince = undefined;
    entry.goneAt = undefined;
    if (position > 0) {
      if (!facts.accepted) await learn(id, { type: 'accepted' });
      feed.position(id, position);
    } else if (facts.startedAt === undefined) await learn(id, { type: 'started', at: now(), seenAt: now() });
  }

  /** It is not in the queue: it has ended, or is gone, or never arrived. */
  async function sightMissing(entry: Entry): Promise<void> {
    if (await finish(entry)) return;
    const { id, facts, createdAt, status } = entry.job;
    if (isTerminal(status)) {
      entry.goneAt ??= now();
      return;
    }
    // A submission that is not known to have arrived may still do so for a while.
    if (!facts.accepted && now() < Math.max(createdAt, entry.knownAt) + waitMs.settle) return;
    if (facts.stop && facts.accepted && entry.stopSentAt !== undefined) {
      await learn(id, { type: 'stopped', at: now() });
      return;
    }
    entry.absentSince ??= now();
    if (now() - entry.absentSince < waitMs.absent) return;
    await learn(id, facts.stop ? { type: 'stopped', at: now() } : { type: 'absent', at: now() });
  }

  function overdueBy({
    facts,
    createdAt,
    queueTimeoutMs,
    timeoutMs,
  }: Job): 'timeout' | 'queue_timeout' | undefined {
    if (facts.runSeenAt !== undefined) return now() > facts.runSeenAt + timeoutMs ? 'timeout' : undefined;
    return now() > createdAt + queueTimeoutMs ? 'queue_timeout' : undefined;
  }

  /** Tells ComfyUI to stop a job, and looks what came of it. */
  async function stop(entry: Entry): Promise<void> {
    const { id } = entry.job;
    entry.nextStopAt = now() + entry.stopDelay;
    entry.stopDelay = Math.min(entry.stopDelay * 2, waitMs.stopMax);
    let looked = false;
    try {
      if (view.hasJobsApi) await client.cancelJob(id);
      else {
        // Queued first: a prompt that begins in between is running by the time of the interrupt.
        await client.deleteFromQueue(id);
        await client.interrupt(id);
      }
      const readAt = now();
      entry.stopSentAt ??= readAt;
      await sight([entry], (await readQueue(true)) ?? [], readAt);
      looked = true;
    } catch (error) {
      report(error, 'stop', id);
    }
    const { facts, status } = entry.job;
    if (isTerminal(status) || !facts.stop) return;
    // A cancel takes as long as the running node does. A deadline has passed, as has patience with who never answers;
    // the stop is driven on until a look finds nothing of the job.
    const due = looked ? overdueBy(entry.job) && waitMs.overdue : waitMs.overdueUnreachable;
    if (due && now() > facts.stop.at + due) await learn(id, { type: 'overdue', at: now() });
  }

  return {
    view,
    finish,
    readQueue,
    sight,
    stop,
    each,

    /** Whether the last look got an answer; undefined before the first. */
    get reachable(): boolean | undefined {
      return reachable;
    },

    /** Whether only the whole queue can tell what is open about a job. */
    needsWholeQueue({ job, posting, absentSince }: Entry): boolean {
      const { facts, status } = job;
      return (
        !posting &&
        (!facts.accepted || facts.stop !== undefined || absentSince !== undefined || isTerminal(status))
      );
    },

    /** Looks after a job's deadlines and its stop. Returns whether there is nothing left to do for it. */
    async attend(entry: Entry): Promise<boolean> {
      const { job } = entry;
      if (entry.posting) return false;
      const over = isTerminal(job.status);
      if (over && job.facts.ended) return true;
      if (over && entry.goneAt !== undefined && now() > entry.goneAt + waitMs.late) return true;
      const reason = over ? undefined : overdueBy(job);
      if (reason && !job.facts.stop) await learn(job.id, { type: 'stop', reason, at: now() });
      if (entry.job.facts.stop && entry.goneAt === undefined && now() >= entry.nextStopAt) await stop(entry);
      return false;
    },

    /** Whether ComfyUI has a prompt, wherever it is. Throws if it cannot be asked. */
    async knows(id: string): Promise<boolean> {
      const items = await readQueue(true);
      return items?.some((item) => item.promptId === id) || (await client.history(id)) !== undefined;
    },
  };
}
