/** `comfygate mcp` as a client starts it, and bad days that need a ComfyUI of their own. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client as ModernClient } from '@modelcontextprotocol/client';
import { StdioClientTransport as ModernTransport } from '@modelcontextprotocol/client/stdio';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js';
import { expect, onTestFinished, test } from 'vitest';
import { connect } from './suites/mcp.ts';
import { eventually, startBoth, startGateway, startSimulator } from './support/gateway.ts';
import { freePort } from './support/port.ts';
import { ROOT } from './support/runtimes.ts';

const CLI = join(ROOT, 'src/runtime/cli.ts');
const INFO = { name: 'test', version: '1' };

/** Somewhere without workflows, as a desktop client may be. */
async function elsewhere(env: Record<string, string> = {}) {
  const simulator = await startSimulator();
  const cwd = await mkdtemp(join(tmpdir(), 'comfygate-stdio-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  const settings = { PATH: process.env['PATH'] ?? '', HOME: cwd, COMFYUI_URL: simulator.url, ...env };
  return { command: process.execPath, args: [CLI, 'mcp'], cwd, env: settings, stderr: 'pipe' as const };
}

test.each(['2025-11-25', '2026-07-28'])(
  '%s over stdio: tools, a picture, and a link that works',
  { timeout: 30_000 },
  async (era) => {
    const server = await elsewhere({ API_KEYS: 'me:a-long-enough-secret' });
    const client =
      era === '2025-11-25'
        ? new Client(INFO)
        : new ModernClient(INFO, { versionNegotiation: { mode: { pin: era } } });
    onTestFinished(() => client.close());
    if (client instanceof Client) await client.connect(new StdioClientTransport(server) as never);
    else await client.connect(new ModernTransport(server));
    expect((await client.listTools()).tools).toHaveLength(18);
    const args = { prompt: 'x', width: 64, height: 64, steps: 2 };
    const { structuredContent } = await client.callTool({ name: 'generate_image', arguments: args });
    const made = structuredContent as { status: string; asset_url: string; asset_id: string };
    expect(made.status).toBe('completed');
    expect((await fetch(made.asset_url)).headers.get('content-type')).toBe('image/png');
    const list = await client.callTool({ name: 'list_assets', arguments: { session_id: 'current' } });
    expect(list.structuredContent).toMatchObject({ assets: [{ asset_id: made.asset_id }] });
  },
);

test('nothing but the protocol is on stdout, and it ends with its client', { timeout: 30_000 }, async () => {
  const { command, args, cwd, env } = await elsewhere({ LOG_LEVEL: 'debug' });
  const child = spawn(command, args, { cwd, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  let logged = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (logged += text));
  const send = (message: object) => child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
  const params = { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: INFO };
  send({ id: 1, method: 'initialize', params });
  send({ method: 'notifications/initialized' });
  send({ id: 2, method: 'tools/call', params: { name: 'comfyui_health_check', arguments: {} } });
  await expect.poll(() => printed, { timeout: 15_000 }).toMatch(/"id":2\b/);
  child.stdin.end();
  const [code] = (await once(child, 'exit')) as [number];
  expect(code).toBe(0);
  const lines = printed.trimEnd().split('\n');
  for (const line of lines) expect(JSON.parse(line)).toMatchObject({ jsonrpc: '2.0' });
  expect(logged).toContain('"event":"started"');
});

test('settings that are wrong are said on stderr', async () => {
  const { command, args, cwd, env } = await elsewhere({ COMFYUI_URL: 'nonsense' });
  const child = spawn(command, args, { cwd, env });
  let printed = '';
  let logged = '';
  child.stdout.on('data', (text: Buffer) => (printed += String(text)));
  child.stderr.on('data', (text: Buffer) => (logged += String(text)));
  const [code] = (await once(child, 'close')) as [number];
  expect([code, printed]).toEqual([1, '']);
  expect(logged).toMatch(/COMFYUI_URL/);
});

test(
  'a ComfyUI that is away: tools say what to do, and health says which one',
  { timeout: 30_000 },
  async () => {
    const gateway = await startGateway({ COMFYUI_URL: `http://127.0.0.1:${await freePort()}` });
    const me = await connect(gateway.url, '2025-11-25');
    expect((await me.tools()).map(({ name }) => name)).toContain('generate_image');
    expect(await me.refused('generate_image', { prompt: 'x' })).toMatchObject({
      code: 'upstream_unreachable',
      message: expect.stringMatching(
        /comfyui-1 cannot be reached\. Call generate_image again in 5 s; comfyui_health_check tells/,
      ),
      details: { retry_after_seconds: 5 },
    });
    expect(await me.ok('comfyui_health_check')).toMatchObject({
      status: 'unreachable',
      backends: [
        { name: 'comfyui-1', reachable: false, queue_running: null, queue_pending: null, latency_ms: null },
      ],
      error: expect.stringMatching(/Start ComfyUI/),
    });
    expect((await me.refused('list_models')).code).toBe('upstream_unreachable');
    expect(await me.ok('list_workflows')).toMatchObject({ count: 2 });
  },
);

test('an asset that has expired is not found', async () => {
  let now = Date.now();
  const { gateway } = await startBoth({}, { now: () => now });
  const me = await connect(gateway.url, '2026-07-28');
  const made = await me.ok<{ asset_id: string; job_id: string }>('generate_image', {
    prompt: 'x',
    width: 64,
    height: 64,
    steps: 1,
  });
  now += 25 * 60 * 60 * 1000;
  expect((await me.refused('view_image', { asset_id: made.asset_id })).code).toBe('not_found');
  expect((await me.refused('get_job_result', { job_id: made.job_id })).code).toBe('not_found');
});

test(
  'who waits for long hears from it at least every ten seconds, and always of more',
  { timeout: 30_000 },
  async () => {
    const { gateway, simulator } = await startBoth();
    const me = await connect(gateway.url, '2025-11-25');
    simulator.control.pause();
    const seen: { progress: number; at: number }[] = [{ progress: -1, at: performance.now() }];
    const onprogress = ({ progress }: { progress: number }) =>
      void seen.push({ progress, at: performance.now() });
    const args = { prompt: 'x', width: 64, height: 64, steps: 1, wait_seconds: 14 };
    const { status } = await me.ok<{ status: string }>('generate_image', args, { onprogress });
    expect(status).toMatch(/pending|running/);
    seen.push({ progress: 101, at: performance.now() });
    for (const [i, { progress, at }] of seen.entries()) {
      if (i === 0) continue;
      expect(progress).toBeGreaterThan(seen[i - 1]!.progress);
      expect(at - seen[i - 1]!.at).toBeLessThan(10_000);
    }
  },
);

test.each(['2025-11-25', '2026-07-28'] as const)(
  '%s: nobody looks on for a client that has hung up',
  { timeout: 30_000 },
  async (era) => {
    // Where every look is a call to ComfyUI, and can be counted.
    const { gateway, simulator } = await startBoth({}, { resident: false });
    simulator.control.pause();
    const me = await connect(gateway.url, era);
    const args = { prompt: 'x', width: 64, height: 64, steps: 1, wait_seconds: 40 };
    const abort = new AbortController();
    const calls = () =>
      Object.values(simulator.control.stats().requests).reduce((sum, count) => sum + count, 0);
    const before = calls();
    const seen: unknown[] = [];
    const onprogress = (progress: unknown) => void seen.push(progress);
    const call = me.call('generate_image', args, { onprogress, signal: abort.signal });
    call.catch(() => undefined);
    await eventually(() => seen.length > 0 && calls() > before + 5);
    await (era === '2025-11-25' ? me.client.close() : abort.abort());
    // The look that is on its way, and the pause before the next one.
    await new Promise((resolve) => setTimeout(resolve, 2_500));
    const after = calls();
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    expect(calls()).toBe(after);
  },
);
