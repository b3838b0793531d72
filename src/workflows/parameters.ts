/** A parameter over places of a graph: what stands there, who owns it, and what the author's limits and defaults make of it. Pure. */
import { isObject } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { inputsOf, isLink, nodeLabel, unwrapList, type Graph } from './graph-text.ts';
import { isMultiple } from './limits.ts';
import type { Meta } from './meta.ts';
import { numberText } from './numbers.ts';
import { isPlaceholder } from './placeholders.ts';
import { isRequired, isSeedName, type Parameter, type ParameterType } from './workflow.ts';

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
  if (Object.hasOwn(inputsOf(graph[node]), input)) return undefined;
  const inputs = Object.keys(inputsOf(graph[node]));
  const near = nearest(input, inputs);
  return `node ${nodeLabel(graph, node)} has no input '${input.slice(0, 80)}'; ${near.length > 0 ? 'the nearest' : 'it has'}: ${list(near.length > 0 ? near : inputs)}`;
}

/** A value that stands in a graph, as the default of a parameter: integers beyond 2^53 as digits. */
export function literalDefault(value: unknown): unknown {
  const digits = numberText(value);
  if (digits === undefined) return unwrapList(value);
  return /^-?\d+$/.test(digits) && !Number.isSafeInteger(Number(digits)) ? digits : Number(digits);
}

/** The type that a value in a graph suggests; undefined for a link. */
export function literalType(value: unknown, input: string): ParameterType | undefined {
  if (isLink(value)) return undefined;
  if (numberText(value) !== undefined) return isSeedName(input) ? 'integer' : 'number';
  if (typeof value === 'boolean') return 'boolean';
  if (Array.isArray(unwrapList(value))) return 'array';
  return isObject(value) ? 'object' : 'string';
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
    ...(literal && { literal: true as const, default: literalDefault(values[0]) }),
    bindings,
  };
  return { ...parameter, required: isRequired(parameter) };
}

export function ownerOf(parameters: Iterable<Parameter>, node: string, input: string): Parameter | undefined {
  for (const parameter of parameters)
    if (parameter.bindings.some((b) => b.node === node && b.input === input)) return parameter;
  return undefined;
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

function list(names: readonly string[]): string {
  const shown = names.slice(0, 8).map((name) => `'${name.slice(0, 80)}'`);
  return shown.length === 0 ? 'none' : shown.join(', ') + (names.length > 8 ? ', …' : '');
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
