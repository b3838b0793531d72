/**
 * A link into nothing on an input that its node does not have: ComfyUI validates only the inputs that it knows, takes the graph, and
 * its worker dies of the missing node (seen with 0.3.64), for everybody. Such a graph must not reach it. Pure.
 */
import { isObject, type JsonObject } from '../comfyui/json.ts';
import type { NodeFaults } from '../comfyui/rejection.ts';
import { inputsOf, isLink, type Graph } from './graph-text.ts';
import { inputSpec } from './input-facts.ts';

export interface StrayLink {
  node: string;
  input: string;
  target: string;
}

/** Links to nodes that are not in the graph; mostly none, so that object_info need not be asked. */
export function linksIntoNothing(graph: Graph): StrayLink[] {
  return Object.entries(graph).flatMap(([node, value]) =>
    Object.entries(inputsOf(value)).flatMap(([input, link]): StrayLink[] => {
      if (!isLink(link)) return [];
      const [target] = link as [string, number];
      return Object.hasOwn(graph, target) ? [] : [{ node, input, target }];
    }),
  );
}

/** Those of the links that ComfyUI would not notice, as faults by node; undefined if there are none. */
export function unnoticed(
  links: readonly StrayLink[],
  graph: Graph,
  classes: JsonObject,
): NodeFaults | undefined {
  const faults: NodeFaults = {};
  for (const { node, input, target } of links.slice(0, MAX_FAULTS)) {
    const type = graph[node]!['class_type'];
    const nodeClass = typeof type === 'string' && Object.hasOwn(classes, type) ? classes[type] : undefined;
    if (!isObject(nodeClass) || inputSpec(nodeClass, input) !== undefined) continue;
    (faults[node] ??= { class_type: type as string, errors: [] }).errors.push({
      field: input.slice(0, 200),
      reason: 'bad_link',
      message: `input '${input.slice(0, 200)}' is linked to node '${target.slice(0, 200)}', which is not in the workflow, and ${type as string} has no such input; leave it out`,
    });
  }
  return Object.keys(faults).length > 0 ? faults : undefined;
}

const MAX_FAULTS = 1_000;
