/**
 * JSON Schema 2020-12 of a workflow: what object_info says of every bound input, intersected, with the author's limits and
 * texts on top. What contradicts is reported as a fault beside a schema that still works. Without object_info the
 * placeholders' own types stand.
 */
import { isObject, type JsonObject } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { checkValue } from './check-value.ts';
import { nodeLabel, type Graph } from './graph-text.ts';
import { inputFacts, inputNames, inputSpec, type InputFacts } from './input-facts.ts';
import { integerLimit, jsonInteger } from './numbers.ts';
import { isRequired, isSeedName, type Parameter, type Workflow } from './workflow.ts';

export interface SchemaFault {
  parameter: string;
  message: string;
}

export interface Description {
  /** As bind takes them: typed, limited and with the defaults of object_info. */
  parameters: Parameter[];
  jsonSchema: JsonObject;
  faults: SchemaFault[];
}

/** `objectInfo`: node class → its entry, of all classes or at least those of the graph; undefined if nobody could be asked. */
export function describe(workflow: Workflow, objectInfo: JsonObject | undefined): Description {
  const graph = JSON.parse(workflow.graphText) as Graph;
  const faults: SchemaFault[] = [];
  const parameters = workflow.parameters.map((parameter) => {
    const places = objectInfo ? lookUp(parameter, graph, objectInfo, faults) : [];
    return settleDefault(merge(parameter, places, faults), faults);
  });
  return { parameters, jsonSchema: schemaOf(parameters, workflow), faults: faults.slice(0, MAX_FAULTS) };
}

/** Most faults that are told; those beyond are not looked into. */
const MAX_FAULTS = 100;

/** A parameter over places of a graph with what object_info says of them: type, limits, options, text. */
export function describeParameter(parameter: Parameter, graph: Graph, objectInfo: JsonObject): Parameter {
  return merge(parameter, lookUp(parameter, graph, objectInfo, []), []);
}

/** The same for a node class by itself: every input that takes a value of its own. */
export function describeClass(name: string, nodeClass: unknown): Description {
  const faults: SchemaFault[] = [];
  const parameters = inputNames(nodeClass).flatMap((input): Parameter[] => {
    const facts = inputFacts(inputSpec(nodeClass, input));
    if (!facts) return [];
    const bare: Parameter = {
      name: input,
      type: facts.type,
      required: true,
      unset: true,
      bindings: [{ node: name, input }],
    };
    return [settleDefault(merge(bare, [{ label: `${name}.${input}`, facts, input }], faults), faults)];
  });
  return { parameters, jsonSchema: schemaOf(parameters, { title: name }), faults };
}

/** The schema of parameters, for when their defaults have changed since (`applyDefaults`). */
export function schemaOf(
  parameters: readonly Parameter[],
  { title, description }: { title: string; description?: string },
): JsonObject {
  const required = parameters.filter((p) => p.required).map((p) => p.name);
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title,
    ...(description !== undefined && { description }),
    type: 'object',
    properties: Object.fromEntries(parameters.map((p) => [p.name, propertyOf(p)])),
    ...(required.length > 0 && { required }),
    additionalProperties: false,
  };
}

/** JSON of a schema or parameter list, with ComfyUI's largest integers 2^64-1 and 2^63-1 in full instead of rounded up. */
export function schemaText(value: unknown): string {
  return JSON.stringify(value, (_key, v: unknown) =>
    v === 2 ** 64 || v === 2 ** 63 ? jsonInteger(integerLimit(v, 'maximum')) : v,
  );
}

interface Place {
  label: string;
  input: string;
  facts: InputFacts;
}

function lookUp(parameter: Parameter, graph: Graph, objectInfo: JsonObject, faults: SchemaFault[]): Place[] {
  return parameter.bindings.flatMap(({ node, input }): Place[] => {
    const type = Object.hasOwn(graph, node) ? graph[node]!['class_type'] : undefined;
    if (typeof type !== 'string') return [];
    const fault = (message: string) => void faults.push({ parameter: parameter.name, message });
    const hint = (given: string, options: readonly string[]) =>
      faults.length < MAX_FAULTS ? hintOf(given, options) : '';
    const nodeClass = Object.hasOwn(objectInfo, type) ? objectInfo[type] : undefined;
    if (!isObject(nodeClass)) {
      fault(`node ${node}: ComfyUI has no node class '${type}'${hint(type, Object.keys(objectInfo))}`);
      return [];
    }
    const spec = inputSpec(nodeClass, input);
    if (spec === undefined) {
      fault(
        `node ${nodeLabel(graph, node)} has no input '${input}' in ComfyUI${hint(input, inputNames(nodeClass))}`,
      );
      return [];
    }
    const facts = inputFacts(spec);
    return facts ? [{ label: `${nodeLabel(graph, node)}.${input}`, input, facts }] : [];
  });
}

function hintOf(given: string, options: readonly string[]): string {
  const near = nearest(given, options);
  return near.length > 0 ? `; did you mean ${near.map((n) => `'${n}'`).join(' or ')}?` : '';
}

