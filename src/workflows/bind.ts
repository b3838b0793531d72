/**
 * Values into a graph: (graph, parameters, values) → graph. Pure but for the seeds, which the caller draws. Only bound inputs
 * change, everything else keeps every digit; no placeholder remains. All faults are reported at once, 50 at most.
 */
import { parseLossless, type JsonObject } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { checkValue, type ValueFault } from './check-value.ts';
import { inputsOf, isLink, nodeLabel, wrapList, type Graph } from './graph-text.ts';
import { integerLimit, toInteger } from './numbers.ts';
import { literalDefault, literalType, missingPlace } from './parameters.ts';
import { isPlaceholder } from './placeholders.ts';
import { describeParameter } from './schema.ts';
import type { Binding, Parameter } from './workflow.ts';

export interface BindOptions {
  /** A whole number in 0 … 2^50, each time another. */
  seed(): number;
  /**
   * For `regenerate`: the graph was bound before. What is left out stays as it is, seeds that are left out are drawn
   * anew, and -1 keeps the one that stands there. `seed` means every seed if no parameter is called so.
   */
  keepSeeds?: boolean;
  /** By what single inputs are checked (parameters are described before); without it what stands in the graph tells the type. */
  objectInfo?: JsonObject | undefined;
}

export type Bound =
  | {
      ok: true;
      graphText: string;
      /** The same, as `parseLossless` would read it. */
      graph: Graph;
      /** What was used, by name: what was given, defaults, seeds that were drawn. Integers beyond 2^53 as digits. */
      values: Record<string, unknown>;
    }
  | { ok: false; error: { message: string; faults: ValueFault[] } };

/**
 * `source` is the text of a graph that `parseWorkflow` took, or what `parseLossless` made of it, which is not changed. null
 * counts as left out.
 */
export function bindGraph(
  source: string | Graph,
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
  options: BindOptions,
): Bound {
  const given = typeof source === 'string' ? (parseLossless(source) as Graph) : source;
  const { targets, faults } = resolve(given, parameters, values, options);
  const graph = copyFor(given, targets);
  const used: [string, unknown][] = [];
  for (const { parameter, given: value, bindings } of targets) {
    const missing = bindings.find(({ node, input }) => missingPlace(graph, node, input) !== undefined);
    if (missing) {
      const message = `'${parameter.name}': ${missingPlace(graph, missing.node, missing.input)}`;
      faults.push({ parameter: parameter.name, reason: 'unknown_parameter', message });
      continue;
    }
    const keeps = options.keepSeeds === true && parameter.seed === true && isMinusOne(value);
    if (keeps && !isPlaceholder(current(graph, parameter))) {
      used.push([parameter.name, literalDefault(current(graph, parameter))]);
      continue;
    }
    const drawn = parameter.seed === true && (value === undefined || isMinusOne(value));
    const checked = checkValue(parameter, drawn ? drawSeed(parameter, options.seed()) : value);
    if (!checked.ok) {
      faults.push(checked.fault);
      continue;
    }
    set(graph, bindings, checked.json);
    // Places that are set singly keep their own values also when the record is bound again.
    if (bindings.length === parameter.bindings.length) used.push([parameter.name, checked.recorded]);
    else for (const { node, input } of bindings) used.push([`${node}.${input}`, checked.recorded]);
  }
  if (faults.length === 0) faults.push(...leftPlaceholders(graph));
  if (faults.length > 0) {
    const more = faults.length > 1 ? ` (and ${faults.length - 1} more)` : '';
    return {
      ok: false,
      error: { message: `${faults[0]!.message}${more}`, faults: faults.slice(0, MAX_FAULTS) },
    };
  }
  return { ok: true, graphText: JSON.stringify(graph), graph, values: Object.fromEntries(used) };
}

/** Most faults in an answer, most names that are not there which are looked into; and longest path of a single input. */
const MAX_FAULTS = 50;
const MAX_PATH = 500;

