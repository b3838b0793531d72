/**
 * Services of the seed's config.json as workflows: the parameters are those of the service, laid over the graph that it names.
 * A mapping to what is not there is an error with the service and the nearest names; the caller stops the start with it.
 */
import { isObject } from '../comfyui/json.ts';
import { kindOf } from './graph-text.ts';
import { NO_META } from './meta.ts';
import { checkName } from './names.ts';
import { namespaceOf } from './namespace.ts';
import { boundParameter, missingNode, missingPlace, ownDefaults, ownerOf, withMeta } from './parameters.ts';
import { hashOf, readParameters, titleOf } from './parse.ts';
import {
  isRequired,
  type Parameter,
  type ParameterType,
  type Parsed,
  type ServiceOutput,
} from './workflow.ts';

/** `service` is an entry of `services[]`, unchecked. `now`: when config.json was changed, in milliseconds since 1970. */
export function fromService(service: unknown, graphText: string, now = 0): Parsed {
  const checked = checkService(service);
  if (typeof checked === 'string') return bad(checked);
  const { name, description, parameters, outputs } = checked;
  const label = `service '${name}'`;
  const read = readParameters(graphText, NO_META);
  if (!read.ok) return { ok: false, error: { ...read.error, message: `${label}: ${read.error.message}` } };
  const { graph } = read;
  // Literal inputs are only offered where nobody named parameters.
  const all = new Map(read.parameters.filter((p) => p.literal !== true).map((p) => [p.name, p]));
  for (const { name: output, source } of outputs ?? []) {
    const missing = missingNode(graph, source.node_id);
    if (missing !== undefined) return bad(`${label}, output '${output}': ${missing}.`);
  }
  const own = new Map<string, Parameter>();
  const given: [string, unknown][] = [];
  for (const entry of parameters) {
    const { node, input } = entry;
    const where = `${label}, parameter '${entry.name}'`;
    const missing = missingPlace(graph, node, input);
    if (missing !== undefined) return bad(`${where}: ${missing}.`);
    const holder = ownerOf(own.values(), node, input);
    if (holder && holder.name !== entry.name)
      return bad(`${where}: node ${node}, input '${input}' already belongs to '${holder.name}'.`);
    const placeholder = ownerOf(all.values(), node, input);
    if (placeholder) all.delete(placeholder.name);
    const bindings = [
      ...(own.get(entry.name)?.bindings ?? []),
      ...(placeholder?.bindings ?? [{ node, input }]),
    ];
    const before = own.get(entry.name);
    if (before && before.type !== entry.type && before.seed !== true)
      return bad(`${where} has two types: ${before.type} and ${entry.type}.`);
    const base = {
      name: entry.name,
      type: entry.type,
      ...(entry.description !== undefined && { description: entry.description }),
      // `number` is all that a service can say of an integer.
      ...(entry.type !== 'number' && { declared: entry.type }),
    };
    const parameter = boundParameter(base, bindings, graph);
    if (entry.required) {
      parameter.unset = true;
      delete parameter.literal;
      delete parameter.default;
    }
    own.set(entry.name, parameter);
    if (entry.default !== undefined) given.push([entry.name, entry.default]);
  }
  const defaults = Object.fromEntries(given);
  const list = [...own.values(), ...[...all.values()].filter((p) => !own.has(p.name))].map((parameter) =>
    withMeta(parameter, { defaults, constraints: {} }),
  );
  return {
    ok: true,
    workflow: {
      name,
      source: 'config',
      title: titleOf(name),
      ...(description !== undefined && { description }),
      graphText,
      parameters: list.length > 0 ? list.map((p) => ({ ...p, required: isRequired(p) })) : read.parameters,
      ...(outputs && { outputs }),
      defaults: ownDefaults(list, defaults),
      constraints: {},
      namespace: namespaceOf(graph),
      warnings: read.warnings,
      hash: hashOf(graphText, JSON.stringify(service)),
      updatedAt: now,
    },
  };
}

interface ServiceParameter {
  name: string;
  type: ParameterType;
  description?: string;
  required: boolean;
  default?: unknown;
  node: string;
  input: string;
}

interface Service {
  name: string;
  description?: string;
  parameters: ServiceParameter[];
  outputs?: ServiceOutput[];
}

