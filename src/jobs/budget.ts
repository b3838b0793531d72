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

export interface Spending {
  /** Whether another look is possible. */
  affordable: () => boolean;
  /** Does work and counts its calls. Those that others make meanwhile are counted too: rather too many than too few. */
  counted: <T>(work: () => Promise<T>) => Promise<T>;
}

/** Begins to count for one request. Without a budget everything is possible. */
export function startSpending(budget: CallBudget | undefined): Spending {
  let spent = 0;
  return {
    affordable: () => !budget || spent + CALLS_OF_LOOK <= budget.maxCalls,
    async counted(work) {
      const before = budget?.calls() ?? 0;
      try {
        return await work();
      } finally {
        spent += (budget?.calls() ?? 0) - before;
      }
    },
  };
}