interface Target {
  parameter: Parameter;
  /** Undefined for a seed that is to be drawn. */
  given: unknown;
  bindings: Parameter['bindings'];
}

/** What is to be set where: parameters first, then single inputs, which win over defaults. */
function resolve(
  graph: Graph,
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
  { keepSeeds = false, objectInfo }: BindOptions,
): { targets: Target[]; faults: ValueFault[] } {
  const faults: ValueFault[] = [];
  const known = new Map(parameters.map((parameter) => [parameter.name, parameter]));
  const owners = new Map(
    parameters.flatMap((p) => p.bindings.map((b): [string, Parameter] => [placeKey(b), p])),
  );
  const given = new Map<string, unknown>();
  const paths = new Map<string, Parameter>();
  for (const [name, value] of Object.entries(values)) {
    if (value === undefined || value === null) continue;
    // Each costs a comparison with every name that there is.
    if (faults.length >= MAX_FAULTS) break;
    if (known.has(name)) given.set(name, value);
    else if (keepSeeds && name === 'seed' && parameters.some((p) => p.seed === true)) {
      for (const p of parameters)
        if (p.seed === true && !Object.hasOwn(values, p.name)) given.set(p.name, value);
    } else if (keepSeeds && name === 'seed' && isMinusOne(value)) {
      // There is none, so all of them are kept.
      continue;
    } else {
      const path = pathParameter(graph, parameters, owners, name, objectInfo);
      if ('reason' in path) faults.push(path);
      else {
        paths.set(name, path);
        given.set(name, value);
      }
    }
  }
  const singly = new Set([...paths.values()].flatMap((path) => path.bindings.map(placeKey)));
  const targets: Target[] = [];
  for (const parameter of parameters) {
    const bindings = parameter.bindings.filter((b) => !singly.has(placeKey(b)));
    const value = given.get(parameter.name);
    if (value !== undefined && bindings.length < parameter.bindings.length) {
      const path = parameter.bindings
        .map(({ node, input }) => `${node}.${input}`)
        .find((name) => paths.has(name));
      const message = `'${parameter.name}' and '${path}' set the same input; give one of them`;
      faults.push({ parameter: parameter.name, reason: 'conflict', message });
    } else if (bindings.length === 0) continue;
    else if (value !== undefined) targets.push({ parameter, given: value, bindings });
    else if (parameter.literal === true && !(keepSeeds && parameter.seed === true)) continue;
    else if (!keepSeeds && parameter.default !== undefined)
      targets.push({ parameter, given: parameter.default, bindings });
    else if (parameter.seed === true) targets.push({ parameter, given: undefined, bindings });
    else if (!keepSeeds && parameter.required) faults.push(missingFault(parameter));
  }
  for (const [name, parameter] of paths)
    targets.push({ parameter, given: given.get(name), bindings: parameter.bindings });
  return { targets, faults };
}

/** Both may hold any character. */
function placeKey({ node, input }: Binding): string {
  return `${node.length}:${node}${input}`;
}

