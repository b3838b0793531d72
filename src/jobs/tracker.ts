/**
 * Follows the active jobs of one backend all the time: turns the frames of a watcher into evidence, and has the
 * inspector look whenever the watcher says so. After a crash the same looks lead to the same records.
 */
import type { Frame } from '../comfyui/frames.ts';
import { startTimer, type Watcher, type WatcherSink } from '../comfyui/watcher.ts';
import { createEntry, createInspector, type Entry, type InspectorDeps } from './inspector.ts';
import { isTerminal, type Job } from './job.ts';
import { measure, toNewOutputs } from './outputs.ts';
import { createProgressTracker, graphNodes, type Progress, type ProgressTracker } from './progress.ts';

export interface TrackerDeps extends InspectorDeps {
  /** Starts a watcher: socket or poll. */
  watch: (sink: WatcherSink) => Watcher;
  graph: (id: string) => Promise<string | undefined>;
}

/** What the service needs of a backend, however its jobs are followed. */
export interface Tracker {
  /** Pending and running prompts of everybody, as last heard. */
  readonly load: number;
  /** Whether the last look got an answer; undefined before the first. */
  readonly reachable: boolean | undefined;
  /** Follows a job. `posting`: its submission is about to be sent. */
  add(job: Job, posting: boolean): void;
  /** The submission was answered, or will not be any more. */
  posted(id: string): void;
  /** A job that never came to be, or whose record was deleted. */
  remove(id: string): void;
  /** A record changed, whoever changed it. */
  changed(job: Job): void;
  /** The job as it is now, looked up first where nobody follows it all the time. */
  refresh(job: Job): Promise<Job>;
  /** Sends the stop that the record asks for now; it is repeated until its effect is seen. */
  stop(job: Job): Promise<void>;
  /** Whether ComfyUI has a prompt, wherever it is. Throws if it cannot be asked. */
  knows(id: string): Promise<boolean>;
  /** Begins to follow these jobs and all that are added. */
  lead(jobs: readonly Job[]): void;
  /** Takes the watcher's connection for broken and makes a new one. */
  reconnect(): void;
  /** Ends that, and forgets all but open submissions. */
  rest(): Promise<void>;
  /** May be called twice. Resolves when nothing is under way any more. */
  close(): Promise<void>;
}

export function createTracker(deps: TrackerDeps): Tracker {
  const { client, learn, feed, report, now, waitMs } = deps;
  const entries = new Map<string, Entry>();
  const inspector = createInspector(deps);
  const { view } = inspector;
  /** The prompt and node that `executing` named last: whose a preview of the old form is. */
  let current: { id: string; node: string } | undefined;
  let force = false;
  let looking: Promise<boolean> | undefined;
  let lookTimer: ReturnType<typeof setTimeout> | undefined;
  let ticker: ReturnType<typeof setInterval> | undefined;
  let watcher: Watcher | undefined;
  /** Jobs whose deadlines and stops are being looked after. */
  const attended = new Set<string>();

  const sink: WatcherSink = {
    frame: onFrame,
    reconcile,
    connected() {
      view.reset();
      force = true;
      current = undefined;
    },
    active: () => entries.size > 0,
    running: () => inspector.reachable === true && running().length > 0,
  };

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
        const id = frame.promptId ?? running()[0]?.job.id;
        const { node } = frame;
        if (id === undefined || !entries.has(id)) return;
        if (node === null) {
          current = undefined;
          return withEntry(id, async (entry) => {
            if (await inspector.finish(entry)) return;
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
          const outputs = await measure(found, job, client, Number.POSITIVE_INFINITY);
          if (outputs.length > 0) await learn(job.id, { type: 'outputs', outputs });
        });
      case 'preview': {
        const id = frame.promptId ?? current?.id;
        const node = frame.node ?? current?.node;
        if (id === undefined || node === undefined || !entries.has(id)) return;
        if (frame.image.length <= MAX_PREVIEW_BYTES) {
          feed.preview(id, { node, contentType: frame.contentType, image: frame.image });
        }
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
      entry.progress ??= createProgressTracker(graphNodes(await deps.graph(id)), entry.job.progress, now);
      const snapshot = work(entry.progress);
      // A run whose start was missed is seen to run by its progress.
      if (entry.job.startedAt === undefined) await learn(id, { type: 'started', at: now(), seenAt: now() });
      feed.progress(id, snapshot);
      if (entry.savedAt === 0) entry.savedAt = now();
      if (now() - entry.savedAt < waitMs.save) return;
      entry.savedAt = now();
      await learn(id, { type: 'progress', progress: snapshot });
    });
  }

  function running(): Entry[] {
    return [...entries.values()].filter(({ job }) => job.startedAt !== undefined && !isTerminal(job.status));
  }

  function lookSoon(): void {
    if (entries.size === 0 || !watcher) return;
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
    const followed = [...entries.values()];
    const before = followed.map(({ job }) => job);
    const whole = force || followed.some(inspector.needsWholeQueue);
    force = false;
    try {
      const items = await inspector.readQueue(whole);
      if (items) await inspector.sight([...entries.values()], items, readAt);
      else await inspector.each(running(), inspector.finish);
    } catch (error) {
      force = whole;
      report(error, 'reconcile');
    }
    return before.some((job) => entries.get(job.id)?.job !== job);
  }

  /** Looks after deadlines, stops and inferred ends. */
  function tick(): void {
    for (const [id, entry] of entries) {
      if (attended.has(id)) continue;
      attended.add(id);
      void inspector
        .attend(entry)
        .then((done) => done && entries.delete(id))
        .catch((error: unknown) => report(error, 'deadline', id))
        .finally(() => attended.delete(id));
    }
  }

  async function rest(): Promise<void> {
    clearInterval(ticker);
    clearTimeout(lookTimer);
    lookTimer = undefined;
    const old = watcher;
    watcher = undefined;
    for (const [id, { posting }] of entries) if (!posting) entries.delete(id);
    await old?.close();
  }

  return {
    get load() {
      return view.remaining ?? 0;
    },
    get reachable() {
      return inspector.reachable;
    },
    add(job, posting) {
      if (!entries.has(job.id) && (posting || watcher))
        entries.set(job.id, createEntry(job, posting, waitMs));
      watcher?.wake();
    },
    posted(id) {
      const entry = entries.get(id);
      if (!entry) return;
      entry.posting = false;
      entry.knownAt = now();
      // Whoever follows this backend has heard of the job by its record.
      if (!watcher) entries.delete(id);
      watcher?.wake();
      lookSoon();
    },
    remove: (id) => void entries.delete(id),
    changed(job) {
      const entry = entries.get(job.id);
      if (!entry || job.seq < entry.job.seq) return;
      entry.job = job;
      if (job.facts.ended) entries.delete(job.id);
    },
    async stop(job) {
      const entry = entries.get(job.id) ?? createEntry(job, false, waitMs);
      if (!entry.posting) await inspector.stop(entry);
    },
    knows: inspector.knows,
    refresh: async (job) => job,
    lead(jobs) {
      if (watcher) return;
      force = true;
      ticker = setInterval(tick, waitMs.tick);
      (ticker as { unref?: () => void }).unref?.();
      watcher = deps.watch(sink);
      for (const job of jobs) this.add(job, false);
    },
    reconnect: () => watcher?.renew(),
    rest,
    async close() {
      const chains = [...entries.values()].map(({ chain }) => chain);
      await rest();
      await Promise.all([...chains, looking]);
    },
  };
}

/** Larger pictures are results, not previews. */
const MAX_PREVIEW_BYTES = 4 * 1024 * 1024;
