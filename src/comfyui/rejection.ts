/**
 * Why ComfyUI refused a graph, in words that help: per node the field, the reason, what was given, what is allowed
 * and the nearest allowed value. ComfyUI's own answer often leaves the cause out; what is missing is looked up in
 * its object_info, only now that something is wrong.
 */
import { distance } from 'fastest-levenshtein';
import { withoutInputNames } from './input-names.ts';
import { isObject, type JsonObject } from './json.ts';

/** One fault of one input. `field` is null where the node as a whole is at fault. */
export interface NodeFault {
  field: string | null;
  reason: string;
  message: string;
  given?: unknown;
  allowed?: unknown;
  nearest?: string[];
}

/** Faults by node id. */
export type NodeFaults = Record<string, { class_type: string | null; errors: NodeFault[] }>;

/** The refusal as a sentence and as data. */
export interface Rejection {
  message: string;
  faults: NodeFaults;
}

/** What can be asked of ComfyUI about its nodes; both may fail, which only makes the answer poorer. */
export interface NodeCatalogue {
  nodeClass(classType: string): Promise<JsonObject | undefined>;
  nodeClasses(): Promise<string[]>;
}

/** Explains a refused `POST /prompt`. `graph` is what was sent. */
export async function explainRejection(
  answer: { error: JsonObject; nodeErrors: JsonObject },
  graph: JsonObject,
  catalogue: NodeCatalogue,
): Promise<Rejection> {
  const faults = await explainNodeErrors(answer.nodeErrors, graph, catalogue);
  const { type, message, details } = answer.error;
  const blamed = /#(.+?)'/.exec(String(details))?.[1];
  if (type === 'invalid_prompt' || type === 'missing_node_type') {
    const id = blamed ?? findUnknownNode(answer.error, graph);
    const node = id === undefined ? undefined : own(graph, id);
    if (id !== undefined && isObject(node)) faults[id] = await explainClass(node, catalogue);
  }
  const first = Object.entries(faults)[0];
  if (first) {
    const [id, { class_type, errors }] = first;
    const fault = errors[0];
    const rest = Object.values(faults).reduce((sum, node) => sum + node.errors.length, -1);
    const more = rest > 0 ? ` (and ${rest} more, see details.node_errors)` : '';
    return {
      message: `Node ${id}${class_type ? ` (${class_type})` : ''}: ${fault?.message ?? 'invalid'}${more}`,
      faults,
    };
  }
  const text = [message, details].filter((part) => typeof part === 'string' && part !== '');
  if (type === 'prompt_outputs_failed_validation')
    text.push('Probably two nodes feed each other in a circle.');
  if (type === 'prompt_no_outputs') text.push('Add a node that saves or shows something, such as SaveImage.');
  return { message: text.join('. ').replaceAll('..', '.') || 'ComfyUI refused the workflow.', faults };
}

/** Explains `node_errors`, of a refusal or of a prompt that was accepted in part. */
export async function explainNodeErrors(
  nodeErrors: JsonObject,
  graph: JsonObject,
  catalogue: NodeCatalogue,
): Promise<NodeFaults> {
  // Without a prototype: a node may be called `__proto__`.
  const faults = Object.create(null) as NodeFaults;
  const asked = rememberClasses(catalogue);
  for (const [id, entry] of Object.entries(nodeErrors).slice(0, MAX_NODES)) {
    if (!isObject(entry)) continue;
    const classType = typeof entry['class_type'] === 'string' ? entry['class_type'] : null;
    const errors = Array.isArray(entry['errors']) ? entry['errors'].filter(isObject) : [];
    faults[id] = {
      class_type: classType,
      errors: await Promise.all(
        errors.map((error) => explainInput(error, own(graph, id), classType, graph, asked)),
      ),
    };
  }
  return faults;
}

