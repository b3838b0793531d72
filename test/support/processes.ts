/** The real entry as a process of its own, started as `npm start` does it, for tests that kill and freeze it. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import type * as wire from '../../src/api/answers.ts';
import { checkAnswer } from './contract.ts';
import { TERMINAL } from './gateway.ts';

export interface GatewayProcess {
  url: string;
  /** Lines of the log so far, parsed. */
  logged: Record<string, unknown>[];
  /** Starts it again, on the same port and in the same folder. */
  start(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGTERM; resolves with the exit code. */
  terminate(): Promise<number | null>;
  /** SIGSTOP: connections stay open, nothing goes on. */
  freeze(): void;
  thaw(): void;
  /** A request; fails if the answer is not as /openapi.json says. `body` is sent as JSON, a string as it is. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  submit(workflow: unknown, more?: Record<string, unknown>): Promise<wire.Job>;
  job(id: string): Promise<wire.Job>;
  /** The job once `done` holds; fails with the job as it is after `ms`. */
  until(id: string, done: (job: wire.Job) => boolean, ms?: number): Promise<wire.Job>;
  /** The job in its terminal state. */
  ended(id: string, ms?: number): Promise<wire.Job>;
}

const root = join(import.meta.dirname, '../..');
const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as {
  scripts: { start: string };
};
const flags = scripts.start.split(' ').slice(1, -1);
const entry = join(root, 'src/runtime/node.ts');

/** Resolves when it listens; fails with what it said when it ends instead. Ends with the test. */
export async function startGatewayProcess(env: Record<string, string>): Promise<GatewayProcess> {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-process-'));
  let port = '0';
  let url = '';
  const logged: Record<string, unknown>[] = [];
  let child: ChildProcess | undefined;
  /** Those that were told to end; others should not. */
  const asked = new WeakSet<ChildProcess>();

  async function start(): Promise<void> {
    const started = spawn(process.execPath, [...flags, entry], {
      cwd: dir,
      env: { PATH: process.env['PATH'], PORT: port, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let said = '';
    readLines(started.stderr, (line) => {
      said += `${line}\n`;
      if (line.startsWith('{')) logged.push(JSON.parse(line) as Record<string, unknown>);
    });
    await new Promise<void>((resolve, reject) => {
      readLines(started.stdout, (line) => {
        const [, listening] = /^comfygate listens on (.+)$/.exec(line) ?? [];
        if (listening === undefined) return;
        url = listening;
        ({ port } = new URL(url));
        resolve();
      });
      started.once('error', reject);
      // Only now is all read that it said.
      started.once('close', (code, signal) => {
        const end = `the gateway ended with ${signal ?? code}: ${said}`;
        reject(new Error(end));
        if (!asked.has(started)) console.error(end);
      });
    });
  }

  async function end(signal: NodeJS.Signals): Promise<number | null> {
    if (!child) return null;
    if (child.exitCode === null && child.signalCode === null) {
      const exit = once(child, 'exit');
      asked.add(child);
      child.kill(signal);
      await exit;
    }
    return child.exitCode;
  }

  onTestFinished(async () => {
    await end('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  });
  await start();

  async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(text !== undefined && { body: text }),
    });
    await checkAnswer(method, path, response);
    return response;
  }

  const api: GatewayProcess = {
    url, // The same in every life.
    logged,
    start,
    async kill() {
      await end('SIGKILL');
    },
    terminate: () => end('SIGTERM'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    request,
    submit: async (workflow, more) => json(await request('POST', '/api/v2/jobs', { workflow, ...more }), 201),
    job: async (id) => json(await request('GET', `/api/v2/jobs/${id}`), 200),
    async until(id, done, ms = 10_000) {
      const deadline = Date.now() + ms;
      for (;;) {
        const job = await api.job(id);
        if (done(job)) return job;
        if (Date.now() > deadline) throw new Error(`not so after ${ms} ms: ${JSON.stringify(job)}`);
        await new Promise((resolve) => setTimeout(resolve, 25));
      }
    },
    ended: (id, ms) => api.until(id, ({ status }) => TERMINAL.has(status), ms),
  };
  return api;
}

async function json<T>(response: Response, status: number): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`expected ${status}, got ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

function readLines(stream: NodeJS.ReadableStream, take: (line: string) => void): void {
  let rest = '';
  stream.setEncoding('utf8').on('data', (chunk) => {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}
