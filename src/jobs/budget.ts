/** How many calls to ComfyUI one request may make, where the platform counts them (Workers). */

export interface CallBudget {
  /** Calls that were made so far, by anybody. */
  calls: () => number;
  maxCalls: number;
}

/** Outputs of a job whose sizes one look asks for, where calls are counted. */
export const COUNTED_SIZES = 4;

/** Calls that one more look at a job may need: queue, history, stop, and sizes. */
const CALLS_OF_LOOK = 4 + COUNTED_SIZES;

/** Begins to count. The function tells whether another look is possible. */
export function spend(budget: CallBudget | undefined): () => boolean {
  const before = budget?.calls() ?? 0;
  return () => !budget || budget.calls() - before + CALLS_OF_LOOK <= budget.maxCalls;
}
