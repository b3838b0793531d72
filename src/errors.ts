/**
 * The one error type and the one table from error codes to the wire.
 * A code that is not in the table cannot be thrown, so every refusal has a status and an envelope.
 */

/** Code → HTTP status. Codes are those of Comfy API v2, its proxy, and ours (DESIGN §8). */
const STATUS = {
  invalid_request: 400,
  unauthorized: 401,
  forbidden: 403,
  forbidden_origin: 403,
  not_found: 404,
  output_unavailable: 404,
  blob_not_found: 404,
  method_not_allowed: 405,
  hash_mismatch: 409,
  asset_in_use: 409,
  name_taken: 409,
  payload_too_large: 413,
  unsupported_media_type: 415,
  range_not_satisfiable: 416,
  invalid_workflow: 422,
  workflow_format_ui: 422,
  missing_asset: 422,
  idempotency_key_reuse: 422,
  queue_full: 429,
  too_many_streams: 429,
  rate_limited: 429,
  internal_error: 500,
  upstream_error: 502,
  upstream_unreachable: 503,
  storage_unavailable: 503,
} as const;

export type ErrorCode = keyof typeof STATUS;

/** Every code that an error envelope can carry, for schemas and documents. */
export const ERROR_CODES = Object.keys(STATUS) as ErrorCode[];

export type ErrorDetails = Record<string, unknown>;

export interface GatewayErrorOptions {
  /** Machine-readable facts about the refusal: field, value, allowed, nearest. Never a secret or an upstream URL. */
  details?: ErrorDetails;
  /** Seconds after which the same request may succeed; becomes `Retry-After`. */
  retryAfterSeconds?: number;
  /** Replaces the table's status where one code has two (`invalid_request` of a field is 422, of the JSON itself 400). */
  status?: number;
  /** Logged, never sent. */
  cause?: unknown;
}

/** A refusal or fault with a code of the table. `message` is shown to the caller. */
export class GatewayError extends Error {
  readonly code: ErrorCode;
  readonly status: number;
  readonly details: ErrorDetails | null;
  readonly retryAfterSeconds: number | undefined;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'GatewayError';
    this.code = code;
    this.status = options.status ?? STATUS[code];
    this.details = options.details ?? null;
    this.retryAfterSeconds = options.retryAfterSeconds;
  }
}

/** For `catch`: what is not there is undefined, any other fault stays one. */
export function notFoundIsUndefined(error: unknown): undefined {
  if (error instanceof GatewayError && error.code === 'not_found') return undefined;
  throw error;
}

/** The body of every error answer. */
export interface ErrorEnvelope {
  error: { code: ErrorCode; message: string; details: ErrorDetails | null };
}

/** The v2 envelope of an error; what is not a `GatewayError` shows only a generic message. */
export function toEnvelope(error: unknown): ErrorEnvelope {
  return error instanceof GatewayError
    ? { error: { code: error.code, message: error.message, details: error.details } }
    : {
        error: {
          code: 'internal_error',
          message: 'The gateway failed in an unexpected way; its log has the cause under the request id.',
          details: null,
        },
      };
}
