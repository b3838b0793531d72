/** Whether a value fits a parameter. Nothing is converted that would change it: `"false"` is not true, 1.5 is no integer. */
import { isObject } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { isLink, kindOf } from './graph-text.ts';
import {
  digitsToInteger,
  integerLimit,
  jsonInteger,
  numberText,
  recordedInteger,
  toInteger,
} from './numbers.ts';
import { isPlaceholder, nestedPlaceholder } from './placeholders.ts';
import type { Parameter } from './workflow.ts';

export interface ValueFault {
  parameter: string;
  reason:
    | 'wrong_type'
    | 'not_in_list'
    | 'too_small'
    | 'too_big'
    | 'not_a_multiple'
    | 'missing_input'
    | 'unknown_parameter'
    | 'placeholder'
    | 'conflict';
  message: string;
  given?: unknown;
  allowed?: unknown;
  nearest?: unknown[];
}

/** `json` is for the graph; `recorded` for records, with digits as a string where a number would lose some. */
export type Checked = { ok: true; json: unknown; recorded: unknown } | { ok: false; fault: ValueFault };

export function checkValue(parameter: Parameter, given: unknown): Checked {
  const typed = checkType(parameter, given);
  if (!typed.ok) return typed;
  const fault = listFault(parameter, typed.recorded) ?? rangeFault(parameter, typed.json);
  return fault ? { ok: false, fault } : typed;
}

const MAX_ECHO = 200;
const MAX_ALLOWED = 50;

function checkType(parameter: Parameter, given: unknown): Checked {
  const wrong = (expected: string): Checked => fail(parameter, 'wrong_type', `must be ${expected}`, given);
  if (isPlaceholder(given))
    return fail(parameter, 'placeholder', 'must be a value, not the placeholder itself', given);
  const same = (value: unknown): Checked => ({ ok: true, json: value, recorded: value });
  // The list itself says which types there are.
  if (parameter.enum && parameter.type !== 'array' && isScalar(given) && parameter.enum.includes(given))
    return same(given);
  switch (parameter.type) {
    case 'string':
      return typeof given === 'string' ? same(given) : wrong('a text');
    case 'boolean':
      return typeof given === 'boolean' ? same(given) : wrong('true or false (not in quotes)');
    case 'number': {
      const text = numberText(given);
      if (text === undefined) return wrong('a number (not in quotes)');
      return typeof given === 'number'
        ? same(given)
        : { ok: true, json: typeof given === 'bigint' ? jsonInteger(given) : given, recorded: Number(text) };
    }
    case 'integer': {
      const integer = toInteger(given) ?? (parameter.seed === true ? digitsToInteger(given) : undefined);
      if (integer === undefined)
        return wrong(
          parameter.seed === true
            ? 'a whole number, or its digits as a text'
            : 'a whole number (not in quotes)',
        );
      return { ok: true, json: jsonInteger(integer), recorded: recordedInteger(integer) };
    }
    case 'array':
      if (!Array.isArray(given)) return wrong('a list');
      // ComfyUI would take it for the output of another node.
      if (isLink(given)) return wrong('a list of values, not a link to a node');
      break;
    default:
      if (!isObject(given)) return wrong('an object');
  }
  const inner = nestedPlaceholder(given);
  return inner === undefined
    ? same(given)
    : fail(parameter, 'placeholder', `must not contain the placeholder ${inner.slice(0, 80)}`, given);
}

function listFault(parameter: Parameter, value: unknown): ValueFault | undefined {
  const { enum: options } = parameter;
  if (!options) return undefined;
  const values = parameter.type === 'array' && Array.isArray(value) ? (value as unknown[]) : [value];
  const odd = values.find((item) => !options.includes(item));
  if (odd === undefined) return undefined;
  const near =
    typeof odd === 'number'
      ? options
          .filter((o): o is number => typeof o === 'number')
          .sort((a, b) => Math.abs(a - odd) - Math.abs(b - odd))
          .slice(0, 1)
      : nearest(String(odd), options.map(String));
  const hint =
    near.length > 0
      ? `; did you mean ${near.map((n) => JSON.stringify(n)).join(' or ')}?`
      : `; allowed: ${options
          .slice(0, 10)
          .map((o) => JSON.stringify(o))
          .join(', ')}${options.length > 10 ? ', …' : ''}`;
  const { fault } = fail(parameter, 'not_in_list', 'is not one of the allowed values', odd, hint);
  return {
    ...fault,
    allowed: options.slice(0, MAX_ALLOWED),
    ...(near.length > 0 && { nearest: near }),
  };
}

