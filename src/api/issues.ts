/** Why a request does not fit its schema, in words: one fault per field and cause. */
import type * as z from 'zod';
import { splitList } from './requests.ts';

/** One fault of a request. `given` and `allowed` are for people; a sentence: "`field` `reason`: given …, allowed is …". */
export interface FieldFault {
  /** Dotted path, empty for the body itself. */
  field: string;
  reason: string;
  /** What was there, cut to 100 characters; of objects, arrays and `extra_data` only the kind. */
  given: string;
  allowed?: string;
}

/** The faults that a request schema of this file found in `input`, one per field and cause. Pure. */
export function describeIssues(error: z.ZodError, input: unknown): FieldFault[] {
  return error.issues.flatMap((issue) => {
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => {
      const value = valueAt(input, path);
      return {
        field: path.join('.'),
        reason: reasonOf(issue, value),
        given: shown(value, path[0]),
        allowed: issue.message,
      };
    });
  });
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not a known member';
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      return issue.expected === 'int' && typeof value === 'number'
        ? 'is not a whole number'
        : 'has the wrong type';
    case 'too_big':
      return typeof value === 'string' && issue.origin === 'string' ? 'is too long' : 'is too large';
    case 'too_small':
      return typeof value === 'string' && issue.origin === 'string' ? 'is too short' : 'is too small';
    case 'invalid_value':
      return 'is not known';
    default:
      return 'has the wrong form';
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    // A comma list of a query is one string in the input, and a list in the path.
    if (typeof value === 'string' && typeof key === 'number') value = splitList(value)[key];
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key))
      value = (value as Record<PropertyKey, unknown>)[key];
    else return undefined;
  }
  return value;
}

function shown(value: unknown, root: PropertyKey | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  // It can hold an API key, also under a wrong name.
  if (root === 'extra_data') return `a ${typeof value}`;
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
