/** Limits of a parameter: why a value is not allowed, and which allowed ones are nearest to it. */
import { nearest } from '../comfyui/rejection.ts';
import { integerLimit, numberText, recordedInteger, toInteger } from './numbers.ts';
import type { Parameter } from './workflow.ts';

export interface LimitFault {
  reason: 'not_in_list' | 'too_small' | 'too_big' | 'not_a_multiple';
  /** What the value must be, for a sentence. */
  must: string;
  /** The value, or the item of a list, that is not allowed. */
  given: unknown;
  allowed: unknown;
  /** Nearest first; each of them is allowed. Empty if none is near. Integers beyond 2^53 as digits. */
  nearest: unknown[];
}

type Limits = Pick<Parameter, 'type' | 'minimum' | 'maximum' | 'multipleOf' | 'stepFrom' | 'enum'>;

/** `json` and `recorded` as `checkValue` gives them: the value is of the parameter's type. */
export function limitFault(limits: Limits, json: unknown, recorded: unknown): LimitFault | undefined {
  const { type, enum: options } = limits;
  const items = type === 'array' && Array.isArray(recorded) ? (recorded as unknown[]) : [recorded];
  const odd = options && items.find((item) => !options.includes(item));
  if (options && odd !== undefined)
    return {
      reason: 'not_in_list',
      must: 'is not one of the allowed values',
      given: odd,
      allowed: options.slice(0, MAX_ALLOWED),
      nearest: nearestOptions(limits, odd),
    };
  const reason = rangeReason(limits, json);
  if (reason === undefined) return undefined;
  const { multipleOf: step, stepFrom } = limits;
  const from = stepFrom === undefined ? '' : `${stepFrom} plus `;
  return reason === 'not_a_multiple'
    ? {
        reason,
        must: `must be ${from}a multiple of ${step}`,
        given: json,
        allowed: { multipleOf: step, ...(stepFrom !== undefined && { from: stepFrom }) },
        nearest: nearestNumbers(limits, json).slice(0, 2),
      }
    : {
        reason,
        must: `must be ${rangeText(limits)}`,
        given: json,
        allowed: { minimum: limitOf(limits, 'minimum'), maximum: limitOf(limits, 'maximum') },
        nearest: nearestNumbers(limits, json).slice(0, 1),
      };
}

/** Whether a number is a whole count of steps; a fraction such as 0.01 is not exact, and neither is what is counted in it. */
export function isMultiple(value: number, step: number): boolean {
  const steps = value / step;
  // So large that doubles have no fractions any more.
  if (!Number.isFinite(steps)) return true;
  return Math.abs(steps - Math.round(steps)) <= Math.max(1e-9, 8 * Number.EPSILON * Math.abs(steps));
}

/** Longest list of allowed values that goes into an answer. */
const MAX_ALLOWED = 50;

function rangeReason(
  limits: Limits,
  value: unknown,
): Exclude<LimitFault['reason'], 'not_in_list'> | undefined {
  const { type, minimum, maximum, multipleOf: step, stepFrom = 0 } = limits;
  const text = numberText(value);
  if (text === undefined || (type !== 'integer' && type !== 'number')) return undefined;
  const number = Number(text);
  const integer = type === 'integer' ? toInteger(value) : undefined;
  if (integer === undefined) {
    if (minimum !== undefined && number < minimum) return 'too_small';
    if (maximum !== undefined && number > maximum) return 'too_big';
  } else {
    if (minimum !== undefined && integer < integerLimit(minimum, 'minimum')) return 'too_small';
    if (maximum !== undefined && integer > integerLimit(maximum, 'maximum')) return 'too_big';
  }
  if (step === undefined) return undefined;
  const whole =
    integer !== undefined && Number.isInteger(step) && Number.isInteger(stepFrom)
      ? (integer - BigInt(stepFrom)) % BigInt(step) === 0n
      : isMultiple(number - stepFrom, step);
  return whole ? undefined : 'not_a_multiple';
}

function nearestOptions(limits: Limits, odd: unknown): unknown[] {
  const { type, enum: options = [] } = limits;
  const allowed =
    type === 'array' ? options : options.filter((option) => rangeReason(limits, option) === undefined);
  if (typeof odd === 'number') {
    const numbers = allowed.filter((option) => typeof option === 'number');
    return numbers.sort((a, b) => Math.abs(a - odd) - Math.abs(b - odd)).slice(0, 1);
  }
  const texts = nearest(String(odd), allowed.map(String));
  return texts.flatMap((text) => allowed.find((option) => String(option) === text) ?? []);
}

/** Allowed numbers around a number that is not, nearest first. */
function nearestNumbers(limits: Limits, value: unknown): unknown[] {
  const number = Number(numberText(value));
  const distance = (other: unknown) => Math.abs(Number(numberText(other)) - number);
  return (limits.enum ?? around(limits, value))
    .filter((other) => rangeReason(limits, other) === undefined)
    .sort((a, b) => distance(a) - distance(b))
    .map(recorded);
}

/** As in records: digits where a number would lose some. */
function recorded(value: unknown): unknown {
  const integer = toInteger(value);
  return integer === undefined ? value : recordedInteger(integer);
}

function around(limits: Limits, value: unknown): unknown[] {
  const { type, minimum, maximum, multipleOf: step, stepFrom = 0 } = limits;
  const integer = type === 'integer' ? toInteger(value) : undefined;
  if (integer !== undefined && (step === undefined || Number.isInteger(step)) && Number.isInteger(stepFrom)) {
    const low = minimum === undefined ? undefined : integerLimit(minimum, 'minimum');
    const high = maximum === undefined ? undefined : integerLimit(maximum, 'maximum');
    const inside =
      low !== undefined && integer < low ? low : high !== undefined && integer > high ? high : integer;
    if (step === undefined) return [inside];
    const rest = (inside - BigInt(stepFrom)) % BigInt(step);
    return [-1n, 0n, 1n].map((n) => inside - rest + n * BigInt(step));
  }
  const inside = Math.min(Math.max(Number(numberText(value)), minimum ?? -Infinity), maximum ?? Infinity);
  if (step === undefined) return [inside];
  const steps = Math.floor((inside - stepFrom) / step);
  // What is counted in fractions is rounded to the digits that somebody would write.
  return [steps, steps + 1].map((n) => Number((stepFrom + n * step).toPrecision(12)));
}

function limitOf(
  { type, minimum, maximum }: Limits,
  side: 'minimum' | 'maximum',
): number | string | undefined {
  const limit = side === 'minimum' ? minimum : maximum;
  return limit === undefined || type !== 'integer' ? limit : recordedInteger(integerLimit(limit, side));
}

function rangeText(limits: Limits): string {
  const [low, high] = (['minimum', 'maximum'] as const).map((side) => limitOf(limits, side));
  if (low !== undefined && high !== undefined) return `between ${String(low)} and ${String(high)}`;
  return low === undefined ? `at most ${String(high)}` : `at least ${String(low)}`;
}
