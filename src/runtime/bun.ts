/** comfygate on Bun: HTTP by Bun.serve, `file:` by bun:sqlite. */
import bunSqlite from 'db0/connectors/bun-sqlite';
import { overFetch } from '../comfyui/client.ts';
import { createFetchOutside } from './outside.ts';
import { badRequest, serveUntilSignal, type Platform } from './server.ts';

/** The part of Bun that is used. */
declare const Bun: {
  serve(options: {
    hostname: string;
    port: number;
    idleTimeout: number;
    maxRequestBodySize: number;
    fetch: (request: Request) => Response | Promise<Response>;
    error: (error: unknown) => Response;
  }): { port: number; stop(now: boolean): Promise<void> };
};

const bun: Platform = {
  fetch: overFetch((url, init) => fetch(url, init)),
  fetchOutside: createFetchOutside(),
  connectSqlite: bunSqlite,
  openBucket: async (s3) => (await import('./blobs/s3.ts')).openS3Blobs(s3),
  listen(answer, port, hostname) {
    const server = Bun.serve({
      hostname,
      port,
      // In seconds, the longest there is: the usual 10 would cut off who waits for a job. Streams speak every 5 s.
      idleTimeout: 255,
      // MAX_BODY_BYTES decides, with words of ours.
      maxRequestBodySize: Number.MAX_SAFE_INTEGER,
      fetch: (request) => answer(request),
      error: badRequest,
    });
    return { port: server.port, drain: () => server.stop(false), kill: () => void server.stop(true) };
  },
};

await serveUntilSignal(process.env, bun);
