/**
 * The least that a Hono server on Node can do: one JSON answer (the first argument), and the two ways to ComfyUI (its URL
 * is the second) by `fetch`. What this reaches is the most that a gateway made of the same parts can reach.
 */
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { Hono } from 'hono';

const [text = '{}', comfyUrl = ''] = process.argv.slice(2);
const answer = JSON.parse(text) as Record<string, string>;
const app = new Hono();
app.get('/api/v2/jobs/:id', (c) => c.json(answer));
app.post('/api/v2/jobs', async (c) => {
  const { workflow } = await c.req.json<{ workflow: unknown }>();
  const body = JSON.stringify({ prompt: workflow, client_id: 'bench' });
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(`${comfyUrl}/prompt`, { method: 'POST', headers, body });
  return c.json((await response.json()) as Record<string, string>, 201);
});
app.get('/view', async (c) => {
  const { body, headers } = await fetch(`${comfyUrl}/view?${new URL(c.req.url).searchParams}`);
  return new Response(body, { headers: { 'content-length': headers.get('content-length') ?? '' } });
});
const server = serve({ fetch: app.fetch, hostname: '127.0.0.1', port: 0, overrideGlobalObjects: true }, () =>
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`),
);
process.once('SIGTERM', () => process.exit(0));
