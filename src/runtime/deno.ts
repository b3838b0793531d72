/** comfygate on Deno: HTTP by Deno.serve, `file:` by node:sqlite. It asks for no more than deno.json allows. */
import nodeSqlite from 'db0/connectors/node-sqlite';
import { overFetch } from '../comfyui/client.ts';
import { badRequest, serveUntilSignal, type Platform } from './server.ts';
import { SETTINGS } from './settings.ts';

/** The part of Deno that is used. */
declare const Deno: {
  env: { get(name: string): string | undefined };
  serve(
    options: {
      hostname: string;
      port: number;
      signal: AbortSignal;
      onListen: () => void;
      onError: (error: unknown) => Response;
    },
    answer: (request: Request) => Response | Promise<Response>,
  ): { addr: { port: number }; shutdown(): Promise<void> };
};

const deno: Platform = {
  fetch: overFetch((url, init) => fetch(url, init)),
  connectSqlite: nodeSqlite,
  openBucket: async (s3) => (await import('./blobs/s3-fetch.ts')).openS3OverFetch(s3),
  listen(answer, port, hostname) {
    const end = new AbortController();
    const { signal } = end;
    const options = { hostname, port, signal, onListen: () => undefined, onError: badRequest };
    const server = Deno.serve(options, (request) => answer(request));
    return { port: server.addr.port, drain: () => server.shutdown(), kill: () => end.abort() };
  },
};

// One by one: all of the environment is more than is allowed.
await serveUntilSignal(Object.fromEntries(SETTINGS.map((name) => [name, Deno.env.get(name)])), deno);
