/** What ComfyUI has, and the defaults of whoever asks. */
import { Hono } from 'hono';
import type * as wire from '../api/answers.ts';
import * as requests from '../api/requests.ts';
import { parseLossless, type JsonObject } from '../comfyui/json.ts';
import type { DefaultsService } from '../jobs/defaults.ts';
import type { QueuedPrompt, Upstream } from '../jobs/upstream.ts';
import type { BodyReader } from './body.ts';
import type { Env } from './context.ts';
import { parseBody } from './parse.ts';

export interface UpstreamRouteDeps {
  upstream: Upstream;
  defaults: DefaultsService;
  bodies: BodyReader;
}

export function upstreamRoutes({ upstream, defaults, bodies }: UpstreamRouteDeps): Hono<Env> {
  const routes = new Hono<Env>();

  routes.get('/models', async (c) => {
    const body: wire.ModelFolders = { folders: await upstream.modelFolders() };
    return c.json(body);
  });

  routes.get('/models/:folder', async (c) => {
    const folder = c.req.param('folder');
    const models = await upstream.models(folder);
    const body: wire.Models = { folder, models, count: models.length };
    return c.json(body);
  });

  routes.get('/queue', async (c) => {
    const { running, pending, runningCount, pendingCount } = await upstream.queue(c.var.caller);
    const body: wire.Queue = {
      running_count: runningCount,
      pending_count: pendingCount,
      queue_running: running.map(present),
      queue_pending: pending.map(present),
    };
    return c.json(body);
  });

  routes.get('/defaults', async (c) => {
    const body: wire.Defaults = await defaults.get(c.var.caller);
    return c.json(body);
  });

  routes.patch('/defaults', async (c) => {
    const { text, body } = await bodies.json(c);
    const { persist = false } = parseBody(requests.DefaultsPatch, body);
    const { persist: _persist, ...patch } = parseLossless(text) as JsonObject;
    await defaults.set(c.var.caller, patch, persist);
    const after: wire.Defaults = await defaults.get(c.var.caller);
    return c.json(after);
  });

  return routes;
}

function present({ promptId, ...prompt }: QueuedPrompt): wire.Queue['queue_running'][number] {
  return { prompt_id: promptId, ...prompt };
}
