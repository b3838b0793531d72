// The running form of a graph: nodes that were submitted plus nodes that appear while running, and the order in which
// they become ready. Ready nodes are picked as ComfyUI does: output nodes first, then what feeds them most directly.

import { isLink, type Graph, type GraphNode } from './types.ts';

export interface RunningGraph {
  readonly original: Graph;
  node(id: string): GraphNode;
  has(id: string): boolean;
  /** Adds a node that appeared while `parent` ran. */
  add(id: string, node: GraphNode, parent: string): void;
  parent(id: string): string | null;
  /** The submitted node that an inner node belongs to. */
  root(id: string): string;
}

export function createRunningGraph(original: Graph): RunningGraph {
  const inner = new Map<string, { node: GraphNode; parent: string }>();
  return {
    original,
    node(id) {
      const node = inner.get(id)?.node ?? (Object.hasOwn(original, id) ? original[id] : undefined);
      if (node === undefined) throw new Error(`Node ${id} not found`);
      return node;
    },
    has: (id) => inner.has(id) || Object.hasOwn(original, id),
    add: (id, node, parent) => void inner.set(id, { node, parent }),
    parent: (id) => inner.get(id)?.parent ?? null,
    root(id) {
      let current = id;
      for (let up = inner.get(current); up !== undefined; up = inner.get(current)) current = up.parent;
      return current;
    },
  };
}

export interface ReadyList {
  /** Stages a node and everything it still needs. */
  add(id: string): void;
  /** Makes `to` wait for `from`. */
  link(from: string, to: string): void;
  /** The node to run next; undefined when all are done. Throws on a cycle. */
  next(): string | undefined;
  complete(id: string): void;
}

export function createReadyList(options: {
  graph: RunningGraph;
  isCached: (id: string) => boolean;
  isOutput: (id: string) => boolean;
}): ReadyList {
  const { graph, isCached, isOutput } = options;
  /** Waiting nodes in order of arrival: how many they wait for, and who waits for them. */
  const waiting = new Map<string, { blockers: number; blocks: Set<string> }>();

  const link = (from: string, to: string) => {
    if (isCached(from)) return;
    add(from);
    const blocks = waiting.get(from)?.blocks;
    const target = waiting.get(to);
    if (blocks === undefined || target === undefined || blocks.has(to)) return;
    blocks.add(to);
    target.blockers++;
  };

  const add = (start: string) => {
    const stack = [start];
    const links: [string, string][] = [];
    for (let id = stack.pop(); id !== undefined; id = stack.pop()) {
      if (waiting.has(id)) continue;
      waiting.set(id, { blockers: 0, blocks: new Set() });
      for (const value of Object.values(graph.node(id).inputs)) {
        if (!isLink(value) || isCached(value[0])) continue;
        stack.push(value[0]);
        links.push([value[0], id]);
      }
    }
    for (const [from, to] of links) link(from, to);
  };

  const blockedBy = (id: string): string[] => [...(waiting.get(id)?.blocks ?? [])];
  const reaches = (id: string, steps: number): boolean =>
    steps === 0 ? isOutput(id) : blockedBy(id).some((next) => reaches(next, steps - 1));

  return {
    add,
    link,
    next() {
      if (waiting.size === 0) return undefined;
      const ready: string[] = [];
      for (const [id, { blockers }] of waiting) if (blockers === 0) ready.push(id);
      for (const steps of [0, 1, 2]) {
        const best = ready.find((id) => reaches(id, steps));
        if (best !== undefined) return best;
      }
      if (ready[0] === undefined) throw new Error('Dependency cycle detected');
      return ready[0];
    },
    complete(id) {
      for (const next of blockedBy(id)) {
        const entry = waiting.get(next);
        if (entry !== undefined) entry.blockers--;
      }
      waiting.delete(id);
    },
  };
}