/** `"<node>.<input>"` as a parameter of its own. Node ids and input names may both have dots in them. */
function pathParameter(
  graph: Graph,
  parameters: readonly Parameter[],
  owners: ReadonlyMap<string, Parameter>,
  path: string,
  objectInfo: JsonObject | undefined,
): Parameter | ValueFault {
  const unknown = (message: string, near: string[] = []): ValueFault => ({
    parameter: path.slice(0, 200),
    reason: 'unknown_parameter',
    message,
    ...(near.length > 0 && { nearest: near }),
  });
  if (path.length > MAX_PATH)
    return unknown(
      `there is no parameter '${path.slice(0, 40)}…': its name has ${path.length} characters, of at most ${MAX_PATH}`,
    );
  let why: string | undefined;
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const node = path.slice(0, dot);
    const input = path.slice(dot + 1);
    const missing = missingPlace(graph, node, input);
    if (missing !== undefined) {
      if (why === undefined || Object.hasOwn(graph, node)) why = missing;
      continue;
    }
    const value = inputsOf(graph[node])[input];
    if (isLink(value))
      return unknown(
        `'${path.slice(0, 200)}' is linked to another node (${JSON.stringify(value)}); only inputs with a value of their own can be overridden`,
      );
    const owner = owners.get(placeKey({ node, input }));
    if (owner) return { ...owner, name: path, bindings: [{ node, input }] };
    const type = literalType(value, input)!;
    const single: Parameter = {
      name: path,
      type,
      required: false,
      bindings: [{ node, input }],
      ...(type === 'integer' && { seed: true as const }),
    };
    return objectInfo ? describeParameter(single, graph, objectInfo) : single;
  }
  const names = parameters.map((parameter) => parameter.name);
  const near = nearest(path, names);
  const shown = path.slice(0, 100);
  if (near.length > 0)
    return unknown(
      `there is no parameter '${shown}'; did you mean ${near.map((n) => `'${n}'`).join(' or ')}?`,
      near,
    );
  if (why !== undefined) return unknown(`'${shown}': ${why}`);
  const some = names
    .slice(0, 15)
    .map((n) => `'${n}'`)
    .join(', ');
  return unknown(
    `there is no parameter '${shown}'; the workflow has ${some || 'none'}${names.length > 15 ? ', …' : ''}`,
  );
}

function drawSeed({ minimum, maximum }: Parameter, drawn: number): bigint {
  const low = integerLimit(Math.max(0, minimum ?? 0), 'minimum');
  const high = maximum === undefined ? undefined : integerLimit(maximum, 'maximum');
  const seed = BigInt(drawn);
  if (seed >= low && (high === undefined || seed <= high)) return seed;
  return high === undefined || high < low ? low : low + (seed % (high - low + 1n));
}

function missingFault(parameter: Parameter): ValueFault {
  const what = parameter.description === undefined ? '' : `: ${parameter.description}`;
  return {
    parameter: parameter.name,
    reason: 'missing_input',
    message: `required parameter '${parameter.name}' (${parameter.type}) is missing${what}`,
  };
}

/** The last guard: whatever the parameters say, ComfyUI gets no placeholder. */
function leftPlaceholders(graph: Graph): ValueFault[] {
  return Object.entries(graph).flatMap(([node, value]) =>
    Object.entries(inputsOf(value)).flatMap(([input, token]): ValueFault[] => {
      if (!isPlaceholder(token)) return [];
      const message = `node ${nodeLabel(graph, node)}, input '${input}' still has the placeholder ${token.slice(0, 80)}; give its parameter a value`;
      return [{ parameter: `${node}.${input}`, reason: 'missing_input', message }];
    }),
  );
}

/** What stands at the first place of a parameter. */
function current(graph: Graph, { bindings }: Parameter): unknown {
  const { node, input } = bindings[0]!;
  return inputsOf(Object.hasOwn(graph, node) ? graph[node] : undefined)[input];
}

/** The graph, with copies of the nodes that are to be changed. */
function copyFor(graph: Graph, targets: readonly Target[]): Graph {
  const copy = { ...graph };
  for (const { bindings } of targets) {
    for (const { node } of bindings) {
      if (Object.hasOwn(copy, node) && copy[node] === graph[node])
        copy[node] = { ...graph[node], inputs: { ...inputsOf(graph[node]) } };
    }
  }
  return copy;
}

/** Every place was found to be there, so an input called `__proto__` is a property like any other. */
function set(graph: Graph, bindings: Parameter['bindings'], value: unknown): void {
  for (const { node, input } of bindings) inputsOf(graph[node])[input] = wrapList(value);
}

function isMinusOne(value: unknown): boolean {
  return value === '-1' || toInteger(value) === -1n;
}
