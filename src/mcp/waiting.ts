/**
 * Waiting for a job on behalf of a client that must hear something meanwhile: news as it comes, and a sign of life when
 * there is none. The job does not depend on it: a client that goes away ends the wait and nothing else.
 */
import { startTimer } from '../comfyui/watcher.ts';
import type { Feed } from '../jobs/feed.ts';
import { isTerminal, type Job } from '../jobs/job.ts';
import type { JobService } from '../jobs/service.ts';
import type { ToolContext } from './tool.ts';
import { messageOf } from './words.ts';

/** Longest wait of one call from its beginning, in seconds: many clients give up after a minute. */
export const MAX_WAIT_S = 45;

/** Time between two signs of life, and the least between two that tell news, in ms. */
const SIGN_MS = 5_000;
const NEWS_MS = 250;

export type WaitFor = (job: Job, seconds: number, context: ToolContext) => Promise<Job>;

interface WaitingDeps {
  service: JobService;
  feed: Feed;
  /** Whether the feed of this process has the news; else they come with each look. */
  resident: boolean;
  now: () => number;
}

export function createWaiting({ service, feed, resident, now }: WaitingDeps): WaitFor {
  return async (job, seconds, { began, signal, report }) => {
    const ms = Math.min(seconds * 1000, began + MAX_WAIT_S * 1000 - now());
    if (ms <= 0 || isTerminal(job.status)) return job;
    if (!report) return service.wait(job, ms, signal);
    let latest = job;
    const { hear, stop } = startReports(() => describeNews(latest, feed), report);
    const leave = resident ? feed.subscribe(job, (wake) => wake.type === 'job' && hear()) : undefined;
    try {
      return await service.wait(job, ms, signal, (seen) => {
        latest = seen;
        hear();
      });
    } finally {
      leave?.();
      stop();
    }
  };
}

interface News {
  percent: number;
  message: string;
}

function describeNews(job: Job, feed: Feed): News {
  const live = feed.live(job.id);
  const latest = live?.job ?? job;
  const progress = live?.progress ?? latest.progress;
  const running = latest.status === 'running' && progress?.message;
  return { percent: (progress?.value ?? 0) * 100, message: running || messageOf(latest, live) };
}

/** Reports once at the start, soon after `hear` if there is news, and at the latest after `SIGN_MS`. */
function startReports(look: () => News, report: NonNullable<ToolContext['report']>) {
  let shown = 0;
  let message = '';
  let soon = false;
  let timer: ReturnType<typeof setTimeout>;

  function tell(): void {
    soon = false;
    timer = startTimer(tell, SIGN_MS);
    const news = look();
    message = news.message;
    // Must grow with every report; a hundred would mean that the result is there.
    shown = Math.max(Math.min(news.percent, 99), shown + 0.001);
    // A client that hangs up is noticed by the wait itself.
    report(shown, message).catch(() => undefined);
  }

  tell();
  return {
    hear(): void {
      if (soon || look().message === message) return;
      soon = true;
      clearTimeout(timer);
      timer = startTimer(tell, NEWS_MS);
    },
    stop: () => clearTimeout(timer),
  };
}
