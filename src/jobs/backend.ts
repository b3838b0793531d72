/** A ComfyUI with all that follows it, and the choice among several. */
import type { ComfyClient } from '../comfyui/client.ts';
import { missingCount } from '../workflows/fit.ts';
import type { Graph } from '../workflows/graph-text.ts';
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
 * The backends in the order in which to try a submission: those that answer before those that did not, those that have what
 * the graph names before those that (as far as is known) lack some of it, and the one with the fewest pending and running
 * prompts first. What was heard last is asked again where there is a choice.
 */
export async function inTurn(backends: readonly Backend[], graph: Graph): Promise<Backend[]> {
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
  return loads
    .map(({ backend, load }) => ({ backend, load, missing: missingIn(backend, graph) }))
    .sort(
      (a, b) =>
        Number(isAway(a.load)) - Number(isAway(b.load)) || a.missing - b.missing || a.load - b.load || 0,
    )
    .map(({ backend }) => backend);
}

function isAway(load: number): boolean {
  return load >= Number.MAX_VALUE;
}

/** What is not known is not missing. */
function missingIn({ client }: Backend, graph: Graph): number {
  const info = client.knownObjectInfo();
  return info ? missingCount(graph, info.classes) : 0;
}
