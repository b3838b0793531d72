// What a prompt may reuse of the prompt before it: results, UI outputs and per-node state. An entry is found by a
// signature over the node and all its ancestors (or, for state, by node id and class); whatever the current prompt
// does not use is dropped, so memory is bounded by one graph. Inner nodes live in a scope of their parent.

import type { RunningGraph } from './graph.ts';
import { isValue } from './node-inputs.ts';
import { isLink } from './types.ts';

export interface NodeCache<Value> {
  /** Starts a prompt: computes the keys of its nodes and drops everything else. */
  begin(graph: RunningGraph, keyOf: KeyOf): void;
  /** Opens the scope of the nodes that `parent` added. */
  expand(parent: string, children: readonly string[]): void;
  get(id: string): Value | undefined;
  set(id: string, value: Value): void;
  /** Ids of all nodes known to this cache, submitted ones first. */
  ids(): string[];
}

export type KeyOf = (id: string) => string;

interface Scope<Value> {
  keys: Map<string, string>;
  values: Map<string, Value>;
  children: Map<string, Scope<Value>>;
}

export function createNodeCache<Value>(): NodeCache<Value> {
  const root = createScope<Value>();
  let graph: RunningGraph | undefined;
  let keyOf: KeyOf = (id) => id;

  const scopeName = (id: string) => `${id}\n${graph?.node(id).class_type ?? ''}`;
  const scopeOf = (id: string): Scope<Value> | undefined => {
    const parent = graph?.parent(id) ?? null;
    if (parent === null) return root;
    return scopeOf(parent)?.children.get(scopeName(parent));
  };

  const renew = (scope: Scope<Value>, ids: readonly string[]) => {
    scope.keys = new Map(ids.map((id) => [id, keyOf(id)]));
    const used = new Set(scope.keys.values());
    for (const key of scope.values.keys()) if (!used.has(key)) scope.values.delete(key);
    const parents = new Set(ids.map(scopeName));
    for (const name of scope.children.keys()) if (!parents.has(name)) scope.children.delete(name);
  };

  return {
    begin(nextGraph, nextKeyOf) {
      graph = nextGraph;
      keyOf = nextKeyOf;
      renew(root, Object.keys(nextGraph.original));
    },
    expand(parent, children) {
      const scope = scopeOf(parent);
      if (scope === undefined) return;
      const name = scopeName(parent);
      const inner = scope.children.get(name) ?? createScope<Value>();
      scope.children.set(name, inner);
      renew(inner, children);
    },
    get(id) {
      const scope = scopeOf(id);
      const key = scope?.keys.get(id);
      return key === undefined ? undefined : scope?.values.get(key);
    },
    set(id, value) {
      const scope = scopeOf(id);
      const key = scope?.keys.get(id);
      if (key !== undefined) scope?.values.set(key, value);
    },
    ids: () => [...new Set(idsOf(root))],
  };
}

function createScope<Value>(): Scope<Value> {
  return { keys: new Map(), values: new Map(), children: new Map() };
}

function idsOf<Value>(scope: Scope<Value>): string[] {
  return [...scope.keys.keys(), ...[...scope.children.values()].flatMap(idsOf)];
}

/**
 * Keys under which equal work is found again: class, inputs, `fingerprint` (what a node reads from outside) and the
 * same of every ancestor, in an order that does not depend on node ids. `ownId` nodes also count their own id.
 */
export function signatureKeys(options: {
  graph: RunningGraph;
  fingerprint: (id: string) => string;
  ownId: (id: string) => boolean;
}): KeyOf {
  const { graph, fingerprint, ownId } = options;
  let unique = Date.now();
  const prints = new Map<string, string>();
  const printOf = (id: string): string => {
    const known = prints.get(id);
    if (known !== undefined) return known;
    const print = fingerprint(id);
    prints.set(id, print);
    return print;
  };

  const sortedInputs = (id: string) =>
    Object.entries(graph.node(id).inputs).sort(([a], [b]) => (a < b ? -1 : Number(a > b)));

  const signature = (id: string, order: Map<string, number>): unknown[] => {
    const parts: unknown[] = [graph.node(id).class_type, printOf(id), ownId(id) ? id : ''];
    for (const [name, value] of sortedInputs(id)) {
      // A value handed to an inner node (not JSON) never equals another one.
      const constant = isValue(value) ? ++unique : value;
      parts.push(isLink(value) ? [name, 'ancestor', order.get(value[0]), value[1]] : [name, constant]);
    }
    return parts;
  };

  return (id) => {
    const order = new Map<string, number>();
    const visit = (current: string) => {
      for (const [, value] of sortedInputs(current)) {
        if (!isLink(value) || order.has(value[0]) || !graph.has(value[0])) continue;
        order.set(value[0], order.size);
        visit(value[0]);
      }
    };
    visit(id);
    return JSON.stringify([signature(id, order), ...[...order.keys()].map((up) => signature(up, order))]);
  };
}
