/** A real redis-server on a free port with its data in a folder of its own, for tests; they end without one. */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from './port.ts';

/** Tests that need Redis are skipped where this holds. In CI they must run. */
export const redisIsMissing = spawnSync('redis-server', ['--version']).error !== undefined;
if (redisIsMissing && process.env['CI'] === 'true')
  throw new Error('redis-server is not installed: apt-get install redis-server');

export interface RedisServer {
  port: number;
  /** `redis://127.0.0.1:PORT`. */
  url: string;
  /** Starts it again on the same port, with what it had written. */
  start(): Promise<void>;
  /** Ends it in order. */
  stop(): Promise<void>;
  /** SIGKILL. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open, nothing answers. */
  freeze(): void;
  thaw(): void;
  /** Ends it and deletes its data. */
  close(): Promise<void>;
}

/** `options` as on the command line of redis-server. Every write is on disk before it is answered. */
export async function startRedis(options: readonly string[] = []): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-redis-'));
  const port = await freePort();
  let child: ChildProcess | undefined;
  const endWithTests = () => child?.kill('SIGKILL');
  process.once('exit', endWithTests);

  async function start(): Promise<void> {
    const settings = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'yes', appendfsync: 'always' };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, String(value)]);
    const started = spawn('redis-server', [...flags, ...options], { stdio: ['ignore', 'pipe', 'pipe'] });
    child = started;
    let said = '';
    await new Promise<void>((resolve, reject) => {
      started.stdout.on('data', (chunk: Buffer) => {
        said += String(chunk);
        if (said.includes('Ready to accept connections')) resolve();
      });
      started.on('error', reject);
      started.on('exit', () => reject(new Error(`redis-server ended: ${said}`)));
    });
  }

  async function end(signal: NodeJS.Signals): Promise<void> {
    const ending = child;
    child = undefined;
    if (!ending || ending.exitCode !== null || ending.signalCode !== null) return;
    const exit = once(ending, 'exit');
    ending.kill(signal);
    await exit;
  }

  await start();
  return {
    port,
    url: `redis://127.0.0.1:${port}`,
    start,
    stop: () => end('SIGTERM'),
    kill: () => end('SIGKILL'),
    freeze: () => void child?.kill('SIGSTOP'),
    thaw: () => void child?.kill('SIGCONT'),
    async close() {
      process.removeListener('exit', endWithTests);
      await end('SIGKILL');
      await rm(dir, { recursive: true, force: true });
    },
  };
}
