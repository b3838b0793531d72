/**
 * A workflow from its files: graph, `PARAM_*` placeholders and `.meta.json`. Pure: text in, value or a refusal out. Of a graph
 * without parameters every literal input is one, under `"<node>.<input>"`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { isObject, parseLossless } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { inputsOf, isLink, nodeLabel, readGraph, type Graph } from './graph-text.ts';
import { isMultiple } from './limits.ts';
import { NO_META, readMeta, type Meta } from './meta.ts';
import { namespaceOf } from './namespace.ts';
import { numberText } from './numbers.ts';
import { findPlaceholders, isPlaceholder, type Placeholder } from './placeholders.ts';
import { isRequired, isSeedName, type Parameter, type ParameterType, type Parsed } from './workflow.ts';

export interface WorkflowFiles {
  /** Already normalised; see names.ts. */
  name: string;
  source?: 'file' | 'upload';
  graphText: string;
  metaText?: string;
  /** Milliseconds since 1970: when the files were changed. */
  now: number;
}

export function parseWorkflow(files: WorkflowFiles): Parsed {
  const { name, source = 'file', now } = files;
  // Editors on Windows put a byte order mark in front, which is no JSON.
  const graphText = files.graphText.replace(/^\ufeff/, '');
  const metaText = files.metaText?.replace(/^\ufeff/, '');
  const meta = metaText === undefined ? { ok: true as const, meta: NO_META } : readMeta(metaText);
  if (!meta.ok) return meta;
  const read = readParameters(graphText, meta.meta);
  if (!read.ok) return read;
  const { title, description, constraints, timeoutMs } = meta.meta;
  return {
    ok: true,
    workflow: {
      name,
      source,
      title: title ?? titleOf(name),
      ...(description !== undefined && { description }),
      graphText,
      parameters: read.parameters,
      defaults: read.defaults,
      constraints,
      namespace: namespaceOf(read.graph),
      ...(timeoutMs !== undefined && { timeoutMs }),
      warnings: read.warnings,
      hash: hashOf(graphText, metaText),
      updatedAt: now,
    },
  };
}

type ReadParameters =
  | { ok: true; graph: Graph; parameters: Parameter[]; defaults: Record<string, unknown>; warnings: string[] }
  | Extract<Parsed, { ok: false }>;

/** Parameters of a graph by placeholders and mappings; or, if it has none, its literal inputs. */
export function readParameters(graphText: string, meta: Meta): ReadParameters {
  const read = readGraph(graphText);
  if (!read.ok) return read;
  const { graph } = read;
  const found = findPlaceholders(graph, graphText);
  if (!found.ok) return found;
  const parameters = new Map(found.placeholders.map((p) => [p.name, fromPlaceholder(p)]));
  for (const [name, places] of Object.entries(meta.mappings)) {
    const message = mapParameter(parameters, graph, name, places);
    if (message !== undefined) return { ok: false, error: { message, file: 'meta' } };
  }
  if (parameters.size === 0) for (const literal of literals(graphText)) parameters.set(literal.name, literal);
  const warnings: string[] = [];
  for (const [key, names] of Object.entries({ defaults: meta.defaults, constraints: meta.constraints })) {
    for (const name of Object.keys(names)) {
      if (parameters.has(name)) continue;
      const near = nearest(name, [...parameters.keys()])[0];
      const hint = near === undefined ? '' : `; did you mean '${near}'?`;
      warnings.push(`.meta.json ${key}.${name}: the workflow has no parameter '${name}'${hint}`);
    }
  }
  const list = [...parameters.values()].map((parameter) => withMeta(parameter, meta));
  return { ok: true, graph, parameters: list, defaults: ownDefaults(list, meta.defaults), warnings };
}

/** That a node is not there, and which are; undefined if it is. */
export function missingNode(graph: Graph, node: string): string | undefined {
  if (Object.hasOwn(graph, node)) return undefined;
  const near = nearest(node, Object.keys(graph));
  return `node '${node.slice(0, 80)}' is not in the workflow; ${near.length > 0 ? 'the nearest' : 'it has'}: ${list(near.length > 0 ? near : Object.keys(graph))}`;
}

/** Why `node` or `input` cannot be set: it is not there. Undefined if it is. */
export function missingPlace(graph: Graph, node: string, input: string): string | undefined {
  const missing = missingNode(graph, node);
  if (missing !== undefined) return missing;
  const inputs = Object.keys(inputsOf(graph[node]));
  if (inputs.includes(input)) return undefined;
  const near = nearest(input, inputs);
  return `node ${nodeLabel(graph, node)} has no input '${input.slice(0, 80)}'; ${near.length > 0 ? 'the nearest' : 'it has'}: ${list(near.length > 0 ? near : inputs)}`;
}

/** A value that stands in a graph, as the default of a parameter: integers beyond 2^53 as digits. */
export function literalDefault(value: unknown): unknown {
  const digits = numberText(value);
  if (digits === undefined) return value;
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(Number(digits)) ? digits : Number(digits);
}

/** The type that a value in a graph suggests; undefined for a link. */
export function literalType(value: unknown, input: string): ParameterType | undefined {
  if (isLink(value)) return undefined;
  if (numberText(value) !== undefined) return isSeedName(input) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(value)) return 'array';
  return isObject(value) ? 'object' : 'string';
}

export function hashOf(graphText: string, more = ''): string {
  return bytesToHex(sha256(utf8ToBytes(`${graphText.length}:${graphText}${more}`)));
}

export function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name.slice(0, 80)}'`);
  return shown.length === 0 ? 'none' : shown.join(', ') + (names.length > 8 ? ', …' : '');
}

