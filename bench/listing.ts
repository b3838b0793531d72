/**
 * `GET /api/v2/jobs?limit=50` with 1,000 and with 100,000 stored jobs, on each store: the first page, pages deep in the
 * list, and with filters. In the process of the gateway, by its `fetch`, so without HTTP.
 */
import { median, percentile } from './support/measure.ts';
import type { Listed, ListRequest } from './support/lister.ts';
import { makeFolder, start, type Child } from './support/processes.ts';
import { startRedis } from './support/redis.ts';
import type { Benchmark, Figure } from './support/report.ts';

export const listing: Benchmark = {
  name: 'listing',
  limitMs: 120_000,
  async run() {
    const raw: Record<string, Measured> = {};
    for (const store of ['memory:', 'file:', 'redis:'] as const) raw[store] = await measured(store);
    return { figures: Object.entries(raw).flatMap(([store, found]) => figuresOf(store, found)), raw };
  },
};

const FEW = 1_000;
const MANY = 100_000;
const REPEAT = { warm: 40, count: 80 };

/** Each has at least a page of jobs, also among the few. */
const CASES: Record<string, Pick<ListRequest, 'key' | 'query' | 'deep'>> = {
  first: { key: 'admin', query: '' },
  deep: { key: 'admin', query: '', deep: [0.5, 0.9] },
  owner: { key: 'owner1', query: '' },
  'owner, deep': { key: 'owner1', query: '', deep: [0.5, 0.7] },
  status: { key: 'admin', query: '&status=failed' },
  'owner and status': { key: 'owner1', query: '&status=failed' },
  'owner of the 60 oldest': { key: 'rare', query: '' },
};
const GROUPS: Record<string, string[]> = {
  'first page and deep': ['first', 'deep'],
  'by owner, status, both': ['owner', 'owner, deep', 'status', 'owner and status'],
  'of an owner with few, old jobs': ['owner of the 60 oldest'],
};

type Times = Record<string, { p50: number; p99: number; jobs: number; bytes: number }>;

interface Measured {
  fillMs: number[];
  few: Times;
  many: Times;
}

async function measured(store: 'memory:' | 'file:' | 'redis:'): Promise<Measured> {
  const { dir, remove } = makeFolder();
  const started: Child[] = [];
  try {
    let url = store === 'file:' ? `file:${dir}` : 'memory:';
    if (store === 'redis:') {
      const redis = await startRedis(dir);
      started.push(redis);
      url = redis.url;
    }
    const lister = await start('bench/support/lister.ts', [], { STORAGE_URL: url });
    started.unshift(lister);
    const fillMs = [await lister.ask<number>('fill', FEW)];
    const few = await times(lister);
    fillMs.push(await lister.ask<number>('fill', MANY));
    await lister.ask('collect');
    return { fillMs, few, many: await times(lister) };
  } finally {
    for (const child of started) await child.stop();
    remove();
  }
}

/** The cases by turns, so that all meet the same machine. */
async function times(lister: Child): Promise<Times> {
  const found: Record<string, Listed[]> = {};
  for (let round = 0; round < ROUNDS; round++) {
    for (const [name, request] of Object.entries(CASES)) {
      const part = request.deep && roundOf(request.deep, round);
      const given = { ...request, ...REPEAT, ...(part && { deep: part }) };
      (found[name] ??= []).push(await lister.ask<Listed>('list', given satisfies ListRequest));
    }
  }
  return Object.fromEntries(
    Object.entries(found).map(([name, lists]) => {
      const all = lists.flatMap(({ times }) => times);
      const { jobs, bytes } = lists[0]!;
      return [name, { p50: median(all), p99: percentile(all, 0.99), jobs, bytes }];
    }),
  );
}

const ROUNDS = 2;

/** The part of a range that belongs to a round. */
function roundOf([from, to]: [number, number], round: number): [number, number] {
  const step = (to - from) / ROUNDS;
  return [from + step * round, from + step * (round + 1)];
}

function figuresOf(store: string, { few, many }: Measured): Figure[] {
  return Object.entries(GROUPS).flatMap(([group, names]) => {
    const p50 = Math.max(...names.map((name) => many[name]!.p50));
    const factor = Math.max(...names.map((name) => many[name]!.p50 / few[name]!.p50));
    const each = names.map(
      (name) => `${name} ${many[name]!.p50.toFixed(2)} ms (${few[name]!.p50.toFixed(2)} of 1,000)`,
    );
    return [
      { name: `${store} ${group}`, value: p50, unit: 'ms', aim: { atMost: 10 }, detail: each.join(', ') },
      { name: `${store} …, to 1,000 jobs`, value: factor, unit: 'ratio', aim: { atMost: 2 } },
    ];
  });
}
