// Checks one node of a prompt: links and their types, constants and their ranges, what the class itself refuses.

import { bigDigits } from './json.ts';
import type { InputSpec, NodeClasses } from './object-info.ts';
import { cycle, fault, innerCrash, validationCrash, type PromptFault } from './prompt-faults.ts';
import {
  compare,
  floatText,
  isPythonError,
  listText,
  str,
  toBool,
  toFloat,
  toInt,
  typeName,
} from './python.ts';
import { isRecord, type Graph, type GraphNode } from './types.ts';

export interface ValidateOptions {
  classes: NodeClasses;
  /** Behave like 0.38: other errors for unknown classes and cycles, and newer-style combos are checked too. */
  newer: boolean;
  /** What a class itself has to say about an input: `true`, or the reason it is refused. */
  customCheck: (className: string, input: string, value: unknown) => true | string | undefined;
}

export interface Verdict {
  ok: boolean;
  faults: PromptFault[];
}

/** Checks a node and everything above it. Throws a PythonError where ComfyUI's own validation trips. */
export function checkNode(
  graph: Graph,
  id: string,
  verdicts: Map<string, Verdict>,
  options: ValidateOptions,
  path: readonly string[],
): Verdict {
  const known = verdicts.get(id);
  if (known !== undefined) return known;
  const node: Partial<GraphNode> = graph[id] ?? {};
  const given: unknown = node.inputs;
  if (given === undefined) throw validationCrash('KeyError', "'inputs'", 730);
  // Neither a text nor a list has any input by name.
  const inputs: Record<string, unknown> = isRecord(given) ? given : {};
  const info = options.classes.get(node.class_type ?? '');
  const specs = { ...info?.input.required, ...info?.input.optional };
  const faults: PromptFault[] = [];
  let ok = true;

  for (const [name, spec] of Object.entries(specs)) {
    const config = [spec[0], spec[1] ?? {}];
    if (!Object.hasOwn(inputs, name)) {
      if (Object.hasOwn(info?.input.required ?? {}, name)) {
        faults.push(fault('required_input_missing', 'Required input is missing', name, { input_name: name }));
      }
      continue;
    }
    const value = inputs[name];
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
  for (const name of Object.keys(specs)) {
    if (
      Object.hasOwn(inputs, name) ||
      options.customCheck(node.class_type ?? '', name, undefined) === undefined
    )
      continue;
    const call = `${node.class_type}.VALIDATE_INPUTS() missing 1 required positional argument: '${name}'`;
    throw validationCrash('TypeError', call, 938);
  }
  for (const [name, value] of Object.entries(inputs)) {
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
  if (typeof from === 'object' && from !== null) {
    throw validationCrash('TypeError', `unhashable type: '${typeName(from)}'`, 788);
  }
  if (source === undefined) {
    throw validationCrash('KeyError', typeof from === 'string' ? `'${from}'` : str(from), 788);
  }
  if (typeof slot !== 'number' || !Number.isInteger(slot)) {
    throw validationCrash(
      'TypeError',
      `tuple indices must be integers or slices, not ${typeName(slot)}`,
      790,
    );
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
