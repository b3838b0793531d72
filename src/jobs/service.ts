/**
 * What can be done with jobs. REST, SSE and MCP call this and nothing below it. Every change of a record goes through
 * `learn`.
 */
import { validate } from 'uuid';
import type { RunResult } from '../comfyui/history.ts';
import { startTimer } from '../comfyui/watcher.ts';
import { GatewayError } from '../errors.ts';
import { assetKey, copyKey, deletedKey, idTimeOf } from '../storage/keys.ts';
import type { JobQuery, Stores } from '../storage/ports.ts';
import { backendOf, type Backend } from './backend.ts';
import type { CallBudget } from './budget.ts';
import type { Caller } from './caller.ts';
import type { Feed } from './feed.ts';
import { POSTING_MS } from './inspector.ts';
import { isTerminal, LIVE, reduce, type Evidence, type Job, type NewOutput } from './job.ts';
import { PENDING_COPY } from './output-facts.ts';
import { createRebuilder } from './rebuild.ts';
import {
  createSubmitter,
  type Prepare,
  type Submission,
  type Submitted,
  type Submitter,
} from './submission.ts';
import type { JobStore } from './store.ts';
import { createJobViews } from './views.ts';
import { createVisits } from './visits.ts';
import { createWait } from './waiting.ts';

export interface JobSettings {
  jobTimeoutMs: number;
  jobQueueTimeoutMs: number;
  jobMaxAgeMs: number;
  /** Outputs can be found as assets for so long, also when their job is not shown any more. */
  outputTtlMs: number;
  maxQueueDepth: number;
}

/** Copies what jobs produced. */
export interface OutputCopier {
  /** A job has outputs that are to be copied. `fresh`: they were just committed, so that no copy can be there yet. */
  noted(job: Job, fresh: boolean): void;
}

export interface JobServiceDeps {
  store: JobStore;
  stores: Stores;
  feed: Feed;
  settings: JobSettings;
  /** Makes the files of a graph ready. */
  prepare: Prepare;
  newId: () => string;
  now: () => number;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string, jobId?: string) => void;
  /** Whether work goes on between requests, and one may wait for the work of another. */
  resident: boolean;
  /** Outputs of a job whose sizes one look may ask for. */
  maxSizes: number;
  /** The calls to ComfyUI that one request may make, where they are counted. */
  budget: CallBudget | undefined;
  /** Absent where outputs are not copied. */
  copier?: OutputCopier;
}

export type JobService = ReturnType<typeof createJobService>;

/** How long a cancel waits to see its effect, in ms. */
const CANCEL_WAIT_MS = 2_000;

