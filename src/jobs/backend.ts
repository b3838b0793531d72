/** A ComfyUI with all that follows it, and the choice among several. */
import type { ComfyClient } from '../comfyui/client.ts';
import type { Job } from './job.ts';
import type { Tracker } from './tracker.ts';

export interface Backend {
  name: string;
  /** Made from its address: names follow the order in the settings, which may change. */
  key: string;
  client: ComfyClient;
  tracker: Tracker;
  /** What this installation calls itself at this ComfyUI. */
  clientId: string;
}

/** Time that a backend has to tell its load, in ms: one that hangs must not delay all submissions. */
const ASK_MS = 1_000;

/** The backend of a job: by its address, or by its name where the address was changed. */
export function backendOf(
  backends: readonly Backend[],
  job: Pick<Job, 'backend' | 'backendKey'>,
): Backend | undefined {
  return (
    backends.find(({ key }) => key === job.backendKey) ?? backends.find(({ name }) => name === job.backend)
  );
}

/**
 * The backends in the order in which to try a submission: those that answer before those that did not, and the one with
 * the fewest pending and running prompts first. What was heard last is asked again where there is a choice.
 */
export async function byLoad(backends: readonly Backend[]): Promise<Backend[]> {
  if (backends.length === 1) return [...backends];
  const loads = await Promise.all(
    backends.map(async (backend) => {
      if (backend.tracker.reachable === false) return { backend, load: Number.MAX_VALUE };
      try {
        return { backend, load: await backend.client.queueRemaining(ASK_MS) };
      } catch {
        // It is tried last; if all are down, the submission itself says so.
        return { backend, load: Number.POSITIVE_INFINITY };
      }
    }),
  );
  return loads.sort((a, b) => a.load - b.load).map(({ backend }) => backend);
}
