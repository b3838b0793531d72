/**
 * `PARAM_*` placeholders: an input whose whole value is such a string is a parameter. The rest of the token may begin with a
 * type (`PARAM_INT_STEPS` → `steps: integer`); without one it is a string.
 */
import { isObject } from '../comfyui/json.ts';
import { inputsOf, nodeLabel, refuse, type Graph } from './graph-text.ts';
import { parameterName } from './names.ts';
import type { Binding, ParameterType, WorkflowError } from './workflow.ts';

export interface Placeholder {
  name: string;
  type: ParameterType;
  /** Whether the token names a type, or is a string for want of one. */
  typed: boolean;
  bindings: Binding[];
}

export type FoundPlaceholders =
  | { ok: true; placeholders: Placeholder[] }
  | { ok: false; error: WorkflowError };

/** Every placeholder of a graph, in the order in which it first stands there. */
export function findPlaceholders(graph: Graph, text: string): FoundPlaceholders {
  const found = new Map<string, Placeholder & { token: string }>();
  for (const [node, value] of Object.entries(graph)) {
    for (const [input, token] of Object.entries(inputsOf(value))) {
      const place = `node ${nodeLabel(graph, node)}, input '${input}'`;
      if (!isPlaceholder(token)) {
        const inner = nestedPlaceholder(token);
        if (inner === undefined) continue;
        return refuse(
          `${sentence(place)}: ${inner} stands inside a list or object. Only the whole value of an input can be a placeholder.`,
          text,
          JSON.stringify(inner),
        );
      }
      const { name, type, typed } = readToken(token);
      if (!/[a-z0-9]/.test(name))
        return refuse(
          `${sentence(place)}: the placeholder '${token.slice(0, 80)}' has no name. PARAM_PROMPT or PARAM_INT_STEPS would be right.`,
          text,
          JSON.stringify(token),
        );
      if (name.length > MAX_NAME)
        return refuse(
          `${sentence(place)}: the placeholder's name has ${name.length} characters; at most ${MAX_NAME} are taken.`,
        );
      const known = found.get(name);
      if (!known) found.set(name, { name, type, typed, token, bindings: [{ node, input }] });
      else if (known.type === type) {
        known.bindings.push({ node, input });
        known.typed ||= typed;
      } else {
        const { node: n, input: i } = known.bindings[0]!;
        return refuse(
          `The parameter '${name}' has two types: ${known.type} (${known.token} in node ${nodeLabel(graph, n)}, input '${i}') and ${type} (${token} in ${place}). Use one type, or two names.`,
          text,
          JSON.stringify(token),
        );
      }
    }
  }
  const placeholders = [...found.values()].map(({ token: _token, ...placeholder }) => placeholder);
  return { ok: true, placeholders };
}

export function isPlaceholder(value: unknown): value is string {
  return typeof value === 'string' && value.startsWith(PREFIX);
}

/** The first placeholder inside a list or object. */
export function nestedPlaceholder(value: unknown): string | undefined {
  if (!Array.isArray(value) && !isObject(value)) return undefined;
  for (const inner of Object.values(value)) {
    const found = isPlaceholder(inner) ? inner : nestedPlaceholder(inner);
    if (found !== undefined) return found;
  }
  return undefined;
}

const PREFIX = 'PARAM_';
const MAX_NAME = 100;

const TYPES: readonly (readonly [string, ParameterType])[] = [
  ['STR_', 'string'],
  ['STRING_', 'string'],
  ['TEXT_', 'string'],
  ['INT_', 'integer'],
  ['FLOAT_', 'number'],
  ['BOOL_', 'boolean'],
];

function readToken(token: string): { name: string; type: ParameterType; typed: boolean } {
  const rest = token.slice(PREFIX.length);
  const type = TYPES.find(([prefix]) => rest.startsWith(prefix));
  if (type) return { name: parameterName(rest.slice(type[0].length)), type: type[1], typed: true };
  const name = parameterName(rest);
  // A seed is drawn as a number when it is left out; as a string it would make no sense.
  return { name, type: name === 'seed' ? 'integer' : 'string', typed: false };
}

function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
