/** Whether a value fits a parameter. Nothing is converted that would change it: `"false"` is not true, 1.5 is no integer. */
import { isObject } from '../comfyui/json.ts';
import { isLink, kindOf } from './graph-text.ts';
import { limitFault, type LimitFault } from './limits.ts';
import { givenInteger, jsonInteger, numberText, recordedInteger } from './numbers.ts';
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
  const fault = limitFault(parameter, typed.json, typed.recorded);
  if (!fault) return typed;
  const { reason, must, given: odd, allowed, nearest } = fault;
  const refused = fail(parameter, reason, must, odd, hintOf(fault));
  return { ok: false, fault: { ...refused.fault, allowed, ...(nearest.length > 0 && { nearest }) } };
}

const MAX_ECHO = 200;

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
      if (typeof given === 'number' && Number.isFinite(given)) return same(given);
      // ComfyUI may take it for an integer: it keeps its digits.
      const integer = givenInteger(given, false);
      if (integer !== undefined) return ofInteger(integer);
      const text = numberText(given);
      return text === undefined
        ? wrong('a number (not in quotes)')
        : { ok: true, json: given, recorded: Number(text) };
    }
    case 'integer': {
      const integer = givenInteger(given, parameter.seed === true);
      if (integer !== undefined) return ofInteger(integer);
      return wrong(
        parameter.seed === true
          ? 'a whole number, or its digits as a text'
          : 'a whole number (not in quotes)',
      );
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

function ofInteger(integer: bigint): Checked {
  return { ok: true, json: jsonInteger(integer), recorded: recordedInteger(integer) };
}

function hintOf({ reason, nearest, allowed }: LimitFault): string {
  const said = nearest.map((value) => (reason === 'not_in_list' ? JSON.stringify(value) : String(value)));
  if (reason !== 'not_in_list') {
    if (said.length > 1) return `; the nearest: ${said.join(' or ')}`;
    return said.length === 1 ? `; the nearest is ${said[0]}` : '';
  }
  if (said.length > 0) return `; did you mean ${said.join(' or ')}?`;
  const options = (allowed as unknown[]).map((option) => JSON.stringify(option));
  return `; allowed: ${options.slice(0, 10).join(', ')}${options.length > 10 ? ', …' : ''}`;
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
