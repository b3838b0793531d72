/** Signs of life: of the process, and of each backend. */
import { Hono } from 'hono';
import type * as wire from '../api/answers.ts';
import type { Backend } from '../jobs/backend.ts';
import type { Env } from './context.ts';

/** How long an answer of `/readyz` is repeated, in ms. */
const READY_MS = 1_000;

/** `backends` is asked anew each time, as they come after the start. */
export function healthRoutes(backends: () => readonly Backend[], now: () => number): Hono<Env> {
  const routes = new Hono<Env>();
  const alive: wire.Alive = { status: 'ok' };
  routes.get('/healthz', (c) => c.json(alive));

  let checked: wire.Ready['backends'] = [];
  let checkedAt = Number.NEGATIVE_INFINITY;

  routes.get('/readyz', async (c) => {
    // Anybody may ask, so ComfyUI is not asked each time.
    if (now() - checkedAt > READY_MS) {
      checked = await Promise.all(backends().map((backend) => check(backend, now)));
      checkedAt = now();
    }
    const up = checked.filter((backend) => backend.reachable).length;
    const status = up === 0 ? 'unavailable' : up < checked.length ? 'degraded' : 'ready';
    const body: wire.Ready = { status, backends: checked };
    return c.json(body, up === 0 ? 503 : 200);
  });
  return routes;
}

/** The proxy's own route: apart, as pages of allowed origins may ask it too. */
export function apiHealthRoute(backends: () => readonly Backend[]): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/api/v2/health', (c) => {
    const body: wire.Health = {
      status: 'healthy',
      upstream: backends()
        .map(({ name }) => name)
        .join(', '),
    };
    return c.json(body);
  });
  return routes;
}

async function check({ name, client }: Backend, now: () => number): Promise<wire.Ready['backends'][number]> {
  const start = now();
  try {
    const remaining = await client.queueRemaining();
    const latency = now() - start;
    // Some proxies hide this route; the version is a courtesy.
    const version = await client.version().catch(() => undefined);
    return {
      name,
      reachable: true,
      latency_ms: latency,
      queue_pending: remaining,
      ...(version && { version }),
    };
  } catch {
    // That it cannot be reached is the answer.
    return { name, reachable: false };
  }
}
