// Checks a submitted prompt as ComfyUI does, with its error shapes: every output node is checked together with all
// nodes above it; broken outputs are dropped as long as one is left. Converts inputs in place (text to numbers).

import type { InputSpec, NodeClasses } from './object-info.ts';
import {
  compare,
  floatText,
  formatTrace,
  isPythonError,
  listText,
  pythonError,
  str,
  toBool,
  toFloat,
  toInt,
} from './python.ts';
import { bigDigits } from './json.ts';
import { isRecord, type Graph, type GraphNode } from './types.ts';

export interface PromptFault {
  type: string;
  message: string;
  details: string;
  extra_info: Record<string, unknown>;
}

interface NodeErrors {
  errors: PromptFault[];
  dependent_outputs: string[];
  class_type: string;
}

export type Validation =
  | { ok: true; outputs: string[]; nodeErrors: Record<string, NodeErrors> }
  | { ok: false; error: PromptFault; nodeErrors: Record<string, NodeErrors> };

export interface ValidateOptions {
  classes: NodeClasses;
  /** Behave like 0.38: other errors for unknown classes and cycles, and newer-style combos are checked too. */
  newer: boolean;
  /** What a class itself has to say about an input: `true`, or the reason it is refused. */
  customCheck: (className: string, input: string, value: unknown) => true | string | undefined;
}

interface Verdict {
  ok: boolean;
  faults: PromptFault[];
}

/** Throws (a 500 of the route) where ComfyUI would: the prompt is not an object of objects. */
export function validatePrompt(prompt: unknown, only: unknown, options: ValidateOptions): Validation {
  if (!isRecord(prompt)) throw new TypeError('prompt is not an object');
  const { classes, newer } = options;
  const candidates: string[] = [];
  for (const [id, node] of Object.entries(prompt)) {
    if (!isRecord(node)) throw new TypeError(`node ${id} is not an object`);
    const info = typeof node['class_type'] === 'string' ? classes.get(node['class_type']) : undefined;
    if (info === undefined) return { ok: false, error: unknownClass(id, node, newer), nodeErrors: {} };
    if (info.output_node && (!Array.isArray(only) || only.includes(id))) candidates.push(id);
  }
  if (candidates.length === 0) {
    return { ok: false, error: fault('prompt_no_outputs', 'Prompt has no outputs', '', {}), nodeErrors: {} };
  }

  // Every node has a known class now; missing `inputs` is found on the way.
  const graph = prompt as unknown as Graph;
  const verdicts = new Map<string, Verdict>();
  const outputs: string[] = [];
  const nodeErrors: Record<string, NodeErrors> = {};
  const lines: string[] = [];
  for (const output of candidates) {
    let verdict: Verdict;
    try {
      verdict = checkNode(graph, output, verdicts, options, []);
    } catch (error) {
      verdict = { ok: false, faults: [crash(error)] };
      verdicts.set(output, verdict);
    }
    if (verdict.ok) {
      outputs.push(output);
      continue;
    }
    lines.push(...verdict.faults.map((item) => `${item.message}: ${item.details}`));
    for (const [id, { ok, faults }] of verdicts) {
      if (ok || faults.length === 0) continue;
      const entry = (nodeErrors[id] ??= {
        errors: faults,
        dependent_outputs: [],
        class_type: graph[id]?.class_type ?? '',
      });
      entry.dependent_outputs.push(output);
    }
  }
  if (outputs.length > 0) return { ok: true, outputs, nodeErrors };
  const message = 'Prompt outputs failed validation';
  return {
    ok: false,
    error: fault('prompt_outputs_failed_validation', message, lines.join('\n'), {}),
    nodeErrors,
  };
}