/** `connect` hands over the backends, which need `learn` first. */
export function createJobService(deps: JobServiceDeps) {
  const { store, stores, feed, settings, prepare, newId, now, report, resident, maxSizes, budget, copier } =
    deps;
  const limits = { timeoutMs: settings.jobTimeoutMs, queueTimeoutMs: settings.jobQueueTimeoutMs };
  let backends: readonly Backend[] = [];
  let rebuilder: ReturnType<typeof createRebuilder> | undefined;
  let submitter: Submitter | undefined;
  /** Submissions whose answer is open: not shown yet. */
  const posting = new Map<string, Promise<unknown>>();
  /** Jobs of this store that are not over. */
  const live = new Set<string>();

  /** Where nothing goes on between requests, one may end in the middle of its work: then this ends by the clock. */
  const isPosting = (id: string): boolean =>
    posting.has(id) && (resident || now() < idTimeOf(id) + POSTING_MS);

  const views = createJobViews({ store, stores, settings, isPosting, now });
  const { visible } = views;
  const wait = createWait({ store, feed, refresh, resident, budget, now });

  /** Merges evidence into a record, and publishes the result. Undefined if there is no such record. */
  async function learn(id: string, learned: Evidence): Promise<Job | undefined> {
    const evidence =
      copier && 'outputs' in learned ? { ...learned, outputs: toCopy(learned.outputs) } : learned;
    if (evidence.type === 'outputs' || evidence.type === 'ended') await recordAssets(id, evidence.outputs);
    const written = await store.update(id, (job) => reduce(job, evidence, now()));
    if (!written) return undefined;
    const { before, after } = written;
    if (after !== before) heard(after, after.seq !== before.seq);
    // Another writer was first: what is known here may be older than the record.
    else backendOf(backends, after)?.tracker.changed(after);
    if ('outputs' in evidence && after.outputs !== before.outputs) copier?.noted(after, true);
    return after;
  }

  /** A record changed, here or in another instance. `durable`: there are new events in it. */
  function heard(job: Job, durable: boolean): void {
    count(job);
    backendOf(backends, job)?.tracker.changed(job);
    if (durable && resident && !posting.has(job.id)) feed.publish(job);
  }

  /** Jobs that end while nobody looks cannot be counted. */
  function count(job: Job): void {
    if (isTerminal(job.status) || !resident) live.delete(job.id);
    else live.add(job.id);
  }

  /** Before the record that names them: an asset that is shown can be fetched. */
  async function recordAssets(jobId: string, outputs: { id: string }[]): Promise<void> {
    const known = new Set((await store.get(jobId))?.outputs.map((output) => output.id));
    const fresh = outputs.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) return;
    const options = stores.recordOptions && {
      options: { ttl: Math.ceil(Math.max(settings.jobMaxAgeMs, settings.outputTtlMs) / 1000) + 3_600 },
    };
    const records = fresh.map(({ id }) => ({ key: assetKey(id), value: { job: jobId }, ...options }));
    // What is to be copied is known before it can be: no crash makes it forgotten.
    const mark = copier ? [{ key: copyKey(jobId), value: { at: now() }, ...options }] : [];
    await stores.storage.setItems<{ job: string } | { at: number }>([...records, ...mark]);
  }

  /** The job as it is now. */
  function refresh(job: Job): Promise<Job> {
    return backendOf(backends, job)?.tracker.refresh(job) ?? Promise.resolve(job);
  }

  async function get(caller: Caller, id: string, maxAgeMs?: number): Promise<Job> {
    const found = validate(id)
      ? visible((await store.get(id)) ?? (await rebuilder?.one(id)), caller, maxAgeMs)
      : undefined;
    const job = found && (await refresh(found));
    if (!job) throw new GatewayError('not_found', `There is no job '${id.slice(0, 64)}'.`);
    return job;
  }

  async function graphOf(id: string): Promise<string> {
    const text = await store.graph(id);
    if (text === undefined) throw new GatewayError('not_found', `The workflow of job '${id}' is not stored.`);
    return text;
  }

  /** Records a job that was found at ComfyUI, and follows it if it is not over. Undefined if it was deleted here. */
  async function adopt(found: Job, graphText: string): Promise<Job | undefined> {
    if (await stores.storage.hasItem(deletedKey(found.id))) return undefined;
    const job = copier ? { ...found, outputs: toCopy(found.outputs) } : found;
    await recordAssets(job.id, job.outputs);
    const kept = await store.create(job, graphText);
    if (kept === job) follow(job);
    if (kept === job && job.outputs.length > 0) copier?.noted(job, false);
    return kept;
  }

  function follow(job: Job): void {
    count(job);
    if (!isTerminal(job.status)) {
      backendOf(backends, job)?.tracker.add(job, false);
    }
    if (resident) feed.publish(job);
  }

  /** Deletes a record with its graph and asset records. */
  async function erase(job: Job): Promise<void> {
    forget(job.id);
    await Promise.all(job.outputs.map((output) => stores.storage.removeItem(assetKey(output.id))));
    await store.remove(job.id);
  }

  /** Prompts in the shortest queue, where only ComfyUI can count; one that cannot be asked refuses the job itself. */
  async function leastLoad(): Promise<number> {
    const loads = await Promise.all(backends.map(({ client }) => client.queueRemaining().catch(() => 0)));
    return Math.min(...loads);
  }

  /** Asks for the end of a job, and waits a moment to see it. A job that is over stays as it is. */
  async function cancel(caller: Caller, id: string): Promise<Job> {
    const job = await get(caller, id);
    if (isTerminal(job.status)) return job;
    const asked = (await learn(id, { type: 'stop', reason: 'cancel', at: now() })) ?? job;
    const stopping = backendOf(backends, asked)?.tracker.stop(asked);
    let timer: ReturnType<typeof setTimeout> | undefined;
    const patience = new Promise<void>((resolve) => (timer = startTimer(resolve, CANCEL_WAIT_MS)));
    await Promise.race([stopping?.catch((error: unknown) => report(error, 'stop', id)), patience]);
    clearTimeout(timer);
    return (await store.get(id)) ?? asked;
  }

  async function submit(caller: Caller, submission: Submission): Promise<Submitted> {
    const depth = resident ? live.size : await leastLoad();
    if (depth >= settings.maxQueueDepth) {
      throw new GatewayError(
        'queue_full',
        `${depth} jobs are waiting or running, which is the limit. Try again later.`,
        {
          details: { queue_depth: depth, max_queue_depth: settings.maxQueueDepth },
          retryAfterSeconds: 5,
        },
      );
    }
    if (!submitter) {
      throw new GatewayError('storage_unavailable', 'The store cannot be reached. Nothing was accepted.', {
        retryAfterSeconds: 2,
      });
    }
    const id = newId();
    // Counted before the first wait, so that many at once cannot all find room.
    live.add(id);
    const sent = submitter(id, caller, submission);
    posting.set(id, sent);
    try {
      const submitted = await sent;
      // The first of a key may be on its way: its job can be shown when its own answer is there.
      if (submitted.outcome === 'repeated' && resident)
        await posting.get(submitted.jobId)?.catch(() => undefined);
      return submitted;
    } finally {
      posting.delete(id);
      const job = await store.get(id).catch((error: unknown) => report(error, 'submit', id));
      if (job) heard(job, true);
      else live.delete(id);
    }
  }

  /** Looks after a job that nobody follows. One whose backend is gone for good is lost. */
  function visit(job: Job): Promise<Job | undefined> {
    return backendOf(backends, job)?.tracker.refresh(job) ?? learn(job.id, { type: 'absent', at: now() });
  }

  /** A record was written by another instance. */
  function take(job: Job): void {
    count(job);
    const tracker = backendOf(backends, job)?.tracker;
    if (!isTerminal(job.status)) tracker?.add(job, false);
    tracker?.changed(job);
    feed.receive({ type: 'job', job });
  }

  /** What was known of a job is out of date: nobody has it any more. */
  function forget(id: string): void {
    for (const { tracker } of backends) tracker.remove(id);
    live.delete(id);
    feed.forget(id);
  }

  return {
    learn,
    submit,
    list: views.list,
    countShown: views.countShown,
    owns: views.owns,
    live: views.live,
    wait,

    /** Looks after the live jobs once, where nobody follows them. */
    visitAll: createVisits({ store, visit, budget, report, now }),
    get: (caller: Caller, id: string): Promise<Job> => get(caller, id),

    /** A job for as long as its outputs are assets, whether it is still shown as a job or not. */
    getKept: (caller: Caller, id: string): Promise<Job> => get(caller, id, settings.outputTtlMs),

    /** Another instance says that it wrote a record. */
    async hear(job: Job): Promise<void> {
      if (isTerminal(job.status) || live.has(job.id)) return take(job);
      // The first that is heard of a job, or old news of one that is over: the record knows.
      const written = await store.get(job.id);
      if (written) take(written);
    },

    /** Puts right what was not heard, or heard too late: the messages of other instances can be lost. */
    async resync(): Promise<void> {
      const before = [...live].filter((id) => !posting.has(id));
      const found = new Set<string>();
      for await (const job of store.each({ statuses: LIVE })) {
        found.add(job.id);
        if (!posting.has(job.id) && (!live.has(job.id) || job.seq > (feed.live(job.id)?.job.seq ?? 0)))
          take(job);
      }
      for (const id of before) {
        if (found.has(id)) continue;
        const job = await store.get(id);
        if (job) take(job);
        else forget(id);
      }
    },

    /** The graph that a job runs, as text. */
    async graph(caller: Caller, id: string): Promise<string> {
      await get(caller, id);
      return graphOf(id);
    },

    /** The same for as long as its outputs are assets. */
    async keptGraph(caller: Caller, id: string): Promise<string> {
      await get(caller, id, settings.outputTtlMs);
      return graphOf(id);
    },

    cancel,

    /** The same, of those whose outputs are assets. */
    listKept: (caller: Caller, query: Omit<JobQuery, 'owner'>, limit: number, cursor?: string) =>
      views.list(caller, query, limit, cursor, settings.outputTtlMs),

    /** What ComfyUI itself remembers of a run; undefined if it has forgotten it, or has not finished it. */
    history: async (job: Job): Promise<RunResult | undefined> =>
      backendOf(backends, job)?.client.history(job.id),

    /**
     * Deletes a job for good: record, graph and asset records. A live one is cancelled first; 503 if it could not be seen
     * to stop.
     */
    async delete(caller: Caller, id: string): Promise<void> {
      const job = await cancel(caller, id);
      if (!isTerminal(job.status)) {
        throw new GatewayError(
          'upstream_unreachable',
          'The job was told to stop, and has not stopped yet. Delete it again in a moment.',
          {
            retryAfterSeconds: 2,
          },
        );
      }
      const ttl = Math.ceil(settings.jobMaxAgeMs / 1000);
      await stores.storage.setItem(deletedKey(id), { until: now() + settings.jobMaxAgeMs }, { ttl });
      await erase(job);
    },

    /** Forgets a job that is over. */
    async remove(id: string): Promise<void> {
      const job = await store.get(id);
      if (job) await erase(job);
    },

    /** A caller's view of what is published; null for jobs of others. */
    mine: (job: Job, caller: Caller): Job | null => visible(job, caller) ?? null,

    /** Takes the backends, and looks up what was live before. Jobs whose backend is gone for good are lost. */
    async connect(list: readonly Backend[]): Promise<void> {
      backends = list;
      rebuilder = createRebuilder({
        backends,
        adopt,
        limits,
        maxAgeMs: settings.jobMaxAgeMs,
        shared: resident,
        maxSizes,
        report,
        now,
      });
      submitter = createSubmitter({
        store,
        stores,
        backends,
        learn,
        prepare,
        forget: erase,
        limits,
        report,
        now,
      });
      if (!resident) return;
      for await (const job of store.each({ statuses: LIVE })) {
        if (backendOf(backends, job)) follow(job);
        else await learn(job.id, { type: 'absent', at: now() });
      }
    },

    refresh,

    /** The live jobs of one backend. */
    async liveOn(backend: Backend): Promise<Job[]> {
      const jobs: Job[] = [];
      for await (const job of store.each({ statuses: LIVE })) {
        if (backendOf(backends, job) === backend) jobs.push(job);
      }
      return jobs;
    },

    /** Everything that a backend remembers, into the store. Returns how many jobs. */
    rebuildAll: (backend: Backend): Promise<number> => rebuilder?.all(backend) ?? Promise.resolve(0),
  };
}

/** Outputs that are to be copied, but for those that are known to be. */
function toCopy<T extends NewOutput>(outputs: readonly T[]): T[] {
  return outputs.map((output) => ({ ...output, copy: output.copy ?? PENDING_COPY }));
}
