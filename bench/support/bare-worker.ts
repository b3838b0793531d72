/** The bare app as a Worker, and the same answer read from KV each time: the least that a Worker with KV can do. */
import { Hono } from 'hono';
import { createBareApp } from './bare-app.ts';

interface Bindings {
  ANSWER: string;
  JOBS: { get(key: string): Promise<string | null>; put(key: string, value: string): Promise<void> };
}

let bare: Hono | undefined;
const app = new Hono<{ Bindings: Bindings }>();
app.put('/kv/:id', async (c) => {
  await c.env.JOBS.put(c.req.param('id'), c.env.ANSWER);
  return c.body(null, 204);
});
app.get('/kv/:id', async (c) => {
  const text = await c.env.JOBS.get(c.req.param('id'));
  return c.json(JSON.parse(text ?? '{}') as Record<string, string>);
});
app.all('*', (c) => (bare ??= createBareApp(c.env.ANSWER, 1_000)).fetch(c.req.raw, c.env));

export default app;
