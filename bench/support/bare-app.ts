/** What is compared with on every runtime: one JSON answer, and a stream that says one thing and then waits. */
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';

export function createBareApp(text: string): Hono {
  const answer = JSON.parse(text) as Record<string, string>;
  const app = new Hono();
  app.get('/api/v2/jobs/:id', (c) => c.json(answer));
  app.get('/api/v2/jobs/:id/events', (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ event: 'status', data: '{"status":"queued","queue_position":null}' });
      await new Promise<void>((resolve) => stream.onAbort(resolve));
    }),
  );
  return app;
}
