/**
 * What can be done with jobs. REST, SSE and MCP call this and nothing below it. Every change of a record goes through
 * `learn`; every submission is recorded before it is sent.
 */
import { validate } from 'uuid';
import { explainNodeErrors, explainRejection } from '../comfyui/rejection.ts';
import { ComfyError, type SubmitAnswer } from '../comfyui/client.ts';
import type { JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';
import { assetKey, idempotencyKey } from '../storage/keys.ts';
import type { JobQuery, Stores } from '../storage/ports.ts';
import { byLoad, type Backend } from './backend.ts';
import type { Feed } from './feed.ts';
import { checkGraph } from './graph.ts';
import {
  createJob,
  expiresAt,
  isTerminal,
  reduce,
  shownStatus,
  type Evidence,
  type Job,
  type JobWarning,
  type NewJob,
} from './job.ts';
import { toMark } from './mark.ts';
import { createRebuilder } from './rebuild.ts';
import type { JobStore } from './store.ts';

/** Who asks. `admin` sees everything, anybody else only what their key made. */
export interface Caller {
  owner: string;
  admin: boolean;
}

/** A submission. Texts of JSON go to ComfyUI as they are, so that no digit is lost. */
export interface Submission {
  graphText: string;
  /** The same graph parsed; numbers in it may be rounded. */
  graph: unknown;
  apiKeyComfyOrg?: string;
  /** JSON text of `extra_pnginfo.workflow`. */
  pngWorkflowText?: string;
  metadata?: string;
  priority?: number;
  session?: string;
  timeoutMs?: number;
  idempotencyKey?: string;
}

/** What came of a submission that was not refused. */
export type Submitted =
  | { outcome: 'created'; job: Job }
  /** The `Idempotency-Key` belongs to this earlier job. */
  | { outcome: 'repeated'; jobId: string }
  /** Nobody knows whether ComfyUI has it; the job is followed, and its key stays taken. */
  | { outcome: 'unknown'; job: Job; error: ComfyError };

export interface JobSettings {
  jobTimeoutMs: number;
  jobQueueTimeoutMs: number;
  jobMaxAgeMs: number;
  maxQueueDepth: number;
}

export interface JobServiceDeps {
  store: JobStore;
  stores: Stores;
  feed: Feed;
  settings: JobSettings;
  newId: () => string;
  now: () => number;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string, jobId: string) => void;
}

export type JobService = ReturnType<typeof createJobService>;

/** How long an `Idempotency-Key` stays taken, in ms. */
export const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000;

/** How long a cancel waits to see its effect, in ms. */
const CANCEL_WAIT_MS = 2_000;