function fromPlaceholder({ name, type, typed, bindings }: Placeholder): Parameter {
  const seed = isSeedName(name) && type === 'integer';
  return {
    name,
    type,
    required: !seed,
    bindings,
    unset: true,
    ...(seed && { seed: true }),
    ...(typed && { declared: type }),
  };
}

/** Adds the places of an `override_mappings` entry; a message if one is not there. */
function mapParameter(
  parameters: Map<string, Parameter>,
  graph: Graph,
  name: string,
  places: readonly [string, string][],
): string | undefined {
  for (const [node, input] of places) {
    const fault = missingPlace(graph, node, input);
    if (fault !== undefined) return `In .meta.json override_mappings.${name}: ${fault}.`;
    const taken = ownerOf(parameters.values(), node, input);
    if (taken?.name === name) continue;
    // A place belongs to one parameter: whoever maps it has the last word.
    if (taken) {
      taken.bindings = taken.bindings.filter((b) => b.node !== node || b.input !== input);
      if (taken.bindings.length === 0) parameters.delete(taken.name);
    }
    const parameter = parameters.get(name);
    if (parameter) {
      parameter.bindings.push({ node, input });
      continue;
    }
    const value = inputsOf(graph[node])[input];
    const type = taken?.type ?? literalType(value, input) ?? 'string';
    parameters.set(name, boundParameter({ name, type }, [{ node, input }], graph));
  }
  const parameter = parameters.get(name);
  if (parameter && parameter.unset !== true)
    parameters.set(name, boundParameter(parameter, parameter.bindings, graph));
  return undefined;
}

/** A parameter over places that exist: required if a placeholder stands there, else what stands there is its default. */
export function boundParameter(
  base: Omit<Parameter, 'required' | 'bindings'>,
  bindings: Parameter['bindings'],
  graph: Graph,
): Parameter {
  const { literal: _literal, default: _default, ...rest } = base;
  const values = bindings.map(({ node, input }) => inputsOf(graph[node])[input]);
  const seed =
    (base.type === 'integer' || base.type === 'number') &&
    (isSeedName(base.name) || bindings.some(({ input }) => isSeedName(input)));
  const unset = values.some(isPlaceholder);
  const same = values.every((value) => JSON.stringify(value) === JSON.stringify(values[0]));
  const literal = !unset && !seed && same && !isLink(values[0]);
  const parameter = {
    ...rest,
    ...(seed && { seed: true as const, type: 'integer' as const }),
    ...(unset && { unset: true as const }),
    ...(literal && { literal: true as const, default: values[0] }),
    bindings,
  };
  return { ...parameter, required: isRequired(parameter) };
}

export function ownerOf(parameters: Iterable<Parameter>, node: string, input: string): Parameter | undefined {
  for (const parameter of parameters)
    if (parameter.bindings.some((b) => b.node === node && b.input === input)) return parameter;
  return undefined;
}

function literals(graphText: string): Parameter[] {
  // Read again without rounding, for the defaults; that it is a graph was found before.
  const graph = parseLossless(graphText) as Graph;
  return Object.entries(graph).flatMap(([node, value]) =>
    Object.entries(inputsOf(value)).flatMap(([input, literal]): Parameter[] => {
      const type = literalType(literal, input);
      if (type === undefined) return [];
      return [
        {
          name: `${node}.${input}`,
          type,
          required: false,
          default: literalDefault(literal),
          bindings: [{ node, input }],
          literal: true,
          ...(type === 'integer' && { seed: true as const }),
        },
      ];
    }),
  );
}

/** Puts default and limits of `.meta.json` on a parameter. */
export function withMeta(parameter: Parameter, meta: Pick<Meta, 'defaults' | 'constraints'>): Parameter {
  const { name } = parameter;
  const result = { ...parameter };
  const constraint = Object.hasOwn(meta.constraints, name) ? meta.constraints[name] : undefined;
  if (constraint?.min !== undefined) result.minimum = constraint.min;
  if (constraint?.max !== undefined) result.maximum = constraint.max;
  if (constraint?.step !== undefined) {
    result.multipleOf = constraint.step;
    // As in ComfyUI's editor steps are counted from the minimum: 1, 9, 17 … frames.
    const { min = 0, step } = constraint;
    if (!isMultiple(min, step)) result.stepFrom = min;
  }
  if (constraint?.enum !== undefined) result.enum = constraint.enum;
  if (constraint?.description !== undefined) result.description = constraint.description;
  const given = givenDefault(parameter, meta.defaults);
  if (given !== undefined) {
    result.default = given;
    delete result.literal;
  }
  result.required = isRequired(result);
  return result;
}

/** The workflow's own tier of defaults: what its author gave, and what stands in the graph where a name was mapped. */
export function ownDefaults(
  parameters: readonly Parameter[],
  defaults: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  return Object.fromEntries(
    parameters.flatMap((parameter): [string, unknown][] => {
      const { name, literal, default: preset } = parameter;
      const given = givenDefault(parameter, defaults);
      if (given !== undefined) return [[name, given]];
      return literal === true && name !== pathOf(parameter) ? [[name, preset]] : [];
    }),
  );
}

/** The author's default; undefined also for a seed's -1, which means random. */
function givenDefault({ name, seed }: Parameter, defaults: Readonly<Record<string, unknown>>): unknown {
  const given = Object.hasOwn(defaults, name) ? (defaults[name] ?? undefined) : undefined;
  return seed === true && (given === -1 || given === '-1') ? undefined : given;
}

/** What a single input is called. */
function pathOf({ bindings }: Pick<Parameter, 'bindings'>): string {
  const { node, input } = bindings[0]!;
  return `${node}.${input}`;
}
