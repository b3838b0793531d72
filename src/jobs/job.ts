/**
 * The job and the only function that changes it. A job is a set of facts, each merged so that order and repetition
 * do not matter (facts.ts); status, times and error are derived from them. Durable events (status changes, outputs) are
 * part of the record, each with its number.
 */
import type { RunError } from '../comfyui/history.ts';
import type { OutputKind, FileRef } from '../comfyui/outputs.ts';
import { derive, mergeFacts, sameFacts, type Facts } from './facts.ts';
import { idTimeOf } from '../storage/keys.ts';
import { mergeOutput, type CopyState, type MediaFacts } from './output-facts.ts';
import type { Progress } from './progress.ts';

/** `submitting`: recorded, the answer of `POST /prompt` is open; shown as `queued`. */
export type JobStatus =
  | 'submitting'
  | 'queued'
  | 'running'
  | 'canceling'
  | 'succeeded'
  | 'failed'
  | 'canceled'
  | 'expired';

/** Statuses of jobs that are not over, as shown outside. */
export const LIVE = ['queued', 'running', 'canceling'];

export type StopReason = 'cancel' | 'timeout' | 'queue_timeout';

/** An output that is recorded for good. `seq` is the number of its event. */
export interface JobOutput {
  id: string;
  node: string;
  /** The node of the submitted graph; differs from `node` inside expanded nodes. */
  displayNode: string;
  kind: OutputKind;
  contentType: string;
  /** 0 where ComfyUI did not tell. */
  sizeBytes: number;
  file?: FileRef;
  text?: string;
  /** ComfyUI did not run its node again: the file is that of an earlier run. */
  cached?: true;
  /** Absent where outputs were not copied when this one was committed. */
  copy?: CopyState;
  /** Absent until somebody looked. */
  media?: MediaFacts;
  seq: number;
}

export interface JobError {
  code: 'node_execution_error' | 'lost' | 'timeout' | 'queue_timeout' | 'upstream_error';
  message: string;
  nodeId: string | null;
  classType: string | null;
}

/** Something that ComfyUI dropped from an accepted workflow. */
export interface JobWarning {
  nodeId: string | null;
  classType: string | null;
  message: string;
}

export interface Job {
  v: 1;
  id: string;
  owner: string;
  /** Name of the ComfyUI, and the key of its address. */
  backend: string;
  backendKey: string;
  createdAt: number;
  workflow?: string;
  inputs?: Record<string, unknown>;
  session?: string;
  metadata?: string;
  priority?: number;
  regeneratedFrom?: string;
  /** Nodes in the graph. */
  nodeCount: number;
  /** Longest run, from the start of execution. */
  timeoutMs: number;
  /** Longest wait in the queue, from submission. */
  queueTimeoutMs: number;
  facts: Facts;
  status: JobStatus;
  startedAt?: number;
  completedAt?: number;
  error?: JobError;
  outputs: JobOutput[];
  warnings: JobWarning[];
  /** ComfyUI took at least one node from its cache. */
  reused: boolean;
  /** The last snapshot that was written; live ones are in the feed. */
  progress?: Progress;
  /** Every status that was shown, with the number of its event. */
  log: { seq: number; status: JobStatus }[];
  /** Number of the last durable event. */
  seq: number;
}

/** Something that was learned about a job. `at` is when, in ms since 1970. */
export type Evidence =
  | { type: 'accepted'; warnings?: JobWarning[] }
  | { type: 'started'; at: number; seenAt: number }
  | { type: 'outputs'; outputs: NewOutput[] }
  | { type: 'assets'; assets: readonly AssetFacts[] }
  | { type: 'progress'; progress: Progress }
  | { type: 'stop'; reason: StopReason; at: number }
  | { type: 'stopped'; at: number }
  | { type: 'overdue'; at: number }
  | { type: 'absent'; at: number }
  | {
      type: 'ended';
      outcome: 'success' | 'error' | 'interrupted';
      startedAt: number | undefined;
      at: number;
      reused: boolean;
      outputs: NewOutput[];
      error?: RunError;
      /** The last snapshot of the run. */
      progress?: Progress;
    };

export type NewOutput = Omit<JobOutput, 'seq'>;

/** What was learned of an output after it was committed. */
export type AssetFacts = Pick<JobOutput, 'id'> & Partial<Pick<JobOutput, 'copy' | 'media' | 'sizeBytes'>>;

