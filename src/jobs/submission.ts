/**
 * Submitting a job: record it, claim its key, send it to the backend with the least to do, and settle what came of it.
 * It is recorded before it is sent, and sent once: what is not certain is looked up.
 */
import type { SubmitAnswer } from '../comfyui/client.ts';
import { ComfyError } from '../comfyui/errors.ts';
import type { JsonObject } from '../comfyui/json.ts';
import { explainNodeErrors, explainRejection } from '../comfyui/rejection.ts';
import { GatewayError } from '../errors.ts';
import { idempotencyKey } from '../storage/keys.ts';
import type { Stores } from '../storage/ports.ts';
import type { Graph } from '../workflows/graph-text.ts';
import { linksIntoNothing, unnoticed } from '../workflows/stray-links.ts';
import { inTurn, type Backend } from './backend.ts';
import { checkGraph } from './graph.ts';
import type { Caller } from './caller.ts';
import { createJob, type Evidence, type Job, type JobWarning } from './job.ts';
import { toMark } from './mark.ts';
import type { JobStore } from './store.ts';

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
  /** Name of the workflow that the graph was made from, and the values that were put into it. */
  workflow?: string;
  inputs?: Record<string, unknown>;
  /** The job that this one repeats with changes. */
  regeneratedFrom?: string;
}

/** What came of a submission that was not refused. */
export type Submitted =
  | { outcome: 'created'; job: Job }
  /** The `Idempotency-Key` belongs to this earlier job. */
  | { outcome: 'repeated'; jobId: string }
  /** Nobody knows whether ComfyUI has it; the job is followed, and its key stays taken. */
  | { outcome: 'unknown'; job: Job; error: ComfyError };

/** A submission whose files are known. */
export interface Prepared {
  /** With asset ids in place of bytes and addresses, in the graph and in `inputs`. */
  submission: Submission;
  /** Text of the graph with the names that the files have at a backend; puts them there. */
  on: (backend: Backend) => Promise<string>;
}

/** Throws what is wrong with the files that a graph names. */
export type Prepare = (caller: Caller, submission: Submission, graph: JsonObject) => Promise<Prepared>;

interface SubmitterDeps {
  store: JobStore;
  stores: Stores;
  backends: readonly Backend[];
  learn: (id: string, evidence: Evidence) => Promise<Job | undefined>;
  prepare: Prepare;
  /** Forgets a job that never came to be. */
  forget: (job: Job) => Promise<void>;
  limits: Pick<Job, 'timeoutMs' | 'queueTimeoutMs'>;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string, jobId: string) => void;
  now: () => number;
}

/** How old object_info may be where only the names of inputs count, in ms. */
const CLASSES_MS = 60_000;

/** How long an `Idempotency-Key` stays taken, in ms. */
const IDEMPOTENCY_MS = 24 * 60 * 60 * 1000;

export type Submitter = ReturnType<typeof createSubmitter>;

