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
    const rounds: { raw: number; named: number }[] = [];
    for (let i = 0; i < ROUNDS; i++) rounds.push(await round());
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

const ROUNDS = 3;
const CONCURRENCY = 16;
const WARM = 2_000;
const TOTAL = 3_000;

/** Raw and named by turns of fresh processes, so that all queues are as deep. */
async function round(): Promise<{ raw: number; named: number }> {
  const inputs = { prompt: 'a lighthouse', steps: 4, seed: 5 };
  const run = (connection: Connection) =>
    connection.request('POST', '/api/v2/workflows/generate_image/jobs', JSON.stringify({ inputs }));
  let graph = '';
  const named = await measured(run, async (url) => {
    const job = await post(`${url}/api/v2/workflows/generate_image/jobs`, JSON.stringify({ inputs }));
    graph = await (await fetch(`${url}/api/v2/jobs/${job}/workflow`)).text();
  });
  // The answer is `{"workflow": …, "format": …}`, which a submission takes as it is.
  const raw = await measured(
    (connection) => connection.request('POST', '/api/v2/jobs', graph),
    () => Promise.resolve(),
  );
  return { raw, named };
}

async function measured(
  request: (connection: Connection) => ReturnType<Connection['request']>,
  prepare: (url: string) => Promise<void>,
): Promise<number> {
  const simulator = await startSimulator({ paused: true });
  const gateway = await startGateway(simulator.url, 'memory:');
  try {
    await prepare(gateway.url);
    await load(gateway.url, CONCURRENCY, WARM, request, 201);
    return (await load(gateway.url, CONCURRENCY, TOTAL, request, 201)).rate;
  } finally {
    await Promise.all([gateway.stop(), simulator.stop()]);
  }
}

async function post(url: string, body: string): Promise<string> {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body,
  });
  if (response.status !== 201)
    throw new Error(`${url} answered ${response.status}: ${await response.text()}`);
  return ((await response.json()) as { id: string }).id;
}
