/**
 * MCP against a bare Hono route that answers the same JSON on the same server adapter: the list of all tools, and a call that
 * reads one job, by the protocol of both eras. And what a call costs that waits.
 */
import { connect, type Socket } from 'node:net';
import { json, run, stepsGraph, submit } from './support/comfy.ts';
import { load, type Connection } from './support/http.ts';
import { median, sleep } from './support/measure.ts';
import { start, startGateway, startSimulator, type Child } from './support/processes.ts';
import type { Benchmark, Figure } from './support/report.ts';

export const mcp: Benchmark = {
  name: 'mcp',
  limitMs: 120_000,
  async run() {
    const simulator = await startSimulator();
    const gateway = await startGateway(simulator.url, 'memory:');
    try {
      const job = await run(gateway.url, stepsGraph({ stages: 1, steps: 2, delaySeconds: 0.01 }));
      const list = await compare(gateway.url, 'tools/list', {});
      const call = await compare(gateway.url, 'tools/call', {
        name: 'query_job_status',
        arguments: { job_id: job.id },
      });
      await fetch(`${simulator.url}/__simulator/pause`, { method: 'POST' });
      const { id } = await submit(
        gateway.url,
        stepsGraph({ stages: 1, steps: 2, delaySeconds: 0.01, color: 9 }),
      );
      const waiting = await measureWaiting(gateway, id);
      return {
        figures: [...list.figures, ...call.figures, waiting.figure],
        raw: { list: list.raw, call: call.raw, waiting: waiting.raw },
      };
    } finally {
      await Promise.all([gateway.stop(), simulator.stop()]);
    }
  },
};

const ERAS = ['2025-11-25', '2026-07-28'] as const;
type Era = (typeof ERAS)[number];

const ROUNDS = 5;
const CONCURRENCY = 16;
const TOTAL = 2_500;
const WAITING = 1_000;

async function compare(url: string, method: string, params: Record<string, unknown>) {
  const answer = await json<{ result: unknown }>(`${url}/mcp`, {
    method: 'POST',
    body: messageOf('2026-07-28', method, params),
    headers: { 'content-type': 'application/json', ...headersOf('2026-07-28', method, params) },
  });
  const text = JSON.stringify(answer);
  const bare = await start('bench/support/bare.ts', [text], {});
  const rates: Record<string, number[]> = {};
  try {
    for (let round = -1; round < ROUNDS; round++) {
      const total = round < 0 ? TOTAL * 2 : TOTAL;
      const get = (connection: Connection) => connection.request('GET', '/api/v2/jobs/1');
      const bareRate = (await load(bare.url, CONCURRENCY, total, get, 200)).rate;
      if (round >= 0) (rates['bare'] ??= []).push(bareRate);
      for (const era of ERAS) {
        const body = messageOf(era, method, params);
        const headers = Object.entries(headersOf(era, method, params))
          .map(([name, value]) => `${name}: ${value}\r\n`)
          .join('');
        const post = (connection: Connection) => connection.request('POST', '/mcp', body, headers);
        const { rate } = await load(url, CONCURRENCY, total, post, 200);
        if (round >= 0) (rates[era] ??= []).push(rate);
      }
    }
  } finally {
    await bare.stop();
  }
  const rate = (name: string) => median(rates[name] ?? []);
  const figures = ERAS.map((era): Figure => ({
    name: `${method}, ${era}`,
    value: rate(era) / rate('bare'),
    unit: 'ratio',
    detail: `${Math.round(rate(era))}/s against ${Math.round(rate('bare'))}/s of a bare route, ${text.length} bytes`,
  }));
  return { figures, raw: rates };
}

function messageOf(era: Era, method: string, params: Record<string, unknown>, token?: string): string {
  const meta = {
    ...(token !== undefined && { progressToken: token }),
    ...(era === '2026-07-28' && {
      'io.modelcontextprotocol/protocolVersion': era,
      'io.modelcontextprotocol/clientCapabilities': {},
    }),
  };
  const message = { jsonrpc: '2.0', id: 1, method, params: { ...params, _meta: meta } };
  return JSON.stringify(message);
}

function headersOf(era: Era, method: string, params: Record<string, unknown>): Record<string, string> {
  return {
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': era,
    ...(era === '2026-07-28' && {
      'mcp-method': method,
      ...(typeof params['name'] === 'string' && { 'mcp-name': params['name'] }),
    }),
  };
}

/** What the gateway keeps for each of many calls that wait for one job and are told how it is: what is left after a collection. */
async function measureWaiting({ url, ask }: Child, jobId: string) {
  const params = { name: 'get_job', arguments: { job_id: jobId, wait_seconds: 45 } };
  const sockets: Socket[] = [];
  async function open(count: number): Promise<void> {
    for (let opened = 0; opened < count; opened += 100)
      sockets.push(...(await Promise.all(Array.from({ length: 100 }, () => waitingCall(url, params)))));
  }
  async function kept(): Promise<number> {
    await sleep(1_500);
    const { heapUsed, external } = await ask<NodeJS.MemoryUsage>('collect');
    return (heapUsed + external) / 1024;
  }
  // Code is compiled and pools are filled.
  await open(WAITING / 5);
  for (const socket of sockets.splice(0)) socket.destroy();
  const before = await kept();
  await open(WAITING);
  const during = await kept();
  for (const socket of sockets) socket.destroy();
  const after = await kept();
  return {
    figure: {
      name: 'memory of a waiting call',
      value: (during - before) / WAITING,
      unit: 'KB' as const,
      detail: `${WAITING} at once: ${mb(during)} in use, ${mb(before)} before, ${mb(after)} when they had gone`,
    },
    raw: { before, during, after },
  };
}

const mb = (kb: number) => `${(kb / 1024).toFixed(1)} MB`;

/** Resolves with the first progress. */
function waitingCall(url: string, params: Record<string, unknown>): Promise<Socket> {
  const { hostname, port, host } = new URL(url);
  const body = messageOf('2025-11-25', 'tools/call', params, 'token');
  const head = Object.entries({ host, ...headersOf('2025-11-25', 'tools/call', params) })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      const length = Buffer.byteLength(body);
      socket.write(
        `POST /mcp HTTP/1.1\r\n${head}content-type: application/json\r\ncontent-length: ${length}\r\n\r\n${body}`,
      );
    });
    socket.on('error', reject);
    socket.on('data', (chunk: Buffer) => {
      if (chunk.includes('notifications/progress')) resolve(socket);
    });
  });
}