function rangeFault(parameter: Parameter, json: unknown): ValueFault | undefined {
  const { minimum, maximum, multipleOf } = parameter;
  const text = numberText(json);
  if (text === undefined || (parameter.type !== 'integer' && parameter.type !== 'number')) return undefined;
  const integer = parameter.type === 'integer' ? toInteger(json) : undefined;
  const number = Number(text);
  const low =
    minimum !== undefined &&
    (integer === undefined ? number < minimum : integer < integerLimit(minimum, 'minimum'));
  const high =
    maximum !== undefined &&
    (integer === undefined ? number > maximum : integer > integerLimit(maximum, 'maximum'));
  const limit = (value: number, side: 'minimum' | 'maximum') =>
    integer === undefined ? String(value) : integerLimit(value, side).toString();
  if (low || high) {
    const range =
      minimum !== undefined && maximum !== undefined
        ? `between ${limit(minimum, 'minimum')} and ${limit(maximum, 'maximum')}`
        : minimum !== undefined
          ? `at least ${limit(minimum, 'minimum')}`
          : `at most ${limit(maximum!, 'maximum')}`;
    const bound = low ? limit(minimum, 'minimum') : limit(maximum!, 'maximum');
    const { fault } = fail(
      parameter,
      low ? 'too_small' : 'too_big',
      `must be ${range}`,
      json,
      `; the nearest is ${bound}`,
    );
    const shown = (limit: number | undefined, side: 'minimum' | 'maximum') =>
      limit === undefined || integer === undefined ? limit : recordedInteger(integerLimit(limit, side));
    return {
      ...fault,
      allowed: { minimum: shown(minimum, 'minimum'), maximum: shown(maximum, 'maximum') },
      nearest: [integer === undefined ? Number(bound) : recordedInteger(BigInt(bound))],
    };
  }
  if (multipleOf === undefined || isMultiple(number, multipleOf)) return undefined;
  const down = Math.floor(number / multipleOf);
  const near = [down, down + 1]
    .map((n) => Number((n * multipleOf).toPrecision(12)))
    .filter((n) => (minimum === undefined || n >= minimum) && (maximum === undefined || n <= maximum))
    .sort((a, b) => Math.abs(a - number) - Math.abs(b - number));
  const hint = near.length > 0 ? `; the nearest: ${near.join(' or ')}` : '';
  const { fault } = fail(parameter, 'not_a_multiple', `must be a multiple of ${multipleOf}`, json, hint);
  return { ...fault, allowed: { multipleOf }, ...(near.length > 0 && { nearest: near }) };
}

/** Of whole steps; a fraction such as 0.01 is not exact, and neither is what is counted in it. */
function isMultiple(value: number, step: number): boolean {
  const steps = value / step;
  return Math.abs(steps - Math.round(steps)) <= 1e-9 * Math.max(1, Math.abs(steps));
}

function fail(
  parameter: Parameter,
  reason: ValueFault['reason'],
  must: string,
  given: unknown,
  hint = '',
): { ok: false; fault: ValueFault } {
  const text = numberText(given);
  const shown = text ?? kindOf(given);
  return {
    ok: false,
    fault: {
      parameter: parameter.name,
      reason,
      message: `'${parameter.name}' ${must} (given: ${shown})${hint}`,
      given: text === undefined ? echo(given) : (literalNumber(text) ?? text),
    },
  };
}

function literalNumber(text: string): number | undefined {
  const number = Number(text);
  return Number.isSafeInteger(number) || !/^-?\d+$/.test(text) ? number : undefined;
}

function echo(value: unknown): unknown {
  const text = JSON.stringify(value) ?? String(value);
  return text.length > MAX_ECHO ? `${text.slice(0, MAX_ECHO)}…` : value;
}

function isScalar(value: unknown): boolean {
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean';
}
