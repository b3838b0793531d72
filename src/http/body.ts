/** A JSON request body: bounded in size and depth, as text (for exact digits) and parsed. */
import { isObject, jsonDepth, type JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';
import type { AppContext } from './context.ts';

/** Deeper nesting is refused: no workflow needs it, and recursive readers would fall over it. */
const MAX_DEPTH = 100;

/** Reads the body. Throws 413 beyond `maxBytes`, 400 if it is no JSON object or too deep. */
export async function readJsonBody(
  c: AppContext,
  maxBytes: number,
): Promise<{ text: string; body: JsonObject }> {
  const text = await readText(c, maxBytes);
  if (text.trim() === '') throw invalid('The body is empty; it must be a JSON object.');
  const depth = jsonDepth(text);
  if (depth > MAX_DEPTH)
    throw invalid(`The JSON is nested ${depth} levels deep; at most ${MAX_DEPTH} are allowed.`);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch (error) {
    throw invalid(`The body is not valid JSON: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (!isObject(body))
    throw invalid(
      `The body must be a JSON object; given: ${Array.isArray(body) ? 'an array' : String(body).slice(0, 50)}.`,
    );
  return { text, body };
}

async function readText(c: AppContext, maxBytes: number): Promise<string> {
  const declared = c.req.header('content-length');
  if (declared !== undefined && c.req.header('transfer-encoding') === undefined) {
    if (Number(declared) <= maxBytes) return c.req.text();
    if (Number(declared) <= maxBytes * DRAIN) await drain(c);
    throw tooLarge(Number(declared), maxBytes);
  }
  // Without a declared length it is counted while it comes, so that no sender decides how much is held.
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  for await (const chunk of c.req.raw.body ?? []) {
    size += chunk.byteLength;
    if (size > maxBytes * DRAIN) break;
    if (size <= maxBytes) text += decoder.decode(chunk, { stream: true });
    else text = '';
  }
  if (size > maxBytes) throw tooLarge(size, maxBytes);
  return text + decoder.decode();
}

/** Most clients read an answer only after they have sent all: up to so many times the limit is taken and thrown away. */
const DRAIN = 8;

async function drain(c: AppContext): Promise<void> {
  await c.req.raw.body?.pipeTo(new WritableStream());
}

function invalid(message: string): GatewayError {
  return new GatewayError('invalid_request', message);
}

function tooLarge(bytes: number, max: number): GatewayError {
  return new GatewayError(
    'payload_too_large',
    `The body has ${bytes} bytes or more; at most ${max} are taken (MAX_BODY_BYTES).`,
    {
      details: { max_bytes: max },
    },
  );
}
