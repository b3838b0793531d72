/**
 * Simulator, gateway and clients as processes of their own, each in its own process group and on a free port. All of
 * them end with the benchmark, however it ends: killed as groups here, and by their leash if we are killed ourselves.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { SimulatorSetup } from './simulator.ts';

export interface Child {
  pid: number;
  /** Where it listens. */
  url: string;
  /** Calls a function that the child offers (see leash.ts). */
  ask<T>(name: string, value?: unknown): Promise<T>;
  /** Ends its process group; resolves when it is gone. May be called twice. */
  stop(): Promise<void>;
}

/** ComfyUI's stand-in. */
export function startSimulator(setup: SimulatorSetup = {}): Promise<Child> {
  return start('bench/support/simulator.ts', [JSON.stringify(setup)], {});
}

/** The gateway as `npm start` runs it. `store`: `file:` gets a folder of its own, which goes with the process. */
export async function startGateway(
  comfyUrl: string,
  store: 'memory:' | 'file:',
  env: Record<string, string> = {},
): Promise<Child> {
  const { dir, remove } = store === 'file:' ? makeFolder() : { dir: undefined, remove: () => undefined };
  try {
    const child = await start('src/runtime/node.ts', [], {
      COMFYUI_URL: comfyUrl,
      STORAGE_URL: dir === undefined ? 'memory:' : `file:${dir}`,
      MAX_QUEUE_DEPTH: '1000000',
      LOG_LEVEL: 'error',
      ...env,
    });
    return { ...child, stop: () => child.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

/**
 * Any program, in a process group with a guard, that ends all of it. The address is what it says it listens (or is
 * ready) on; `find` is a part of the command line of the process to measure, if that is a grandchild.
 */
export async function startProgram(
  command: string[],
  env: Record<string, string>,
  options: { cwd?: string; find?: string; ready?: string } = {},
): Promise<Child> {
  const child = await start('bench/support/guard.ts', [JSON.stringify({ command, ...options })], env);
  return { ...child, pid: await child.ask<number>('pid') };
}

/** A folder that is removed at the end, at the latest. */
export function makeFolder(): { dir: string; remove: () => void } {
  const dir = mkdtempSync(join(tmpdir(), 'comfygate-bench-'));
  folders.add(dir);
  return { dir, remove: () => removeFolder(dir) };
}

/** As in `npm start`: streamed chunks are collected soon instead of piling up as garbage. */
export const GATEWAY_FLAGS = ['--max-semi-space-size=1'];

/** Runs a script of this project and waits until it prints its address. */
export async function start(
  script: string,
  args: string[],
  env: Record<string, string>,
  nodeFlags: readonly string[] = script.startsWith('src/') ? GATEWAY_FLAGS : [],
): Promise<Child> {
  const flags = (process.env['BENCH_NODE_FLAGS'] ?? '').split(' ').filter(Boolean);
  const child = spawn(
    process.execPath,
    [
      '--disable-warning=ExperimentalWarning',
      `--import=${LEASH}`,
      ...nodeFlags,
      ...(script.startsWith('src/') || script === LISTER ? flags : []),
      script,
      ...args,
    ],
    {
      cwd: ROOT,
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: { PATH: process.env['PATH'], HOST: '127.0.0.1', PORT: '0', ...env },
    },
  );
  running.add(child);
  let errors = '';
  child.stderr?.setEncoding('utf8').on('data', (text: string) => {
    errors = (errors + text).slice(-4_000);
    complaints.set(script, errors);
  });
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void gone.then(() => {
    running.delete(child);
    // What it left behind.
    if (child.pid !== undefined) killGroup(child.pid, 'SIGKILL');
  });

  const waiting = new Map<number, { resolve: (value: never) => void; reject: (error: Error) => void }>();
  let asked = 0;
  child.on('message', (message) => {
    const { call, value, error } = message as { call: number; value: never; error?: string };
    const waiter = waiting.get(call);
    waiting.delete(call);
    if (error === undefined) waiter?.resolve(value);
    else waiter?.reject(new Error(`${script}: ${error}`));
  });
  void gone.then(() => {
    for (const { reject } of waiting.values()) reject(new Error(`${script} ended early.\n${errors}`));
  });

  async function stop(): Promise<void> {
    signalGroup(child, 'SIGTERM');
    const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 6_000);
    await gone;
    clearTimeout(timer);
  }

  try {
    const url = await Promise.race([
      address(child),
      gone.then(() => Promise.reject(new Error(`${script} ended at once.\n${errors}`))),
    ]);
    return {
      pid: child.pid!,
      url,
      ask: (name, value) =>
        new Promise((resolve, reject) => {
          const call = ++asked;
          waiting.set(call, { resolve, reject });
          child.send({ call, name, value }, (error) => error && reject(error));
        }),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Kills whatever still runs, at once, and removes what it kept. */
export function killAll(): void {
  for (const child of running) signalGroup(child, 'SIGKILL');
  for (const dir of folders) removeFolder(dir);
}

/** What children have written to stderr since the last call, by script, shortened. */
export function takeComplaints(): string {
  const text = [...complaints].map(([script, errors]) => `${script}:\n${errors}`).join('\n');
  complaints.clear();
  return text;
}

const complaints = new Map<string, string>();
/** Has the gateway in its own process. */
const LISTER = 'bench/support/lister.ts';
export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const LEASH = new URL('leash.ts', import.meta.url).href;
const START_MS = 20_000;
const running = new Set<ChildProcess>();
const folders = new Set<string>();

function removeFolder(dir: string): void {
  folders.delete(dir);
  rmSync(dir, { recursive: true, force: true });
}

/** The first address that a child prints. */
function address(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no address after ${START_MS / 1000} s`)), START_MS);
    let printed = '';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      printed = (printed + text).slice(-4_000);
      const url = /https?:\/\/\S+/.exec(printed)?.[0];
      if (url === undefined) return;
      clearTimeout(timer);
      resolve(url);
    });
  });
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  killGroup(child.pid, signal);
}

function killGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // All of it has ended.
  }
}
