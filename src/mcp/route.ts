/**
 * `POST /mcp`. Each request says which protocol era it belongs to (2026-07-28 by its `_meta`, anything else is older), and is
 * served by itself. Nothing is remembered between requests: a session is a name that clients of the older era repeat.
 */
import { createMcpHandler } from '@modelcontextprotocol/server';
import { Hono, type Context } from 'hono';
import { isObject, parseLossless } from '../comfyui/json.ts';
import type { Caller } from '../jobs/service.ts';
import { causes, type Log } from '../log.ts';
import type { ServerFor } from './server.ts';
import type { Visit } from './tool.ts';

export interface RouteDeps {
  serverFor: ServerFor;
  /** Text of a body within the limits; throws what the HTTP surface answers. */
  readText: (c: Context<Env>) => Promise<string>;
  newId: () => string;
  log: Log;
}

/** What middleware has left. */
interface Env {
  Variables: { caller: Caller; base: string; requestId: string };
}

/** Time between two comments on a stream, in ms: proxies and Bun close what is silent. */
const KEEP_ALIVE_MS = 5_000;

const SESSION_HEADER = 'mcp-session-id';

export function mcpRoute({ serverFor, readText, newId, log }: RouteDeps): Hono<Env> {
  const visits = new WeakMap<Request, Visit>();
  const handler = createMcpHandler(({ requestInfo }) => serverFor(visits.get(requestInfo!)!), {
    keepAliveMs: KEEP_ALIVE_MS,
    onerror: (error) => log('debug', 'mcp_refused', { error: causes(error) }),
  });

  const routes = new Hono<Env>();
  routes.post('/mcp', async (c) => {
    const request = acceptable(c.req.raw);
    const text = await readText(c);
    let body: unknown;
    try {
      // Lossless, as a seed can be larger than a number holds.
      body = parseLossless(text);
    } catch {
      return c.json(PARSE_ERROR, 400);
    }
    const opens = isObject(body) && body['method'] === 'initialize';
    const session = opens ? newId() : request.headers.get(SESSION_HEADER);
    const { caller, base } = c.var;
    visits.set(request, { caller, base, ...(session !== null && { session }) });
    const response = await handler.fetch(request, { parsedBody: body });
    if (opens && session !== null && response.ok) c.header(SESSION_HEADER, session);
    // Not the response itself: what middleware has set must stay.
    return c.body(
      response.body as ReadableStream,
      response.status as 200,
      Object.fromEntries(response.headers),
    );
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

const PARSE_ERROR = {
  jsonrpc: '2.0',
  id: null,
  error: { code: -32700, message: 'The body is not valid JSON.' },
};
