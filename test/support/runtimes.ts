/** The gateway as its users start it: by the scripts of package.json, in a process of its own, on any runtime. */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';

export const ROOT = join(import.meta.dirname, '..', '..');
const BIN = join(ROOT, 'node_modules/.bin');

export type Runtime = 'node' | 'bun' | 'deno' | 'workerd';

/** Of a runtime: the script that starts the gateway on it, and the program that must be there. */
const STARTS: Record<Runtime, { script: string; program: string }> = {
  node: { script: 'start', program: 'node' },
  bun: { script: 'start:bun', program: 'bun' },
  deno: { script: 'start:deno', program: 'deno' },
  workerd: { script: 'start:workers', program: 'workerd' },
};

/** Tests on a runtime that this machine does not have are skipped. In CI they must run. */
export function isMissing(runtime: Runtime): boolean {
  const program = join(BIN, STARTS[runtime].program);
  const missing = !existsSync(program) || spawnSync(program, ['--version']).status !== 0;
  if (missing && process.env['CI'] === 'true') throw new Error(`${runtime} is not installed: npm ci`);
  if (missing) console.warn(`${runtime} is not installed: its tests are skipped`);
  return missing;
}

let started = 0;

export interface RunningGateway {
  url: string;
  /** What it has printed so far, on both channels. */
  output(): string;
  /** Signals it and all that it started. Resolves when it has ended; without an exit code if the signal ended it. */
  end(signal?: NodeJS.Signals): Promise<{ code: number | null; ms: number }>;
}

/** Starts the gateway with `env` and nothing else; rejects with what it printed if it ends instead. */
export async function startRuntime(
  runtime: Runtime,
  env: Record<string, string>,
  { args = [], cwd = ROOT }: { args?: readonly string[]; cwd?: string } = {},
): Promise<RunningGateway> {
  const [program = '', ...given] = commandOf(runtime);
  const registry = join(tmpdir(), `comfygate-registry-${process.pid}-${++started}`);
  const child = spawn(join(BIN, program), [...given, ...args], {
    cwd,
    env: {
      PATH: [BIN, process.env['PATH']].join(delimiter),
      HOME: process.env['HOME'] ?? '',
      NO_COLOR: '1',
      // Nobody asks Cloudflare for anything.
      CLOUDFLARE_CF_FETCH_ENABLED: 'false',
      // Workers of other tests have the same name, and wrangler would tell them of each other.
      WRANGLER_REGISTRY_PATH: registry,
      PORT: '0',
      ...env,
    },
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let printed = '';
  const exit = once(child, 'exit') as Promise<[number | null]>;
  const signal = (name: NodeJS.Signals): void => {
    // What ends wrangler must live to do so.
    const sent = runtime === 'workerd' && name === 'SIGKILL' ? 'SIGTERM' : name;
    try {
      process.kill(-child.pid!, sent);
    } catch {
      // All of it has ended.
    }
  };
  const endWithTests = (): void => signal('SIGKILL');
  process.once('exit', endWithTests);
  void exit.then(() => process.removeListener('exit', endWithTests));

  const url = await new Promise<string>((resolve, reject) => {
    const timer = setTimeout(() => {
      signal('SIGKILL');
      reject(new Error(`${runtime} did not listen in 30 s:\n${printed}`));
    }, 30_000);
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (chunk: string) => {
        printed += chunk;
        const found = /(?:listens|Ready) on (http:\/\/\S+)/.exec(printed)?.[1];
        if (found === undefined) return;
        clearTimeout(timer);
        resolve(found);
      });
    }
    child.once('error', reject);
    child.once('close', (code) => {
      clearTimeout(timer);
      reject(new Error(`${runtime} ended with ${code}:\n${printed}`));
    });
  });
  return {
    url,
    output: () => printed,
    async end(name = 'SIGTERM') {
      const began = performance.now();
      signal(name);
      // As under npm: the group gets it, and then from npm again.
      const again = setTimeout(() => signal(name), 20);
      const [code] = await exit;
      clearTimeout(again);
      const ms = performance.now() - began;
      // What it left behind.
      signal('SIGKILL');
      await rm(registry, { recursive: true, force: true });
      return { code, ms };
    },
  };
}

/** The words of the npm script, with the names of this project's files in full. */
function commandOf(runtime: Runtime): string[] {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    scripts: Record<string, string>;
  };
  const words = manifest.scripts[STARTS[runtime].script]?.split(' ') ?? [];
  return words.map((word) => (word.startsWith('src/') ? join(ROOT, word) : word));
}

/** The Worker as it is deployed. Started with these arguments, it is not made anew when a source file changes. */
export interface BuiltWorker {
  main: string;
  args: string[];
  /** Files that went into it, relative to the project. */
  sources: string[];
  remove(): Promise<void>;
}

export async function buildWorker(): Promise<BuiltWorker> {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-worker-'));
  const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
  const metafile = join(dir, 'meta.json');
  const args = ['deploy', '--dry-run', '--outdir', dir, '--metafile', metafile];
  await promisify(execFile)(process.execPath, [wrangler, ...args], {
    cwd: ROOT,
    // What wrangler runs before the build needs the Node of this project.
    env: {
      ...process.env,
      PATH: [BIN, process.env['PATH']].join(delimiter),
      WRANGLER_SEND_METRICS: 'false',
    },
  });
  const main = join(dir, 'cloudflare.js');
  const { inputs } = JSON.parse(readFileSync(metafile, 'utf8')) as { inputs: object };
  return {
    main,
    args: workerArgs(main),
    sources: Object.keys(inputs),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}

export function workerArgs(main: string, config = join(ROOT, 'wrangler.toml')): string[] {
  return [main, '--no-bundle', '--config', config, '--inspector-port', '0'];
}

/** A new folder for a store; Deno may write only below the one of the project. */
export async function storeFolder(runtime: Runtime): Promise<{ url: string; remove(): Promise<void> }> {
  const parent = runtime === 'deno' ? join(ROOT, '.comfygate') : tmpdir();
  await mkdir(parent, { recursive: true });
  const dir = await mkdtemp(join(parent, 'comfygate-'));
  return { url: `file:${dir}`, remove: () => rm(dir, { recursive: true, force: true }) };
}
