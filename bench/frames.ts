/**
 * From a `progress_state` frame of the simulator to the `progress` event at 100 subscribers. The simulator notes when
 * it hands a frame to its socket, the subscribers when they read the event, both on the machine's monotonic clock;
 * the step number tells which belong together. With previews, as a sampler has them.
 */
import { stepsGraph, submit } from './support/comfy.ts';
import { percentile, sleep } from './support/measure.ts';
import { start, startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';
import type { Stamps } from './support/simulator.ts';
import type { Arrivals } from './support/subscribers.ts';

export const frames: Benchmark = {
  name: 'frames',
  limitMs: 60_000,
  async run() {
    const simulator = await startSimulator({ stamp: true, paused: true });
    const gateway = await startGateway(simulator.url, 'file:');
    const watchers = await start('bench/support/subscribers.ts', [], {});
    try {
      // The job before warms the code on the way.
      await submit(gateway.url, stepsGraph({ stages: 1, steps: 40, delaySeconds: 0.02, color: 1 }));
      const job = await submit(
        gateway.url,
        stepsGraph({ stages: 1, steps: WARM + STEPS, delaySeconds: STEP_MS / 1000 }),
      );
      await watchers.ask('open', { url: job.urls.events, count: SUBSCRIBERS });
      await fetch(`${simulator.url}/__simulator/resume`, { method: 'POST' });
      let arrivals: Arrivals = {};
      for (const end = Date.now() + 40_000; Date.now() < end; await sleep(250)) {
        arrivals = await watchers.ask<Arrivals>('arrivals');
        if (arrivals['status:succeeded']?.length === SUBSCRIBERS) break;
      }
      const stamps = await simulator.ask<Stamps>('stamps');
      return measured(arrivals, stamps);
    } finally {
      await Promise.all([watchers.stop(), gateway.stop(), simulator.stop()]);
    }
  },
};

const SUBSCRIBERS = 100;
const STEP_MS = 50;
const WARM = 40;
const STEPS = 160;

function measured(arrivals: Arrivals, stamps: Stamps) {
  const delays: number[] = [];
  let missing = 0;
  for (let step = WARM + 1; step <= WARM + STEPS; step++) {
    const sent = stamps[`progress:${step}`] ?? Number.NaN;
    const seen = arrivals[`progress:${step}`] ?? [];
    missing += SUBSCRIBERS - seen.length;
    for (const at of seen) delays.push(at - sent);
  }
  const p50 = percentile(delays, 0.5);
  const p99 = percentile(delays, 0.99);
  const detail = `${STEPS} frames, ${1000 / STEP_MS} a second, to ${SUBSCRIBERS} subscribers; ${missing} merged into later ones`;
  return {
    figures: [
      { name: 'p50 to subscriber', value: p50, unit: 'ms' as const, aim: { atMost: 2 }, detail },
      { name: 'p99 to subscriber', value: p99, unit: 'ms' as const, aim: { atMost: 10 } },
    ],
    raw: {
      samples: delays.length,
      missing,
      p50,
      p90: percentile(delays, 0.9),
      p99,
      max: percentile(delays, 1),
    },
  };
}
