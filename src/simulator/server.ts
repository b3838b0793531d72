// The listening side: every request passes inspection, faults and the Origin check before it reaches its route.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { randomUUID } from 'node:crypto';
import type { Fault, Faults } from './faults.ts';
import {
  createRequest,
  createRouter,
  empty,
  serverError,
  text,
  tooLarge,
  writeReply,
  type Match,
  type Route,
} from './http.ts';
import type { Life } from './life.ts';
import { isForeignOrigin } from './origin.ts';
import type { Stats } from './stats.ts';
import type { Reply } from './types.ts';

export interface Listener {
  /** Starts listening on the same port as before. */
  start(): Promise<number>;
  /** Destroys every connection and stops listening. */
  stop(): Promise<void>;
}

export function createListener(options: {
  host: string;
  port: number;
  routes: Route[];
  controlRoutes: Route[];
  life: () => Life;
  faults: Faults;
  stats: Stats;
  refusesSockets: () => boolean;
}): Listener {
  const { life, faults, stats } = options;
  const find = createRouter(options.routes);
  const findControl = createRouter(options.controlRoutes);
  const sockets = new WebSocketServer({ noServer: true, perMessageDeflate: false });
  const connections = new Set<Socket>();
  let server: Server | undefined;
  let { port } = options;

  /** Looks a path up as it is (newer /api/jobs), then without /api. */
  const lookUp = (method: string, path: string): { match: Match; path: string } => {
    const direct = find(method, path);
    const plain = path.startsWith('/api/') ? path.slice(4) : path;
    if (direct.found || direct.allow.length > 0 || plain === path) return { match: direct, path };
    return { match: find(method, plain), path: plain };
  };

  const answer = async (incoming: IncomingMessage, url: URL, match: Match): Promise<Reply> => {
    if (incoming.method === 'OPTIONS') return empty(200);
    if (match.found) {
      try {
        return await match.route.handler(createRequest(incoming, url, match.params));
      } catch (error) {
        if (error === tooLarge) return text('Maximum request body size 104857600 exceeded.', 413);
        return serverError(); // whatever trips a route is a 500 in ComfyUI, too
      }
    }
    // Every path also belongs to the web page: files, for reading only.
    if (incoming.method === 'GET')
      return { status: 404, headers: { 'content-type': 'application/octet-stream' } };
    if (incoming.method === 'HEAD') return empty(404);
    const allow = [...new Set(['GET', 'HEAD', ...match.allow])].sort();
    return text('405: Method Not Allowed', 405, { allow: allow.join(',') });
  };

  const handle = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(incoming.url ?? '/', 'http://simulator');
    const method = incoming.method ?? 'GET';
    const withBody = method !== 'HEAD';
    if (url.pathname.startsWith('/__simulator/')) {
      await writeReply(response, await answer(incoming, url, findControl(method, url.pathname)), withBody);
      return;
    }
    const { match, path } = lookUp(method, url.pathname);
    const route = `${method} ${match.found ? match.route.pattern : path}`;
    stats.requested(route, incoming.headers);
    const fault = faults.take(route, `${method} ${path}`);
    if (fault?.kind === 'drop') return void incoming.socket.destroy();
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'status') {
      incoming.resume();
      return writeReply(response, faultReply(fault), withBody);
    }
    if (fault?.kind === 'delay') await wait(fault.delayMs ?? 1000);
    const reply = isForeignOrigin(incoming.headers) ? empty(403) : await answer(incoming, url, match);
    if (fault?.kind === 'accept-then-drop') return void incoming.socket.destroy();
    if (fault?.kind === 'accept-then-hang') return;
    incoming.resume();
    await writeReply(response, reply, withBody);
  };

  const upgrade = async (incoming: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> => {
    // A client that leaves during the handshake is nobody's concern.
    socket.on('error', () => socket.destroy());
    const url = new URL(incoming.url ?? '/', 'http://simulator');
    const path = url.pathname.replace(/^\/api\//, '/');
    stats.requested(`GET ${path}`, incoming.headers);
    const fault = faults.take(`GET ${path}`, `GET ${path}`);
    if (fault?.kind === 'drop') return void socket.destroy();
    if (fault?.kind === 'hang') return;
    if (fault?.kind === 'delay') await wait(fault.delayMs ?? 1000);
    const status =
      fault?.kind === 'status'
        ? (fault.status ?? 500)
        : path !== '/ws'
          ? 404
          : isForeignOrigin(incoming.headers)
            ? 403
            : options.refusesSockets()
              ? 503
              : 101;
    if (status !== 101) {
      socket.end(`HTTP/1.1 ${status} Refused\r\ncontent-length: 0\r\nconnection: close\r\n\r\n`);
      return;
    }
    const asked = url.searchParams.get('clientId') ?? '';
    sockets.handleUpgrade(incoming, socket, head, (accepted) => {
      stats.socketOpened(asked);
      if (fault?.kind === 'accept-then-drop') return void accepted.terminate();
      life().hub.accept(accepted, asked === '' ? randomUUID().replaceAll('-', '') : asked);
    });
  };

  return {
    start() {
      const current = createServer((incoming, response) => {
        handle(incoming, response).catch(() => incoming.socket.destroy());
      });
      current.on('upgrade', (incoming, socket, head) => {
        upgrade(incoming, socket, head).catch(() => socket.destroy());
      });
      // Bodies may come slowly, and idle connections stay as long as with aiohttp.
      current.requestTimeout = 0;
      current.keepAliveTimeout = 75_000;
      current.on('connection', (socket) => {
        connections.add(socket);
        socket.once('close', () => connections.delete(socket));
      });
      server = current;
      return new Promise((resolve, reject) => {
        current.once('error', reject);
        current.listen(port, options.host, () => {
          current.off('error', reject);
          // A TCP server's address is an object.
          ({ port } = current.address() as AddressInfo);
          resolve(port);
        });
      });
    },
    stop() {
      const current = server;
      server = undefined;
      if (current === undefined) return Promise.resolve();
      return new Promise((resolve) => {
        current.close(() => resolve());
        for (const socket of connections) socket.destroy();
      });
    },
  };
}

function faultReply({ status = 500, body, headers }: Fault): Reply {
  if (body === undefined) return { status, ...(headers && { headers }) };
  const asText = typeof body === 'string';
  const type = asText ? 'text/plain; charset=utf-8' : 'application/json; charset=utf-8';
  return {
    status,
    headers: { 'content-type': type, ...headers },
    body: asText ? body : JSON.stringify(body),
  };
}

function wait(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms).unref());
}
