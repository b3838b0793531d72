/**
 * Runs of a named workflow against raw submissions of the same graph, through one gateway each. The simulator is paused, so that
 * nothing but submitting is measured.
 */
import { load, type Connection } from './support/http.ts';
import { median } from './support/measure.ts';
import { startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';

export const named: Benchmark = {
  name: 'named',
  limitMs: 120_000,
  async run() {
    const graph = await boundGraph();
    const rounds: { raw: number; named: number }[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await round(graph, i % 2 === 0));
    const rate = (kind: 'raw' | 'named') => median(rounds.map((both) => both[kind]));
    return {
      figures: [
        {
          name: 'rate of named runs',
          value: median(rounds.map((both) => both.named / both.raw)),
          unit: 'ratio',
          aim: { atLeast: 0.8 },
          detail: `${Math.round(rate('named'))}/s against ${Math.round(rate('raw'))}/s raw, ${CONCURRENCY} at once`,
        },
      ],
      raw: { concurrency: CONCURRENCY, submissions: TOTAL, rounds },
    };
  },
};

const ROUNDS = 5;
const CONCURRENCY = 16;
const WARM = 2_000;
const TOTAL = 3_000;

const inputs = { prompt: 'a lighthouse', steps: 4, seed: 5 };
const body = JSON.stringify({ inputs });
const RUN = '/api/v2/workflows/generate_image/jobs';

const runNamed = (connection: Connection) => connection.request('POST', RUN, body);

/** A body that submits the graph of a named run. */
async function boundGraph(): Promise<string> {
  const simulator = await startSimulator({ paused: true });
  const gateway = await startGateway(simulator.url, 'memory:');
  try {
    const id = await post(gateway.url + RUN, body);
    // The answer is `{"workflow": …, "format": …}`, which a submission takes as it is.
    return await (await fetch(`${gateway.url}/api/v2/jobs/${id}/workflow`)).text();
  } finally {
    await Promise.all([gateway.stop(), simulator.stop()]);
  }
}

/** Each with fresh processes, so that all queues are as deep; now one first, now the other. */
async function round(graph: string, rawFirst: boolean): Promise<{ raw: number; named: number }> {
  const runRaw = (connection: Connection) => connection.request('POST', '/api/v2/jobs', graph);
  if (rawFirst) {
    const raw = await measured(runRaw);
    return { raw, named: await measured(runNamed) };
  }
  const named = await measured(runNamed);
  return { named, raw: await measured(runRaw) };
}

async function measured(
  request: (connection: Connection) => ReturnType<Connection['request']>,
): Promise<number> {
  const simulator = await startSimulator({ paused: true });
  const gateway = await startGateway(simulator.url, 'memory:');
  try {
    await load(gateway.url, CONCURRENCY, WARM, request, 201);
    return (await load(gateway.url, CONCURRENCY, TOTAL, request, 201)).rate;
  } finally {
    await Promise.all([gateway.stop(), simulator.stop()]);
  }
}

async function post(url: string, text: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
  });
  if (response.status !== 201)
    throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}
