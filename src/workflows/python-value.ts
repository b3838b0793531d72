/**
 * Whether ComfyUI would take a value for an input, by its own rules: Python converts texts and booleans, compares `1`, `1.0` and
 * `True` as equal, and unwraps `{"__value__": …}`, which is how its editor writes lists. Pure.
 */
import { isObject } from '../comfyui/json.ts';
import type { NodeFault } from '../comfyui/rejection.ts';
import { checkValue } from './check-value.ts';
import { inputFacts, listedOptions, type InputFacts } from './input-facts.ts';
import { numberText, toInteger } from './numbers.ts';

/** Undefined if it would, or if only ComfyUI can tell. `spec`: of the input in object_info, if it has one. */
export function valueFault(field: string, given: unknown, spec: unknown): NodeFault | undefined {
  const facts = inputFacts(spec);
  const value = isObject(given) && Object.hasOwn(given, '__value__') ? given['__value__'] : given;
  // Names of files that ComfyUI takes beyond its list, and whatever Python's str() and bool() take.
  if (!facts || facts.upload !== undefined) return undefined;
  const options = listedOptions(spec);
  if (options) return optionFault(field, value, options, facts);
  if (facts.type === 'integer' || facts.type === 'number') return numberFault(field, value, facts);
  return undefined;
}

function optionFault(
  field: string,
  value: unknown,
  options: readonly unknown[],
  facts: InputFacts,
): NodeFault | undefined {
  const chosen = facts.type === 'array' && Array.isArray(value) ? (value as unknown[]) : [value];
  const odd = chosen.find((one) => !options.some((option) => areEqual(option, one)));
  if (odd === undefined) return undefined;
  if (options.length === 0) {
    const message = `'${field}' has no options in ComfyUI now: nothing of the kind is installed`;
    return { field, reason: 'not_in_list', message, given: echo(odd), allowed: [] };
  }
  return faultOf(field, odd, { type: 'string', enum: facts.enum ?? [...options] });
}

function numberFault(field: string, value: unknown, facts: InputFacts): NodeFault | undefined {
  const read = pythonNumber(value, facts.type === 'integer');
  if (read === 'any') return undefined;
  const { type, minimum, maximum } = facts;
  return faultOf(field, read, {
    type,
    ...(minimum !== undefined && { minimum }),
    ...(maximum !== undefined && { maximum }),
  });
}

function faultOf(
  field: string,
  value: unknown,
  limits: Pick<InputFacts, 'type' | 'minimum' | 'maximum' | 'enum'>,
): NodeFault | undefined {
  const checked = checkValue({ name: field, required: true, bindings: [], ...limits }, value);
  if (checked.ok) return undefined;
  const { reason, message, given, allowed, nearest } = checked.fault;
  return {
    field,
    reason: reason === 'wrong_type' && limits.enum ? 'not_in_list' : reason,
    message,
    ...(given !== undefined && { given }),
    ...(allowed !== undefined && { allowed }),
    ...(nearest && { nearest: nearest.map(String) }),
  };
}

/** Python's `==` of what JSON can say. */
function areEqual(a: unknown, b: unknown): boolean {
  const [left, right] = [asNumber(a), asNumber(b)];
  return left === undefined || right === undefined ? a === b : left === right;
}

function asNumber(value: unknown): number | undefined {
  if (typeof value === 'boolean') return Number(value);
  const text = numberText(value);
  return text === undefined ? undefined : Number(text);
}

/**
 * What Python's int() and float() make of a value: they take texts and booleans, and int() cuts a fraction off. Else the value.
 * `any`: a number that passes every limit (NaN), or that is not read here.
 */
function pythonNumber(value: unknown, integer: boolean): unknown {
  if (typeof value === 'boolean') return value ? 1 : 0;
  const number = numberText(value);
  if (number !== undefined)
    return integer && toInteger(value) === undefined ? Math.trunc(Number(number)) : value;
  if (typeof value !== 'string') return value;
  const text = value.trim().replace(/(?<=\d)_(?=\d)/g, '');
  // Digits of other scripts.
  if (/(?!\d)\p{Nd}/u.test(text)) return 'any';
  if (integer) return /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : value;
  if (/^[+-]?nan$/i.test(text)) return 'any';
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Number.MAX_VALUE : Number.MAX_VALUE;
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : value;
}

function echo(value: unknown): unknown {
  return typeof value === 'string' ? value.slice(0, 200) : undefined;
}
