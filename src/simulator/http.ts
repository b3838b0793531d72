// Plumbing of the HTTP side: route matching, request bodies, and answers in the style of aiohttp.

import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { once } from 'node:events';
import { parseJson } from './json.ts';
import type { Reply } from './types.ts';

export interface RouteRequest {
  method: string;
  query: URLSearchParams;
  headers: IncomingHttpHeaders;
  /** Values of `{name}` in the pattern. */
  params: Record<string, string>;
  body(): Promise<Buffer>;
  /** The body as JSON; throws SyntaxError. */
  json(): Promise<unknown>;
}

export type Handler = (request: RouteRequest) => Reply | Promise<Reply>;

export interface Route {
  method: string;
  /** Such as `/history/{id}`; a `{name}` stands for one segment, which may hold an encoded slash. */
  pattern: string;
  handler: Handler;
}

export type Match =
  | { found: true; route: Route; params: Record<string, string> }
  | { found: false; allow: string[] };

/** Finds the route of a path. `allow` lists the methods the path does have. HEAD is answered like GET. */
export function createRouter(routes: readonly Route[]): (method: string, path: string) => Match {
  const compiled = routes.map((route) => {
    const parts = route.pattern.split('/').map((part) => {
      const name = /^\{(\w+)\}$/.exec(part)?.[1];
      return name === undefined ? part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&') : `(?<${name}>[^/]+)`;
    });
    return { route, expression: new RegExp(`^${parts.join('/')}$`) };
  });
  return (method, path) => {
    const wanted = method === 'HEAD' ? 'GET' : method;
    const allow = new Set<string>();
    for (const { route, expression } of compiled) {
      const match = expression.exec(path);
      if (match === null) continue;
      if (route.method !== wanted) {
        allow.add(route.method);
        continue;
      }
      const params: Record<string, string> = {};
      for (const [name, value] of Object.entries(match.groups ?? {})) params[name] = decode(value);
      return { found: true, route, params };
    }
    if (allow.has('GET')) allow.add('HEAD');
    return { found: false, allow: [...allow].sort() };
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text; // a stray percent sign: the text is looked up as it is
  }
}

/** Thrown while a body is read; answered with 413. */
export const tooLarge = new Error('body too large');

export const maxBodyBytes = 104857600;

export function createRequest(
  incoming: IncomingMessage,
  url: URL,
  params: Record<string, string>,
): RouteRequest {
  const body = async () => {
    const chunks: Buffer[] = [];
    let size = 0;
    // A body that is too large is read to its end, so that the client gets to see the answer.
    for await (const chunk of incoming as AsyncIterable<Buffer>) {
      size += chunk.byteLength;
      if (size <= maxBodyBytes) chunks.push(chunk);
      else chunks.length = 0;
    }
    if (size > maxBodyBytes) throw tooLarge;
    return Buffer.concat(chunks);
  };
  return {
    method: incoming.method ?? 'GET',
    query: url.searchParams,
    headers: incoming.headers,
    params,
    body,
    json: async () => parseJson((await body()).toString('utf8')),
  };
}

export function json(value: unknown, status = 200): Reply {
  return jsonText(JSON.stringify(value), status);
}

export function jsonText(text: string, status = 200): Reply {
  return { status, headers: { 'content-type': 'application/json; charset=utf-8' }, body: text };
}

export function text(body: string, status: number, headers: Record<string, string> = {}): Reply {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

export function empty(status: number): Reply {
  return { status };
}

export function serverError(): Reply {
  return text('500 Internal Server Error\n\nServer got itself in trouble', 500);
}

/** Writes an answer; streams keep to the pace of the reader. Ends early when the reader leaves. */
export async function writeReply(response: ServerResponse, reply: Reply, withBody: boolean): Promise<void> {
  const { status, headers = {}, body } = reply;
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    const bytes = typeof body === 'string' ? Buffer.from(body) : (body ?? Buffer.alloc(0));
    const bare = status === 204 || status === 304 || headers['content-length'] !== undefined;
    if (!bare) response.setHeader('content-length', bytes.byteLength);
    response.writeHead(status);
    response.end(withBody && bytes.byteLength > 0 ? bytes : undefined);
    return;
  }
  response.writeHead(status);
  if (withBody) {
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    for await (const chunk of body) {
      if (gone.signal.aborted) return;
      if (response.write(chunk)) continue;
      await once(response, 'drain', { signal: gone.signal }).catch(() => undefined); // the reader left
    }
  }
  response.end();
}
