/**
 * `POST /mcp`. Each request says which protocol era it belongs to (2026-07-28 by its `_meta`, anything else is older), and is
 * served by itself. Nothing is remembered between requests: a session is a name that clients of the older era repeat.
 */
import { classifyInboundRequest, isJsonContentType } from '@modelcontextprotocol/server';
import { Hono, type Context } from 'hono';
import { isObject, parseLossless } from '../comfyui/json.ts';
import type { Caller } from '../jobs/caller.ts';
import { serveLegacy } from './legacy.ts';
import { refuse, serveModern } from './modern.ts';
import type { ServerFor } from './server.ts';

export interface RouteDeps {
  serverFor: ServerFor;
  /** Text of a body within the limits; throws what the HTTP surface answers. */
  readText: (c: Context<Env>) => Promise<string>;
  newId: () => string;
}

/** What middleware has left. */
interface Env {
  Variables: { caller: Caller; base: string; requestId: string };
}

const SESSION_HEADER = 'mcp-session-id';

export function mcpRoute({ serverFor, readText, newId }: RouteDeps): Hono<Env> {
  const routes = new Hono<Env>();
  routes.post('/mcp', async (c) => {
    const request = acceptable(c.req.raw);
    const { headers } = request;
    const text = await readText(c);
    // What a page of any site can send without being asked first is refused.
    if (!isJsonContentType(headers.get('content-type')))
      return answer(c, refuse(null, -32_000, 'The content type must be application/json.', undefined, 415));
    let body: unknown;
    try {
      // Lossless, as a seed can be larger than a number holds.
      body = parseLossless(text);
    } catch {
      return answer(c, refuse(null, -32_700, 'The body is not valid JSON.'));
    }
    const route = classifyInboundRequest({ httpMethod: 'POST', body, ...protocolHeaders(headers) });
    const { caller, base, requestId } = c.var;
    switch (route.kind) {
      case 'reject':
        return answer(c, refuse(idOf(body), route.code, route.message, route.data, route.httpStatus));
      case 'modern':
        return answer(c, await serveModern(serverFor({ caller, base, requestId }), request, route));
      case 'legacy': {
        const opens = route.reason === 'initialize';
        const session = opens ? newId() : sessionOf(headers);
        const server = serverFor({ caller, base, requestId, ...(session !== undefined && { session }) });
        const response = await serveLegacy(server, request, body);
        if (opens && session !== undefined && response.ok) c.header(SESSION_HEADER, session);
        return answer(c, response);
      }
    }
  });
  return routes;
}

/** Who does not say what they take (curl) takes anything; the protocol wants it in so many words. The body was read by then. */
function acceptable(request: Request): Request {
  const accept = request.headers.get('accept');
  if (accept !== null && accept !== '*/*') return request;
  const headers = new Headers(request.headers);
  headers.set('accept', 'application/json, text/event-stream');
  return new Request(request.url, { method: request.method, headers, signal: request.signal });
}

/** What an older client was given, or made up: any name will do that a job can bear. */
function sessionOf(headers: Headers): string | undefined {
  const name = headers.get(SESSION_HEADER);
  return name !== null && /^[\x21-\x7e]{1,128}$/.test(name) ? name : undefined;
}

/** The headers by which the protocol is told. */
function protocolHeaders(headers: Headers) {
  const version = headers.get('mcp-protocol-version');
  const method = headers.get('mcp-method');
  const name = headers.get('mcp-name');
  return {
    ...(version !== null && { protocolVersionHeader: version }),
    ...(method !== null && { mcpMethodHeader: method }),
    ...(name !== null && { mcpNameHeader: name }),
  };
}

/** Not the response itself: what middleware has set must stay. */
function answer(c: Context<Env>, { body, status, headers }: Response): Response {
  return c.body(body as ReadableStream, status as 200, Object.fromEntries(headers));
}

function idOf(body: unknown): unknown {
  return isObject(body) && typeof body['method'] === 'string' ? body['id'] : null;
}
