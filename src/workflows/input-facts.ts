/**
 * What object_info says of one input: type, range, options, default, text. Both forms of combos (a list as type, or `"COMBO"`
 * with `options`), dynamic combos, uploads. Links between nodes have no facts.
 */
import { isObject, type JsonObject } from '../comfyui/json.ts';
import { recordedInteger, toInteger, toNumber } from './numbers.ts';
import type { ParameterType } from './workflow.ts';

export interface InputFacts {
  type: ParameterType;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  step?: number;
  /** Absent where ComfyUI does not tell the options, has none, or takes more than it lists. */
  enum?: unknown[];
  /** Known files of an upload. */
  examples?: unknown[];
  description?: string;
  multiline?: true;
  upload?: 'image' | 'audio' | 'video' | 'file';
}

/** Specification of an input of a node class, dynamic ones (`combo.inner`) included; undefined if it has none. */
export function inputSpec(nodeClass: unknown, input: string): unknown {
  const direct = groupsOf(nodeClass).find((group) => Object.hasOwn(group, input));
  if (direct) return direct[input];
  for (let dot = input.indexOf('.'); dot !== -1; dot = input.indexOf('.', dot + 1)) {
    const outer = inputSpec(nodeClass, input.slice(0, dot));
    const settings = Array.isArray(outer) && isObject(outer[1]) ? outer[1] : {};
    const options = Array.isArray(settings['options']) ? settings['options'].filter(isObject) : [];
    for (const option of options) {
      const inner = inputSpec({ input: option['inputs'] }, input.slice(dot + 1));
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

/** Names of the inputs of a node class, in its order. */
export function inputNames(nodeClass: unknown): string[] {
  return groupsOf(nodeClass).flatMap((group) => Object.keys(group));
}

/** Names of the inputs that a node of the class must have. */
export function requiredInputs(nodeClass: unknown): string[] {
  const input = isObject(nodeClass) && isObject(nodeClass['input']) ? nodeClass['input'] : {};
  const required = isObject(input['required']) ? Object.entries(input['required']) : [];
  // Of those that grow with what is linked, only the slots have inputs: `images.image0`.
  return required
    .filter(([, spec]) => !Array.isArray(spec) || spec[0] !== 'COMFY_AUTOGROW_V3')
    .map(([name]) => name);
}

/**
 * The options that ComfyUI holds a value against, as they stand in object_info; empty if it has none now. Undefined if it does
 * not tell them.
 */
export function listedOptions(spec: unknown): unknown[] | undefined {
  if (!Array.isArray(spec)) return undefined;
  const [type, settings] = spec as [unknown, unknown];
  if (Array.isArray(type)) return type.map(optionKey);
  const options = isObject(settings) ? settings['options'] : undefined;
  return isCombo(type) && Array.isArray(options) && options.length > 0 ? options.map(optionKey) : undefined;
}

/** Facts of a specification; undefined for a link to another node and for types that are not known here. */
export function inputFacts(spec: unknown): InputFacts | undefined {
  if (!Array.isArray(spec)) return undefined;
  const [type, more] = spec as [unknown, unknown];
  const settings = isObject(more) ? more : {};
  const facts = factsOf(type, settings);
  if (!facts) return undefined;
  const { tooltip, default: preset } = settings;
  if (typeof tooltip === 'string' && tooltip.trim() !== '') facts.description = tooltip.trim();
  // A null is Python's way to have none.
  if (preset !== undefined && preset !== null) facts.default = plain(preset, facts.type);
  return facts;
}

function groupsOf(nodeClass: unknown): JsonObject[] {
  const input = isObject(nodeClass) && isObject(nodeClass['input']) ? nodeClass['input'] : {};
  return [input['required'], input['optional']].filter(isObject);
}

function factsOf(type: unknown, settings: JsonObject): InputFacts | undefined {
  if (Array.isArray(type)) return comboFacts(type, settings);
  if (isCombo(type))
    return comboFacts(Array.isArray(settings['options']) ? settings['options'] : [], settings);
  switch (type) {
    case 'INT':
    case 'FLOAT': {
      const [minimum, maximum, step] = ['min', 'max', 'step'].map((key) => toNumber(settings[key]));
      return {
        type: type === 'INT' ? 'integer' : 'number',
        ...(minimum !== undefined && { minimum }),
        ...(maximum !== undefined && { maximum }),
        ...(step !== undefined && step > 0 && { step }),
      };
    }
    case 'STRING':
      return { type: 'string', ...(settings['multiline'] === true && { multiline: true }) };
    case 'BOOLEAN':
      return { type: 'boolean' };
    default:
      return undefined;
  }
}

function isCombo(type: unknown): boolean {
  return type === 'COMBO' || type === 'COMFY_DYNAMICCOMBO_V3';
}

/** Options of dynamic combos have inputs of their own. */
function optionKey(option: unknown): unknown {
  return isObject(option) && 'key' in option ? option['key'] : option;
}

function comboFacts(listed: unknown[], settings: JsonObject): InputFacts {
  const options = listed.map(optionKey);
  const scalars = options.map((o) => toNumber(o) ?? o).filter((o) => typeof o !== 'object');
  const upload = (['image', 'audio', 'video'] as const).find((kind) => settings[`${kind}_upload`] === true);
  const type = typeOfOptions(scalars);
  if (upload !== undefined || settings['file_upload'] === true)
    return { type: 'string', upload: upload ?? 'file', ...(scalars.length > 0 && { examples: scalars }) };
  const list = scalars.length > 0 ? { enum: [...new Set(scalars)] } : {};
  // The one is what newer nodes say, the other (true or an object) what the editor wants.
  const several = settings['multiselect'] === true || Boolean(settings['multi_select']);
  return several ? { type: 'array', ...list } : { type, ...list };
}

function typeOfOptions(options: readonly unknown[]): ParameterType {
  if (options.length === 0) return 'string';
  if (options.every((o) => typeof o === 'boolean')) return 'boolean';
  if (options.every((o) => Number.isInteger(o))) return 'integer';
  return options.every((o) => typeof o === 'number') ? 'number' : 'string';
}

/** A default without raw numbers; 1.0 as the default of an INT is 1. */
function plain(value: unknown, type: ParameterType): unknown {
  if (type !== 'integer') return toNumber(value) ?? value;
  const integer = toInteger(value);
  return integer === undefined ? (toNumber(value) ?? value) : recordedInteger(integer);
}