export function createSubmitter({
  store,
  stores,
  backends,
  learn,
  prepare,
  forget,
  limits,
  report,
  now,
}: SubmitterDeps) {
  /** Throws what is wrong with it. `id` is the id that the job will have. */
  async function submit(id: string, caller: Caller, given: Submission): Promise<Submitted> {
    const { owner } = caller;
    const { graph, idempotencyKey: key } = given;
    checkGraph(graph);
    const { submission, on } = await prepare(caller, given, graph);
    // Every node was found to be an object.
    const candidates = await inTurn(backends, graph as Graph);
    const [first] = candidates;
    if (!first) throw new GatewayError('internal_error', 'No ComfyUI is configured.');
    await refuseStrayLinks(graph as Graph, candidates);
    const textOn = onceFor(on);
    // A large file takes its time: nobody shall wait for a record whose prompt is not even on its way.
    await textOn(first).catch(onlyUnreachable);
    const job = await store.create(newJob(id, owner, first, submission, graph), submission.graphText);
    const lease = key === undefined ? undefined : idempotencyKey(owner, key);
    if (lease !== undefined) {
      // After the record, so that a crash in between leaves no key without its job.
      const holder = await claim(lease, job);
      if (holder !== id) {
        await forget(job);
        return { outcome: 'repeated', jobId: holder };
      }
    }
    let settled = false;
    try {
      const submitted = await send(job, candidates, { ...submission, textOn }, graph);
      settled = true;
      return submitted;
    } catch (error) {
      // Only what says for sure that ComfyUI does not have it ends a job that was recorded.
      if (!(error instanceof Refused)) throw error;
      settled = true;
      await forget(job);
      if (lease !== undefined) await stores.lease.release(lease, id);
      throw error.reason;
    } finally {
      if (!settled) for (const { tracker } of candidates) tracker.posted(id);
    }
  }

  async function claim(lease: string, job: Job): Promise<string> {
    try {
      return await stores.lease.acquire(lease, job.id, IDEMPOTENCY_MS);
    } catch (error) {
      await forget(job);
      throw error;
    }
  }

  function newJob(
    id: string,
    owner: string,
    backend: Backend,
    submission: Submission,
    graph: JsonObject,
  ): Job {
    const { metadata, priority, session, timeoutMs, workflow, inputs, regeneratedFrom } = submission;
    const job = {
      id,
      owner,
      backend: backend.name,
      backendKey: backend.key,
      createdAt: now(),
      nodeCount: Object.keys(graph).length,
      timeoutMs: timeoutMs ?? limits.timeoutMs,
      queueTimeoutMs: limits.queueTimeoutMs,
      ...(metadata !== undefined && { metadata }),
      ...(priority !== undefined && { priority }),
      ...(session !== undefined && { session }),
      ...(workflow !== undefined && { workflow }),
      ...(inputs !== undefined && { inputs }),
      ...(regeneratedFrom !== undefined && { regeneratedFrom }),
    };
    return createJob(job, now());
  }

  /** Sends a recorded job to the first backend that takes it. Throws `Refused` if none has it for sure. */
  async function send(
    recorded: Job,
    candidates: Backend[],
    submission: Sendable,
    graph: JsonObject,
  ): Promise<Submitted> {
    let job = recorded;
    let unreachable: unknown;
    let refusal: { answer: SubmitAnswer & { accepted: false }; backend: Backend } | undefined;
    for (const backend of candidates) {
      if (backend.key !== job.backendKey) {
        const moved = { backend: backend.name, backendKey: backend.key };
        job = (await store.update(job.id, (old) => ({ ...old, ...moved })))?.after ?? job;
      }
      let graphText: string;
      try {
        graphText = await submission.textOn(backend);
      } catch (error) {
        if (!(error instanceof ComfyError)) throw new Refused(error);
        unreachable = error;
        continue;
      }
      backend.tracker.add(job, true);
      let answer: SubmitAnswer;
      try {
        answer = await backend.client.submit(promptBody(job, backend.clientId, graphText, submission));
      } catch (error) {
        if (!(error instanceof ComfyError)) throw error;
        const fate = await fateOf(job, backend, error);
        if (fate === 'unknown') {
          backend.tracker.posted(job.id);
          return { outcome: 'unknown', job, error };
        }
        if (fate === 'absent') {
          backend.tracker.remove(job.id);
          if (error.fate !== 'not_sent') throw new Refused(error);
          unreachable = error;
          continue;
        }
        answer = { accepted: true, nodeErrors: {} };
      }
      if (!answer.accepted) {
        // Another may have the model or the node that this one lacks.
        backend.tracker.remove(job.id);
        refusal ??= { answer, backend };
        continue;
      }
      // ComfyUI has it, and so has the store: that it cannot be told so now does not change the answer.
      const later = (error: unknown): undefined => void report(error, 'submit', job.id);
      const accepted = await learn(job.id, { type: 'accepted' }).catch(later);
      backend.tracker.posted(job.id);
      const warnings = await dropped(answer.nodeErrors, graph);
      const warned =
        warnings.length > 0 ? await learn(job.id, { type: 'accepted', warnings }).catch(later) : accepted;
      return { outcome: 'created', job: warned ?? job };
    }
    if (!refusal) throw new Refused(unreachable);
    const { message, faults } = await explainRejection(refusal.answer, graph, refusal.backend.client);
    throw new Refused(new GatewayError('invalid_workflow', message, { details: { node_errors: faults } }));
  }

  return submit;
}

