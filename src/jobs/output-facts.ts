/**
 * What is learned of an output after it was committed: its size, whether it is an old file, its copy, what it shows.
 * Merged so that order and repetition do not matter, as everything in a job. Pure.
 */
import type { JobOutput } from './job.ts';

/** Where the copy of an output stands. */
export interface CopyState {
  /** `failed`: the last attempt failed. */
  state: 'pending' | 'done' | 'failed';
  /** Attempts so far. */
  attempts: number;
  /** Why the last attempt failed, for people. */
  error?: string;
  /** When it will be tried again, in ms since 1970; absent on `failed`: never. */
  retryAt?: number;
  /** The bucket that has it, where it is done. */
  bucket?: string;
}

/** What the head of a file says of its content. Empty if it says nothing that could be read. */
export interface MediaFacts {
  /** In pixels, as shown. */
  width?: number;
  height?: number;
  durationMs?: number;
}

/** A copy that is to be made. */
export const PENDING_COPY: CopyState = { state: 'pending', attempts: 0 };

/** Adds what is new. Returns the same object if nothing is. */
export function mergeOutput(
  output: JobOutput,
  found: Partial<Pick<JobOutput, 'sizeBytes' | 'cached' | 'copy' | 'media'>>,
): JobOutput {
  const copy = newerCopy(output.copy, found.copy);
  const media = output.media ?? found.media;
  const sizeBytes = Math.max(output.sizeBytes, found.sizeBytes ?? 0);
  const cached = output.cached ?? found.cached;
  const same =
    copy === output.copy &&
    media === output.media &&
    sizeBytes === output.sizeBytes &&
    cached === output.cached;
  if (same) return output;
  return { ...output, sizeBytes, ...(cached && { cached }), ...(copy && { copy }), ...(media && { media }) };
}

/** What is done stays done; of two attempts the later counts, and of two accounts of one the first by its text. */
function newerCopy(a: CopyState | undefined, b: CopyState | undefined): CopyState | undefined {
  if (!a || !b) return a ?? b;
  if ((a.state === 'done') !== (b.state === 'done')) return a.state === 'done' ? a : b;
  if (a.attempts !== b.attempts) return a.attempts > b.attempts ? a : b;
  return JSON.stringify(a) <= JSON.stringify(b) ? a : b;
}
