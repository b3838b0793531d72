/**
 * From settings to a gateway that listens, and to its end in order: the same on every runtime with files and signals.
 * What these do in their own way (listen, fetch, open a database file) is handed in as a platform.
 */
import { existsSync, readFileSync } from 'node:fs';
import process from 'node:process';
import { parseEnv } from 'node:util';
import { v7 } from 'uuid';
import type { FetchOutside } from '../assets/outside.ts';
import type { Fetch } from '../comfyui/client.ts';
import type { ConnectSocket } from '../comfyui/socket.ts';
import { parseConfig, type Config, type Environment, type S3Config } from '../config.ts';
import { GatewayError, toEnvelope } from '../errors.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { causes, createLog } from '../log.ts';
import type { BlobStore } from '../storage/ports.ts';
import { openBlobs } from './blobs/open.ts';
import { createCodecLoader } from './codec-files.ts';
import type { ConnectSqlite } from './stores/file.ts';
import { openStores } from './stores/open.ts';
import { openWorkflows } from './workflow-folder.ts';

export interface Platform {
  fetch: Fetch;
  fetchOutside: FetchOutside;
  connectSqlite: ConnectSqlite;
  /** Loads the S3 client, which is large. */
  openBucket(s3: S3Config): Promise<BlobStore>;
  /** Rejects (or throws) if it cannot listen. */
  listen(answer: Gateway['fetch'], port: number, hostname: string): Listener | Promise<Listener>;
}

export interface Listener {
  port: number;
  /** Accepts nothing more; resolves when the open requests are through. */
  drain(): Promise<unknown>;
  /** Breaks off what is still open. */
  kill(): void;
}

export interface RunningServer {
  url: string;
  /** An MCP server for whoever started this process. */
  mcp: (session: string) => ReturnType<Gateway['mcp']>;
  /** Stops accepting, ends the streams, lets open requests finish for a while, closes the store. */
  close(): Promise<void>;
}

/** Time that open requests have to finish, and that the whole end may take, in ms. */
const GRACE_MS = 3_000;
const END_MS = 4_500;

/** Signals that come within so many ms are one. */
const AGAIN_MS = 500;

/** Serves until SIGTERM or SIGINT, then ends the process with 0. Faults of the start end it with 1. */
export async function serveUntilSignal(environment: Environment, platform: Platform): Promise<void> {
  try {
    const { url, close } = await startServer(environment, platform);
    onEndSignal(() => {
      setTimeout(() => process.exit(0), END_MS);
      void close()
        .catch((error: unknown) => console.error(error))
        .then(() => process.exit(0));
    });
    console.log(`comfygate listens on ${url}`);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    process.exit(1);
  }
}

/**
 * Calls `end` at the first SIGTERM, SIGINT or SIGHUP. Ctrl-C reaches a program under npm or `deno task` twice at once, so
 * another signal counts only later: whoever asks again wants it to be over.
 */
export function onEndSignal(end: () => void): void {
  let askedAt: number | undefined;
  const ask = (): void => {
    if (askedAt === undefined) end();
    else if (performance.now() - askedAt > AGAIN_MS) process.exit(1);
    askedAt ??= performance.now();
  };
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, ask);
}

/** Reads `.env` and the config file, opens the store, listens. Throws with all faults of the settings at once. */
export async function startServer(environment: Environment, platform: Platform): Promise<RunningServer> {
  const env = readEnvironment(environment);
  const configFile = env['CONFIG_FILE'] || './config.json';
  const config = parseConfig(env, readConfigFile(configFile, Boolean(env['CONFIG_FILE'])));
  const workflows = await openWorkflows(config, configFile, env['HOME'] ?? env['USERPROFILE']);
  const log = createLog(config.logLevel, (line) => process.stderr.write(`${line}\n`), Date.now);
  const report = (error: unknown, stage: string) =>
    log('warn', 'background_failed', { stage, error: causes(error) });
  const stores = await openStores(config.storage, Date.now, platform.connectSqlite, report);
  const bucket = config.s3 && (await platform.openBucket(config.s3));
  const blobs = openBlobs(config.storage) ?? bucket;
  const gateway = createGateway(config, {
    stores,
    ...(bucket && { bucket }),
    ...(blobs && { blobs }),
    fetch: platform.fetch,
    fetchOutside: platform.fetchOutside,
    connectSocket,
    loadCodecs: createCodecLoader(),
    newId: v7,
    now: Date.now,
    log,
    workflows,
    resident: true,
  });
  try {
    // A store that is away (Redis) is no reason not to listen: requests say so until it is back.
    await gateway.start().catch((error: unknown) => log('error', 'start_failed', { error: causes(error) }));
    const listener = await listen(platform, gateway.fetch, config);
    const url = `http://${config.host.includes(':') ? `[${config.host}]` : config.host}:${listener.port}`;
    log('info', 'started', {
      url,
      backends: config.backends.map(({ name }) => name),
      storage: config.storage.kind,
      uploads: blobs?.kind ?? 'comfyui',
    });
    return {
      url,
      mcp: (session) => gateway.mcp({ base: url, session }),
      async close() {
        gateway.endStreams();
        await end(listener);
        await gateway.close();
        log('info', 'stopped');
      },
    };
  } catch (error) {
    await gateway.close();
    throw error;
  }
}

/** The environment, and what `.env` adds to it. */
export function readEnvironment(environment: Environment): Record<string, string> {
  const file = existsSync('.env') ? parseEnv(readFileSync('.env', 'utf8')) : {};
  const env: Record<string, string> = {};
  for (const [name, value] of [...Object.entries(file), ...Object.entries(environment)])
    if (value !== undefined) env[name] = value;
  return env;
}

/** The answer to what is no request that can be read. */
export function badRequest(): Response {
  return Response.json(BAD_REQUEST, { status: 400 });
}

export const BAD_REQUEST = toEnvelope(
  new GatewayError(
    'invalid_request',
    'This is no HTTP request that can be read: look at its method, URL, Host and headers.',
  ),
);

/** Node, Bun and Deno take headers as a second argument, beyond the standard. */
const connectSocket: ConnectSocket = (url, headers) => new WebSocket(url, { headers } as never);

async function listen(platform: Platform, answer: Gateway['fetch'], config: Config): Promise<Listener> {
  const { host, port } = config;
  try {
    return await platform.listen(answer, port, host);
  } catch (error) {
    throw new Error(
      (error as { code?: unknown }).code === 'EADDRINUSE'
        ? `PORT: ${port} on ${host} is in use. Stop what listens there, or set PORT to another.`
        : `HOST, PORT: ${host}:${port} cannot be listened on (${String(error)}). ` +
            'Set HOST to an address of this machine, and PORT to a number that may be used.',
      { cause: error },
    );
  }
}

async function end({ drain, kill }: Listener): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const patience = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), GRACE_MS)));
  const drained = drain().then(() => true);
  if (!(await Promise.race([drained, patience]))) kill();
  clearTimeout(timer);
}

/** A file that the settings name must be there; the usual one may be absent. */
function readConfigFile(name: string, mustExist: boolean): unknown {
  if (!mustExist && !existsSync(name)) return undefined;
  try {
    return JSON.parse(readFileSync(name, 'utf8'));
  } catch (error) {
    throw new Error(
      `CONFIG_FILE: ${name} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error },
    );
  }
}
