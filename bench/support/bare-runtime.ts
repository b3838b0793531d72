/** The bare app on the server that the gateway uses on this runtime (Node, Bun, Deno), with the same options. */
import type { AddressInfo } from 'node:net';
import process from 'node:process';
import { createBareApp } from './bare-app.ts';

interface Servers {
  Bun?: { serve(options: object): { port: number } };
  Deno?: { serve(options: object, answer: unknown): { addr: { port: number } } };
}

const { Bun, Deno } = globalThis as Servers;
const { fetch } = createBareApp(process.argv[2] ?? '{}');
const answer = (request: Request) => fetch(request);
const hostname = '127.0.0.1';
if (Bun) say(Bun.serve({ hostname, port: 0, idleTimeout: 255, fetch: answer }).port);
else if (Deno) say(Deno.serve({ hostname, port: 0, onListen: () => undefined }, answer).addr.port);
else {
  const { createServer } = await import('node:http');
  const { getRequestListener } = await import('@hono/node-server');
  const server = createServer(getRequestListener(fetch));
  server.listen(0, hostname, () => say((server.address() as AddressInfo).port));
}
process.once('SIGTERM', () => process.exit(0));

function say(port: number): void {
  console.log(`listens on http://${hostname}:${port}`);
}
