/**
 * Follows the active jobs of one backend: turns frames and looks into evidence, and drives stops until their effect is
 * seen. It holds no truth of its own: after a crash the same looks lead to the same records.
 */
import type { ComfyClient, QueueItem } from '../comfyui/client.ts';
import type { Frame } from '../comfyui/frames.ts';
import { createQueueView } from '../comfyui/queue-view.ts';
import { startTimer, type Watcher, type WatcherSink } from '../comfyui/watcher.ts';
import type { Feed } from './feed.ts';
import { isInferred, isTerminal, type Evidence, type Job } from './job.ts';
import { measure, toEvidence, toNewOutputs } from './outputs.ts';
import { createProgressTracker, graphNodes, type Progress, type ProgressTracker } from './progress.ts';

/** Waits and limits, in ms. */
export const TRACK_MS = {
  /** How often deadlines and stops are looked after. */
  tick: 250,
  /** A submission whose answer is unknown may still arrive for so long after it was recorded. */
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
  /** How long an inferred end waits for history to correct it. */
  late: 60_000,
  /** Between two writes of progress. */
  save: 1_000,
};

export interface TrackerDeps {
  client: ComfyClient;
  /** Starts the watcher: socket or poll. */
  watch: (sink: WatcherSink) => Watcher;
  /** Merges evidence into the record and publishes it; `changed` is called before it resolves. */
  learn: (id: string, evidence: Evidence) => Promise<Job | undefined>;
  graph: (id: string) => Promise<string | undefined>;
  feed: Feed;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string, jobId?: string) => void;
  now: () => number;
  waitMs: typeof TRACK_MS;
}

export type Tracker = ReturnType<typeof createTracker>;

interface Entry {
  job: Job;
  /** `POST /prompt` is open: nothing can be concluded from absence. */
  posting: boolean;
  /** When its submission was answered: a queue that was read earlier says nothing about it. */
  knownAt: number;
  /** Work on this job, one after the other. */
  chain: Promise<unknown>;
  progress: ProgressTracker | undefined;
  savedAt: number;
  absentSince: number | undefined;
  stopSentAt: number | undefined;
  nextStopAt: number;
  stopDelay: number;
  lateUntil: number;
}

