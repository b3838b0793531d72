/** Faults of calls to a ComfyUI, with what is known of the request's fate. */
import { GatewayError } from '../errors.ts';

/** What happened to a failed request: never left, answered badly, or nobody knows. */
export type Fate = 'not_sent' | 'answered' | 'unknown';

/** A ComfyUI that cannot be reached (503) or answers badly (502). */
export class ComfyError extends GatewayError {
  readonly fate: Fate;

  constructor(fate: Fate, message: string, cause?: unknown) {
    if (fate === 'answered') super('upstream_error', message, { cause });
    else super('upstream_unreachable', message, { cause, retryAfterSeconds: 5 });
    this.name = 'ComfyError';
    this.fate = fate;
  }
}

/** An answer that is not what the call was for; its text goes to the log only. */
export function badAnswer(name: string, call: string, status: number, text: string): ComfyError {
  return new ComfyError('answered', `${name} answered ${status} to ${call}.`, text.slice(0, 500));
}

/** Errors of a connection that was never made, in the words of undici, Bun, Deno and workerd. */
const NEVER_CONNECTED =
  /ECONNREFUSED|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|UND_ERR_CONNECT_TIMEOUT|ConnectionRefused|connection refused|dns error|tcp connect error/i;

/** What a `fetch` that rejected says of its request. */
export function connectionFault(name: string, error: unknown): ComfyError {
  const words: string[] = [];
  for (let e: unknown = error; e instanceof Error; e = e.cause) {
    words.push(e.message, String((e as { code?: unknown }).code ?? ''));
    if (e instanceof AggregateError) for (const inner of e.errors) words.push(String(inner));
  }
  return NEVER_CONNECTED.test(words.join(' '))
    ? new ComfyError('not_sent', `${name} cannot be reached.`, error)
    : new ComfyError('unknown', `${name} did not answer in time or broke off.`, error);
}
