/**
 * The gateway against a bare Hono app on the same runtime and server: how many reads of a finished job a second, and
 * how much memory each idle subscriber of a queued job takes. Workers have no `memory:`, so on workerd (through `wrangler
 * dev`, which simulates it) the store is KV; there a bare route that reads its answer from KV is measured, too.
 */
import { json, run as runJob, stepsGraph, submit } from './support/comfy.ts';
import { load, type Connection } from './support/http.ts';
import { cpuMs, median, residentKb, sleep } from './support/measure.ts';
import { start, startSimulator, type Child } from './support/processes.ts';
import type { Benchmark, Figure } from './support/report.ts';
import { RUNTIMES, startBareOn, startGatewayOn, type Runtime } from './support/runtimes.ts';
import type { Opened } from './support/subscribers.ts';

export const runtimes: Benchmark = {
  name: 'runtimes',
  limitMs: 120_000,
  async run() {
    const results = [];
    for (const runtime of RUNTIMES) results.push(await measureRuntime(runtime));
    return {
      figures: [
        ...results.flatMap(({ reads }) => reads.figures),
        ...results.flatMap(({ streams }) => streams.figures),
      ],
      raw: Object.fromEntries(
        results.map(({ runtime, reads, streams }) => [runtime, { reads: reads.raw, streams: streams.raw }]),
      ),
    };
  },
};

const ROUNDS = 5;
const CONCURRENCY = 16;
/** Requests of a round. */
const TOTAL = 6_000;
const WARM = 8_000;
/** workerd behind wrangler's proxy is slower by an order of magnitude. */
const WORKERD_TOTAL = 800;
const WORKERD_WARM = 1_500;

/** Streams that are open before and after; the difference is what is measured. */
const WARM_STREAMS = 250;
const STREAMS = 1_000;

async function measureRuntime(runtime: Runtime) {
  const simulator = await startSimulator();
  const started: Child[] = [simulator];
  const add = async (child: Promise<Child>) => {
    started.push(await child);
    return child;
  };
  try {
    const gateway = await add(startGatewayOn(runtime, simulator.url));
    const job = await runJob(gateway.url, stepsGraph({ stages: 1, steps: 2, delaySeconds: 0.01 }));
    const answer = JSON.stringify(await json<unknown>(job.urls.self));
    const bare = await add(startBareOn(runtime, answer));
    const reads = await measureReads(runtime, gateway, bare, job.id, answer.length);

    await fetch(`${simulator.url}/__simulator/pause`, { method: 'POST' });
    const queued = await submit(gateway.url, stepsGraph({ stages: 1, steps: 2, delaySeconds: 0.01 }));
    const path = `/api/v2/jobs/${queued.id}/events`;
    // Both at once: memory does not mind.
    const [ours, theirs] = await Promise.all(
      [gateway, bare].map(async ({ pid, url }) => {
        const clients = await add(start('bench/support/subscribers.ts', [], {}));
        return perStream(pid, clients, url + path);
      }),
    );
    return { runtime, reads, streams: streamFigures(runtime, ours!, theirs!) };
  } finally {
    await Promise.all(started.map((child) => child.stop()));
  }
}

interface Round {
  rate: number;
  cpuMs: number;
}