const TYPES = ['string', 'integer', 'number', 'boolean', 'array', 'object'] as const;

function bad(message: string): Parsed {
  return { ok: false, error: { message, file: 'config' } };
}

function checkService(value: unknown): Service | string {
  if (!isObject(value)) return `A service must be an object; given: ${kindOf(value)}.`;
  const { name, description, parameters = [], outputs } = value;
  if (typeof name !== 'string') return `A service needs a 'name'; given: ${kindOf(name)}.`;
  // The name is a tool's and stays as it is written, capitals and hyphens included.
  const named = checkName(name.toLowerCase().replaceAll('-', '_'));
  if (!named.ok) return `Service: ${named.message}`;
  if (!Array.isArray(parameters))
    return `service '${name}': 'parameters' must be a list; given: ${kindOf(parameters)}.`;
  if (outputs !== undefined && !Array.isArray(outputs))
    return `service '${name}': 'outputs' must be a list; given: ${kindOf(outputs)}.`;
  const list: ServiceParameter[] = [];
  for (const [index, entry] of (parameters as unknown[]).entries()) {
    const parameter = checkParameter(entry);
    if (typeof parameter === 'string') return `service '${name}', parameters[${index}]: ${parameter}.`;
    list.push(parameter);
  }
  const results: ServiceOutput[] = [];
  for (const [index, entry] of ((outputs ?? []) as unknown[]).entries()) {
    const output = checkOutput(entry);
    if (typeof output === 'string') return `service '${name}', outputs[${index}]: ${output}.`;
    results.push(output);
  }
  return {
    name,
    ...(typeof description === 'string' && { description }),
    parameters: list,
    ...(outputs !== undefined && { outputs: results }),
  };
}

function checkOutput(entry: unknown): ServiceOutput | string {
  if (!isObject(entry)) return `must be an object; given: ${kindOf(entry)}`;
  const { name, type, source } = entry;
  if (typeof name !== 'string' || name === '') return `'name' must be a text; given: ${kindOf(name)}`;
  if (typeof type !== 'string') return `'type' of '${name}' must be a text; given: ${kindOf(type)}`;
  if (!isObject(source))
    return `'source' of '${name}' must be an object {node_id, output_type?, index?}; given: ${kindOf(source)}`;
  const { node_id: node, output_type: kind, index } = source;
  if (typeof node !== 'string' && typeof node !== 'number')
    return `'node_id' of '${name}' must be the id of a node; given: ${kindOf(node)}`;
  if (kind !== undefined && typeof kind !== 'string')
    return `'output_type' of '${name}' must be a text; given: ${kindOf(kind)}`;
  if (index !== undefined && !(Number.isInteger(index) && (index as number) >= 0))
    return `'index' of '${name}' must be a whole number from 0; given: ${kindOf(index)}`;
  return {
    name,
    type,
    source: {
      node_id: String(node),
      ...(kind !== undefined && { output_type: kind }),
      ...(index !== undefined && { index: index as number }),
    },
  };
}

function checkParameter(entry: unknown): ServiceParameter | string {
  if (!isObject(entry)) return `must be an object; given: ${kindOf(entry)}`;
  const {
    name,
    type = 'string',
    description,
    required = false,
    comfyui_node_id: node,
    comfyui_widget_name: input,
  } = entry;
  if (typeof name !== 'string' || name === '') return `'name' must be a text; given: ${kindOf(name)}`;
  const known = TYPES.find((t) => t === type);
  if (!known) return `'type' of '${name}' must be one of ${TYPES.join(', ')}; given: ${kindOf(type)}`;
  if (typeof required !== 'boolean')
    return `'required' of '${name}' must be true or false; given: ${kindOf(required)}`;
  if (typeof node !== 'string' && typeof node !== 'number')
    return `'comfyui_node_id' of '${name}' must be the id of a node; given: ${kindOf(node)}`;
  if (typeof input !== 'string')
    return `'comfyui_widget_name' of '${name}' must be the name of an input; given: ${kindOf(input)}`;
  return {
    name,
    type: known,
    ...(typeof description === 'string' && { description }),
    required,
    ...(entry['default'] !== undefined && entry['default'] !== null && { default: entry['default'] }),
    node: String(node),
    input,
  };
}
