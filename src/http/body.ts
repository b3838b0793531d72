/**
 * Request bodies: bounded in size, number and (of JSON) depth. What is too large is read to its end and thrown away, as most
 * clients look for an answer only then.
 */
import { isObject, jsonDepth, type JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';
import type { AppContext } from './context.ts';

export interface BodyReader {
  /** A JSON object, as text (for exact digits) and parsed; `{}` if it is `optional` and empty. 400 if it is none or too deep. */
  json(c: AppContext, optional?: 'optional'): Promise<{ text: string; body: JsonObject }>;
  /** A text that may be any JSON, not parsed yet. 400 if it is too deep. */
  text(c: AppContext): Promise<string>;
  /** What came, whatever it is. */
  bytes(c: AppContext): Promise<Uint8Array>;
}

/** Deeper nesting is refused: no workflow needs it, and recursive readers would fall over it. */
const MAX_DEPTH = 100;

/** Bytes of bodies that are held at once, and bytes of one that are read to throw it away, in limits of one body. */
const HELD = 8;
const DRAINED = 8;

/** A reader of bodies of up to `maxBytes` each. It throws 413 beyond that, 429 if too many come at once, 415 for an encoding. */
export function createBodyReader(maxBytes: number): BodyReader {
  let held = 0;

  async function bytes(c: AppContext): Promise<Uint8Array> {
    const encoding = c.req.header('content-encoding');
    if (encoding !== undefined && encoding !== 'identity') {
      throw new GatewayError(
        'unsupported_media_type',
        `The body has the encoding '${encoding}'. Send it without one.`,
        {
          details: { field: 'Content-Encoding', given: encoding },
        },
      );
    }
    const length = c.req.header('content-length');
    const declared = length === undefined ? maxBytes : Number(length);
    if (declared > maxBytes) {
      if (declared <= maxBytes * DRAINED) await c.req.raw.body?.pipeTo(new WritableStream());
      throw tooLarge(declared, maxBytes);
    }
    if (held + declared > maxBytes * HELD) {
      throw new GatewayError(
        'rate_limited',
        'Too many large requests are being read at once. Try again in a second.',
        {
          retryAfterSeconds: 1,
        },
      );
    }
    held += declared;
    try {
      return length === undefined ? await collect(c, maxBytes) : new Uint8Array(await c.req.arrayBuffer());
    } finally {
      held -= declared;
    }
  }

  async function readText(c: AppContext): Promise<string> {
    const decoded = decode(await bytes(c));
    const depth = jsonDepth(decoded);
    if (depth > MAX_DEPTH) {
      throw invalid(`The JSON is nested ${depth} levels deep; at most ${MAX_DEPTH} are allowed.`);
    }
    return decoded;
  }

  async function json(c: AppContext, optional?: 'optional'): Promise<{ text: string; body: JsonObject }> {
    const text = await readText(c);
    if (text.trim() === '' && optional) return { text: '{}', body: {} };
    if (text.trim() === '') throw invalid('The body is empty; it must be a JSON object.');
    const body = parse(text);
    if (isObject(body)) return { text, body };
    const given = Array.isArray(body) ? 'an array' : String(body).slice(0, 50);
    throw invalid(`The body must be a JSON object; given: ${given}.`);
  }

  return { json, text: readText, bytes };
}

/** A body of unknown length, counted while it comes. */
async function collect(c: AppContext, maxBytes: number): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes * DRAINED) break;
    if (size <= maxBytes) chunks.push(chunk);
    else chunks.length = 0;
  }
  if (size > maxBytes) throw tooLarge(size, maxBytes);
  const bytes = new Uint8Array(size);
  let offset = 0;
  for (const chunk of chunks) {
    bytes.set(chunk, offset);
    offset += chunk.byteLength;
  }
  return bytes;
}

function decode(bytes: Uint8Array): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    throw invalid('The body is not valid UTF-8.', error);
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw invalid(
      `The body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`,
      error,
    );
  }
}

function invalid(message: string, cause?: unknown): GatewayError {
  return new GatewayError('invalid_request', message, { cause });
}

function tooLarge(bytes: number, max: number): GatewayError {
  return new GatewayError(
    'payload_too_large',
    `The body has ${bytes} bytes or more; at most ${max} are taken (MAX_BODY_BYTES).`,
    { details: { max_bytes: max } },
  );
}
