/**
 * Submissions through the gateway against `POST /prompt` at the simulator, which is paused, so that nothing but
 * submitting is measured. Every round has fresh processes and the same number of submissions: all queues are as deep.
 */
import { exampleGraph } from '../src/simulator/example.ts';
import { load, openConnection, type Connection } from './support/http.ts';
import { cpuMs, median, percentile } from './support/measure.ts';
import { start, startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';

export const submits: Benchmark = {
  name: 'submits',
  limitMs: 120_000,
  async run() {
    const rounds = {
      direct: [] as Round[],
      bare: [] as Round[],
      'memory:': [] as Round[],
      'file:': [] as Round[],
    };
    for (let i = 0; i < ROUNDS; i++) {
      rounds.direct.push(await directRound());
      rounds.bare.push(await bareRound());
      rounds['memory:'].push(await gatewayRound('memory:'));
      rounds['file:'].push(await gatewayRound('file:'));
    }
    const rate = (list: Round[]) => median(list.map((round) => round.rate));
    const added = { 'memory:': await addedLatency('memory:'), 'file:': await addedLatency('file:') };
    const perSecond = (value: number) => Math.round(value);
    return {
      figures: [
        ...(['file:', 'memory:'] as const).map((store) => ({
          name: `rate, ${store}`,
          value: rate(rounds[store]) / rate(rounds.direct),
          unit: 'ratio' as const,
          aim: { atLeast: 0.35 },
          detail: `${perSecond(rate(rounds[store]))}/s against ${perSecond(rate(rounds.direct))}/s, ${CONCURRENCY} at once`,
        })),
        {
          name: 'rate, bare proxy',
          value: rate(rounds.bare) / rate(rounds.direct),
          unit: 'ratio',
          detail: `${perSecond(rate(rounds.bare))}/s with Hono and fetch alone, nothing kept: the ceiling`,
        },
        ...(['file:', 'memory:'] as const).map((store) => ({
          name: `added p50, ${store}`,
          value: added[store].p50 - added[store].directP50,
          unit: 'ms' as const,
          aim: { atMost: 2 },
          detail: `${added[store].p50.toFixed(2)} ms against ${added[store].directP50.toFixed(2)} ms, one at a time`,
        })),
      ],
      raw: { concurrency: CONCURRENCY, submissions: TOTAL, rounds, added },
    };
  },
};

interface Round {
  rate: number;
  p50: number;
  p99: number;
  /** CPU time of the process that was asked, per submission. */
  cpuMs: number;
}

const ROUNDS = 3;
const CONCURRENCY = 16;
const WARM = 2_000;
const TOTAL = 3_000;
const PAIRS = 500;

const graph = exampleGraph();
const direct = (connection: Connection) =>
  connection.request('POST', '/prompt', JSON.stringify({ prompt: graph, client_id: 'bench' }));
const viaGateway = (connection: Connection) =>
  connection.request('POST', '/api/v2/jobs', JSON.stringify({ workflow: graph }));

async function directRound(): Promise<Round> {
  const simulator = await startSimulator({ paused: true });
  try {
    return await measured(simulator.url, simulator.pid, direct, 200);
  } finally {
    await simulator.stop();
  }
}

async function bareRound(): Promise<Round> {
  const simulator = await startSimulator({ paused: true });
  const bare = await start('bench/support/bare.ts', ['{}', simulator.url], {});
  try {
    return await measured(bare.url, bare.pid, viaGateway, 201);
  } finally {
    await Promise.all([bare.stop(), simulator.stop()]);
  }
}

async function gatewayRound(store: 'memory:' | 'file:'): Promise<Round> {
  const simulator = await startSimulator({ paused: true });
  const gateway = await startGateway(simulator.url, store);
  try {
    return await measured(gateway.url, gateway.pid, viaGateway, 201);
  } finally {
    await Promise.all([gateway.stop(), simulator.stop()]);
  }
}

async function measured(url: string, pid: number, request: typeof direct, expected: number): Promise<Round> {
  await load(url, CONCURRENCY, WARM, request, expected);
  const before = cpuMs(pid);
  const { rate, latencies } = await load(url, CONCURRENCY, TOTAL, request, expected);
  return {
    rate,
    p50: percentile(latencies, 0.5),
    p99: percentile(latencies, 0.99),
    cpuMs: (cpuMs(pid) - before) / TOTAL,
  };
}

/** One request at a time, by turns directly and through the gateway, so that both meet the same machine. */
async function addedLatency(store: 'memory:' | 'file:') {
  const simulator = await startSimulator({ paused: true });
  const gateway = await startGateway(simulator.url, store);
  const connections = [await openConnection(simulator.url), await openConnection(gateway.url)] as const;
  const timed = async (request: Promise<unknown>) => {
    const sent = performance.now();
    await request;
    return performance.now() - sent;
  };
  try {
    const samples: { direct: number; gateway: number }[] = [];
    for (let i = -PAIRS / 2; i < PAIRS; i++) {
      const pair = {
        direct: await timed(direct(connections[0])),
        gateway: await timed(viaGateway(connections[1])),
      };
      if (i >= 0) samples.push(pair);
    }
    const gatewayMs = samples.map((pair) => pair.gateway);
    return {
      directP50: median(samples.map((pair) => pair.direct)),
      p50: median(gatewayMs),
      p99: percentile(gatewayMs, 0.99),
    };
  } finally {
    for (const connection of connections) connection.close();
    await Promise.all([gateway.stop(), simulator.stop()]);
  }
}
