/** What ComfyUI itself has, asked now: its models and its queue. Several backends are shown as one. */
import { nearest } from '../comfyui/rejection.ts';
import { GatewayError } from '../errors.ts';
import type { Backend } from './backend.ts';
import type { Caller } from './caller.ts';
import type { JobService } from './service.ts';

/** A prompt in ComfyUI's queue, somebody else's included. */
export interface QueuedPrompt {
  promptId: string;
  /** By which ComfyUI orders its queue. */
  number: number;
  /** Counts from 1 among the pending ones of its backend; 0 while it runs. */
  position: number;
  /** Whether it is a job that the caller may see. */
  mine: boolean;
  backend: string;
}

export interface Queue {
  /** Of all that there are; not all of them may be listed. */
  runningCount: number;
  pendingCount: number;
  running: QueuedPrompt[];
  pending: QueuedPrompt[];
}

export type Upstream = ReturnType<typeof createUpstream>;

/** Prompts of a queue that are shown. */
const MAX_SHOWN = 1_000;

export function createUpstream(backends: () => readonly Backend[], service: JobService) {
  /** The answers of all backends that gave one; throws what the first said if none did. */
  async function askAll<T>(ask: (backend: Backend) => Promise<T>): Promise<T[]> {
    const results = await Promise.allSettled(backends().map(ask));
    const answers = results.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    const failed = results.find((result) => result.status === 'rejected');
    if (answers.length === 0 && failed) throw failed.reason;
    return answers;
  }

  async function modelFolders(): Promise<string[]> {
    return union(await askAll(({ client }) => client.modelFolders()));
  }

  return {
    /** Names of model folders. */
    modelFolders,

    /** Models of a folder. Throws `not_found` with the nearest folders. */
    async models(folder: string): Promise<string[]> {
      const found = await askAll(({ client }) => client.models(folder));
      const known = found.filter((models) => models !== undefined);
      if (known.length > 0) return union(known);
      const folders = await modelFolders();
      const near = nearest(folder, folders);
      throw new GatewayError(
        'not_found',
        `ComfyUI has no model folder '${folder.slice(0, 100)}'; ${near.length > 0 ? `did you mean ${quoted(near)}?` : `it has ${quoted(folders)}.`}`,
        { details: { given: folder.slice(0, 100), allowed: folders.slice(0, 100), nearest: near } },
      );
    },

    /** Running and pending prompts, each in the order of execution: how many there are, and the first of them. */
    async queue(caller: Caller): Promise<Queue> {
      const queues = await askAll(async ({ name, client }) => {
        const items = (await client.activeJobs()) ?? (await client.queue());
        const running = items.filter(({ position }) => position === 0).length;
        const shown = await Promise.all(
          items.slice(0, MAX_SHOWN).map(async ({ promptId, position, number }): Promise<QueuedPrompt> => ({
            promptId,
            number,
            position,
            mine: await service.owns(caller, promptId),
            backend: name,
          })),
        );
        return { shown, running, pending: items.length - running };
      });
      const all = queues.flatMap(({ shown }) => shown);
      const sum = (state: 'running' | 'pending') => queues.reduce((total, queue) => total + queue[state], 0);
      return {
        runningCount: sum('running'),
        pendingCount: sum('pending'),
        running: all.filter(({ position }) => position === 0),
        pending: all.filter(({ position }) => position > 0),
      };
    },
  };
}

function union(lists: readonly string[][]): string[] {
  return [...new Set(lists.flat())].sort();
}

function quoted(names: readonly string[]): string {
  return names
    .slice(0, 20)
    .map((name) => `'${name}'`)
    .join(', ');
}
