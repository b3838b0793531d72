/**
 * Progress of one run, from the frames that ComfyUI happens to send: per-node states where it has them, else steps and
 * node changes. A node counts as many parts of the whole as it has steps to do, and progress never goes backwards.
 */
import type { NodeState } from '../comfyui/frames.ts';
import { isObject } from '../comfyui/json.ts';

/** One complete snapshot; the fields are those of Comfy API v2. `value` is 0…1, and 1 only after success. */
export interface Progress {
  value: number;
  nodesDone: number;
  nodesTotal: number;
  currentNode: string | null;
  currentNodeClass: string | null;
  step: number | null;
  steps: number | null;
  message: string | null;
  /** Nodes of the graph that were begun or found cached, in that order. Absent in records of before. */
  visits?: readonly Visit[];
}

/** When a node was begun, in ms since 1970; or its result was found in ComfyUI's cache. */
export interface Visit {
  node: string;
  at: number;
  cached: boolean;
}

/** What a graph says of one of its nodes. `weight` is its share of the work, relative to the others. */
export interface GraphNode {
  classType: string;
  weight: number;
}

export type ProgressTracker = ReturnType<typeof createProgressTracker>;

/** The nodes of a graph, `{}` of none. A sampler with 20 steps weighs as much as 20 other nodes. */
export function graphNodes(graphText: string | undefined): Map<string, GraphNode> {
  const graph: unknown = graphText === undefined ? {} : JSON.parse(graphText);
  const nodes = new Map<string, GraphNode>();
  for (const [id, node] of Object.entries(isObject(graph) ? graph : {})) {
    const classType = isObject(node) && typeof node['class_type'] === 'string' ? node['class_type'] : '';
    const steps = isObject(node) && isObject(node['inputs']) ? node['inputs']['steps'] : undefined;
    nodes.set(id, { classType, weight: typeof steps === 'number' && steps > 1 ? Math.min(steps, 1000) : 1 });
  }
  return nodes;
}

/**
 * Follows one run of a graph with these nodes. `floor` is the progress that was already shown. Every method returns the new
 * snapshot. `now` in ms since 1970.
 */
export function createProgressTracker(
  graph: ReadonlyMap<string, GraphNode>,
  floor: Progress | undefined,
  now: () => number,
) {
  const done = new Set<string>();
  const extra = new Set<string>();
  let running = new Map<string, { value: number; max: number }>();
  let current: string | null = null;
  let value = floor?.value ?? 0;
  let last: Progress | undefined;
  let visits: readonly Visit[] = floor?.visits ?? [];
  const visited = new Set(visits.map(({ node }) => node));

  /** The same object as before if nothing changed: ComfyUI says most things in two frames. */
  function snapshot(): Progress {
    const next = take();
    if (!last || !sameSnapshot(last, next)) last = next;
    return last;
  }

  function take(): Progress {
    const total = Math.max(graph.size + extra.size, 1);
    let whole = extra.size;
    for (const { weight } of graph.values()) whole += weight;
    let part = 0;
    for (const node of done) part += weightOf(node);
    for (const [node, { value: step, max }] of running)
      part += max > 0 ? weightOf(node) * Math.min(step / max, 1) : 0;
    // The last hundredth belongs to the result: 1 means that it is there.
    value = Math.max(value, Math.min(part / Math.max(whole, 1), 0.99));
    const steps = current === null ? undefined : running.get(current);
    const counted = steps !== undefined && steps.max > 1;
    const name = current === null ? null : (graph.get(current)?.classType ?? null);
    return {
      value,
      nodesDone: Math.min(done.size, total),
      nodesTotal: total,
      currentNode: current,
      currentNodeClass: name,
      step: counted ? steps.value : null,
      steps: counted ? steps.max : null,
      message: name && (counted ? `${name} ${steps.value}/${steps.max}` : name),
      visits,
    };
  }

  /** Inner nodes of expanded ones are not of the graph, and can be without end. */
  function visit(node: string, cached: boolean): void {
    if (visited.has(node) || !graph.has(node)) return;
    visited.add(node);
    visits = [...visits, { node, at: now(), cached }];
  }

  /** A node that appeared while running (inside an expanded one) weighs 1. */
  function weightOf(node: string): number {
    return graph.get(node)?.weight ?? 1;
  }

  function finish(node: string): void {
    done.add(node);
    running.delete(node);
    if (!graph.has(node)) extra.add(node);
  }

  return {
    snapshot,
    cached(nodes: readonly string[]): Progress {
      for (const node of nodes) {
        visit(node, true);
        finish(node);
      }
      return snapshot();
    },
    /** A node began; the one before it is done (older ComfyUI says so in no other way). */
    executing(node: string): Progress {
      if (current !== null && current !== node && running.size <= 1) finish(current);
      visit(node, false);
      current = node;
      if (!done.has(node) && !running.has(node)) running.set(node, { value: 0, max: 1 });
      return snapshot();
    },
    step(node: string, step: number, max: number): Progress {
      visit(node, false);
      current = node;
      running.set(node, { value: step, max });
      return snapshot();
    },
    states(nodes: ReadonlyMap<string, NodeState>): Progress {
      const before = running;
      running = new Map();
      for (const [node, { state, value: step, max }] of nodes) {
        if (state === 'finished') finish(node);
        else if (state === 'running') {
          visit(node, false);
          running.set(node, { value: step, max });
        }
      }
      if (current === null || !running.has(current)) current = running.keys().next().value ?? current;
      for (const [node, steps] of before) if (!nodes.has(node) && !done.has(node)) running.set(node, steps);
      return snapshot();
    },
  };
}

function sameSnapshot(a: Progress, b: Progress): boolean {
  return (
    a.value === b.value &&
    a.nodesDone === b.nodesDone &&
    a.nodesTotal === b.nodesTotal &&
    a.currentNode === b.currentNode &&
    a.step === b.step &&
    a.steps === b.steps &&
    a.visits === b.visits
  );
}

/** The last snapshot of a job that succeeded. */
export function completed(last: Progress | undefined, nodeCount: number): Progress {
  const total = Math.max(last?.nodesTotal ?? nodeCount, 1);
  return {
    value: 1,
    nodesDone: total,
    nodesTotal: total,
    currentNode: null,
    currentNodeClass: null,
    step: null,
    steps: null,
    message: null,
    ...(last?.visits && { visits: last.visits }),
  };
}
