// The routes of ComfyUI's HTTP API (each also under /api), as a table of small handlers.

import type { FileStore } from './files.ts';
import { empty, json, jsonText, serverError, text, type Route } from './http.ts';
import { orderedObject } from './json.ts';
import type { Life } from './life.ts';
import type { NodeClasses } from './object-info.ts';
import { toBool } from './python.ts';
import { serverFeatures } from './sockets.ts';
import { isRecord } from './types.ts';
import { upload } from './upload.ts';
import { viewFile } from './view.ts';

export interface RouteDeps {
  /** The present life of the server; a restart begins another. */
  life: () => Life;
  files: FileStore;
  classes: NodeClasses;
  /** File names by folder, as they are at the time of asking. */
  models: Readonly<Record<string, readonly string[]>>;
  newer: boolean;
  port: () => number;
}

export function coreRoutes(deps: RouteDeps): Route[] {
  const { life, files, classes } = deps;
  return [
    { method: 'GET', pattern: '/prompt', handler: () => json(life().queueInfo()) },
    { method: 'POST', pattern: '/prompt', handler: async (request) => life().submit(await request.json()) },
    {
      method: 'GET',
      pattern: '/queue',
      handler() {
        const { queue } = life();
        return json({ queue_running: queue.running(), queue_pending: queue.pending() });
      },
    },
    {
      method: 'POST',
      pattern: '/queue',
      async handler(request) {
        const body = membersOf(await request.json());
        const { queue } = life();
        if (toBool(body['clear'])) queue.clear();
        for (const id of idsIn(body['delete'])) queue.remove(id);
        return empty(200);
      },
    },
    {
      method: 'POST',
      pattern: '/interrupt',
      async handler(request) {
        const sent = (await request.body()).toString('utf8');
        let body: unknown = {};
        try {
          body = JSON.parse(sent);
        } catch {
          body = {}; // ComfyUI takes any unreadable body for a global interrupt
        }
        if (!isRecord(body)) return serverError();
        const { queue, executor } = life();
        const id = body['prompt_id'];
        if (!toBool(id) || queue.running().some((item) => item[1] === id)) executor.interrupt();
        return empty(200);
      },
    },
    {
      method: 'POST',
      pattern: '/free',
      async handler(request) {
        const body = await request.json();
        if (!isRecord(body)) return serverError();
        if (toBool(body['free_memory'])) life().executor.free();
        return empty(200);
      },
    },
    {
      method: 'GET',
      pattern: '/history',
      handler({ query }) {
        const maxItems = pythonInt(query.get('max_items'));
        const offset = pythonInt(query.get('offset'));
        if (Number.isNaN(maxItems) || Number.isNaN(offset)) return serverError();
        return jsonText(orderedObject(life().queue.history.list(maxItems, offset ?? -1)));
      },
    },
    {
      method: 'GET',
      pattern: '/history/{id}',
      handler({ params }) {
        const id = params['id'] ?? '';
        const entry = life().queue.history.get(id);
        return entry === undefined ? json({}) : jsonText(orderedObject([[id, entry]]));
      },
    },
    {
      method: 'POST',
      pattern: '/history',
      async handler(request) {
        const body = membersOf(await request.json());
        const { history } = life().queue;
        if (toBool(body['clear'])) history.clear();
        for (const id of idsIn(body['delete'])) history.remove(id);
        return empty(200);
      },
    },
    { method: 'GET', pattern: '/view', handler: (request) => viewFile(request, files, deps.newer) },
    { method: 'POST', pattern: '/upload/image', handler: (request) => upload(request, files, false) },
    { method: 'POST', pattern: '/upload/mask', handler: (request) => upload(request, files, true) },
    {
      method: 'GET',
      pattern: '/object_info',
      handler: () => json(Object.fromEntries(classes.names().map((name) => [name, classes.get(name)]))),
    },
    {
      method: 'GET',
      pattern: '/object_info/{name}',
      handler({ params }) {
        const name = params['name'] ?? '';
        const info = classes.get(name);
        return json(info === undefined ? {} : { [name]: info });
      },
    },
    { method: 'GET', pattern: '/models', handler: () => json(modelFolders) },
    {
      method: 'GET',
      pattern: '/models/{folder}',
      handler({ params }) {
        const folder = params['folder'] ?? '';
        return modelFolders.includes(folder) ? json([...(deps.models[folder] ?? [])].sort()) : empty(404);
      },
    },
    {
      method: 'GET',
      pattern: '/embeddings',
      handler: () => json((deps.models['embeddings'] ?? []).map((name) => name.replace(/\.[^.]*$/, ''))),
    },
    { method: 'GET', pattern: '/features', handler: () => json(serverFeatures) },
    { method: 'GET', pattern: '/system_stats', handler: () => json(systemStats(deps)) },
    {
      method: 'GET',
      pattern: '/ws',
      handler: () => text('No WebSocket UPGRADE hdr: None\n Can "Upgrade" only to "WebSocket".', 400),
    },
    { method: 'GET', pattern: '/extensions', handler: () => json([]) },
    { method: 'GET', pattern: '/users', handler: () => json({ storage: 'server', migrated: true }) },
    { method: 'GET', pattern: '/settings', handler: () => json({}) },
    { method: 'GET', pattern: '/workflow_templates', handler: () => json({}) },
    { method: 'GET', pattern: '/view_metadata/{folder}', handler: () => empty(404) },
  ];
}

/** A list and a text have no members by name; asking anything else for them fails, as in Python. */
function membersOf(body: unknown): Record<string, unknown> {
  if (isRecord(body)) return body;
  if (Array.isArray(body) || typeof body === 'string') return {};
  throw new TypeError('the body is neither an object nor a list');
}

function idsIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.filter((id) => typeof id === 'string');
  if (value === undefined || typeof value === 'string' || isRecord(value)) return [];
  throw new TypeError('delete is not a list');
}

/** NaN for what Python's int() refuses, undefined for a parameter that is not there. */
function pythonInt(value: string | null): number | undefined {
  if (value === null) return undefined;
  return /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : Number.NaN;
}

const modelFolders = [
  'checkpoints',
  'configs',
  'loras',
  'vae',
  'text_encoders',
  'diffusion_models',
  'clip_vision',
  'style_models',
  'embeddings',
  'diffusers',
  'vae_approx',
  'controlnet',
  'gligen',
  'upscale_models',
  'custom_nodes',
  'hypernetworks',
  'photomaker',
  'classifiers',
  'model_patches',
  'audio_encoders',
];

function systemStats({ newer, port }: RouteDeps): unknown {
  const memory = 24 * 1024 ** 3;
  return {
    system: {
      os: 'posix',
      ram_total: memory,
      ram_free: memory / 2,
      comfyui_version: newer ? '0.38.0' : '0.3.64',
      required_frontend_version: '1.27.10',
      installed_templates_version: null,
      required_templates_version: '0.1.95',
      python_version: 'simulated',
      pytorch_version: 'simulated',
      embedded_python: false,
      argv: ['main.py', '--cpu', '--listen', '127.0.0.1', '--port', String(port())],
    },
    devices: [
      {
        name: 'cpu',
        type: 'cpu',
        index: null,
        vram_total: memory,
        vram_free: memory / 2,
        torch_vram_total: memory,
        torch_vram_free: memory / 2,
      },
    ],
  };
}