async function measureReads(runtime: Runtime, gateway: Child, bare: Child, id: string, bytes: number) {
  const workerd = runtime === 'workerd';
  const [warm, total] = workerd ? [WORKERD_WARM, WORKERD_TOTAL] : [WARM, TOTAL];
  const path = `/api/v2/jobs/${id}`;
  const targets = [
    { name: 'bare', child: bare, path },
    { name: 'gateway', child: gateway, path },
    ...(workerd ? [{ name: 'bareKv', child: bare, path: `/kv/${id}` }] : []),
  ];
  if (workerd) await fetch(`${bare.url}/kv/${id}`, { method: 'PUT' });
  const rounds: Record<string, Round[]> = {};
  for (let round = -1; round < ROUNDS; round++) {
    for (const { name, child, path } of targets) {
      const get = (connection: Connection) => connection.request('GET', path);
      const before = cpuMs(child.pid);
      const { rate } = await load(child.url, CONCURRENCY, round < 0 ? warm : total, get, 200);
      if (round >= 0) (rounds[name] ??= []).push({ rate, cpuMs: (cpuMs(child.pid) - before) / total });
    }
  }
  const rate = (name: string) => median(rounds[name]!.map((round) => round.rate));
  const cpu = (name: string) => median(rounds[name]!.map((round) => round.cpuMs));
  const busy = (name: string) => Math.round((rate(name) * cpu(name)) / 10);
  const compare = (name: string) =>
    `${Math.round(rate('gateway'))}/s (server ${busy('gateway')} % busy) against ` +
    `${Math.round(rate(name))}/s (${busy(name)} %); CPU ${cpu('gateway').toFixed(3)} against ${cpu(name).toFixed(3)} ms`;
  const aim = { atLeast: 0.6 };
  const figures: Figure[] = [
    {
      name: workerd ? 'reads, workerd (kv: for want of memory:)' : `reads, ${runtime}`,
      value: rate('gateway') / rate('bare'),
      unit: 'ratio',
      aim,
      detail: `${compare('bare')}; ${bytes} bytes${workerd ? '; the bare one reads no KV' : ''}`,
    },
    {
      name: `reads by CPU time, ${runtime}`,
      value: cpu('bare') / cpu('gateway'),
      unit: 'ratio',
      detail: 'the rate alone flatters where one client cannot keep the bare server busy',
    },
  ];
  if (workerd)
    figures.push({
      name: 'reads, workerd, both with KV',
      value: rate('gateway') / rate('bareKv'),
      unit: 'ratio',
      aim,
      detail: compare('bareKv'),
    });
  return { figures, raw: { concurrency: CONCURRENCY, requests: total, rounds } };
}

interface Streams {
  warmKb: number;
  openKb: number;
  eachKb: number;
}

async function perStream(pid: number, clients: Child, url: string): Promise<Streams> {
  await open(clients, url, WARM_STREAMS);
  const warmKb = await settled(pid);
  await open(clients, url, STREAMS);
  const openKb = await settled(pid);
  const [ended = 0] = (await clients.ask<{ ended: number[] }>('arrivals')).ended;
  if (ended > 0) throw new Error(`${ended} streams of ${url} ended while they were measured`);
  return { warmKb, openKb, eachKb: (openKb - warmKb) / STREAMS };
}

async function open(clients: Child, url: string, count: number): Promise<void> {
  const { failed } = await clients.ask<Opened>('open', { url, count });
  if (failed > 0) throw new Error(`${failed} of ${count} streams of ${url} could not be opened`);
}

/** Resident memory in KiB once it is quiet: the median of a second. */
async function settled(pid: number): Promise<number> {
  await sleep(1_500);
  const samples: number[] = [];
  for (let i = 0; i < 10; i++) {
    samples.push(residentKb(pid));
    await sleep(100);
  }
  return median(samples);
}

function streamFigures(runtime: Runtime, gateway: Streams, bare: Streams) {
  const mb = (kb: number) => (kb / 1024).toFixed(0);
  const figure: Figure = {
    name: `memory per stream, ${runtime}`,
    value: gateway.eachKb / bare.eachKb,
    unit: 'ratio',
    aim: { atMost: 1.3 },
    detail:
      `${gateway.eachKb.toFixed(1)} KB against ${bare.eachKb.toFixed(1)} KB; ${STREAMS} more than ${WARM_STREAMS}: ` +
      `${mb(gateway.warmKb)} → ${mb(gateway.openKb)} MB against ${mb(bare.warmKb)} → ${mb(bare.openKb)} MB`,
  };
  return { figures: [figure], raw: { gateway, bare } };
}
