// The little of Python that shows on the wire: how values print, how text becomes a number, what errors look like.

import { bigDigits, integerValue } from './json.ts';
import { isRecord } from './types.ts';

/** A fault as Python would raise it; `trace` holds lines such as `/comfyui/nodes.py:1647:load_image`. */
export interface PythonError extends Error {
  pythonType: string;
  trace: string[];
}

export function pythonError(pythonType: string, message: string, trace: string[] = []): PythonError {
  return Object.assign(new Error(message), { pythonType, trace });
}

export function isPythonError(error: unknown): error is PythonError {
  return error instanceof Error && 'pythonType' in error;
}

/** Formats `path:line:function[:lines]` as entries of a traceback, source lines left out as in the recordings. */
export function formatTrace(trace: string[]): string[] {
  return trace.map((entry) => {
    const [path, line, name, lines = '2'] = entry.split(':');
    return `  File "${path}", line ${line}, in ${name}\n${'    …\n'.repeat(Number(lines))}`;
  });
}

/** `str(value)`. */
export function str(value: unknown): string {
  return typeof value === 'string' ? value : repr(value);
}

function repr(value: unknown): string {
  if (value === null || value === undefined) return 'None';
  if (typeof value === 'boolean') return value ? 'True' : 'False';
  if (typeof value === 'string') {
    const quote = value.includes("'") && !value.includes('"') ? '"' : "'";
    const escaped = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll(quote, `\\${quote}`);
    return quote + escaped + quote;
  }
  if (Array.isArray(value)) return `[${value.map(repr).join(', ')}]`;
  const digits = bigDigits(value);
  if (digits !== undefined) return digits;
  if (isRecord(value)) {
    const entries = Object.entries(value).map(([key, item]) => `${repr(key)}: ${repr(item)}`);
    return `{${entries.join(', ')}}`;
  }
  return String(value);
}

export function listText(values: readonly unknown[]): string {
  return repr(values);
}

/** How a float prints: `8` is `8.0`. */
export function floatText(value: number): string {
  return Number.isInteger(value) && Math.abs(value) < 1e16 ? `${value}.0` : String(value);
}

export function typeName(value: unknown): string {
  if (value === null || value === undefined) return 'NoneType';
  if (typeof value === 'string') return 'str';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number') return Number.isInteger(value) ? 'int' : 'float';
  if (bigDigits(value) !== undefined) return 'int';
  return Array.isArray(value) ? 'list' : 'dict';
}

/** `int(value)`; throws with Python's message. */
export function toInt(value: unknown): unknown {
  if (typeof value === 'boolean') return Number(value);
  if (typeof value === 'number') return integerValue(BigInt(Math.trunc(value)));
  if (bigDigits(value) !== undefined) return value;
  if (typeof value === 'string') {
    const text = value.trim();
    if (/^[+-]?\d+(_\d+)*$/.test(text))
      return integerValue(BigInt(text.replaceAll('_', '').replace(/^\+/, '')));
    throw pythonError('ValueError', `invalid literal for int() with base 10: ${repr(value)}`);
  }
  throw pythonError(
    'TypeError',
    `int() argument must be a string, a bytes-like object or a real number, not '${typeName(value)}'`,
  );
}

/** `float(value)`; throws with Python's message. */
export function toFloat(value: unknown): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return Number(value);
  const digits = bigDigits(value);
  if (digits !== undefined) return Number(digits);
  if (typeof value === 'string') {
    const text = value.trim();
    if (/^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(text)) return Number(text);
    throw pythonError('ValueError', `could not convert string to float: ${repr(value)}`);
  }
  throw pythonError(
    'TypeError',
    `float() argument must be a string or a real number, not '${typeName(value)}'`,
  );
}

/** `bool(value)`. */
export function toBool(value: unknown): boolean {
  if (Array.isArray(value)) return value.length > 0;
  if (isRecord(value) && bigDigits(value) === undefined) return Object.keys(value).length > 0;
  return Boolean(value);
}

/** Below zero, zero or above, also for integers beyond 2^53. */
export function compare(a: unknown, b: unknown): number {
  const [digitsA, digitsB] = [bigDigits(a), bigDigits(b)];
  if (digitsA === undefined && digitsB === undefined) return Number(a) - Number(b);
  const exact = (value: unknown, digits: string | undefined) => BigInt(digits ?? Math.trunc(Number(value)));
  const difference = exact(a, digitsA) - exact(b, digitsB);
  return difference < 0n ? -1 : Number(difference > 0n);
}
