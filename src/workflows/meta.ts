/** `NAME.meta.json`: what its author says of a workflow. Unknown members are ignored, wrong ones are an error. */
import { isObject, parseLossless, type JsonObject } from '../comfyui/json.ts';
import { kindOf, readJson } from './graph-text.ts';
import { literalDefault } from './parameters.ts';
import type { Constraint, WorkflowError } from './workflow.ts';

export interface Meta {
  title?: string;
  description?: string;
  defaults: Record<string, unknown>;
  constraints: Record<string, Constraint>;
  /** Parameter → places that it sets. */
  mappings: Record<string, [node: string, input: string][]>;
  timeoutMs?: number;
}

export const NO_META: Meta = { defaults: {}, constraints: {}, mappings: {} };

export type ReadMeta = { ok: true; meta: Meta } | { ok: false; error: WorkflowError };

export function readMeta(text: string): ReadMeta {
  const json = readJson(text, 'meta', MAX_META_CHARS);
  if (!json.ok) return json;
  if (!isObject(json.value)) return bad(`The .meta.json must be an object; given: ${kindOf(json.value)}.`);
  const { name, description, defaults, constraints, override_mappings, timeout_ms } = json.value;
  for (const [key, value] of Object.entries({ name, description }))
    if (value !== undefined && typeof value !== 'string')
      return bad(`In .meta.json '${key}' must be a text; given: ${kindOf(value)}.`);
  for (const [key, value] of Object.entries({ defaults, constraints, override_mappings }))
    if (value !== undefined && !isObject(value))
      return bad(`In .meta.json '${key}' must be an object by parameter name; given: ${kindOf(value)}.`);
  if (timeout_ms !== undefined && !(Number.isInteger(timeout_ms) && (timeout_ms as number) > 0))
    return bad(`In .meta.json 'timeout_ms' must be a whole number above 0; given: ${kindOf(timeout_ms)}.`);
  const limits: [string, Constraint][] = [];
  for (const [parameter, value] of entries(constraints)) {
    const constraint = readConstraint(parameter, value);
    if (typeof constraint === 'string') return bad(constraint);
    limits.push([parameter, constraint]);
  }
  const mappings: [string, [string, string][]][] = [];
  for (const [parameter, value] of entries(override_mappings)) {
    const places = readPlaces(value);
    if (!places)
      return bad(
        `In .meta.json override_mappings.${parameter} must be a list of [node, input] pairs, such as [["6", "text"]]; given: ${kindOf(value)}.`,
      );
    mappings.push([parameter, places]);
  }
  const count = mappings.reduce((sum, [, places]) => sum + places.length, 0);
  if (count > MAX_PLACES)
    return bad(`In .meta.json override_mappings has ${count} places; at most ${MAX_PLACES} are taken.`);
  return {
    ok: true,
    meta: {
      ...(typeof name === 'string' && name.trim() !== '' && { title: name.trim() }),
      ...(typeof description === 'string' &&
        description.trim() !== '' && { description: description.trim() }),
      defaults: readDefaults(text),
      constraints: Object.fromEntries(limits),
      mappings: Object.fromEntries(mappings),
      ...(timeout_ms !== undefined && { timeoutMs: timeout_ms as number }),
    },
  };
}

const MAX_META_CHARS = 256 * 1024;

/** Each is compared with all parameters. */
const MAX_PLACES = 1_000;

/** Again without rounding: a seed has up to 20 digits. */
function readDefaults(text: string): Record<string, unknown> {
  const { defaults } = parseLossless(text) as JsonObject;
  return Object.fromEntries(entries(defaults).map(([name, value]) => [name, literalDefault(value)]));
}

function entries(value: unknown): [string, unknown][] {
  return isObject(value) ? Object.entries(value) : [];
}

function bad(message: string): { ok: false; error: WorkflowError } {
  return { ok: false, error: { message, file: 'meta' } };
}

function readConstraint(parameter: string, value: unknown): Constraint | string {
  const where = `In .meta.json constraints.${parameter}`;
  if (!isObject(value)) return `${where} must be an object {min, max, step, enum}; given: ${kindOf(value)}.`;
  const { min, max, step, enum: options, description } = value;
  for (const [key, limit] of Object.entries({ min, max, step }))
    if (limit !== undefined && !(typeof limit === 'number' && Number.isFinite(limit)))
      return `${where}.${key} must be a number; given: ${kindOf(limit)}.`;
  if (step !== undefined && (step as number) <= 0)
    return `${where}.step must be above 0; given: ${String(step)}.`;
  if (min !== undefined && max !== undefined && (min as number) > (max as number))
    return `${where}: min (${String(min)}) is above max (${String(max)}).`;
  if (options !== undefined && !(Array.isArray(options) && options.length > 0))
    return `${where}.enum must be a list of at least one allowed value; given: ${kindOf(options)}.`;
  if (description !== undefined && typeof description !== 'string')
    return `${where}.description must be a text; given: ${kindOf(description)}.`;
  // The loops above saw to the types.
  return Object.fromEntries(
    Object.entries({ min, max, step, enum: options, description }).filter(([, v]) => v !== undefined),
  ) as Constraint;
}

function readPlaces(value: unknown): [string, string][] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  // One place may be written without the outer list.
  const list: unknown[] = value.length === 2 && !Array.isArray(value[0]) ? [value] : value;
  const places = list.map((place): [string, string] | undefined => {
    if (!Array.isArray(place) || place.length !== 2) return undefined;
    const [node, input] = place as [unknown, unknown];
    if ((typeof node !== 'string' && typeof node !== 'number') || typeof input !== 'string') return undefined;
    return [String(node), input];
  });
  return places.some((place) => !place) ? undefined : (places as [string, string][]);
}