function checkNode(
  graph: Graph,
  id: string,
  verdicts: Map<string, Verdict>,
  options: ValidateOptions,
  path: readonly string[],
): Verdict {
  const known = verdicts.get(id);
  if (known !== undefined) return known;
  const node: Partial<GraphNode> = graph[id] ?? {};
  if (!isRecord(node.inputs)) throw validationCrash('KeyError', "'inputs'", 730);
  const info = options.classes.get(node.class_type ?? '');
  const specs = { ...info?.input.required, ...info?.input.optional };
  const faults: PromptFault[] = [];
  let ok = true;

  for (const [name, spec] of Object.entries(specs)) {
    const config = [spec[0], spec[1] ?? {}];
    if (!Object.hasOwn(node.inputs, name)) {
      if (Object.hasOwn(info?.input.required ?? {}, name)) {
        faults.push(fault('required_input_missing', 'Required input is missing', name, { input_name: name }));
      }
      continue;
    }
    const value = node.inputs[name];
    if (!Array.isArray(value)) {
      const found = checkValue(node as GraphNode, name, spec, options);
      if (found !== undefined) faults.push(found);
      continue;
    }
    if (value.length !== 2) {
      const message = 'Bad linked input, must be a length-2 list of [node_id, slot_index]';
      const extra = { input_name: name, input_config: config, received_value: value };
      faults.push(fault('bad_linked_input', message, name, extra));
      continue;
    }
    const [from, slot]: unknown[] = value;
    const received = outputType(graph, from, slot, options.classes);
    if (!typesMeet(received, spec[0])) {
      const details = `${name}, received_type(${str(received)}) mismatch input_type(${str(spec[0])})`;
      const extra = { input_name: name, input_config: config, received_type: received, linked_node: value };
      faults.push(fault('return_type_mismatch', 'Return type mismatch between linked nodes', details, extra));
      continue;
    }
    const source = String(from);
    if (path.includes(source) || source === id) {
      if (options.newer) faults.push(cycle(name, config, value, [...path, id, source]));
      ok = false;
      continue;
    }
    try {
      if (!checkNode(graph, source, verdicts, options, [...path, id]).ok) ok = false;
    } catch (error) {
      ok = false;
      verdicts.set(source, { ok: false, faults: [innerCrash(error, name, config, value)] });
    }
  }
  for (const [name, value] of Object.entries(node.inputs)) {
    if (Array.isArray(value)) continue;
    const answer = options.customCheck(node.class_type ?? '', name, value);
    if (answer === undefined || answer === true) continue;
    const message = 'Custom validation failed for node';
    faults.push(fault('custom_validation_failed', message, `${name} - ${answer}`, { input_name: name }));
  }
  const verdict = { ok: ok && faults.length === 0, faults };
  verdicts.set(id, verdict);
  return verdict;
}

/** Converts a constant and checks its range or list. */
function checkValue(
  node: GraphNode,
  name: string,
  spec: InputSpec,
  options: ValidateOptions,
): PromptFault | undefined {
  const [type, config = {}] = spec;
  let value = node.inputs[name];
  if (isRecord(value) && '__value__' in value) value = value['__value__'];
  const extra = { input_name: name, input_config: [type, config] };
  try {
    if (type === 'INT') value = toInt(value);
    else if (type === 'FLOAT') value = toFloat(value);
    else if (type === 'STRING') value = str(value);
    else if (type === 'BOOLEAN') value = toBool(value);
  } catch (error) {
    if (!isPythonError(error)) throw error;
    const message = `Failed to convert an input value to a ${str(type)} value`;
    const details = `${name}, ${str(value)}, ${error.message}`;
    return fault('invalid_input_type', message, details, {
      ...extra,
      received_value: value,
      exception_message: error.message,
    });
  }
  node.inputs[name] = value;
  if (options.customCheck(node.class_type, name, value) !== undefined) return undefined;

  const shown = (limit: unknown) =>
    type === 'FLOAT' ? floatText(Number(limit)) : (bigDigits(limit) ?? str(limit));
  const { min, max } = config;
  if (min !== undefined && compare(value, min) < 0) {
    const message = `Value ${shown(value)} smaller than min of ${shown(min)}`;
    return fault('value_smaller_than_min', message, name, { ...extra, received_value: value });
  }
  if (max !== undefined && compare(value, max) > 0) {
    const message = `Value ${shown(value)} bigger than max of ${shown(max)}`;
    return fault('value_bigger_than_max', message, name, { ...extra, received_value: value });
  }
  const newerList = options.newer && type === 'COMBO' ? config['options'] : undefined;
  const choices = Array.isArray(type) ? type : newerList;
  if (!Array.isArray(choices) || choices.includes(value)) return undefined;
  const long = choices.length > 20;
  const list = long ? `(list of length ${choices.length})` : listText(choices);
  return fault('value_not_in_list', 'Value not in list', `${name}: '${str(value)}' not in ${list}`, {
    input_name: name,
    input_config: long ? null : [type, config],
    received_value: value,
  });
}

