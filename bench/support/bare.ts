/** The least that a Hono server on Node can do: one route, one JSON answer (given as the first argument). */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const answer = JSON.parse(process.argv[2] ?? '{}') as Record<string, string>;
const app = new Hono();
app.get('/api/v2/jobs/:id', (c) => c.json(answer));
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, overrideGlobalObjects: true }, () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.once('SIGTERM', () => process.exit(0));
