/** Reading a graph's text: JSON with the place of a fault, API format and not the editor's. Pure. */
import { isObject, jsonDepth, type JsonObject } from '../comfyui/json.ts';
import { findJsonFault, placeOf } from './json-fault.ts';
import { numberText } from './numbers.ts';
import type { WorkflowError } from './workflow.ts';

/** Nodes by id; every node is an object, its `inputs`, if there, too. */
export type Graph = Record<string, JsonObject>;

export type ReadGraph = { ok: true; graph: Graph } | { ok: false; error: WorkflowError };

/** Reads an API-format graph. Numbers may be rounded: it is for looking, the text stays what it is. */
export function readGraph(text: string): ReadGraph {
  const json = readJson(text, 'workflow', MAX_GRAPH_CHARS);
  if (!json.ok) return json;
  const { value } = json;
  if (!isObject(value))
    return refuse(
      `A workflow is a JSON object of nodes, {"<node id>": {"class_type", "inputs"}}; given: ${kindOf(value)}.`,
    );
  if (Array.isArray(value['nodes']))
    return { ok: false, error: { message: UI_FORMAT, file: 'workflow', uiFormat: true } };
  const nodes = Object.entries(value);
  if (nodes.length === 0) return refuse('The workflow is empty: it has no nodes.');
  for (const [id, node] of nodes) {
    const fault = nodeFault(id, node);
    if (fault !== undefined) return refuse(fault, text, JSON.stringify(id));
  }
  // Every value was found to be an object just now.
  return { ok: true, graph: value as Graph };
}

/** Parses JSON, or says where it breaks. */
export function readJson(
  text: string,
  file: WorkflowError['file'],
  maxChars: number,
): { ok: true; value: unknown } | { ok: false; error: WorkflowError } {
  const what = file === 'meta' ? 'The .meta.json' : 'The workflow';
  if (text.length > maxChars) {
    const megabytes = (size: number) => (size / (1024 * 1024)).toFixed(1);
    const message = `${what} is ${megabytes(text.length)} MB long; at most ${megabytes(maxChars)} MB are taken.`;
    return { ok: false, error: { message, file } };
  }
  // More than any workflow needs; what is deeper would overflow the stack of whoever reads it.
  if (jsonDepth(text) > MAX_DEPTH)
    return { ok: false, error: { message: `${what} is nested deeper than ${MAX_DEPTH} levels.`, file } };
  try {
    return { ok: true, value: JSON.parse(text) as unknown };
  } catch (error) {
    const fault = findJsonFault(text);
    const message = fault
      ? `${what} is not JSON: line ${fault.line}, column ${fault.column}: ${fault.message}.`
      : `${what} is not JSON: ${String(error)}.`;
    return { ok: false, error: { message, file, ...(fault && { line: fault.line, column: fault.column }) } };
  }
}

/** A refusal of the graph; its line is that of the first `needle` in the text, if that is there. */
export function refuse(message: string, text?: string, needle?: string): { ok: false; error: WorkflowError } {
  const at = text === undefined || needle === undefined ? -1 : text.indexOf(needle);
  return {
    ok: false,
    error: { message, file: 'workflow', ...(at >= 0 && placeOf(text!, at)) },
  };
}

/** The inputs of a node. */
export function inputsOf(node: JsonObject | undefined): JsonObject {
  return node && isObject(node['inputs']) ? node['inputs'] : {};
}

/** Whether a value is a link to another node, by ComfyUI's own rule. */
export function isLink(value: unknown): boolean {
  return (
    Array.isArray(value) &&
    value.length === 2 &&
    typeof value[0] === 'string' &&
    numberText(value[1]) !== undefined
  );
}

/** A list as an input's value: ComfyUI takes a bare one for a link, and unwraps this. */
export function wrapList(value: unknown): unknown {
  return Array.isArray(value) ? { __value__: value } : value;
}

/** The list that is wrapped so; else the value itself. */
export function unwrapList(value: unknown): unknown {
  const inner = isObject(value) && Object.hasOwn(value, '__value__') ? value['__value__'] : undefined;
  return Array.isArray(inner) ? inner : value;
}

/** What a node is called in messages: `3 (KSampler)`. */
export function nodeLabel(graph: Graph, id: string): string {
  const type = Object.hasOwn(graph, id) ? graph[id]!['class_type'] : undefined;
  return typeof type === 'string' ? `${id} (${type.slice(0, 80)})` : id;
}

const UI_FORMAT =
  "This is ComfyUI's UI format (it has 'nodes'). Export the API format instead: in ComfyUI choose Workflow → Export (API), and take that file.";

const MAX_GRAPH_CHARS = 4 * 1024 * 1024;
const MAX_DEPTH = 100;

function nodeFault(id: string, node: unknown): string | undefined {
  if (!isObject(node))
    return `Node ${id.slice(0, 80)} must be an object with 'class_type' and 'inputs'; given: ${kindOf(node)}.`;
  const { class_type: classType, inputs } = node;
  if (classType !== undefined && typeof classType !== 'string')
    return `Node ${id}: 'class_type' must be the name of a node class; given: ${kindOf(classType)}.`;
  if (inputs !== undefined && !isObject(inputs))
    return `Node ${id}: 'inputs' must be an object of input names and values; given: ${kindOf(inputs)}.`;
  for (const [input, value] of Object.entries(inputs ?? {}))
    if (!allFinite(value))
      return `Node ${id}, input '${input}': a number is too large, such as 1e999; the largest is about 1.8e308.`;
  return undefined;
}

/** Python would read infinity, and could then not write its queue as JSON any more, for anybody. */
function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(allFinite);
}

export function kindOf(value: unknown): string {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'an object';
  const text = typeof value === 'string' ? JSON.stringify(value) : String(value);
  return text.length > 80 ? `${text.slice(0, 80)}…` : text;
}
