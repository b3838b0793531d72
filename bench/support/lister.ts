/**
 * A gateway and its store in one process: filled through the job store, asked by the gateway's `fetch`. Jobs are over,
 * with one output each, of four owners and two statuses by turns; the oldest are of an owner with few jobs.
 */
import nodeSqlite from 'db0/connectors/node-sqlite';
import { v7 } from 'uuid';
import { parseConfig } from '../../src/config.ts';
import { createGateway } from '../../src/gateway.ts';
import { exampleGraph } from '../../src/simulator/example.ts';
import { createJob, reduce, type Job } from '../../src/jobs/job.ts';
import { createJobStore } from '../../src/jobs/store.ts';
import { nodeFetch } from '../../src/runtime/node-fetch.ts';
import { openStores } from '../../src/runtime/stores/open.ts';
import { offer } from './leash.ts';

export interface ListRequest {
  /** Who asks; `admin` sees all. */
  key: string;
  /** Without limit and cursor. */
  query: string;
  /** Begins at jobs between these parts of the list (0…1 from the newest), never twice at the same. */
  deep?: [number, number];
  warm: number;
  count: number;
}

export interface Listed {
  /** In ms, of each request. */
  times: number[];
  /** Jobs of the last page. */
  jobs: number;
  bytes: number;
}

export const LIMIT = 50;
/** Jobs of the owner `rare`: more than a page. */
const RARE = 60;
const SPACING_MS = 500;
const SECRET = 'a-secret-for-the-bench';

const OWNERS = ['owner0', 'owner1', 'owner2', 'owner3'];
const config = parseConfig({
  STORAGE_URL: process.env['STORAGE_URL'],
  API_KEYS: ['admin', 'rare', ...OWNERS].map((name) => `${name}:${name}-${SECRET}`).join(),
  // Nobody is there, and nothing is asked of it: all jobs are over.
  COMFYUI_URL: 'http://127.0.0.1:9',
  COMFYUI_TRANSPORT: 'poll',
});
const stores = await openStores(config.storage, Date.now, nodeSqlite, () => undefined);
const store = createJobStore(stores, {
  maxAgeMs: config.jobMaxAgeMs,
  shared: true,
  report: () => undefined,
  now: Date.now,
});
const gateway = createGateway(config, {
  stores,
  fetch: nodeFetch,
  newId: v7,
  now: Date.now,
  log: () => undefined,
  resident: true,
});
let asked = 0;
const graphText = JSON.stringify(exampleGraph());
/** Oldest first. */
const ids: string[] = [];
const firstAt = Date.now() - 100_000 * SPACING_MS;

offer({ fill, list });
console.log('http://no.address');

/** Adds jobs until there are so many; resolves to the ms that it took. */
async function fill(total: number): Promise<number> {
  const started = performance.now();
  const line = async () => {
    while (ids.length < total) {
      const job = finishedJob(ids.length);
      ids.push(job.id);
      await store.create(job, graphText);
    }
  };
  await Promise.all(Array.from({ length: 32 }, line));
  return performance.now() - started;
}

async function list({ key, query, deep, warm, count }: ListRequest): Promise<Listed> {
  const times: number[] = [];
  let jobs = 0;
  let bytes = 0;
  for (let i = -warm; i < count; i++) {
    // Each by another origin: links differ, so nothing that was presented before is used again, few jobs or many.
    let url = `http://127.0.0.1:${10_000 + (asked++ % 50_000)}/api/v2/jobs?limit=${LIMIT}${query}`;
    if (deep) {
      const [from, to] = deep;
      const part = from + ((to - from) * (i + warm)) / (warm + count);
      url += `&cursor=${ids[Math.floor((1 - part) * ids.length)]}`;
    }
    const started = performance.now();
    const headers = { authorization: `Bearer ${key}-${SECRET}` };
    const answer = await gateway.fetch(new Request(url, { headers }));
    const text = await answer.text();
    if (i >= 0) times.push(performance.now() - started);
    if (answer.status !== 200) throw new Error(`${url} answered ${answer.status}: ${text.slice(0, 300)}`);
    bytes = text.length;
    jobs = (JSON.parse(text) as { jobs: unknown[] }).jobs.length;
    // Let the process breathe: time of the garbage collector's own turns belongs to nobody.
    await new Promise((resolve) => setImmediate(resolve));
  }
  return { times, jobs, bytes };
}

function finishedJob(index: number): Job {
  const createdAt = firstAt + index * SPACING_MS;
  const owner = index < RARE ? 'rare' : OWNERS[index % 4]!;
  const failed = Math.floor(index / 4) % 4 === 0;
  const limits = { timeoutMs: 600_000, queueTimeoutMs: 86_400_000 };
  const job = createJob(
    {
      id: v7({ msecs: createdAt }),
      owner,
      backend: 'comfyui-1',
      backendKey: 'bench',
      createdAt,
      nodeCount: 7,
      ...limits,
    },
    createdAt,
  );
  const startedAt = createdAt + 50;
  const at = createdAt + 4_000;
  const file = { filename: `bench_${index}.png`, subfolder: '', type: 'output' as const };
  const output = {
    id: v7({ msecs: at }),
    node: '9',
    displayNode: '9',
    kind: 'image' as const,
    contentType: 'image/png',
    sizeBytes: 400_000 + index,
    file,
  };
  return reduce(
    reduce(job, { type: 'started', at: startedAt, seenAt: startedAt }, startedAt),
    {
      type: 'ended',
      outcome: failed ? 'error' : 'success',
      startedAt,
      at,
      reused: false,
      outputs: failed ? [] : [output],
    },
    at,
  );
}