/** The up to three options nearest to what was given, nearest first; none if all are far off. */
export function nearest(given: string, options: readonly string[]): string[] {
  if (given.length > MAX_COMPARED) return [];
  const wanted = given.toLowerCase();
  const limit = Math.max(2, Math.ceil(wanted.length / 3));
  const stem = stemOf(wanted);
  return (
    options
      .slice(0, MAX_OPTIONS)
      .map((option) => {
        const name = option.toLowerCase();
        if (contains(option, wanted)) return { option, d: 0 };
        // Of files, the same name with another ending is near.
        const other = stem === undefined ? undefined : stemOf(name);
        if (other !== undefined && other === stem) return { option, d: 1 };
        const far = Math.abs(name.length - wanted.length) > limit;
        return { option, d: far ? Number.POSITIVE_INFINITY : distance(wanted, name) };
      })
      // Nothing in common is not near, however short the names are.
      .filter(({ option, d }) => d <= limit && d < Math.max(option.length, wanted.length))
      .sort((a, b) => a.d - b.d)
      .slice(0, 3)
      .map(({ option }) => option)
  );
}

/** The name of a file without its ending; undefined for what is no file. */
function stemOf(name: string): string | undefined {
  return /^(.+)\.[a-z][a-z\d]{1,11}$/.exec(name)?.[1];
}

/** Comparing texts costs their lengths multiplied: longer ones, and options beyond a number, are not compared. */
const MAX_COMPARED = 100;
const MAX_OPTIONS = 5_000;

/** Most nodes that are explained, and longest text of the caller's that is repeated. */
const MAX_NODES = 50;
const MAX_ECHO = 200;

/** Longest list of allowed values that goes into an answer. */
const MAX_ALLOWED = 50;

/** ComfyUI's error types → reasons of Comfy API v2 (`missing_input` is the specification's own example). */
const REASONS: Record<string, string> = {
  required_input_missing: 'missing_input',
  value_not_in_list: 'not_in_list',
  value_smaller_than_min: 'too_small',
  value_bigger_than_max: 'too_big',
  invalid_input_type: 'wrong_type',
  return_type_mismatch: 'wrong_link_type',
  bad_linked_input: 'bad_link',
  exception_during_validation: 'bad_link',
  exception_during_inner_validation: 'missing_input',
  custom_validation_failed: 'refused_by_node',
};

async function explainInput(
  error: JsonObject,
  node: unknown,
  classType: string | null,
  graph: JsonObject,
  catalogue: NodeCatalogue,
): Promise<NodeFault> {
  const info = isObject(error['extra_info']) ? error['extra_info'] : {};
  const type = String(error['type']);
  const field = typeof info['input_name'] === 'string' ? info['input_name'] : null;
  const reason = REASONS[type] ?? type;
  const broken = field === null ? findBrokenLink(node, graph) : undefined;
  if (broken) return { ...broken, reason: 'bad_link' };
  const inputs = isObject(node) && isObject(node['inputs']) ? node['inputs'] : {};
  const given = info['received_value'] ?? (field === null ? undefined : inputs[field]);
  const config = info['input_config'] ?? (await inputConfig(classType, field, catalogue));
  const allowed = allowedValues(withoutInputNames(config));
  const fault: NodeFault = { field, reason, message: '' };
  if (given !== undefined) fault.given = echo(given);
  if (Array.isArray(allowed)) {
    fault.allowed = allowed.slice(0, MAX_ALLOWED);
    const near = typeof given === 'string' ? nearest(given, allowed) : [];
    if (near.length > 0) fault.nearest = near;
  } else if (allowed !== undefined) fault.allowed = allowed;
  fault.message = sentence(error, fault);
  return fault;
}

function sentence(error: JsonObject, fault: NodeFault): string {
  const name = fault.field === null ? '' : `input '${fault.field}'`;
  const given = fault.given === undefined ? '' : ` (given: ${short(fault.given)})`;
  const hint = fault.nearest ? `; did you mean ${fault.nearest.map((n) => `'${n}'`).join(' or ')}?` : '';
  const limits = isObject(fault.allowed) ? `; allowed: ${short(fault.allowed)}` : '';
  switch (fault.reason) {
    case 'missing_input':
      return `required ${name || 'input'} is missing`;
    case 'not_in_list':
      return `${name} is not one of the allowed values${given}${hint}`;
    default: {
      const told = [error['message'], error['details']].filter(
        (part) => typeof part === 'string' && part !== '' && part !== fault.field,
      );
      return `${name ? `${name}: ` : ''}${told.join(': ')}${given}${limits}${hint}`;
    }
  }
}

