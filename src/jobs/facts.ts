/**
 * What is known of a job's fate, as facts that can be merged in any order and any number of times, and what follows from
 * them by rank: history > a stop that was seen > a deadline > absence. Pure.
 */
import type { RunError } from '../comfyui/history.ts';
import type { Evidence, JobError, JobStatus, StopReason } from './job.ts';

/** What is known of a job's fate; every field is merged on its own. Times in ms since 1970. */
export interface Facts {
  accepted?: true;
  /** When it began to run, by ComfyUI's clock where it said so. */
  startedAt?: number;
  /** When this gateway first saw it run; deadlines count from here. */
  runSeenAt?: number;
  stop?: { reason: StopReason; at: number };
  /** It was told to stop and is in neither queue nor history. */
  stoppedAt?: number;
  /** Its deadline passed, it was told to stop, and a fresh look found no end. */
  overdueAt?: number;
  /** In neither queue nor history, twice. */
  absentAt?: number;
  ended?: { outcome: 'success' | 'error' | 'interrupted'; at: number; error?: RunError };
}

/** Adds what was learned. */
export function mergeFacts(facts: Facts, evidence: Evidence): Facts {
  switch (evidence.type) {
    case 'outputs':
    case 'assets':
    case 'progress':
      return facts;
    case 'accepted':
      return { ...facts, accepted: true };
    case 'started':
      return {
        ...facts,
        accepted: true,
        startedAt: earliest(facts.startedAt, evidence.at),
        runSeenAt: earliest(facts.runSeenAt, evidence.seenAt),
      };
    case 'stop': {
      const { reason, at } = evidence;
      const first = facts.stop;
      const wins = !first || at < first.at || (at === first.at && reason < first.reason);
      return wins ? { ...facts, stop: { reason, at } } : facts;
    }
    case 'stopped':
      return { ...facts, stoppedAt: earliest(facts.stoppedAt, evidence.at) };
    case 'overdue':
      return { ...facts, overdueAt: earliest(facts.overdueAt, evidence.at) };
    case 'absent':
      return { ...facts, absentAt: earliest(facts.absentAt, evidence.at) };
    case 'ended': {
      if (facts.ended) return facts;
      const { outcome, at, error, startedAt } = evidence;
      return {
        ...facts,
        accepted: true,
        ...(startedAt !== undefined && { startedAt: earliest(facts.startedAt, startedAt) }),
        ended: { outcome, at, ...(error && { error }) },
      };
    }
  }
}

/** The status that the facts amount to, and when and why it ended. */
export function derive(facts: Facts): { status: JobStatus; at?: number; error?: JobError } {
  const { ended, stop } = facts;
  if (ended) {
    const { outcome, at } = ended;
    if (outcome === 'success') return { status: 'succeeded', at };
    if (outcome === 'error') return { status: 'failed', at, error: nodeError(ended.error) };
    return { ...stopped(stop?.reason ?? 'cancel'), at };
  }
  const inferredAt = facts.stoppedAt ?? facts.overdueAt ?? (stop ? facts.absentAt : undefined);
  if (stop && inferredAt !== undefined) return { ...stopped(stop.reason), at: inferredAt };
  if (facts.absentAt !== undefined) return { status: 'failed', at: facts.absentAt, error: LOST };
  if (stop?.reason === 'cancel') return { status: 'canceling' };
  if (facts.startedAt !== undefined) return { status: 'running' };
  return { status: facts.accepted ? 'queued' : 'submitting' };
}

function stopped(reason: StopReason): { status: JobStatus; error?: JobError } {
  switch (reason) {
    case 'cancel':
      return { status: 'canceled' };
    case 'timeout':
      return {
        status: 'expired',
        error: fault('timeout', 'The job ran longer than its time limit and was stopped.'),
      };
    case 'queue_timeout':
      return {
        status: 'expired',
        error: fault('queue_timeout', 'The job waited longer in the queue than its limit and was taken out.'),
      };
  }
}

const LOST = fault(
  'lost',
  'ComfyUI no longer knows this job: it was restarted, or someone deleted the job there. Submit it again.',
);

function fault(code: JobError['code'], message: string): JobError {
  return { code, message, nodeId: null, classType: null };
}

function nodeError(error: RunError | undefined): JobError {
  return {
    code: 'node_execution_error',
    message: error?.message ?? 'ComfyUI gave no reason',
    nodeId: error?.nodeId ?? null,
    classType: error?.classType ?? null,
  };
}

export function sameFacts(a: Facts, b: Facts): boolean {
  return (
    a === b ||
    (a.accepted === b.accepted &&
      a.startedAt === b.startedAt &&
      a.runSeenAt === b.runSeenAt &&
      a.stop === b.stop &&
      a.stoppedAt === b.stoppedAt &&
      a.overdueAt === b.overdueAt &&
      a.absentAt === b.absentAt &&
      a.ended === b.ended)
  );
}

function earliest(a: number | undefined, b: number): number {
  return a === undefined ? b : Math.min(a, b);
}
