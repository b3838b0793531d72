/** A ComfyUI with all that follows it, and the choice among several. */
import type { ComfyClient } from '../comfyui/client.ts';
import type { Tracker } from './tracker.ts';

export interface Backend {
  name: string;
  client: ComfyClient;
  tracker: Tracker;
  /** What this installation calls itself at this ComfyUI. */
  clientId: string;
}

/**
 * The backends in the order in which to try a submission: those that answer before those that did not, and the one with
 * the fewest pending and running prompts first. What was heard last is asked again where there is a choice.
 */
export async function byLoad(backends: readonly Backend[]): Promise<Backend[]> {
  if (backends.length === 1) return [...backends];
  const loads = await Promise.all(
    backends.map(async (backend) => {
      try {
        return { backend, load: await backend.client.queueRemaining() };
      } catch {
        // It is tried last; if all are down, the submission itself says so.
        return { backend, load: Number.POSITIVE_INFINITY };
      }
    }),
  );
  return loads.sort((a, b) => a.load - b.load).map(({ backend }) => backend);
}
