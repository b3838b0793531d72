/** What Node does in its own way; also what the demo starts. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import nodeSqlite from 'db0/connectors/node-sqlite';
import type { Environment } from '../config.ts';
import { nodeFetch } from './node-fetch.ts';
import { createFetchOutside } from './outside.ts';
import { BAD_REQUEST, badRequest, startServer, type Platform, type RunningServer } from './server.ts';

/** For all of a request, in ms: Node's own five minutes are too few for a large upload over a slow line. */
const REQUEST_MS = 60 * 60 * 1000;

export const node: Platform = {
  fetch: nodeFetch,
  fetchOutside: createFetchOutside(),
  connectSqlite: nodeSqlite,
  openBucket: async (s3) => (await import('./blobs/s3.ts')).openS3Blobs(s3),
  async listen(answer, port, hostname) {
    const listener = getRequestListener(answer, { errorHandler: badRequest });
    const server = createServer({ requestTimeout: REQUEST_MS }, listener);
    server.on('clientError', refuse);
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, hostname, resolve);
    });
    return {
      port: (server.address() as AddressInfo).port,
      drain: () => drain(server),
      kill: () => server.closeAllConnections(),
    };
  },
};

export function startNode(environment: Environment): Promise<RunningServer> {
  return startServer(environment, node);
}

/** What never became a request still gets the envelope. */
function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = JSON.stringify(BAD_REQUEST);
  const headers = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
}

function drain(server: Server): Promise<void> {
  return new Promise((resolve) => {
    // A connection becomes idle when its last request (or stream) ends, and would be kept for the next one.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearInterval(sweep);
      resolve();
    });
  });
}
