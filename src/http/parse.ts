/** Requests through their schemas; faults name field, value and what is allowed. */
import type * as z from 'zod';
import { describeIssues } from '../api/issues.ts';
import { GatewayError } from '../errors.ts';
import type { AppContext } from './context.ts';

/** The query, or 400. */
export function parseQuery<T extends z.ZodType>(schema: T, c: AppContext): z.infer<T> {
  const query = c.req.query();
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  throw refusal(parsed.error, query, 400);
}

/** The body of a request that runs something; `extra_data` is closed as the official proxy has it, with 400. */
export function parseBody<T extends z.ZodType>(schema: T, body: unknown): z.infer<T> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const closed = parsed.error.issues.some((issue) => issue.path[0] === 'extra_data');
  throw refusal(parsed.error, body, closed ? 400 : 422);
}

/** 400 or 422 `invalid_request` with one sentence per fault. */
export function refusal(error: z.ZodError, input: unknown, status: number): GatewayError {
  const faults = describeIssues(error, input);
  const sentences = faults.map(
    ({ field, reason, given, allowed }) =>
      `'${field}' ${reason}: given ${given}${allowed === undefined ? '' : `, allowed is ${allowed}`}.`,
  );
  return new GatewayError('invalid_request', sentences.join(' '), { status, details: { faults } });
}
