/**
 * `COMFYUI_TRANSPORT=poll`: 200 active jobs with a subscriber each, first one running and 199 queued, then all of them
 * finishing. The simulator counts what it is asked. The aim is read in two ways: no second with more than 2 + 3 × 200
 * requests, and (stricter) all requests together no more than 2 a second plus 3 per job.
 */
import { stats, stepsGraph, submit, type Job } from './support/comfy.ts';
import { sleep } from './support/measure.ts';
import { start, startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';
import type { Arrivals, Opened } from './support/subscribers.ts';

export const polling: Benchmark = {
  name: 'polling',
  limitMs: 60_000,
  async run() {
    const simulator = await startSimulator({ nodeMs: 0 });
    const gateway = await startGateway(simulator.url, 'file:', { COMFYUI_TRANSPORT: 'poll' });
    const watchers = await start('bench/support/subscribers.ts', [], {});
    try {
      const first = await submit(gateway.url, graphOf(0, RUN_MS));
      while ((await stats(simulator.url)).executions[first.id] === undefined) await sleep(20);
      await fetch(`${simulator.url}/__simulator/pause`, { method: 'POST' });
      const rest: Job[] = [];
      for (let i = 1; i < JOBS; i++) rest.push(await submit(gateway.url, graphOf(i, SHORT_MS)));
      const opened = await Promise.all(
        [first, ...rest].map(({ urls }) => watchers.ask<Opened>('open', { url: urls.events, count: 1 })),
      );
      const failed = opened.reduce((all, { failed }) => all + failed, 0);
      if (failed > 0) throw new Error(`${failed} of ${JOBS} streams could not be opened`);
      await sleep(500);

      const samples = [await sample(simulator.url)];
      const end = performance.now() + WAIT_MS;
      while (performance.now() < end) samples.push(await later(simulator.url));
      const resumed = samples.length - 1;
      await fetch(`${simulator.url}/__simulator/resume`, { method: 'POST' });
      let succeeded = 0;
      for (const end = performance.now() + 30_000; succeeded < JOBS && performance.now() < end;) {
        samples.push(await later(simulator.url));
        succeeded = (await watchers.ask<Arrivals>('arrivals'))['status:succeeded']?.length ?? 0;
      }

      const { socketsOpened } = await stats(simulator.url);
      const sockets = Object.values(socketsOpened).reduce((all, count) => all + count, 0);
      const [begun, middle, last] = [samples[0]!, samples[resumed]!, samples.at(-1)!];
      const waiting = between(begun, middle);
      const finishing = between(middle, last);
      const peak = Math.max(...samples.slice(4).map((sample, i) => between(samples[i]!, sample).rate));
      const seconds = (last.at - begun.at) / 1000;
      return {
        figures: [
          {
            name: 'requests to ComfyUI, busiest second',
            value: peak,
            unit: '/s',
            aim: { atMost: 2 + 3 * JOBS },
            detail: `${JOBS} jobs, as many subscribers; aim read as 2/s and 3/s per job`,
          },
          {
            name: 'one running, others queued',
            value: waiting.rate,
            unit: '/s',
            aim: { atMost: 2 },
            detail: `${waiting.count} in ${waiting.seconds.toFixed(1)} s: ${waiting.routes}`,
          },
          {
            name: 'all finishing',
            value: finishing.count / JOBS,
            unit: 'requests',
            detail: `for each job; ${finishing.rate.toFixed(0)}/s for ${finishing.seconds.toFixed(1)} s: ${finishing.routes}`,
          },
          {
            name: 'all, to 2/s and 3 per job',
            value: (last.total - begun.total) / (2 * seconds + 3 * JOBS),
            unit: 'ratio',
            aim: { atMost: 1 },
            detail: `${last.total - begun.total} requests in ${seconds.toFixed(1)} s; aim read as 3 in a job's life`,
          },
          { name: 'sockets to ComfyUI', value: sockets, unit: 'sockets', aim: { atMost: 0 } },
          { name: 'not seen to succeed', value: JOBS - succeeded, unit: 'jobs', aim: { atMost: 0 } },
        ],
        raw: { jobs: JOBS, samples, resumed, sockets },
      };
    } finally {
      await Promise.all([watchers.stop(), gateway.stop(), simulator.stop()]);
    }
  },
};

const JOBS = 200;
/** The first runs longer than the others wait. */
const RUN_MS = 11_000;
const WAIT_MS = 8_000;
const SHORT_MS = 20;
const SAMPLE_MS = 250;

function graphOf(index: number, ms: number) {
  return stepsGraph({ stages: 1, steps: 10, delaySeconds: ms / 10_000, preview: false, color: index });
}

interface Sample {
  at: number;
  total: number;
  requests: Record<string, number>;
}

/** What the simulator was asked so far, but for what we ask it. */
async function sample(url: string): Promise<Sample> {
  const { requests } = await stats(url);
  const theirs = Object.entries(requests).filter(([route]) => !route.includes('__simulator'));
  return {
    at: performance.now(),
    total: theirs.reduce((all, [, count]) => all + count, 0),
    requests: Object.fromEntries(theirs),
  };
}

async function later(url: string): Promise<Sample> {
  await sleep(SAMPLE_MS);
  return sample(url);
}

function between(from: Sample, to: Sample) {
  const seconds = (to.at - from.at) / 1000;
  const count = to.total - from.total;
  const routes = Object.entries(to.requests)
    .map(([route, count]) => [route, count - (from.requests[route] ?? 0)] as const)
    .filter(([, count]) => count > 0)
    .map(([route, count]) => `${route} ${count}`)
    .join(', ');
  return { seconds, count, rate: count / seconds, routes: routes || 'none' };
}