/** What a submission says of a job; the rest of the record begins empty. */
export type NewJob = Pick<
  Job,
  | 'id'
  | 'owner'
  | 'backend'
  | 'backendKey'
  | 'createdAt'
  | 'workflow'
  | 'inputs'
  | 'session'
  | 'metadata'
  | 'priority'
  | 'regeneratedFrom'
  | 'nodeCount'
  | 'timeoutMs'
  | 'queueTimeoutMs'
>;

/** A job at the moment of submission. `now` in ms since 1970. */
export function createJob(job: NewJob, now: number): Job {
  const seq = nextSeq({ id: job.id, seq: 0 }, now);
  return {
    v: 1,
    ...job,
    facts: {},
    status: 'submitting',
    outputs: [],
    warnings: [],
    reused: false,
    log: [{ seq, status: 'queued' }],
    seq,
  };
}

/** Merges evidence into a job. Returns the same object if nothing is new. `now` numbers new durable events. */
export function reduce(job: Job, evidence: Evidence, now: number): Job {
  const next: Job = { ...job, facts: mergeFacts(job.facts, evidence) };
  if (evidence.type === 'outputs' || evidence.type === 'ended') addOutputs(next, evidence.outputs, now);
  if (evidence.type === 'assets') addFacts(next, evidence.assets);
  if (evidence.type === 'ended' && evidence.reused) next.reused = true;
  if (evidence.type === 'accepted' && evidence.warnings && next.warnings.length === 0)
    next.warnings = evidence.warnings;
  const progress = 'progress' in evidence ? evidence.progress : undefined;
  if (progress && progress.value >= (job.progress?.value ?? 0) && !isTerminal(job.status))
    next.progress = progress;
  settle(next, now);
  return sameJob(job, next) ? job : next;
}

export function isTerminal(status: JobStatus): boolean {
  return status === 'succeeded' || status === 'failed' || status === 'canceled' || status === 'expired';
}

/** Whether the end was inferred: history, should it appear, may still correct it. */
export function isInferred(job: Job): boolean {
  return isTerminal(job.status) && job.facts.ended === undefined;
}

/** The status as every surface shows it. */
export function shownStatus(status: JobStatus): Exclude<JobStatus, 'submitting'> {
  return status === 'submitting' ? 'queued' : status;
}

/** When the record may be forgotten: its retention counts from its end, or from its creation while it lives. */
export function expiresAt(job: Job, maxAgeMs: number): number {
  return (job.completedAt ?? job.createdAt) + maxAgeMs;
}

/** Derives status, times and error from the facts and logs a change of the shown status. */
function settle(job: Job, now: number): void {
  const { facts } = job;
  const { status, at, error } = derive(facts);
  if (facts.startedAt !== undefined) job.startedAt = Math.max(facts.startedAt, job.createdAt);
  if (at !== undefined) job.completedAt = Math.max(at, job.startedAt ?? job.createdAt);
  if (error) job.error = error;
  else delete job.error;
  job.status = status;
  const shown = shownStatus(status);
  if (job.log.at(-1)?.status === shown) return;
  job.seq = nextSeq(job, now);
  job.log = [...job.log, { seq: job.seq, status: shown }];
}

function addOutputs(job: Job, outputs: NewOutput[], now: number): void {
  const all = new Map(job.outputs.map((output) => [output.id, output]));
  let changed = false;
  for (const output of outputs) {
    const known = all.get(output.id);
    const merged = known && mergeOutput(known, output);
    if (known && merged === known) continue;
    if (!merged) job.seq = nextSeq(job, now);
    all.set(output.id, merged ?? { ...output, seq: job.seq });
    changed = true;
  }
  if (changed) job.outputs = [...all.values()];
}

/** Facts about outputs that are not there say nothing. */
function addFacts(job: Job, assets: readonly AssetFacts[]): void {
  const byId = new Map(assets.map((facts) => [facts.id, facts]));
  const merged = job.outputs.map((output) => mergeOutput(output, byId.get(output.id) ?? {}));
  if (merged.some((output, i) => output !== job.outputs[i])) job.outputs = merged;
}

/** Numbers follow the clock, so that they also grow when a record is lost and rebuilt. */
function nextSeq(job: Pick<Job, 'id' | 'seq'>, now: number): number {
  return Math.max(job.seq + 1, now - idTimeOf(job.id));
}

function sameJob(a: Job, b: Job): boolean {
  return (
    a.seq === b.seq &&
    a.status === b.status &&
    a.outputs === b.outputs &&
    a.warnings === b.warnings &&
    a.progress === b.progress &&
    a.reused === b.reused &&
    sameFacts(a.facts, b.facts)
  );
}
