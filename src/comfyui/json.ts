/**
 * JSON that keeps every digit. ComfyUI seeds go to 2^64-1, which `JSON.parse` rounds without a word, so graphs
 * travel as the text they came in: `memberText` cuts a member out of a document, `parseLossless` is for the few
 * places that must edit one.
 */

export type JsonObject = { [key: string]: unknown };

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Deepest nesting of arrays and objects in a JSON text; the text need not be valid. */
export function jsonDepth(text: string): number {
  let depth = 0;
  let deepest = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfString(text, i);
    else if (c === OPEN_BRACE || c === OPEN_BRACKET) {
      if (++depth > deepest) deepest = depth;
    } else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) depth--;
  }
  return deepest;
}

/**
 * The exact text of one member of a JSON object, or undefined if it is absent. As in `JSON.parse`, the last of
 * several members with one name counts. `text` must be valid JSON whose top value is an object.
 */
export function memberText(text: string, name: string): string | undefined {
  let found: string | undefined;
  let i = text.indexOf('{') + 1;
  while (i > 0) {
    i = skipSpace(text, i);
    if (text.charCodeAt(i) !== QUOTE) return found;
    const keyEnd = endOfString(text, i);
    const key = text.slice(i, keyEnd + 1);
    const start = skipSpace(text, text.indexOf(':', keyEnd) + 1);
    const end = endOfValue(text, start);
    if (JSON.parse(key) === name) found = text.slice(start, end);
    i = skipSpace(text, end);
    if (text.charCodeAt(i) !== COMMA) return found;
    i++;
  }
  return found;
}

/**
 * Parses JSON so that `JSON.stringify` of the result repeats every number as it was written: one that a JavaScript
 * number cannot repeat becomes a `JSON.rawJSON` value.
 */
export function parseLossless(text: string): unknown {
  return LONG_NUMBER.test(text) ? JSON.parse(text, keepDigits as never) : JSON.parse(text);
}

/**
 * Parses what ComfyUI writes. Python's JSON has NaN and Infinity, which one odd value in anybody's prompt puts into the
 * whole queue and history; they are read as null.
 */
export function parsePython(text: string, parser: (text: string) => unknown = JSON.parse): unknown {
  try {
    return parser(text);
  } catch (error) {
    const repaired = text.replace(/"[^"\\]*(?:\\.[^"\\]*)*"|-?\bInfinity\b|\bNaN\b/g, (token) =>
      token[0] === '"' ? token : 'null',
    );
    if (repaired === text) throw error;
    return parser(repaired);
  }
}

const QUOTE = 34;
const COMMA = 44;
const BACKSLASH = 92;
const OPEN_BRACKET = 91;
const CLOSE_BRACKET = 93;
const OPEN_BRACE = 123;
const CLOSE_BRACE = 125;

/** Only numbers of 16 digits and more can lose any; most texts have none and take the fast path. */
const LONG_NUMBER = /\d{16}/;

/** `JSON.rawJSON` and the reviver's `context.source` are in every supported runtime, but not yet in TypeScript's lib. */
const rawJSON = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;

function keepDigits(_key: string, value: unknown, context: { source?: string }): unknown {
  return typeof value === 'number' && context.source !== undefined && String(value) !== context.source
    ? rawJSON(context.source)
    : value;
}

function skipSpace(text: string, i: number): number {
  while (text.charCodeAt(i) <= 32) i++;
  return i;
}

/** Index of the quote that closes the string opened at `i`, or the end of the text. */
function endOfString(text: string, i: number): number {
  for (let j = i + 1; j < text.length; j++) {
    const c = text.charCodeAt(j);
    if (c === BACKSLASH) j++;
    else if (c === QUOTE) return j;
  }
  return text.length;
}

/** Index after the value that begins at `i`. */
function endOfValue(text: string, i: number): number {
  let depth = 0;
  for (; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === QUOTE) i = endOfString(text, i);
    else if (c === OPEN_BRACE || c === OPEN_BRACKET) depth++;
    else if (c === CLOSE_BRACE || c === CLOSE_BRACKET) {
      if (depth === 0) return i;
      if (--depth === 0) return i + 1;
      continue;
    }
    if (depth === 0) {
      if (c === QUOTE) return i + 1;
      if (c === COMMA || c <= 32) return i;
    }
  }
  return i;
}