function outputType(graph: Graph, from: unknown, slot: unknown, classes: NodeClasses): unknown {
  const source = typeof from === 'string' && Object.hasOwn(graph, from) ? graph[from] : undefined;
  if (source === undefined)
    throw validationCrash('KeyError', typeof from === 'string' ? `'${from}'` : str(from), 788);
  if (typeof slot !== 'number' || !Number.isInteger(slot)) {
    throw validationCrash('TypeError', 'tuple indices must be integers or slices, not str', 790);
  }
  const type = classes.get(source.class_type)?.output.at(slot);
  if (type === undefined) throw validationCrash('IndexError', 'tuple index out of range', 790);
  return type;
}

/** Types are lists of names separated by commas; one in common is enough, and `*` takes anything. */
function typesMeet(received: unknown, wanted: unknown): boolean {
  if (received === '*' || wanted === '*') return true;
  if (typeof received !== 'string' || typeof wanted !== 'string') {
    return JSON.stringify(received) === JSON.stringify(wanted);
  }
  const names = new Set(wanted.split(',').map((name) => name.trim()));
  return received.split(',').some((name) => names.has(name.trim()));
}

function unknownClass(id: string, node: Record<string, unknown>, newer: boolean): PromptFault {
  const details = `Node ID '#${id}'`;
  const named = Object.hasOwn(node, 'class_type');
  const className = node['class_type'];
  if (!newer) {
    const message = named
      ? `Cannot execute because node ${str(className)} does not exist.`
      : 'Cannot execute because a node is missing the class_type property.';
    return fault('invalid_prompt', message, details, {});
  }
  const meta = node['_meta'];
  const title = isRecord(meta) && meta['title'] !== undefined ? meta['title'] : (className ?? null);
  const message = named
    ? `Node '${str(title)}' not found. The custom node may not be installed.`
    : `Node '${title === null ? `ID #${id}` : str(title)}' has no class_type. The workflow may be corrupted or a custom node is missing.`;
  const extra = { node_id: id, class_type: className ?? null, node_title: title };
  return fault('missing_node_type', message, details, extra);
}

function cycle(name: string, config: unknown, link: unknown, path: string[]): PromptFault {
  const loop = path.slice(path.indexOf(path.at(-1) ?? ''));
  return fault('dependency_cycle', 'Dependency cycle detected', loop.join(' -> '), {
    input_name: name,
    input_config: config,
    linked_node: link,
    cycle_nodes: loop,
  });
}

function fault(type: string, message: string, details: string, extra: Record<string, unknown>): PromptFault {
  return { type, message, details, extra_info: extra };
}

function validationCrash(type: string, message: string, line: number): Error {
  return pythonError(type, message, [`/comfyui/execution.py:${line}:validate_inputs`]);
}

function crash(error: unknown): PromptFault {
  if (!isPythonError(error)) throw error;
  const trace = ['/comfyui/execution.py:1010:validate_prompt', ...error.trace];
  return fault('exception_during_validation', 'Exception when validating node', error.message, {
    exception_type: error.pythonType,
    traceback: formatTrace(trace),
  });
}

function innerCrash(error: unknown, name: string, config: unknown, link: unknown): PromptFault {
  if (!isPythonError(error)) throw error;
  const trace = ['/comfyui/execution.py:808:validate_inputs', ...error.trace];
  return fault('exception_during_inner_validation', 'Exception when validating inner node', error.message, {
    input_name: name,
    input_config: config,
    exception_message: error.message,
    exception_type: error.pythonType,
    traceback: formatTrace(trace),
    linked_node: link,
  });
}
