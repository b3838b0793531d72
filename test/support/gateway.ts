/** A gateway in front of a simulator, both in this process, over real HTTP and WebSocket. */
import { serve } from '@hono/node-server';
import { request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { v7 } from 'uuid';
import { expect, onTestFinished } from 'vitest';
import type * as wire from '../../src/api/answers.ts';
import { overFetch } from '../../src/comfyui/client.ts';
import { parseConfig, type Environment } from '../../src/config.ts';
import { createGateway, type Ports } from '../../src/gateway.ts';
import { createLog } from '../../src/log.ts';
import { createFetchOutside } from '../../src/runtime/outside.ts';
import { createMemoryBlobs } from '../../src/runtime/blobs/memory.ts';
import { openWorkflows } from '../../src/runtime/workflow-folder.ts';
import { createCodecLoader } from '../../src/runtime/codec-files.ts';
import { openMemoryStores } from '../../src/runtime/stores/memory.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import type { BlobStore } from '../../src/storage/ports.ts';
import { checkAnswer } from './contract.ts';

export interface TestGateway {
  url: string;
  /** Lines of the log, parsed. */
  logged: Record<string, unknown>[];
  /** Without HTTP, to see what a stream does that nobody reads. */
  fetch(request: Request): Response | Promise<Response>;
  /**
   * A request to the gateway; `body` is sent as JSON, or as it is if it is a string. Fails if the answer is not as
   * /openapi.json says.
   */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  submit(
    workflow: unknown,
    more?: Record<string, unknown>,
    headers?: Record<string, string>,
  ): Promise<wire.Job>;
  job(id: string, headers?: Record<string, string>): Promise<wire.Job>;
  /** The job once `done` holds; fails with the job as it is after ten seconds. */
  until(id: string, done: (job: wire.Job) => boolean, headers?: Record<string, string>): Promise<wire.Job>;
  /** The job in its terminal state. */
  ended(id: string, headers?: Record<string, string>): Promise<wire.Job>;
  /** Ends the gateway, but leaves its connections to end by themselves. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

export async function startSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const simulator = await createSimulator({
    stepMs: 5,
    loadMs: 5,
    encodeMs: 1,
    decodeMs: 1,
    nodeMs: 1,
    ...options,
  });
  onTestFinished(() => simulator.close());
  return simulator;
}

const loadCodecs = createCodecLoader();

/** What a test can replace; `fetch` in its standard form. */
type TestPorts = Partial<Omit<Ports, 'fetch' | 'blobs'>> & {
  fetch?: (url: string, init?: RequestInit) => Promise<Response>;
  /** null: none. */
  blobs?: BlobStore | null;
};

/** `env` as in the environment; `ports` replaces what the runtime lends; `file` is the parsed config.json. */
export async function startGateway(
  env: Environment,
  ports: TestPorts = {},
  file?: unknown,
): Promise<TestGateway> {
  const logged: Record<string, unknown>[] = [];
  const now = ports.now ?? Date.now;
  const config = parseConfig({ STORAGE_URL: 'memory:', PORT: '0', ...env }, file);
  const { blobs = createMemoryBlobs(), ...others } = ports;
  const gateway = createGateway(config, {
    stores: openMemoryStores(now),
    ...(config.s3 && {
      bucket: (await import('../../src/runtime/blobs/s3.ts')).openS3Blobs(config.s3, { stall: 1_500 }),
    }),
    loadCodecs,
    ...(blobs && { blobs }),
    fetchOutside: createFetchOutside(),
    connectSocket: (url, headers) => new WebSocket(url, { headers } as never),
    newId: v7,
    now,
    log: createLog('debug', (line) => logged.push(JSON.parse(line)), now),
    workflows: await openWorkflows(config, './config.json', undefined),
    resident: true,
    ...others,
    fetch: overFetch(ports.fetch ?? globalThis.fetch),
  });
  await gateway.start();
  const server = await new Promise<ReturnType<typeof serve>>((resolve) => {
    const listening = serve({ fetch: gateway.fetch, hostname: '127.0.0.1', port: 0 }, () =>
      resolve(listening),
    );
  });
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let closing: Promise<void> | undefined;

  async function request(method: string, path: string, body?: unknown, headers: Record<string, string> = {}) {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(new URL(path, url), {
      method,
      headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(text !== undefined && { body: text }),
    });
    await checkAnswer(method, path, response);
    return response;
  }

  async function json<T>(response: Response, status: number): Promise<T> {
    const text = await response.text();
    if (response.status !== status) throw new Error(`expected ${status}, got ${response.status}: ${text}`);
    return JSON.parse(text) as T;
  }

  const api: TestGateway = {
    url,
    logged,
    fetch: gateway.fetch,
    stop: () => gateway.close(),
    request,
    submit: async (workflow, more, headers) =>
      json(await request('POST', '/api/v2/jobs', { workflow, ...more }, headers), 201),
    job: async (id, headers) => json(await request('GET', `/api/v2/jobs/${id}`, undefined, headers), 200),
    async until(id, done, headers) {
      const deadline = Date.now() + 10_000;
      for (;;) {
        const job = await api.job(id, headers);
        if (done(job)) return job;
        if (Date.now() > deadline) throw new Error(`not so after 10 s: ${JSON.stringify(job)}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    ended: (id, headers) => api.until(id, ({ status }) => TERMINAL.has(status), headers),
    close() {
      closing ??= gateway.close().then(
        () =>
          new Promise<void>((resolve) => {
            server.close(() => resolve());
            if ('closeAllConnections' in server) server.closeAllConnections();
          }),
      );
      return closing;
    },
  };
  onTestFinished(() => api.close());
  return api;
}

/** A simulator and a gateway in front of it. */
export async function startBoth(
  env: Environment = {},
  ports: TestPorts = {},
): Promise<{ simulator: Simulator; gateway: TestGateway }> {
  const simulator = await startSimulator();
  return { simulator, gateway: await startGateway({ COMFYUI_URL: simulator.url, ...env }, ports) };
}

export const TERMINAL = new Set(['succeeded', 'failed', 'canceled', 'expired']);

/** Checks that this is a refusal with this status and code, and returns it. */
export async function refusal(response: Response, status: number, code: string) {
  const { error } = (await response.json()) as wire.ErrorEnvelope;
  expect({ status: response.status, code: error?.code }).toEqual({ status, code });
  return error;
}

/** Waits until `look` gives something else than undefined or false; fails after ten seconds. */
export async function eventually<T>(look: () => T | Promise<T>): Promise<Exclude<T, undefined | false>> {
  const deadline = Date.now() + 10_000;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found as Exclude<T, undefined | false>;
    if (Date.now() > deadline) throw new Error(`not so after 10 s: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}

/** A request with any headers, `Host` and `Origin` included, over its own connection. */
export function send(
  method: string,
  url: string,
  headers: Record<string, string> = {},
  body?: string,
): Promise<{ status: number; headers: Headers; text: string }> {
  return new Promise((resolve, reject) => {
    const request = httpRequest(url, { method, headers, agent: false }, (response) => {
      let text = '';
      response.setEncoding('utf8').on('data', (part: string) => (text += part));
      response.on('error', reject).on('end', () => {
        const pairs = Object.entries(response.headers).map(([name, value]) => [name, String(value)]);
        resolve({
          status: response.statusCode ?? 0,
          headers: new Headers(pairs as [string, string][]),
          text,
        });
      });
    });
    request.on('error', reject).end(body);
  });
}
