/**
 * 5,000 subscribers on one job: memory of the gateway for each, sockets to ComfyUI, and how long a status or output
 * takes to reach all of them. A delay counts from the frame that the simulator sends to the whole event in the
 * client, so it holds everything: record written, output measured, history read, and all 5,000 writes.
 */
import { stats, stepsGraph, submit, run as runJob } from './support/comfy.ts';
import { median, peakKb, percentile, residentKb, sleep } from './support/measure.ts';
import { start, startGateway, startSimulator, type Child } from './support/processes.ts';
import type { Benchmark, Figure } from './support/report.ts';
import type { Stamps } from './support/simulator.ts';
import type { Arrivals, Opened } from './support/subscribers.ts';

export const subscribers: Benchmark = {
  name: 'subscribers',
  limitMs: 90_000,
  async run() {
    const simulator = await startSimulator({ stamp: true });
    const gateway = await startGateway(simulator.url, 'file:');
    const warmers = await start('bench/support/subscribers.ts', [], {});
    const watchers = await start('bench/support/subscribers.ts', [], {});
    try {
      await warm(gateway, warmers);
      await simulator.ask('forget');
      await fetch(`${simulator.url}/__simulator/pause`, { method: 'POST' });
      const before = await gateway.ask<NodeJS.MemoryUsage>('collect');
      await sleep(500);
      const idleKb = residentKb(gateway.pid);
      const job = await submit(gateway.url, GRAPH);
      const opened = await watchers.ask<Opened>('open', { url: job.urls.events, count: COUNT });
      if (opened.failed > 0)
        throw new Error(`${opened.failed} of ${COUNT} streams could not be opened (ulimit -n?)`);
      const openKb = await settled(gateway.pid);

      await fetch(`${simulator.url}/__simulator/resume`, { method: 'POST' });
      let arrivals: Arrivals = {};
      for (const end = Date.now() + 40_000; Date.now() < end; await sleep(500)) {
        arrivals = await watchers.ask<Arrivals>('arrivals');
        if (arrivals['status:succeeded']?.length === COUNT) break;
      }
      const peak = peakKb(gateway.pid);
      const stamps = await simulator.ask<Stamps>('stamps');
      const seen = await stats(simulator.url);
      const sockets = Object.values(seen.socketsOpened).reduce((all, count) => all + count, 0);
      return {
        figures: [
          {
            name: 'memory each',
            value: (openKb - idleKb) / COUNT,
            unit: 'KB',
            aim: { atMost: 65 },
            detail: `${COUNT} open: ${mb(openKb)} resident, before ${mb(idleKb)}, peak with events ${mb(peak)}`,
          },
          { name: 'sockets to ComfyUI', value: sockets, unit: 'sockets', aim: { atMost: 1 } },
          ...delays(arrivals, stamps),
        ],
        raw: {
          idleKb,
          openKb,
          peakKb: peak,
          heapBefore: before,
          events: Object.fromEntries(
            Object.entries(arrivals)
              .filter(([key]) => key in stamps)
              .map(([key, times]) => [key, summary(times.map((at) => at - stamps[key]!))]),
          ),
        },
      };
    } finally {
      await Promise.all([warmers.stop(), watchers.stop(), gateway.stop(), simulator.stop()]);
    }
  },
};

const COUNT = 5_000;
const STAGES = 4;
const GRAPH = stepsGraph({ stages: STAGES, steps: 4, delaySeconds: 0.25, color: 7 });
const DURABLE = [
  'status:running',
  ...Array.from({ length: STAGES }, (_, stage) => `output:${3 + 2 * stage}`),
  'status:succeeded',
];

/** A job with 300 subscribers that come and go, so that code is compiled and pools are filled. */
async function warm(gateway: Child, warmers: Child): Promise<void> {
  const graph = stepsGraph({ stages: 2, steps: 5, delaySeconds: 0.1, color: 1 });
  const job = await submit(gateway.url, graph);
  await warmers.ask('open', { url: job.urls.events, count: 300 });
  await runJob(gateway.url, stepsGraph({ stages: 1, steps: 2, delaySeconds: 0.1, color: 2 }));
  await warmers.ask('close');
  await sleep(500);
}

/** Resident memory in KiB once it is quiet: the median of 1.5 s. */
async function settled(pid: number): Promise<number> {
  await sleep(1_000);
  const samples: number[] = [];
  for (let i = 0; i < 15; i++) {
    samples.push(residentKb(pid));
    await sleep(100);
  }
  return median(samples);
}

function delays(arrivals: Arrivals, stamps: Stamps): Figure[] {
  const all: number[] = [];
  const slowest: number[] = [];
  let wrong = 0;
  for (const key of DURABLE) {
    const times = (arrivals[key] ?? []).map((at) => at - (stamps[key] ?? Number.NaN));
    wrong += Math.abs(COUNT - times.length);
    all.push(...times);
    slowest.push(percentile(times, 1));
  }
  const detail = `p50 ${percentile(all, 0.5).toFixed(0)} ms, the last of all ${Math.max(...slowest).toFixed(0)} ms; ${DURABLE.length} events`;
  return [
    { name: 'status and output p99', value: percentile(all, 0.99), unit: 'ms', aim: { atMost: 300 }, detail },
    { name: 'missed or repeated', value: wrong, unit: 'events', aim: { atMost: 0 } },
  ];
}

function summary(times: number[]) {
  return {
    count: times.length,
    p50: percentile(times, 0.5),
    p99: percentile(times, 0.99),
    max: percentile(times, 1),
  };
}

const mb = (kb: number) => `${(kb / 1024).toFixed(0)} MB`;
