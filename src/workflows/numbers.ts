/**
 * Numbers that keep their digits. Seeds go to 2^64-1, which a JavaScript number cannot hold: on the way in such an integer is
 * a raw JSON value (`parseLossless`), a bigint or a string of digits, and on the way out a raw JSON value again.
 */
import { parseLossless } from '../comfyui/json.ts';

/**
 * The text of a finite number, raw JSON number or bigint; undefined for anything else. A large number is what JSON writes for
 * it, not what it is to the last bit: `parseLossless` keeps a number whose digits come back so.
 */
export function numberText(value: unknown): string | undefined {
  switch (typeof value) {
    case 'number':
      if (!Number.isFinite(value)) return undefined;
      return Number.isInteger(value) && Math.abs(value) >= 1e21 ? BigInt(value).toString() : String(value);
    case 'bigint':
      return value.toString();
    case 'object': {
      if (value === null || !isRawJSON(value)) return undefined;
      const text = JSON.stringify(value);
      return Number.isFinite(Number(text)) ? text : undefined;
    }
    default:
      return undefined;
  }
}

/** The integer that a value is; undefined if it has a fraction or is no number. `20.0` is one. */
export function toInteger(value: unknown): bigint | undefined {
  const text = numberText(value);
  if (text === undefined) return undefined;
  if (INTEGER.test(text)) return BigInt(text);
  const number = Number(text);
  return Number.isSafeInteger(number) ? BigInt(number) : undefined;
}

/**
 * The integer that a caller means: a number, or a string of digits where a number would lose some, as in our records.
 * With `anyDigits` a string of few digits is one too.
 */
export function givenInteger(value: unknown, anyDigits: boolean): bigint | undefined {
  if (typeof value !== 'string') return toInteger(value);
  // The largest double has 309 digits.
  if (!/^-?\d{1,309}$/.test(value) || !Number.isFinite(Number(value))) return undefined;
  return anyDigits || !Number.isSafeInteger(Number(value)) ? BigInt(value) : undefined;
}

/** A value that `JSON.stringify` writes as this integer, with every digit. */
export function jsonInteger(integer: bigint): unknown {
  return parseLossless(integer.toString());
}

/** A value for records that are read back by `JSON.parse`: digits where a number would lose some. */
export function recordedInteger(integer: bigint): number | string {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer.toString();
}

/** A limit of object_info as an integer. Its 2^64-1 and 2^63-1 arrive rounded up. */
export function integerLimit(limit: number, side: 'minimum' | 'maximum'): bigint {
  if (limit >= 2 ** 64) return 2n ** 64n - 1n;
  if (limit === 2 ** 63 && side === 'maximum') return 2n ** 63n - 1n;
  return BigInt(side === 'minimum' ? Math.ceil(limit) : Math.floor(limit));
}

/** A number of object_info, which may have been read with or without rounding. */
export function toNumber(value: unknown): number | undefined {
  const text = numberText(value);
  return text === undefined ? undefined : Number(text);
}

const INTEGER = /^-?\d+$/;

/** In every supported runtime, but not yet in TypeScript's lib. */
const isRawJSON = (JSON as unknown as { isRawJSON(value: object): boolean }).isRawJSON;
