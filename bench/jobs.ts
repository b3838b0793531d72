/**
 * 10,000 jobs of 5 ms through the gateway, 64 at once, each waited for: none lost, none hanging, each executed once. The
 * rate is compared with the same jobs given to the simulator directly, with its socket telling their end.
 */
import { json, stats, stepsGraph, type Job } from './support/comfy.ts';
import { openConnection } from './support/http.ts';
import { median } from './support/measure.ts';
import { startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';

export const jobs: Benchmark = {
  name: 'jobs',
  limitMs: 180_000,
  async run() {
    const before = await directRate();
    const through = await gatewayRun();
    const after = await directRate();
    const direct = median([before, after]);
    const { rate, ...counts } = through;
    return {
      figures: [
        { name: 'lost', value: counts.lost, unit: 'jobs', aim: { atMost: 0 }, detail: `of ${TOTAL}` },
        {
          name: 'hanging',
          value: counts.hanging,
          unit: 'jobs',
          aim: { atMost: 0 },
          detail: 'not over after 60 s',
        },
        { name: 'not run exactly once', value: counts.notOnce, unit: 'jobs', aim: { atMost: 0 } },
        {
          name: 'rate, file:',
          value: rate / direct,
          unit: 'ratio',
          detail: `${rate.toFixed(0)}/s against ${direct.toFixed(0)}/s, ${CONCURRENCY} at once`,
        },
      ],
      raw: { total: TOTAL, concurrency: CONCURRENCY, ...through, directRates: [before, after] },
    };
  },
};

const TOTAL = 10_000;
const DIRECT_TOTAL = 1_500;
const CONCURRENCY = 64;
/** Nothing but the sleep takes time. */
const SIMULATOR = { historyLimit: TOTAL, nodeMs: 0 };
const LIVE = new Set(['queued', 'running', 'canceling']);

/** Never the same twice, or ComfyUI would take it from its cache. */
function graphOf(index: number) {
  return stepsGraph({ stages: 1, steps: 1, delaySeconds: 0.005, preview: false, color: index });
}

async function gatewayRun() {
  const simulator = await startSimulator(SIMULATOR);
  const gateway = await startGateway(simulator.url, 'file:');
  const ends: Record<string, number> = {};
  const ids: string[] = [];
  let next = 0;
  try {
    const started = performance.now();
    await inParallel(async () => {
      const connection = await openConnection(gateway.url);
      while (next < TOTAL) {
        const body = JSON.stringify({ workflow: graphOf(next++) });
        const answer = await connection.request('POST', '/api/v2/jobs', body, 'prefer: wait=60\r\n');
        if (answer.status !== 201) throw new Error(`answered ${answer.status}: ${answer.body.slice(0, 300)}`);
        const { id, status } = JSON.parse(answer.body) as Job;
        ids.push(id);
        ends[status] = (ends[status] ?? 0) + 1;
      }
      connection.close();
    });
    const rate = (TOTAL / (performance.now() - started)) * 1000;

    const { executions } = await stats(simulator.url);
    const kept = await keptIds(gateway.url);
    const hanging = Object.entries(ends).reduce((all, [status, n]) => all + (LIVE.has(status) ? n : 0), 0);
    return {
      rate,
      ends,
      hanging,
      lost: TOTAL - (ends['succeeded'] ?? 0) - hanging + ids.filter((id) => !kept.has(id)).length,
      notOnce:
        ids.filter((id) => executions[id] !== 1).length + Math.abs(Object.keys(executions).length - TOTAL),
    };
  } finally {
    await Promise.all([gateway.stop(), simulator.stop()]);
  }
}

/** Ids of all jobs that the gateway lists as succeeded. */
async function keptIds(url: string): Promise<Set<string>> {
  const ids = new Set<string>();
  for (let cursor: string | null = ''; cursor !== null;) {
    const query: string = cursor === '' ? '' : `&cursor=${cursor}`;
    const page: { jobs: Job[]; next_cursor: string | null } = await json(
      `${url}/api/v2/jobs?status=succeeded&limit=100${query}`,
    );
    for (const job of page.jobs) ids.add(job.id);
    cursor = page.next_cursor;
  }
  return ids;
}

async function directRate(): Promise<number> {
  const simulator = await startSimulator(SIMULATOR);
  const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/ws?clientId=bench`);
  const waiting = new Map<string, () => void>();
  socket.addEventListener('message', ({ data }) => {
    if (typeof data !== 'string') return;
    const frame = JSON.parse(data) as { type: string; data: { node?: string | null; prompt_id?: string } };
    if (frame.type === 'executing' && frame.data.node === null) waiting.get(frame.data.prompt_id ?? '')?.();
  });
  try {
    await new Promise((resolve) => socket.addEventListener('open', resolve));
    let next = 0;
    const started = performance.now();
    await inParallel(async () => {
      const connection = await openConnection(simulator.url);
      while (next < DIRECT_TOTAL) {
        const index = next++;
        const id = crypto.randomUUID();
        const end = new Promise<void>((resolve) => waiting.set(id, resolve));
        const body = { prompt: graphOf(index), prompt_id: id, client_id: 'bench' };
        await connection.request('POST', '/prompt', JSON.stringify(body));
        await end;
        waiting.delete(id);
      }
      connection.close();
    });
    return (DIRECT_TOTAL / (performance.now() - started)) * 1000;
  } finally {
    socket.close();
    await simulator.stop();
  }
}

async function inParallel(work: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: CONCURRENCY }, work));
}