export function createTracker(deps: TrackerDeps) {
  const { client, learn, feed, report, now, waitMs } = deps;
  const entries = new Map<string, Entry>();
  const view = createQueueView(client, now);
  let reachable: boolean | undefined;
  /** The prompt and node that `executing` named last: whose a preview of the old form is. */
  let current: { id: string; node: string } | undefined;
  let force = false;
  let looking: Promise<boolean> | undefined;
  let lookTimer: ReturnType<typeof setTimeout> | undefined;
  const watcher = deps.watch({
    frame: onFrame,
    reconcile,
    connected() {
      view.reset();
      force = true;
      current = undefined;
    },
    active: () => entries.size > 0,
    running: () =>
      [...entries.values()].some(({ job }) => !isTerminal(job.status) && job.startedAt !== undefined),
  });
  const ticker = setInterval(tick, waitMs.tick);
  (ticker as { unref?: () => void }).unref?.();

  function onFrame(frame: Frame): void {
    switch (frame.type) {
      case 'status':
        view.heard(frame.queueRemaining);
        lookSoon();
        return;
      case 'execution_start':
        return withEntry(frame.promptId, (entry) =>
          learn(entry.job.id, { type: 'started', at: frame.at ?? now(), seenAt: now() }),
        );
      case 'execution_cached':
        return withProgress(frame.promptId, (progress) => progress.cached(frame.nodes));
      case 'executing': {
        // After a reconnect ComfyUI tells the node but not the prompt; it is the one of ours that runs.
        const id = frame.promptId ?? runningId();
        const { node } = frame;
        if (id === undefined || !entries.has(id)) return;
        if (node === null) {
          current = undefined;
          return withEntry(id, async (entry) => {
            if (await finish(entry)) return;
            force = true;
            lookSoon();
          });
        }
        current = { id, node };
        return withProgress(id, (progress) => progress.executing(node));
      }
      case 'progress': {
        const { node } = frame;
        const id = frame.promptId ?? current?.id;
        if (node !== undefined) withProgress(id, (progress) => progress.step(node, frame.value, frame.max));
        return;
      }
      case 'progress_state':
        if (!entries.has(frame.promptId)) current = undefined;
        return withProgress(frame.promptId, (progress) => progress.states(frame.nodes));
      case 'executed':
        return withEntry(frame.promptId, async ({ job }) => {
          const found = toNewOutputs(job.id, frame.node, frame.displayNode, frame.output);
          const outputs = await measure(found, job, client);
          if (outputs.length > 0) await learn(job.id, { type: 'outputs', outputs });
        });
      case 'preview': {
        const id = frame.promptId ?? current?.id;
        const node = frame.node ?? current?.node;
        if (
          id === undefined ||
          node === undefined ||
          !entries.has(id) ||
          frame.image.length > MAX_PREVIEW_BYTES
        )
          return;
        feed.preview(id, { node, contentType: frame.contentType, image: frame.image });
        return;
      }
      case 'execution_end':
      case 'text':
        // The history has the end only after the frame that announces it: `executing` null follows.
        return;
    }
  }

  /** Queues work on a job of ours; frames about others end here. */
  function withEntry(id: string, work: (entry: Entry) => unknown): void {
    const entry = entries.get(id);
    if (!entry) return;
    entry.chain = entry.chain.then(() => work(entry)).catch((error: unknown) => report(error, 'frame', id));
  }

  function withProgress(id: string | undefined, work: (progress: ProgressTracker) => Progress): void {
    if (id === undefined) return;
    withEntry(id, async (entry) => {
      entry.progress ??= createProgressTracker(graphNodes(await deps.graph(id)), entry.job.progress);
      const snapshot = work(entry.progress);
      // A run whose start was missed is seen to run by its progress.
      if (entry.job.startedAt === undefined) await learn(id, { type: 'started', at: now(), seenAt: now() });
      feed.progress(id, snapshot);
      if (now() - entry.savedAt < waitMs.save) return;
      entry.savedAt = now();
      await learn(id, { type: 'progress', progress: snapshot });
    });
  }

  function runningId(): string | undefined {
    for (const [id, { job }] of entries)
      if (job.status === 'running' || job.startedAt !== undefined) return id;
    return undefined;
  }

  /** Takes a job's end from the history. Returns whether it is there. */
  async function finish(entry: Entry): Promise<boolean> {
    const { id } = entry.job;
    const result = await client.history(id);
    if (!result) return false;
    const evidence = await toEvidence(result, entry.job, client, now);
    await learn(id, entry.progress ? { ...evidence, progress: entry.progress.snapshot() } : evidence);
    return true;
  }

  function lookSoon(): void {
    if (entries.size === 0) return;
    lookTimer ??= startTimer(() => {
      lookTimer = undefined;
      void reconcile();
    }, waitMs.look);
  }

  /** One look at a time; all who ask meanwhile get its answer. */
  function reconcile(): Promise<boolean> {
    looking ??= look().finally(() => (looking = undefined));
    return looking;
  }

  async function look(): Promise<boolean> {
    const readAt = now();
    const before = [...entries.values()].map(({ job }) => job);
    try {
      const items = await view.read(force || [...entries.values()].some(needsWholeQueue));
      force = false;
      reachable = true;
      if (items) await Promise.all(sight([...entries.values()], items, readAt));
      else await inGroups(running(), finish);
    } catch (error) {
      reachable = false;
      report(error, 'reconcile');
    }
    return before.some((job) => entries.get(job.id)?.job !== job);
  }

  /** Nothing speaks for a change of the queue, but something about this job is open. */
  function needsWholeQueue({ job, posting, absentSince }: Entry): boolean {
    return (
      !posting &&
      (job.facts.accepted === undefined || job.facts.stop !== undefined || absentSince !== undefined)
    );
  }

  function running(): Entry[] {
    return [...entries.values()].filter(({ job }) => job.startedAt !== undefined && !isTerminal(job.status));
  }

  /** What a queue that was asked for at `readAt` says about these jobs. */
  function sight(followed: Entry[], items: QueueItem[], readAt: number): Promise<unknown>[] {
    const positions = new Map(items.map(({ promptId, position }) => [promptId, position]));
    const missing: Entry[] = [];
    const work: Promise<unknown>[] = [];
    for (const entry of followed) {
      if (entry.posting || entry.knownAt > readAt) continue;
      const position = positions.get(entry.job.id);
      if (position === undefined) missing.push(entry);
      else work.push(sightQueued(entry, position));
    }
    work.push(inGroups(missing, (entry) => sightMissing(entry)));
    return work;
  }

  async function sightQueued(entry: Entry, position: number): Promise<void> {
    const { id, facts } = entry.job;
    entry.absentSince = undefined;
    if (position > 0) {
      if (!facts.accepted) await learn(id, { type: 'accepted' });
      feed.position(id, position);
    } else if (facts.startedAt === undefined) await learn(id, { type: 'started', at: now(), seenAt: now() });
  }

  /** It is not in the queue: it has ended, or is gone, or never arrived. */
  async function sightMissing(entry: Entry): Promise<void> {
    if (await finish(entry)) return;
    const { id, facts, createdAt, status } = entry.job;
    if (isTerminal(status)) return;
    // A submission that is not known to have arrived may still do so for a while.
    if (!facts.accepted && now() < createdAt + waitMs.settle) return;
    if (facts.stop && facts.accepted && entry.stopSentAt !== undefined) {
      await learn(id, { type: 'stopped', at: now() });
      return;
    }
    entry.absentSince ??= now();
    if (now() - entry.absentSince < waitMs.absent) return;
    await learn(id, facts.stop ? { type: 'stopped', at: now() } : { type: 'absent', at: now() });
  }

  /** Looks after deadlines, stops and inferred ends. */
  function tick(): void {
    for (const entry of entries.values()) {
      const { job } = entry;
      if (isTerminal(job.status)) {
        if (now() > entry.lateUntil) entries.delete(job.id);
        continue;
      }
      if (entry.posting) continue;
      const reason = overdueBy(job);
      if (reason && !job.facts.stop) {
        void learn(job.id, { type: 'stop', reason, at: now() }).catch((error: unknown) =>
          report(error, 'deadline', job.id),
        );
      } else if (job.facts.stop && now() >= entry.nextStopAt) {
        void stop(entry).catch((error: unknown) => report(error, 'stop', job.id));
      }
    }
  }

  function overdueBy({
    facts,
    createdAt,
    queueTimeoutMs,
    timeoutMs,
  }: Job): 'timeout' | 'queue_timeout' | undefined {
    if (facts.runSeenAt !== undefined) return now() > facts.runSeenAt + timeoutMs ? 'timeout' : undefined;
    return facts.accepted && now() > createdAt + queueTimeoutMs ? 'queue_timeout' : undefined;
  }

  /** Tells ComfyUI to stop a job, and looks what came of it. */
  async function stop(entry: Entry): Promise<void> {
    const { id } = entry.job;
    entry.nextStopAt = now() + entry.stopDelay;
    entry.stopDelay = Math.min(entry.stopDelay * 2, waitMs.stopMax);
    try {
      if (view.hasJobsApi) await client.cancelJob(id);
      else {
        // Queued first: a prompt that begins in between is running by the time of the interrupt.
        await client.deleteFromQueue(id);
        await client.interrupt(id);
      }
      const readAt = now();
      entry.stopSentAt ??= readAt;
      const items = await view.read(true);
      reachable = true;
      await Promise.all(sight([entry], items ?? [], readAt));
    } catch (error) {
      reachable = false;
      report(error, 'stop', id);
    }
    const { facts, status } = entry.job;
    if (isTerminal(status) || !facts.stop || !overdueBy(entry.job)) return;
    const grace = reachable ? waitMs.overdue : waitMs.overdueUnreachable;
    if (now() > facts.stop.at + grace) await learn(id, { type: 'overdue', at: now() });
  }

  return {
    /** Pending and running prompts of everybody on this backend, as last heard. */
    get load(): number {
      return view.remaining ?? 0;
    },
    /** Whether the last look got an answer; undefined before the first. */
    get reachable(): boolean | undefined {
      return reachable;
    },

    /** Follows a job. `posting`: its submission is about to be sent. */
    add(job: Job, posting: boolean): void {
      if (entries.has(job.id)) return;
      entries.set(job.id, {
        job,
        posting,
        knownAt: 0,
        chain: Promise.resolve(),
        progress: undefined,
        savedAt: now(),
        absentSince: undefined,
        stopSentAt: undefined,
        nextStopAt: 0,
        stopDelay: waitMs.stopMin,
        lateUntil: Number.POSITIVE_INFINITY,
      });
      watcher.wake();
    },

    /** The submission was answered, or will not be any more. */
    posted(id: string): void {
      const entry = entries.get(id);
      if (!entry) return;
      entry.posting = false;
      entry.knownAt = now();
      watcher.wake();
      lookSoon();
    },

    /** A job that never came to be, or whose record was deleted. */
    remove(id: string): void {
      entries.delete(id);
    },

    /** A record changed, whoever changed it. */
    changed(job: Job): void {
      const entry = entries.get(job.id);
      if (!entry) return;
      entry.job = job;
      if (!isTerminal(job.status)) return;
      if (isInferred(job)) entry.lateUntil = Math.min(entry.lateUntil, now() + waitMs.late);
      else entries.delete(job.id);
    },

    /** Sends the stop that the record asks for now; it is repeated until its effect is seen. */
    async stop(id: string): Promise<void> {
      const entry = entries.get(id);
      if (entry && !entry.posting) await stop(entry);
    },

    /** Whether ComfyUI has a prompt, wherever it is. Throws if it cannot be asked. */
    async knows(id: string): Promise<boolean> {
      const items = await view.read(true);
      return items?.some((item) => item.promptId === id) || (await client.history(id)) !== undefined;
    },

    reconcile,

    async close(): Promise<void> {
      clearInterval(ticker);
      clearTimeout(lookTimer);
      await watcher.close();
      await Promise.all([...entries.values()].map(({ chain }) => chain));
    },
  };
}

/** Larger pictures are results, not previews. */
const MAX_PREVIEW_BYTES = 4 * 1024 * 1024;

/** Runs `work` for all, a few at a time; the first fault is thrown when all of its group are through. */
async function inGroups<T>(items: T[], work: (item: T) => Promise<unknown>): Promise<void> {
  for (let i = 0; i < items.length; i += 8) await Promise.all(items.slice(i, i + 8).map(work));
}
