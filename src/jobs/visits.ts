/** Looking after the live jobs from time to time, where nobody follows them: what a cron trigger does. */
import { startSpending, type CallBudget, type Spending } from './budget.ts';
import { isTerminal, LIVE, type Job } from './job.ts';
import type { JobStore } from './store.ts';

interface VisitsDeps {
  store: JobStore;
  /** Looks after one job; undefined if it is gone. */
  visit: (job: Job) => Promise<Job | undefined>;
  budget: CallBudget | undefined;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string, jobId?: string) => void;
  now: () => number;
}

/** Between the two looks of a visit, in ms; longer than the inspector wants between two that find nothing. */
const SECOND_LOOK_MS = 1_100;

export function createVisits({ store, visit, budget, report, now }: VisitsDeps): () => Promise<void> {
  /** Visits one after the other while that is possible; one that fails does not keep the others from it. Returns the live. */
  async function visitEach(jobs: readonly Job[], { affordable, counted }: Spending): Promise<Job[]> {
    const live: Job[] = [];
    for (const job of jobs) {
      if (!affordable()) break;
      const latest = await counted(() => visit(job)).catch((error: unknown) =>
        report(error, 'visit', job.id),
      );
      if (latest && !isTerminal(latest.status)) live.push(latest);
    }
    return live;
  }

  /** As many as it may, from another one on each time. */
  return async () => {
    const spending = startSpending(budget);
    const jobs: Job[] = [];
    for await (const job of store.each({ statuses: LIVE })) jobs.push(job);
    const first = now() % Math.max(jobs.length, 1);
    const rotated = [...jobs.slice(first), ...jobs.slice(0, first)];
    // What is gone from ComfyUI is certain after a second look only, and the next visit may be somebody else's.
    const open = await visitEach(rotated, spending);
    if (open.length === 0) return;
    await new Promise((resolve) => setTimeout(resolve, SECOND_LOOK_MS));
    await visitEach(open, spending);
  };
}