/** A parameter with the facts of all its places and its own limits. */
function merge(parameter: Parameter, places: readonly Place[], faults: SchemaFault[]): Parameter {
  const { name } = parameter;
  const fault = (message: string) => void faults.push({ parameter: name, message });
  const result: Parameter = { ...parameter };
  for (const { label, facts } of places) {
    const declared = parameter.declared;
    if (
      declared !== undefined &&
      declared !== facts.type &&
      !(declared === 'integer' && facts.type === 'number')
    )
      fault(`is declared as ${declared}, but ${label} takes ${facts.type}; ${facts.type} counts`);
  }
  const [first, ...rest] = places;
  if (first) {
    result.type = first.facts.type;
    for (const { label, facts } of rest) {
      if (facts.type === result.type) continue;
      if (isNumeric(facts.type) && isNumeric(result.type)) result.type = 'integer';
      else
        fault(`${first.label} takes ${result.type}, but ${label} takes ${facts.type}; ${result.type} counts`);
    }
  }
  for (const { label, facts } of places) intersect(result, facts, (m) => fault(`${m} (${label})`));
  const { minimum, maximum } = result;
  if (minimum !== undefined && maximum !== undefined && minimum > maximum)
    fault(`no value fits: the limits together are at least ${minimum} and at most ${maximum}`);
  result.description ??= places.find(({ facts }) => facts.description !== undefined)?.facts.description ?? '';
  if (result.description === '') delete result.description;
  const preset = places.find(({ facts }) => facts.default !== undefined)?.facts.default;
  if (preset !== undefined && result.unset === true) result.default ??= preset;
  if (result.type === 'integer' && (isSeedName(name) || places.some(({ input }) => isSeedName(input)))) {
    result.seed = true;
    // ComfyUI's 0 is no default that anybody wants: left out means another picture.
    if (parameter.default === undefined) delete result.default;
  } else delete result.seed;
  result.required = isRequired(result);
  return result;
}

function isNumeric(type: Parameter['type']): boolean {
  return type === 'integer' || type === 'number';
}

function intersect(result: Parameter, facts: InputFacts, fault: (message: string) => void): void {
  if (facts.minimum !== undefined) result.minimum = Math.max(result.minimum ?? -Infinity, facts.minimum);
  if (facts.maximum !== undefined) result.maximum = Math.min(result.maximum ?? Infinity, facts.maximum);
  if (facts.step !== undefined) result.step = Math.max(result.step ?? 0, facts.step);
  if (facts.multiline) result.multiline = true;
  if (facts.upload) result.upload = facts.upload;
  if (facts.examples) result.examples = facts.examples;
  if (!facts.enum) return;
  const both = result.enum?.filter((option) => facts.enum!.includes(option));
  if (both?.length === 0) {
    fault(
      `none of the allowed values ${result
        .enum!.slice(0, 5)
        .map((o) => JSON.stringify(o))
        .join(', ')} is one of ComfyUI's`,
    );
    return;
  }
  result.enum = both ?? facts.enum;
}

/** Drops a default that does not fit, with a report. What stands in the graph itself is left to ComfyUI. */
function settleDefault(parameter: Parameter, faults: SchemaFault[]): Parameter {
  if (parameter.default === undefined) return parameter;
  const checked = checkValue(parameter, parameter.default);
  if (checked.ok) return { ...parameter, default: checked.recorded };
  // Digits of an integer that no JavaScript number holds; nothing else is written so.
  if (parameter.literal === true && isNumeric(parameter.type) && /^-?\d+$/.test(String(parameter.default)))
    return parameter;
  faults.push({ parameter: parameter.name, message: `its default does not fit: ${checked.fault.message}` });
  const { default: _default, ...rest } = parameter;
  return { ...rest, required: isRequired(rest) };
}

function propertyOf(p: Parameter): JsonObject {
  const seedNote = p.literal === true ? '-1: random.' : 'Left out or -1: random.';
  const description = p.seed === true ? [p.description, seedNote].filter(Boolean).join(' ') : p.description;
  // Options of several types: the list says it all.
  const mixed = p.enum !== undefined && p.type === 'string' && !p.enum.every((o) => typeof o === 'string');
  const isList = p.type === 'array' && p.enum !== undefined;
  const limit = p.seed === true ? Math.min(-1, p.minimum ?? 0) : p.minimum;
  const hints = {
    ...(p.multiline && { multiline: true }),
    ...(p.upload && { upload: p.upload }),
    ...(p.step !== undefined && { step: p.step }),
    // JSON Schema counts multiples from 0 only.
    ...(p.stepFrom !== undefined && { step: p.multipleOf, step_from: p.stepFrom }),
    ...(p.seed && { seed: true }),
  };
  return {
    ...(!mixed && { type: p.type }),
    ...(description !== undefined && { description }),
    ...(p.default !== undefined && typeof p.default !== 'object' && { default: schemaDefault(p) }),
    ...(p.default !== undefined && typeof p.default === 'object' && { default: p.default }),
    ...(limit !== undefined && { minimum: limit }),
    ...(p.maximum !== undefined && { maximum: p.maximum }),
    ...(p.multipleOf !== undefined && p.stepFrom === undefined && { multipleOf: p.multipleOf }),
    ...(p.enum && (isList ? { items: { enum: p.enum } } : { enum: p.enum })),
    ...(p.examples && { examples: p.examples }),
    ...(Object.keys(hints).length > 0 && { 'x-comfyui': hints }),
  };
}

/** Digits of a large integer become a number again, with all of them, so that the default is of the schema's own type. */
function schemaDefault({ type, default: value }: Parameter): unknown {
  return isNumeric(type) && typeof value === 'string' && /^-?\d+$/.test(value)
    ? jsonInteger(BigInt(value))
    : value;
}
