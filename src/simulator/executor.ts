// The worker: takes one prompt after the other from the queue and runs it, until the server stops. Like ComfyUI's
// worker thread it dies for good when the queue cannot be ordered, while everything else goes on.

import { createNodeCache } from './cache.ts';
import type { FileStore } from './files.ts';
import { nodeRuns, passThrough } from './nodes.ts';
import type { Timing } from './node-types.ts';
import type { NodeClasses } from './object-info.ts';
import { parseFileName } from './paths.ts';
import type { PromptQueue } from './queue.ts';
import { clientIdOf, runPrompt, stopped, type NodeCaches, type RunHost } from './run.ts';
import type { SocketHub } from './sockets.ts';

export interface Executor {
  /** Looks at the queue again. */
  wake(): void;
  /** Stops what runs at its next node or step. */
  interrupt(): void;
  pause(): void;
  resume(): void;
  /** Forgets cached results, at once or after the running prompt. */
  free(): void;
  /** The node a returning client hears of. */
  currentNode(clientId: string): string | undefined;
  /** Whether the worker has nothing to do (or is dead, or paused). */
  idle(): boolean;
}

export interface ExecutorOptions {
  queue: PromptQueue;
  hub: SocketHub;
  files: FileStore;
  classes: NodeClasses;
  timing: Timing;
  previews: boolean;
  now: () => number;
  random: () => number;
  sleep: (ms: number, signal: AbortSignal) => Promise<void>;
  signal: AbortSignal;
  paused: boolean;
  onStart: (promptId: string) => void;
}

export function createExecutor(options: ExecutorOptions): Executor {
  const { queue, hub, files, classes, timing, signal } = options;
  let caches = createCaches();
  let interruptAsked = false;
  let dead = false;
  let freeAsked = false;
  let working = false;
  let { paused } = options;
  let client: string | null = null;
  let node: string | undefined;

  const pause = async (ms: number) => {
    if (ms > 0) await options.sleep(ms, signal).catch(() => undefined); // only an abort rejects, see below
    if (signal.aborted) throw stopped;
  };

  const host: Omit<RunHost, 'caches'> = {
    hub,
    classes: {
      isOutput: (name) => classes.get(name)?.output_node === true,
      usesOwnId: (name) => classes.usesOwnId(name),
      hidden: (name) => classes.get(name)?.input.hidden ?? {},
      run(name) {
        const run = Object.hasOwn(nodeRuns, name) ? nodeRuns[name] : undefined;
        if (run !== undefined) return run;
        const info = classes.get(name);
        if (info === undefined) throw new Error(`unknown node class ${name}`);
        return passThrough(info);
      },
    },
    fingerprint(className, inputs) {
      if (className === 'SaveImageWebsocket') return `${options.now()} ${options.random()}`;
      const input = className === 'LoadAudio' ? inputs['audio'] : inputs['image'];
      if (!className.startsWith('Load') || typeof input !== 'string') return '';
      const file = files.get(parseFileName(input, 'input'));
      return file === undefined ? `${options.random()}` : `${file.modifiedMs}-${file.size()}`;
    },
    now: options.now,
    interrupted() {
      const asked = interruptAsked;
      interruptAsked = false;
      return asked;
    },
    pause,
    async yield() {
      await new Promise((resolve) => setImmediate(resolve));
      if (signal.aborted) throw stopped;
    },
    onNode: (id) => (node = id),
    context: { files, timing, previews: options.previews, random: options.random },
  };

  const runNext = async (): Promise<boolean> => {
    let taken: ReturnType<PromptQueue['take']>;
    try {
      taken = queue.take();
    } catch {
      dead = true; // two items that cannot be ordered: ComfyUI's worker thread ends here, and so does this one
    }
    if (taken === undefined) return false;
    const { item, ticket } = taken;
    interruptAsked = false;
    client = clientIdOf(item[3]);
    options.onStart(item[1]);
    const result = await runPrompt({ ...host, caches }, item);
    const { api_key_comfy_org: _key, auth_token_comfy_org: _token, ...extraData } = item[3];
    queue.done(ticket, [item[0], item[1], item[2], extraData, item[4]], result);
    if (client !== null) hub.send('executing', { node: null, prompt_id: item[1] }, client);
    if (freeAsked) free();
    await pause(timing.betweenMs);
    return true;
  };

  const mayStart = () => !paused && !signal.aborted;
  const work = async () => {
    working = true;
    try {
      // The answer to the request that brought a prompt goes out first.
      await host.yield();
      for (let more = true; more;) more = mayStart() && (await runNext());
    } catch (error) {
      dead = true;
      if (error !== stopped) throw error;
    } finally {
      working = false;
      wake(); // something may have come in while the last look at the queue was under way
    }
  };

  const wake = () => {
    if (working || dead || !mayStart() || queue.pending().length === 0) return;
    work().catch((error: unknown) => console.error('simulator: the worker failed', error));
  };

  const free = () => {
    freeAsked = working && node !== undefined;
    if (!freeAsked) caches = createCaches();
  };

  return {
    wake,
    interrupt: () => void (interruptAsked = true),
    pause: () => void (paused = true),
    resume() {
      paused = false;
      wake();
    },
    free,
    currentNode: (clientId) => (clientId === client ? node : undefined),
    idle: () => !working,
  };
}

function createCaches(): NodeCaches {
  return { values: createNodeCache(), ui: createNodeCache(), memory: createNodeCache() };
}
