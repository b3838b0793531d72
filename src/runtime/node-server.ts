/** From environment variables to a listening server, on Node; also what the demo and the tests start. */
import { existsSync, readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { parseEnv } from 'node:util';
import { createServer, type Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import { getRequestListener } from '@hono/node-server';
import { v7 } from 'uuid';
import type { ConnectSocket } from '../comfyui/socket.ts';
import { parseConfig, type Config, type Environment } from '../config.ts';
import { GatewayError, toEnvelope } from '../errors.ts';
import { createGateway } from '../gateway.ts';
import { causes, createLog } from '../log.ts';
import { nodeFetch } from './node-fetch.ts';
import { openStores } from './stores/open.ts';

export interface RunningServer {
  url: string;
  /** Stops accepting, ends the streams, lets open requests finish for a while, closes the store. */
  close(): Promise<void>;
}

/** Reads `.env` and the config file, opens the store, listens. Throws with all faults of the settings at once. */
export async function startNode(environment: Environment): Promise<RunningServer> {
  const env = { ...readEnvFile('.env'), ...environment };
  const config = parseConfig(env, readConfigFile(env['CONFIG_FILE']));
  const log = createLog(config.logLevel, (line) => process.stderr.write(`${line}\n`), Date.now);
  const stores = await openStores(config.storage, Date.now);
  const gateway = createGateway(config, {
    stores,
    fetch: nodeFetch,
    connectSocket,
    newId: v7,
    now: Date.now,
    log,
    resident: true,
  });
  try {
    // A store that is away (Redis) is no reason not to listen: requests say so until it is back.
    await gateway.start().catch((error: unknown) => log('error', 'start_failed', { error: causes(error) }));
    const server = await listen(gateway.fetch, config);
    const { port } = server.address() as AddressInfo;
    const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${port}`;
    log('info', 'started', {
      url,
      backends: config.backends.map(({ name }) => name),
      storage: config.storage.kind,
    });
    return {
      url,
      async close() {
        gateway.endStreams();
        await stopListening(server);
        await gateway.close();
        log('info', 'stopped');
      },
    };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

/** Time that open requests have to finish, in ms. */
const GRACE_MS = 3_000;

/** Node's own WebSocket takes headers as a second argument, beyond the standard. */
const connectSocket: ConnectSocket = (url, headers) => new WebSocket(url, { headers } as never);

function listen(
  fetch: (request: Request) => Response | Promise<Response>,
  config: Config,
): Promise<HttpServer> {
  return new Promise((resolve, reject) => {
    const server = createServer(
      getRequestListener(fetch, { errorHandler: () => Response.json(BAD_REQUEST, { status: 400 }) }),
    );
    server.on('clientError', refuse);
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        error.code === 'EADDRINUSE'
          ? new Error(
              `PORT: ${config.port} on ${config.host} is in use. Stop what listens there, or set PORT to another.`,
            )
          : error,
      ),
    );
    server.listen(config.port, config.host, () => resolve(server));
  });
}

/** What never became a request still gets the envelope. */
const BAD_REQUEST = toEnvelope(
  new GatewayError(
    'invalid_request',
    'This is no HTTP request that can be read: look at its method, URL, Host and headers.',
  ),
);

function refuse(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable) return;
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
  const body = JSON.stringify(BAD_REQUEST);
  const headers = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`;
  socket.end(`HTTP/1.1 ${status}\r\n${headers}\r\n\r\n${body}`);
}

function stopListening(server: HttpServer): Promise<void> {
  return new Promise((resolve) => {
    const kill = setTimeout(() => server.closeAllConnections(), GRACE_MS);
    // A connection becomes idle when its last request (or stream) ends, and would be kept for the next one.
    const sweep = setInterval(() => server.closeIdleConnections(), 50);
    server.close(() => {
      clearTimeout(kill);
      clearInterval(sweep);
      resolve();
    });
  });
}

function readEnvFile(path: string): Record<string, string> {
  return existsSync(path) ? (parseEnv(readFileSync(path, 'utf8')) as Record<string, string>) : {};
}

/** The named file must be there; the usual one may be absent. */
function readConfigFile(path: string | undefined): unknown {
  const name = path || './config.json';
  if (!path && !existsSync(name)) return undefined;
  try {
    return JSON.parse(readFileSync(name, 'utf8'));
  } catch (error) {
    throw new Error(
      `CONFIG_FILE: ${name} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
      {
        cause: error,
      },
    );
  }
}
