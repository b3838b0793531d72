/**
 * The gateway is killed at the worst moments and started again: every job reaches its true end, and ComfyUI runs each
 * at most once. The gateway is a process of its own; the simulator stays.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { freePort } from './support/port.ts';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { startSimulator, TERMINAL } from './support/gateway.ts';
import { sleepGraph } from './support/graphs.ts';

describe.each(['file', 'memory'] as const)('%s:', (kind) => {
  test('1 running and 99 queued jobs outlive a SIGKILL', async () => {
    const simulator = await startSimulator();
    const gateway = await gatewayProcess(kind, simulator.url);
    simulator.control.pause();
    const ids = await Promise.all(
      Array.from({ length: 100 }, () => submit(gateway.url, sleepGraph(1, 0.01))),
    );
    simulator.control.resume();
    await gateway.kill();
    await gateway.start();
    for (const id of ids) expect((await ended(gateway.url, id)).status).toBe('succeeded');
    expect(simulator.control.stats().executions).toEqual(Object.fromEntries(ids.map((id) => [id, 1])));
    const list = (await (await fetch(`${gateway.url}/api/v2/jobs?limit=100`)).json()) as wire.JobList;
    expect(list.jobs.map(({ id }) => id).sort()).toEqual([...ids].sort());
  }, 60_000);

  test('killed between POST and its answer: the job is there, and ran once', async () => {
    const simulator = await startSimulator();
    const gateway = await gatewayProcess(kind, simulator.url);
    simulator.control.fault({ route: 'POST /prompt', kind: 'accept-then-hang', times: 1 });
    const lost = submit(gateway.url, sleepGraph(2)).catch(() => 'no answer');
    await expect.poll(() => Object.keys(simulator.control.stats().executions).length).toBe(1);
    await gateway.kill();
    expect(await lost).toBe('no answer');
    await gateway.start();
    const [id] = Object.keys(simulator.control.stats().executions) as [string];
    expect(await ended(gateway.url, id)).toMatchObject({ status: 'succeeded', outputs: [{ node_id: '3' }] });
    expect(simulator.control.stats().executions).toEqual({ [id]: 1 });
  }, 30_000);

  test('killed between record and POST: nothing runs, and nothing hangs', async () => {
    const simulator = await startSimulator();
    const gateway = await gatewayProcess(kind, simulator.url);
    simulator.control.fault({ route: 'POST /prompt', kind: 'hang', times: 1 });
    const lost = submit(gateway.url, sleepGraph(2)).catch(() => 'no answer');
    await expect.poll(() => simulator.control.stats().requests['POST /prompt']).toBe(1);
    await gateway.kill();
    expect(await lost).toBe('no answer');
    await gateway.start();
    const { jobs } = (await (await fetch(`${gateway.url}/api/v2/jobs`)).json()) as wire.JobList;
    // What was recorded is shown as lost, once it cannot arrive any more; memory forgot it.
    expect(jobs).toHaveLength(kind === 'file' ? 1 : 0);
    for (const { id } of jobs)
      expect(await ended(gateway.url, id)).toMatchObject({ error: { code: 'lost' } });
    expect(simulator.control.stats().executions).toEqual({});
  }, 60_000);

  test('killed while ComfyUI finishes the job: the end is found in its history', async () => {
    const simulator = await startSimulator();
    const gateway = await gatewayProcess(kind, simulator.url);
    const id = await submit(gateway.url, sleepGraph(5, 0.05));
    await gateway.kill();
    await expect.poll(() => simulator.control.stats().queueRemaining, { timeout: 5_000 }).toBe(0);
    await gateway.start();
    const job = await ended(gateway.url, id);
    expect(job).toMatchObject({ status: 'succeeded', outputs: [{ node_id: '3' }] });
    expect((await fetch(job.outputs[0]!.url)).status).toBe(200);
  }, 30_000);

  test('a cancel that was asked for before the kill is carried out after it', async () => {
    const simulator = await startSimulator();
    const gateway = await gatewayProcess(kind, simulator.url);
    const id = await submit(gateway.url, sleepGraph(1000, 0.02));
    await expect.poll(async () => (await read(gateway.url, id)).status).toBe('running');
    simulator.control.fault({ route: 'POST /interrupt', kind: 'hang', times: 1 });
    simulator.control.fault({ route: 'POST /queue', kind: 'hang', times: 1 });
    void fetch(`${gateway.url}/api/v2/jobs/${id}/cancel`, { method: 'POST' }).catch(() => undefined);
    await expect.poll(async () => (await read(gateway.url, id)).status).toBe('canceling');
    await gateway.kill();
    await gateway.start();
    // Only a record can carry an intent; from ComfyUI alone the job is simply running.
    if (kind === 'memory') await fetch(`${gateway.url}/api/v2/jobs/${id}/cancel`, { method: 'POST' });
    expect((await ended(gateway.url, id)).status).toBe('canceled');
  }, 30_000);
});

test('file: a SIGKILL at any moment of many writes leaves every record whole', async () => {
  const simulator = await startSimulator({ nodeMs: 0 });
  const gateway = await gatewayProcess('file', simulator.url);
  const told: string[] = [];
  for (let life = 0; life < 5; life++) {
    let open = true;
    const writers = Array.from({ length: 8 }, async () => {
      while (open) {
        const id = await submit(gateway.url, sleepGraph(1, 0.001)).catch(() => undefined);
        if (id !== undefined) told.push(id);
      }
    });
    await new Promise((resolve) => setTimeout(resolve, 150 + life * 37));
    await gateway.kill();
    open = false;
    await Promise.all(writers);
    await gateway.start();
  }
  expect(told.length).toBeGreaterThan(50);
  for (const id of told) expect((await ended(gateway.url, id)).status).toBe('succeeded');
  for (const id of told) expect(simulator.control.stats().executions[id]).toBe(1);
}, 90_000);

test('SIGTERM ends the streams with a retry, and the process within five seconds', async () => {
  const simulator = await startSimulator();
  const gateway = await gatewayProcess('file', simulator.url);
  const id = await submit(gateway.url, sleepGraph(1000, 0.02));
  const stream = await fetch(`${gateway.url}/api/v2/jobs/${id}/events`);
  const text = stream.text();
  await expect.poll(async () => (await read(gateway.url, id)).status).toBe('running');
  const start = Date.now();
  expect(await gateway.terminate()).toBe(0);
  expect(Date.now() - start).toBeLessThan(5_000);
  expect(await text).toMatch(/^retry: 1000\n/);
});

async function submit(url: string, workflow: unknown): Promise<string> {
  const body = JSON.stringify({ workflow });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${url}/api/v2/jobs`, { method: 'POST', body, headers });
  if (response.status !== 201) throw new Error(await response.text());
  return ((await response.json()) as wire.Job).id;
}

async function read(url: string, id: string): Promise<wire.Job> {
  return (await (await fetch(`${url}/api/v2/jobs/${id}`)).json()) as wire.Job;
}

async function ended(url: string, id: string): Promise<wire.Job> {
  await expect.poll(async () => TERMINAL.has((await read(url, id)).status), { timeout: 30_000 }).toBe(true);
  return read(url, id);
}

/** The real entry on a fixed port, with a store that stays. */
async function gatewayProcess(kind: 'file' | 'memory', comfyUrl: string) {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-crash-'));
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const entry = join(import.meta.dirname, '../src/runtime/node.ts');
  let child: ChildProcess | undefined;

  async function start(): Promise<void> {
    const env = {
      PATH: process.env['PATH'],
      COMFYUI_URL: comfyUrl,
      PORT: String(port),
      STORAGE_URL: kind === 'file' ? `file:${dir}/store` : 'memory:',
      LOG_LEVEL: 'warn',
    };
    child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', entry], {
      cwd: dir,
      env,
      stdio: 'ignore',
    });
    await expect
      .poll(
        () =>
          fetch(`${url}/healthz`).then(
            ({ ok }) => ok,
            () => false,
          ),
        { timeout: 10_000 },
      )
      .toBe(true);
  }

  function stop(signal: NodeJS.Signals): Promise<number | null> {
    const process = child!;
    if (process.exitCode !== null || process.signalCode !== null) return Promise.resolve(process.exitCode);
    const exit = new Promise<number | null>((resolve) => process.once('exit', resolve));
    process.kill(signal);
    return exit;
  }

  onTestFinished(async () => {
    await stop('SIGKILL');
    await rm(dir, { recursive: true, force: true });
  });
  await start();
  return { url, start, kill: () => stop('SIGKILL'), terminate: () => stop('SIGTERM') };
}
