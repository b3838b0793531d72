/**
 * Clients of 2026-07-28, made of the SDK's own parts: its `createMcpHandler` brings the high-level server, subscriptions and OAuth
 * along, which are not used here and cost the Worker 10 KB after gzip. An answer is JSON, or a stream as soon as there is news.
 */
import {
  PerRequestHTTPServerTransport,
  SdkError,
  SdkErrorCode,
  UnsupportedProtocolVersionError,
  type InboundModernRoute,
  type Server,
} from '@modelcontextprotocol/server';
import { isObject } from '../comfyui/json.ts';

/** The revision that is served here. */
export const MODERN = '2026-07-28';

/** Time between two comments on a stream, in ms: proxies and Bun close what is silent. */
export const KEEP_ALIVE_MS = 5_000;

/** Headers and body do not say the same (SEP-2243). */
const HEADER_MISMATCH = -32_020;

export async function serveModern(
  server: Server,
  request: Request,
  { message, classification }: InboundModernRoute,
): Promise<Response> {
  const id = 'id' in message ? message.id : null;
  const requested = classification.revision ?? 'unknown';
  if (requested !== MODERN) {
    const {
      code,
      message: text,
      data,
    } = new UnsupportedProtocolVersionError({ supported: [MODERN], requested });
    return refuse(id, code, text, data);
  }
  const fault = id === null ? undefined : headerFault(message.method, message.params, request.headers);
  if (fault !== undefined) return refuse(id, HEADER_MISMATCH, fault);
  const transport = new PerRequestHTTPServerTransport({ classification, keepAliveMs: KEEP_ALIVE_MS });
  await server.connect(transport);
  try {
    return await transport.handleMessage(message, { request });
  } catch (error) {
    // Nobody reads it any more.
    if (error instanceof SdkError && error.code === SdkErrorCode.ConnectionClosed)
      return new Response(null, { status: 499 });
    throw error;
  } finally {
    if (id === null) await server.close();
  }
}

/** A JSON-RPC error with status 400. */
export function refuse(id: unknown, code: number, message: string, data?: unknown, status = 400): Response {
  const error = { code, message, ...(data !== undefined && { data }) };
  return Response.json({ jsonrpc: '2.0', id: id ?? null, error }, { status });
}

/** What headers must repeat, so that proxies need not read bodies; that they agree on the rest was seen before. */
function headerFault(method: string, params: unknown, headers: Headers): string | undefined {
  if (!headers.has('mcp-protocol-version'))
    return `The header MCP-Protocol-Version is missing: send ${MODERN}.`;
  if (!headers.has('mcp-method')) return `The header Mcp-Method is missing: send ${method}.`;
  const field = NAMED[method];
  const name = field !== undefined && isObject(params) ? params[field] : undefined;
  if (typeof name !== 'string') return undefined;
  const given = headers.get('mcp-name')?.trim();
  if (given === undefined) return `The header Mcp-Name is missing: send the params.${field} of the body.`;
  return decoded(given) === name
    ? undefined
    : `The header Mcp-Name and params.${field} of the body are not the same.`;
}

/** Methods that name something, and in which of their params. */
const NAMED: Readonly<Record<string, string>> = {
  'tools/call': 'name',
  'prompts/get': 'name',
  'resources/read': 'uri',
};

/** What no header can hold as it is comes as `=?base64?…?=`; undefined if that is broken. */
function decoded(value: string): string | undefined {
  const encoded = /^=\?base64\?(.*)\?=$/.exec(value)?.[1];
  if (encoded === undefined) return value;
  try {
    return new TextDecoder().decode(Uint8Array.from(atob(encoded), (c) => c.charCodeAt(0)));
  } catch {
    // Not base64.
    return undefined;
  }
}
