/**
 * What ComfyUI would say of a graph, from its object_info: unknown node classes, missing inputs, options that it does not have,
 * links into nothing. Like ComfyUI, it looks at the nodes that an output needs, and takes numbers written as text. What only
 * ComfyUI can judge (types of links, files, rules of custom nodes) is left to it. Pure.
 */
import { isObject, type JsonObject } from '../comfyui/json.ts';
import { nearest, type NodeFault, type NodeFaults } from '../comfyui/rejection.ts';
import { inputsOf, isLink, type Graph } from './graph-text.ts';
import { inputSpec, requiredInputs } from './input-facts.ts';
import { valueFault } from './python-value.ts';

export interface DryRun {
  /** Whether ComfyUI would take it: no unknown class, and at least one output without a fault. */
  valid: boolean;
  faults: NodeFaults;
  /** Output nodes that ComfyUI would leave out. */
  dropped: string[];
}

/** Faults after which nothing more is looked into: each costs a comparison with all names that there are. */
const MAX_FAULTS = 200;

/** Longest chain of nodes that is followed. */
const MAX_DEPTH = 900;

/** `classes`: object_info. `graph`: numbers may be rounded or raw. */
export function dryRun(graph: Graph, classes: JsonObject): DryRun {
  // Without a prototype: a node may be called `__proto__`.
  const faults = Object.create(null) as NodeFaults;
  let count = 0;
  const note = (id: string, fault: NodeFault): void => {
    if (++count > MAX_FAULTS) return;
    const type = graph[id]?.['class_type'];
    (faults[id] ??= { class_type: typeof type === 'string' ? type : null, errors: [] }).errors.push(fault);
  };
  let known = true;
  for (const [id, node] of Object.entries(graph)) {
    if (count >= MAX_FAULTS) break;
    const fault = classFault(node, classes);
    if (!fault) continue;
    known = false;
    note(id, fault);
  }
  const outputs = Object.keys(graph).filter((id) => classOf(graph[id], classes)?.['output_node'] === true);
  const checked = new Map<string, boolean>();
  const good = new Set(outputs.filter((id) => check(id, new Set())));
  if (known && outputs.length === 0) {
    const message =
      'the workflow has no output node, such as SaveImage or PreviewImage; ComfyUI would have nothing to do';
    note(Object.keys(graph)[0]!, { field: null, reason: 'no_outputs', message });
  }
  return { valid: known && good.size > 0, faults, dropped: outputs.filter((id) => !good.has(id)) };

  /** Whether a node and all that it needs are without fault. `path`: the nodes that led here. */
  function check(id: string, path: Set<string>): boolean {
    const before = checked.get(id);
    if (before !== undefined) return before;
    if (path.has(id)) {
      const loop = [...path].slice([...path].indexOf(id)).slice(0, 20);
      const message = `the node needs its own result: ${[...loop, id].join(' → ')}`;
      note(id, { field: null, reason: 'bad_link', message });
      return false;
    }
    // ComfyUI's own recursion ends about here.
    if (path.size > MAX_DEPTH) return true;
    path.add(id);
    const node = graph[id]!;
    const nodeClass = classOf(node, classes);
    let good = nodeClass !== undefined && count < MAX_FAULTS;
    if (nodeClass && good) {
      for (const fault of nodeFaults(node, nodeClass, graph)) {
        note(id, fault);
        good = false;
      }
    }
    for (const [input, value] of Object.entries(inputsOf(node))) {
      // What the class does not know is not looked at, but for dynamic inputs.
      if (nodeClass && !input.includes('.') && inputSpec(nodeClass, input) === undefined) continue;
      const target = isLink(value) ? (value as [string, number])[0] : undefined;
      if (target !== undefined && Object.hasOwn(graph, target) && !check(target, path)) good = false;
    }
    path.delete(id);
    checked.set(id, good);
    return good;
  }
}

function classOf(node: JsonObject | undefined, classes: JsonObject): JsonObject | undefined {
  const type = node?.['class_type'];
  const found = typeof type === 'string' && Object.hasOwn(classes, type) ? classes[type] : undefined;
  return isObject(found) ? found : undefined;
}

function classFault(node: JsonObject, classes: JsonObject): NodeFault | undefined {
  const type = node['class_type'];
  if (typeof type !== 'string') {
    const message = "the node has no 'class_type'; every node of an API-format workflow needs one";
    return { field: 'class_type', reason: 'missing_input', message };
  }
  if (classOf(node, classes)) return undefined;
  const shown = type.slice(0, 200);
  const near = nearest(shown, Object.keys(classes));
  const message = `ComfyUI has no node class '${shown}'${didYouMean(near)}`;
  return {
    field: 'class_type',
    reason: 'unknown_node',
    message,
    given: shown,
    ...(near.length > 0 && { nearest: near }),
  };
}

function nodeFaults(node: JsonObject, nodeClass: JsonObject, graph: Graph): NodeFault[] {
  const inputs = inputsOf(node);
  const faults: NodeFault[] = requiredInputs(nodeClass)
    .filter((name) => !Object.hasOwn(inputs, name))
    .map((field) => ({ field, reason: 'missing_input', message: `required input '${field}' is missing` }));
  for (const [field, value] of Object.entries(inputs)) {
    if (isLink(value)) {
      const target = (value as [string, number])[0];
      if (Object.hasOwn(graph, target)) continue;
      const near = nearest(target, Object.keys(graph));
      faults.push({
        field,
        reason: 'bad_link',
        message: `input '${field}' is linked to node '${target.slice(0, 100)}', which is not in the workflow${didYouMean(near)}`,
        given: value,
        ...(near.length > 0 && { nearest: near }),
      });
      continue;
    }
    const spec = inputSpec(nodeClass, field);
    const fault =
      spec !== undefined && Array.isArray(value) ? listFault(field) : valueFault(field, value, spec);
    if (fault) faults.push(fault);
  }
  return faults;
}

function listFault(field: string): NodeFault {
  const message = `input '${field}' is a list, which ComfyUI takes for a link, and is none; a list as a value is written {"__value__": […]}`;
  return { field, reason: 'bad_link', message };
}

function didYouMean(near: readonly string[]): string {
  return near.length > 0 ? `; did you mean ${near.map((n) => `'${n}'`).join(' or ')}?` : '';
}
