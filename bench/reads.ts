/**
 * `GET /api/v2/jobs/{id}` of a finished job against a bare Hono route that answers the same JSON on the same server
 * adapter. By turns, many short rounds.
 */
import { json, run, stepsGraph } from './support/comfy.ts';
import { load, type Connection } from './support/http.ts';
import { cpuMs, median, percentile } from './support/measure.ts';
import { start, startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';

export const reads: Benchmark = {
  name: 'reads',
  limitMs: 60_000,
  async run() {
    const simulator = await startSimulator();
    const gateway = await startGateway(simulator.url, 'memory:');
    const job = await run(gateway.url, stepsGraph({ stages: 1, steps: 2, delaySeconds: 0.01 }));
    const path = new URL(job.urls.self).pathname;
    const answer = await json<unknown>(job.urls.self);
    const bare = await start('bench/support/bare.ts', [JSON.stringify(answer)], {});
    const get = (connection: Connection) => connection.request('GET', path);
    const targets = { gateway, bare };
    const rounds: Record<keyof typeof targets, { rate: number; p50: number; cpuMs: number }[]> = {
      gateway: [],
      bare: [],
    };
    try {
      for (let round = -1; round < ROUNDS; round++) {
        for (const name of ['bare', 'gateway'] as const) {
          const { url, pid } = targets[name];
          const before = cpuMs(pid);
          const { rate, latencies } = await load(url, CONCURRENCY, round < 0 ? WARM : TOTAL, get, 200);
          if (round < 0) continue;
          rounds[name].push({ rate, p50: percentile(latencies, 0.5), cpuMs: (cpuMs(pid) - before) / TOTAL });
        }
      }
    } finally {
      await Promise.all([bare.stop(), gateway.stop(), simulator.stop()]);
    }
    const rate = (name: keyof typeof targets) => median(rounds[name].map((round) => round.rate));
    return {
      figures: [
        {
          name: 'rate, memory:',
          value: rate('gateway') / rate('bare'),
          unit: 'ratio',
          aim: { atLeast: 0.6 },
          detail: `${Math.round(rate('gateway'))}/s against ${Math.round(rate('bare'))}/s of a bare route, ${JSON.stringify(answer).length} bytes`,
        },
      ],
      raw: { concurrency: CONCURRENCY, requests: TOTAL, rounds },
    };
  },
};

const ROUNDS = 7;
const CONCURRENCY = 16;
const WARM = 15_000;
const TOTAL = 12_000;