/** ComfyUI reports a link into nothing as an exception; the graph itself shows which one. */
function findBrokenLink(node: unknown, graph: JsonObject): Omit<NodeFault, 'reason'> | undefined {
  const inputs = isObject(node) && isObject(node['inputs']) ? node['inputs'] : {};
  for (const [field, value] of Object.entries(inputs)) {
    if (!Array.isArray(value) || value.length !== 2) continue;
    const target = String(value[0]);
    if (own(graph, target) === undefined) {
      const near = nearest(target, Object.keys(graph));
      return {
        field,
        message: `input '${field}' is linked to node '${target.slice(0, MAX_ECHO)}', which is not in the workflow`,
        given: echo(value),
        ...(near.length > 0 && { nearest: near }),
      };
    }
  }
  return undefined;
}

async function explainClass(node: JsonObject, catalogue: NodeCatalogue): Promise<NodeFaults[string]> {
  const given = node['class_type'];
  const classType = typeof given === 'string' ? given.slice(0, MAX_ECHO) : given;
  if (typeof classType !== 'string') {
    const message = "the node has no 'class_type'; every node of an API-format workflow needs one";
    return { class_type: null, errors: [{ field: 'class_type', reason: 'missing_input', message }] };
  }
  const near = nearest(classType, await catalogue.nodeClasses().catch(() => []));
  const hint = near.length > 0 ? `; did you mean ${near.map((n) => `'${n}'`).join(' or ')}?` : '';
  return {
    class_type: classType,
    errors: [
      {
        field: 'class_type',
        reason: 'unknown_node',
        message: `ComfyUI has no node class '${classType}'${hint}`,
        given: classType,
        ...(near.length > 0 && { nearest: near }),
      },
    ],
  };
}

function findUnknownNode(error: JsonObject, graph: JsonObject): string | undefined {
  const info = isObject(error['extra_info']) ? error['extra_info'] : {};
  const id = info['node_id'];
  return typeof id === 'string' && own(graph, id) !== undefined ? id : undefined;
}

async function inputConfig(
  classType: string | null,
  field: string | null,
  catalogue: NodeCatalogue,
): Promise<unknown> {
  if (classType === null || field === null) return undefined;
  // Without object_info the answer lacks the allowed values; that is all.
  const info = await catalogue.nodeClass(classType).catch(() => undefined);
  const input = isObject(info?.['input']) ? info['input'] : {};
  for (const group of [input['required'], input['optional']]) {
    if (isObject(group) && group[field] !== undefined) return group[field];
  }
  return undefined;
}

/** Options of a combo (both forms), range of a number, or the name of a type. */
function allowedValues(config: unknown): string[] | JsonObject | string | undefined {
  if (!Array.isArray(config)) return undefined;
  const [type, settings] = config as [unknown, unknown];
  if (Array.isArray(type)) return type.map(String);
  if (type === 'COMBO' && isObject(settings) && Array.isArray(settings['options']))
    return settings['options'].map(String);
  if (isObject(settings) && (settings['min'] !== undefined || settings['max'] !== undefined)) {
    return { type, min: settings['min'], max: settings['max'] };
  }
  return typeof type === 'string' ? type : undefined;
}

/** Asks for each class once in an explanation. */
function rememberClasses(catalogue: NodeCatalogue): NodeCatalogue {
  const known = new Map<string, Promise<JsonObject | undefined>>();
  return {
    nodeClasses: () => catalogue.nodeClasses(),
    nodeClass(classType) {
      let info = known.get(classType);
      if (!info) known.set(classType, (info = catalogue.nodeClass(classType)));
      return info;
    },
  };
}

function own(graph: JsonObject, id: string): unknown {
  return Object.hasOwn(graph, id) ? graph[id] : undefined;
}

/** What was given, unless it is long. */
function echo(value: unknown): unknown {
  const text = JSON.stringify(value) ?? '';
  return text.length > MAX_ECHO ? `${text.slice(0, MAX_ECHO)}…` : value;
}

function contains(option: string, wanted: string): boolean {
  return wanted.length > 2 && option.toLowerCase().includes(wanted);
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 100 ? `${text.slice(0, 100)}…` : text;
}