/** ComfyUI does not have the job, and will not get it: `reason` is what the caller is told. */
class Refused extends Error {
  readonly reason: unknown;

  constructor(reason: unknown) {
    super('refused', { cause: reason });
    this.reason = reason;
  }
}

/** What became of a submission that failed. Whatever is not certain is looked up, never sent again. */
async function fateOf(
  job: Job,
  backend: Backend,
  error: ComfyError,
): Promise<'present' | 'absent' | 'unknown'> {
  if (error.fate === 'not_sent') return 'absent';
  try {
    if (await backend.tracker.knows(job.id)) return 'present';
  } catch {
    // It cannot be asked either: whoever follows the backend goes on asking.
    return 'unknown';
  }
  return error.fate === 'answered' ? 'absent' : 'unknown';
}

/** Throws 422 if a backend would take the graph and die of it. */
async function refuseStrayLinks(graph: Graph, candidates: readonly Backend[]): Promise<void> {
  const links = linksIntoNothing(graph);
  if (links.length === 0) return;
  for (const { client } of candidates) {
    // One that cannot tell will not take the job either, or is asked again by the next submission.
    const info = await client.objectInfo(CLASSES_MS).catch(() => undefined);
    const faults = info && unnoticed(links, graph, info.classes);
    if (!faults) continue;
    const [[id, { errors }] = ['', { errors: [] }]] = Object.entries(faults);
    throw new GatewayError('invalid_workflow', `Node ${id}: ${errors[0]?.message ?? 'bad link'}.`, {
      details: { node_errors: faults },
    });
  }
}

/** Outputs that ComfyUI left out of an accepted workflow. */
async function dropped(nodeErrors: JsonObject, graph: JsonObject): Promise<JobWarning[]> {
  // The job runs already: its answer does not wait for what object_info might add.
  const faults = await explainNodeErrors(nodeErrors, graph, {
    nodeClass: async () => undefined,
    nodeClasses: async () => [],
  });
  return Object.entries(faults).map(([nodeId, { class_type, errors }]) => ({
    nodeId,
    classType: class_type,
    message: `ComfyUI left this output out: ${errors.map((fault) => fault.message).join('; ')}`,
  }));
}

/** A submission with the text of its graph for each backend. */
type Sendable = Submission & { textOn: Prepared['on'] };

/** Asks once for each backend, and repeats the answer, a fault included. */
function onceFor(on: Prepared['on']): Prepared['on'] {
  const texts = new Map<Backend, Promise<string>>();
  return (backend) => {
    const known = texts.get(backend) ?? on(backend);
    texts.set(backend, known);
    return known;
  };
}

/** For `catch`: another backend may do. */
function onlyUnreachable(error: unknown): void {
  if (!(error instanceof ComfyError)) throw error;
}

/** The body of `POST /prompt`, with the graph's own text in it. */
function promptBody(
  job: Job,
  clientId: string,
  graphText: string,
  { apiKeyComfyOrg, pngWorkflowText }: Submission,
): string {
  const extra = [`"comfygate":${JSON.stringify(toMark(job))}`];
  if (apiKeyComfyOrg !== undefined) extra.push(`"api_key_comfy_org":${JSON.stringify(apiKeyComfyOrg)}`);
  if (pngWorkflowText !== undefined) extra.push(`"extra_pnginfo":{"workflow":${pngWorkflowText}}`);
  return `{"prompt":${graphText},"prompt_id":"${job.id}","client_id":${JSON.stringify(clientId)},"extra_data":{${extra.join()}}}`;
}
