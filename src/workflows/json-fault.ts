/**
 * Where a JSON text breaks. Engines word their complaints differently, and some leave the place out; this reads the text once
 * more, only after `JSON.parse` has failed, and gives line, column and what was expected. Without recursion, so that
 * depth does not matter.
 */

export interface JsonFault {
  message: string;
  /** From 1. */
  line: number;
  column: number;
}

/** The first fault of a text that `JSON.parse` refused; undefined if there is none. */
export function findJsonFault(text: string): JsonFault | undefined {
  const fault = scan(text);
  if (!fault) return undefined;
  const { line, column } = placeOf(text, fault.at);
  return { message: fault.message, line, column };
}

/** Line and column, from 1, of an offset. */
export function placeOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset);
  const lastBreak = before.lastIndexOf('\n');
  let line = 1;
  for (let i = before.indexOf('\n'); i !== -1; i = before.indexOf('\n', i + 1)) line++;
  return { line, column: offset - lastBreak };
}

type Expected = 'value' | 'value or ]' | 'key' | 'key or }' | 'colon' | 'comma' | 'end';

const SCALAR = /(?:-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null)(?![\w.+-])/y;

function scan(text: string): { at: number; message: string } | undefined {
  const open: ('{' | '[')[] = [];
  let expected: Expected = 'value';
  let i = 0;
  for (;;) {
    while (i < text.length && ' \t\r\n'.includes(text[i]!)) i++;
    const c = text[i];
    if (c === undefined) {
      if (expected === 'end') return undefined;
      return { at: i, message: `the text ends early; ${sayExpected(expected, open.at(-1))}` };
    }
    const wrong = {
      at: i,
      message: `unexpected ${sayFound(text, i)}; ${sayExpected(expected, open.at(-1))}`,
    };
    const done: Expected = open.length === 0 ? 'end' : 'comma';
    switch (expected) {
      case 'end':
        return wrong;
      case 'colon':
        if (c !== ':') return wrong;
        i++;
        expected = 'value';
        break;
      case 'comma':
        if (c === ',') expected = open.at(-1) === '{' ? 'key' : 'value';
        else if (c === (open.at(-1) === '{' ? '}' : ']')) {
          open.pop();
          expected = open.length === 0 ? 'end' : 'comma';
        } else return wrong;
        i++;
        break;
      case 'key':
      case 'key or }':
        if (c === '}' && expected === 'key or }') {
          open.pop();
          i++;
          expected = open.length === 0 ? 'end' : 'comma';
          break;
        }
        if (c !== '"') return wrong;
        i = endOfString(text, i);
        if (i < 0) return { at: ~i, message: BAD_STRING };
        expected = 'colon';
        break;
      default:
        if (c === '{' || c === '[') {
          open.push(c);
          i++;
          expected = c === '{' ? 'key or }' : 'value or ]';
        } else if (c === ']' && expected === 'value or ]') {
          open.pop();
          i++;
          expected = open.length === 0 ? 'end' : 'comma';
        } else if (c === '"') {
          i = endOfString(text, i);
          if (i < 0) return { at: ~i, message: BAD_STRING };
          expected = done;
        } else {
          SCALAR.lastIndex = i;
          if (!SCALAR.test(text)) return wrong;
          i = SCALAR.lastIndex;
          expected = done;
        }
    }
  }
}

const BAD_STRING = 'a string is not closed here, or has a bad escape';

/** Index after the string that begins at `start`; where it breaks, the complement of that index. */
function endOfString(text: string, start: number): number {
  for (let i = start + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) return i + 1;
    if (code < 32) return ~i;
    if (code !== 92) continue;
    ESCAPE.lastIndex = i;
    if (!ESCAPE.test(text)) return ~i;
    i = ESCAPE.lastIndex - 1;
  }
  return ~text.length;
}

const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

function sayExpected(expected: Expected, inside: '{' | '[' | undefined): string {
  switch (expected) {
    case 'end':
      return 'the text should end here';
    case 'colon':
      return "':' should follow the name";
    case 'comma':
      return inside === '{' ? "',' or '}' should follow" : "',' or ']' should follow";
    case 'key':
    case 'key or }':
      return 'a name in double quotes should follow';
    default:
      return 'a value should follow';
  }
}

function sayFound(text: string, at: number): string {
  const word = /[\w.+-]{1,20}/y;
  word.lastIndex = at;
  return JSON.stringify(word.exec(text)?.[0] ?? String.fromCodePoint(text.codePointAt(at)!));
}
