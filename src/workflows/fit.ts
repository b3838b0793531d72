/** How well a graph fits a ComfyUI, from its object_info: for the choice among several. A guess, not a judgement. Pure. */
import { isObject, type JsonObject } from '../comfyui/json.ts';
import { inputsOf, type Graph } from './graph-text.ts';
import { inputFacts, inputSpec } from './input-facts.ts';

/** Inputs that are looked at, so that a large graph delays nobody. */
const MAX_INPUTS = 5_000;

/** How many node classes and options of the graph are not there: 0 if nothing is missing. */
export function missingCount(graph: Graph, classes: JsonObject): number {
  let missing = 0;
  let seen = 0;
  for (const node of Object.values(graph)) {
    const type = node['class_type'];
    const nodeClass = typeof type === 'string' && Object.hasOwn(classes, type) ? classes[type] : undefined;
    if (!isObject(nodeClass)) {
      missing++;
      continue;
    }
    for (const [input, value] of Object.entries(inputsOf(node))) {
      if (++seen > MAX_INPUTS) return missing;
      if (typeof value !== 'string') continue;
      const options = inputFacts(inputSpec(nodeClass, input))?.enum;
      if (options && !options.includes(value)) missing++;
    }
  }
  return missing;
}
