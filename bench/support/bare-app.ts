/**
 * What is compared with on every runtime: one JSON answer, and a stream that says one thing and then waits until its
 * reader goes. Where that is not let be (workerd ends what waits for nothing that can come), `wakeMs` is how often it
 * wakes up meanwhile.
 */
import { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';

export function createBareApp(text: string, wakeMs?: number): Hono {
  const answer = JSON.parse(text) as Record<string, string>;
  const app = new Hono();
  app.get('/api/v2/jobs/:id', (c) => c.json(answer));
  app.get('/api/v2/jobs/:id/events', (c) =>
    streamSSE(c, async (stream) => {
      await stream.writeSSE({ event: 'status', data: '{"status":"queued","queue_position":null}' });
      if (wakeMs === undefined) return new Promise<void>((resolve) => stream.onAbort(resolve));
      while (!stream.aborted) await stream.sleep(wakeMs);
    }),
  );
  return app;
}