/** `connect` hands over the backends, which need `learn` first. */
export function createJobService(deps: JobServiceDeps) {
  const { store, stores, feed, settings, newId, now } = deps;
  let backends: readonly Backend[] = [];
  let rebuilder: ReturnType<typeof createRebuilder> | undefined;
  /** Submissions whose answer is open: not shown yet. */
  const posting = new Map<string, Promise<unknown>>();
  let active = 0;

  /** Merges evidence into a record, and publishes the result. Undefined if there is no such record. */
  async function learn(id: string, evidence: Evidence): Promise<Job | undefined> {
    if (evidence.type === 'outputs' || evidence.type === 'ended') await recordAssets(id, evidence.outputs);
    const written = await store.update(id, (job) => reduce(job, evidence, now()));
    if (!written) return undefined;
    const { before, after } = written;
    if (after === before) return after;
    if (isTerminal(after.status) && !isTerminal(before.status)) active--;
    backendOf(after)?.tracker.changed(after);
    if (after.seq !== before.seq && !posting.has(id)) feed.publish(after);
    return after;
  }

  /** Before the record that names them: an asset that is shown can be fetched. */
  async function recordAssets(jobId: string, outputs: { id: string }[]): Promise<void> {
    const known = new Set((await store.get(jobId))?.outputs.map((output) => output.id));
    const fresh = outputs.filter(({ id }) => !known.has(id));
    if (fresh.length === 0) return;
    await stores.storage.setItems(fresh.map(({ id }) => ({ key: assetKey(id), value: { job: jobId } })));
  }

  function backendOf(job: Job): Backend | undefined {
    return backends.find(({ name }) => name === job.backend);
  }

  function visible(job: Job | undefined, caller: Caller): Job | undefined {
    if (!job || posting.has(job.id)) return undefined;
    if (!caller.admin && job.owner !== caller.owner) return undefined;
    return isTerminal(job.status) && expiresAt(job, settings.jobMaxAgeMs) < now() ? undefined : job;
  }

  async function get(caller: Caller, id: string): Promise<Job> {
    const job = validate(id)
      ? visible((await store.get(id)) ?? (await rebuilder?.one(id)), caller)
      : undefined;
    if (!job) throw new GatewayError('not_found', `There is no job '${id.slice(0, 64)}'.`);
    return job;
  }

  /** Records a job that was found at ComfyUI, and follows it if it is not over. */
  async function adopt(job: Job, graphText: string): Promise<Job> {
    await recordAssets(job.id, job.outputs);
    const kept = await store.create(job, graphText);
    if (kept === job) follow(job);
    return kept;
  }

  function follow(job: Job): void {
    if (!isTerminal(job.status)) {
      active++;
      backendOf(job)?.tracker.add(job, false);
    }
    feed.publish(job);
  }

  /** Takes back a job that never came to be. */
  async function discard(job: Job, lease: string | undefined): Promise<void> {
    backendOf(job)?.tracker.remove(job.id);
    active--;
    await store.remove(job.id);
    feed.forget(job.id);
    if (lease !== undefined) await stores.lease.release(lease, job.id);
  }

  async function submit(caller: Caller, submission: Submission): Promise<Submitted> {
    const { graphText, graph, idempotencyKey: key } = submission;
    checkGraph(graph);
    if (active >= settings.maxQueueDepth) {
      throw new GatewayError(
        'queue_full',
        `${active} jobs are waiting or running, which is the limit. Try again later.`,
        {
          details: { queue_depth: active, max_queue_depth: settings.maxQueueDepth },
          retryAfterSeconds: 5,
        },
      );
    }
    const id = newId();
    const lease = key === undefined ? undefined : idempotencyKey(caller.owner, key);
    // Counted before the first wait, so that many at once cannot all find room.
    active++;
    let recorded = false;
    try {
      if (lease !== undefined) {
        const holder = await stores.lease.acquire(lease, id, IDEMPOTENCY_MS);
        if (holder !== id) {
          // The first may be on its way: its job can be shown when its own answer is there.
          await posting.get(holder)?.catch(() => undefined);
          return { outcome: 'repeated', jobId: holder };
        }
      }
      const [first, ...others] = await byLoad(backends);
      if (!first) throw new GatewayError('internal_error', 'No ComfyUI is configured.');
      const job = createJob(newJob(id, caller.owner, first.name, submission, graph), now());
      await store.create(job, graphText);
      recorded = true;
      const sent = post(job, [first, ...others], submission, graph, lease);
      posting.set(id, sent);
      try {
        return await sent;
      } finally {
        posting.delete(id);
        const latest = await store.get(id);
        if (latest) feed.publish(latest);
      }
    } catch (error) {
      if (!recorded && lease !== undefined) await stores.lease.release(lease, id);
      throw error;
    } finally {
      if (!recorded) active--;
    }
  }

  function newJob(
    id: string,
    owner: string,
    backend: string,
    submission: Submission,
    graph: JsonObject,
  ): NewJob {
    const { metadata, priority, session, timeoutMs } = submission;
    return {
      id,
      owner,
      backend,
      createdAt: now(),
      nodeCount: Object.keys(graph).length,
      timeoutMs: timeoutMs ?? settings.jobTimeoutMs,
      queueTimeoutMs: settings.jobQueueTimeoutMs,
      ...(metadata !== undefined && { metadata }),
      ...(priority !== undefined && { priority }),
      ...(session !== undefined && { session }),
    };
  }

  /** Sends a recorded job to the first backend that takes it, or takes the record back. */
  async function post(
    recorded: Job,
    candidates: Backend[],
    submission: Submission,
    graph: JsonObject,
    lease: string | undefined,
  ): Promise<Submitted> {
    let job = recorded;
    for (const [index, backend] of candidates.entries()) {
      if (backend.name !== job.backend) {
        const moved = await store.update(job.id, (old) => ({ ...old, backend: backend.name }));
        job = moved?.after ?? job;
      }
      backend.tracker.add(job, true);
      let answer: SubmitAnswer;
      try {
        answer = await backend.client.submit(promptBody(job, backend.clientId, submission));
      } catch (error) {
        const fate = await fateOf(job, backend, error);
        if (fate === 'absent') {
          backend.tracker.remove(job.id);
          // Only a backend that never heard of it may be followed by another.
          if (error instanceof ComfyError && error.fate === 'not_sent' && index + 1 < candidates.length)
            continue;
          await discard(job, lease);
          throw error;
        }
        backend.tracker.posted(job.id);
        if (fate === 'unknown') return { outcome: 'unknown', job, error: error as ComfyError };
        answer = { accepted: true, nodeErrors: {} };
      }
      if (!answer.accepted) {
        await discard(job, lease);
        const { message, faults } = await explainRejection(answer, graph, backend.client);
        throw new GatewayError('invalid_workflow', message, { details: { node_errors: faults } });
      }
      const warnings = await dropped(answer.nodeErrors, graph, backend);
      const accepted = await learn(job.id, { type: 'accepted', ...(warnings.length > 0 && { warnings }) });
      backend.tracker.posted(job.id);
      return { outcome: 'created', job: accepted ?? job };
    }
    throw new GatewayError('upstream_unreachable', 'No ComfyUI can be reached.', { retryAfterSeconds: 5 });
  }

  /** What became of a submission that failed. Whatever is not certain is looked up, never sent again. */
  async function fateOf(
    job: Job,
    backend: Backend,
    error: unknown,
  ): Promise<'present' | 'absent' | 'unknown'> {
    if (!(error instanceof ComfyError)) throw error;
    if (error.fate === 'not_sent') return 'absent';
    try {
      if (await backend.tracker.knows(job.id)) return 'present';
    } catch {
      // It cannot be asked either: the tracker goes on asking.
      return 'unknown';
    }
    // ComfyUI's own 500 came after the work; anything else may still be on its way.
    return error.fate === 'answered' ? 'absent' : 'unknown';
  }

  async function dropped(nodeErrors: JsonObject, graph: JsonObject, backend: Backend): Promise<JobWarning[]> {
    if (Object.keys(nodeErrors).length === 0) return [];
    const faults = await explainNodeErrors(nodeErrors, graph, backend.client);
    return Object.entries(faults).map(([nodeId, { class_type, errors }]) => ({
      nodeId,
      classType: class_type,
      message: `ComfyUI left this output out: ${errors.map((fault) => fault.message).join('; ')}`,
    }));
  }

  return {
    learn,
    submit,
    get,

    /** The graph that a job runs, as text. */
    async graph(caller: Caller, id: string): Promise<string> {
      await get(caller, id);
      const text = await store.graph(id);
      if (text === undefined)
        throw new GatewayError('not_found', `The workflow of job '${id}' is not stored.`);
      return text;
    },

    /** Asks for the end of a job, and waits a moment to see it. A job that is over stays as it is. */
    async cancel(caller: Caller, id: string): Promise<Job> {
      const job = await get(caller, id);
      if (isTerminal(job.status)) return job;
      const asked = (await learn(id, { type: 'stop', reason: 'cancel', at: now() })) ?? job;
      const stopping = backendOf(asked)?.tracker.stop(id);
      await Promise.race([stopping, new Promise((resolve) => setTimeout(resolve, CANCEL_WAIT_MS))]);
      return (await store.get(id)) ?? asked;
    },

    /** Jobs newest first, from `cursor` of an earlier page on; null if that is no cursor. */
    async list(caller: Caller, query: Omit<JobQuery, 'owner'>, limit: number, cursor?: string) {
      const mine = caller.admin ? query : { ...query, owner: caller.owner };
      const page = await store.page(mine, limit, cursor);
      return page && { jobs: page.jobs.filter((job) => visible(job, caller) !== undefined), next: page.next };
    },

    /** The job once it is over, or as it is after `ms`, or when the caller goes away. */
    async wait(job: Job, ms: number, signal: AbortSignal | undefined): Promise<Job> {
      if (isTerminal(job.status) || ms <= 0 || signal?.aborted) return job;
      await new Promise<void>((resolve) => {
        const leave = feed.subscribe(job, (wake) => {
          if (wake.type === 'end' || (wake.type === 'job' && isTerminal(wake.job.status))) done();
        });
        const timer = setTimeout(done, ms);
        signal?.addEventListener('abort', done, { once: true });
        function done(): void {
          clearTimeout(timer);
          signal?.removeEventListener('abort', done);
          leave();
          resolve();
        }
      });
      return (await store.get(job.id)) ?? job;
    },

    /** Deletes record, graph and asset records. A live job is cancelled first; if it will not stop, that is said. */
    async remove(id: string): Promise<void> {
      const job = await store.get(id);
      if (!job) return;
      backendOf(job)?.tracker.remove(id);
      await Promise.all(job.outputs.map((output) => stores.storage.removeItem(assetKey(output.id))));
      await store.remove(id);
      feed.forget(id);
    },

    /** A caller's view of what is published; null for jobs of others. */
    mine: (job: Job, caller: Caller): Job | null => visible(job, caller) ?? null,

    /** The live jobs of a caller, for a stream that begins. */
    async live(caller: Caller, session?: string): Promise<Job[]> {
      const query = {
        statuses: LIVE,
        ...(session !== undefined && { session }),
        ...(!caller.admin && { owner: caller.owner }),
      };
      const page = await store.page(query, settings.maxQueueDepth);
      return (page?.jobs ?? []).filter((job) => visible(job, caller) !== undefined);
    },

    /** Takes the backends, and everything that was active before. Returns whether the store was empty. */
    async connect(list: readonly Backend[]): Promise<boolean> {
      backends = list;
      rebuilder = createRebuilder({
        backends,
        adopt,
        limits: { timeoutMs: settings.jobTimeoutMs, queueTimeoutMs: settings.jobQueueTimeoutMs },
        maxAgeMs: settings.jobMaxAgeMs,
        report: deps.report,
        now,
      });
      const empty = (await store.page({}, 1))?.jobs.length === 0;
      for await (const job of store.each({ statuses: LIVE })) follow(job);
      return empty;
    },

    /** Everything that a backend remembers, into the store. */
    rebuildAll: (backend: Backend): Promise<number> => rebuilder?.all(backend) ?? Promise.resolve(0),
  };
}

const LIVE = ['queued', 'running', 'canceling'];

/** The body of `POST /prompt`, with the graph's own text in it. */
function promptBody(
  job: Job,
  clientId: string,
  { graphText, apiKeyComfyOrg, pngWorkflowText }: Submission,
): string {
  const extra = [`"comfygate":${JSON.stringify(toMark(job))}`];
  if (apiKeyComfyOrg !== undefined) extra.push(`"api_key_comfy_org":${JSON.stringify(apiKeyComfyOrg)}`);
  if (pngWorkflowText !== undefined) extra.push(`"extra_pnginfo":{"workflow":${pngWorkflowText}}`);
  return `{"prompt":${graphText},"prompt_id":"${job.id}","client_id":${JSON.stringify(clientId)},"extra_data":{${extra.join()}}}`;
}

/** Statuses that a list can be filtered by. */
export const SHOWN_STATUSES = [
  'queued',
  'running',
  'canceling',
  'succeeded',
  'failed',
  'canceled',
  'expired',
] as const satisfies readonly ReturnType<typeof shownStatus>[];
