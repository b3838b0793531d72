// GET /api/jobs, GET /api/jobs/{id}, POST /api/jobs/{id}/cancel and POST /api/jobs/cancel of newer ComfyUI (0.38).

import { empty, json, type Route } from './http.ts';
import type { PromptQueue } from './queue.ts';
import { isCanonicalUuid } from './submit.ts';
import { isRecord, type HistoryEntry, type QueueItem, type Reply } from './types.ts';

const statuses = ['pending', 'in_progress', 'completed', 'failed', 'cancelled'];

type Job = Record<string, unknown>;

export function jobsRoutes(current: () => { queue: PromptQueue; interrupt: () => void }): Route[] {
  const cancel = (id: string): boolean => {
    const { queue, interrupt } = current();
    if (queue.running().some((item) => item[1] === id)) {
      interrupt();
      return true;
    }
    return queue.remove(id);
  };
  return [
    { method: 'GET', pattern: '/api/jobs', handler: ({ query }) => list(query, current().queue) },
    {
      method: 'GET',
      pattern: '/api/jobs/{id}',
      handler({ params }) {
        const job = find(params['id'] ?? '', current().queue);
        return job === undefined ? json({ error: 'Job not found' }, 404) : json(job);
      },
    },
    {
      method: 'POST',
      pattern: '/api/jobs/{id}/cancel',
      handler: ({ params }) => json({ cancelled: cancel(params['id'] ?? '') }),
    },
    {
      method: 'POST',
      pattern: '/api/jobs/cancel',
      async handler(request) {
        const body = await request.json().catch(() => empty);
        if (body === empty) return json({ error: 'Request body must be valid JSON' }, 400);
        const ids: unknown = isRecord(body) ? body['job_ids'] : undefined;
        if (!Array.isArray(ids)) return json({ error: 'job_ids must be a list' }, 400);
        const bad = ids.filter((id) => !isCanonicalUuid(id)).map(String);
        if (bad.length > 0) return json({ error: 'job_ids contains invalid id(s)', invalid_ids: bad }, 400);
        const done = ids.map((id) => cancel(String(id)));
        return json({ cancelled: done.includes(true) });
      },
    },
  ];
}

function list(query: URLSearchParams, queue: PromptQueue): Reply {
  const asked = query.get('status');
  const wanted = asked ? asked.split(',').flatMap((name) => name.trim().toLowerCase() || []) : statuses;
  const unknown = wanted.filter((name) => !statuses.includes(name));
  if (unknown.length > 0) {
    const message = `Invalid status value(s): ${unknown.join(', ')}. Valid values: ${statuses.join(', ')}`;
    return json({ error: message }, 400);
  }
  const sortBy = (query.get('sort_by') ?? 'created_at').toLowerCase();
  const order = (query.get('sort_order') ?? 'desc').toLowerCase();
  if (!['created_at', 'execution_duration'].includes(sortBy)) {
    return json({ error: "sort_by must be 'created_at' or 'execution_duration'" }, 400);
  }
  if (!['asc', 'desc'].includes(order)) return json({ error: "sort_order must be 'asc' or 'desc'" }, 400);
  const limitText = query.get('limit');
  const limit = limitText === null ? null : integer(limitText);
  if (limit === undefined) return json({ error: 'limit must be an integer' }, 400);
  if (limit !== null && limit <= 0) return json({ error: 'limit must be a positive integer' }, 400);
  const offsetAsked = integer(query.get('offset') ?? '0');
  if (offsetAsked === undefined) return json({ error: 'offset must be an integer' }, 400);
  const offset = Math.max(0, offsetAsked);

  const workflow = query.get('workflow_id');
  const jobs = [
    ...queue.running().map((item) => queuedJob(item, 'in_progress')),
    ...queue.pending().map((item) => queuedJob(item, 'pending')),
    ...queue.history.list(undefined, -1).map(([id, entry]) => finishedJob(id, entry)),
  ].filter((job) => wanted.includes(String(job['status'])) && (!workflow || job['workflow_id'] === workflow));
  const key = (job: Job) =>
    sortBy === 'created_at'
      ? Number(job['create_time'] ?? 0)
      : Number(job['execution_end_time'] ?? 0) - Number(job['execution_start_time'] ?? 0);
  jobs.sort((a, b) => (order === 'asc' ? key(a) - key(b) : key(b) - key(a)));
  const page = jobs.slice(offset, limit === null ? undefined : offset + limit);
  const more = offset + page.length < jobs.length;
  return json({ jobs: page, pagination: { offset, limit, total: jobs.length, has_more: more } });
}

function integer(value: string): number | undefined {
  return /^\s*[+-]?\d+\s*$/.test(value) ? Number(value) : undefined;
}

function find(id: string, queue: PromptQueue): Job | undefined {
  const entry = queue.history.get(id);
  if (entry !== undefined) {
    const { outputs, status } = entry;
    return {
      ...finishedJob(id, entry),
      outputs,
      execution_status: status,
      workflow: workflowOf(entry.prompt),
    };
  }
  for (const [items, status] of [
    [queue.running(), 'in_progress'],
    [queue.pending(), 'pending'],
  ] as const) {
    const item = items.find((candidate) => candidate[1] === id);
    if (item !== undefined) return { ...queuedJob(item, status), workflow: workflowOf(item) };
  }
  return undefined;
}

function workflowOf([, , prompt, extraData]: QueueItem): unknown {
  return { prompt, extra_data: extraData };
}

function metadata(extraData: Record<string, unknown>): Job {
  const info = extraData['extra_pnginfo'];
  const workflow = isRecord(info) ? info['workflow'] : undefined;
  const workflowId = isRecord(workflow) ? workflow['id'] : undefined;
  return { create_time: extraData['create_time'], workflow_id: workflowId ?? undefined };
}

function queuedJob([priority, id, , extraData]: QueueItem, status: string): Job {
  return { id, status, priority, outputs_count: 0, previewable_outputs_count: 0, ...metadata(extraData) };
}

function finishedJob(id: string, { prompt, outputs, status }: HistoryEntry): Job {
  const message = (name: string) => status.messages.find(([type]) => type === name)?.[1];
  const error = message('execution_error');
  const interrupted = message('execution_interrupted');
  const end = message('execution_success') ?? error ?? interrupted;
  const files = Object.entries(outputs).flatMap(([node, output]) =>
    Object.entries(output).flatMap(([kind, items]) => {
      if (kind === 'animated' || !Array.isArray(items)) return [];
      return items
        .filter(isRecord)
        .map((item): Job => Object.assign({}, item, { nodeId: node, mediaType: kind }));
    }),
  );
  const previewable = files.filter((file) =>
    ['images', 'video', 'audio', '3d', 'text'].includes(String(file['mediaType'])),
  );
  return {
    id,
    status: status.completed ? 'completed' : interrupted === undefined ? 'failed' : 'cancelled',
    priority: prompt[0],
    execution_start_time: message('execution_start')?.['timestamp'],
    execution_end_time: end?.['timestamp'],
    execution_error: error,
    outputs_count: files.length,
    previewable_outputs_count: previewable.length,
    preview_output:
      previewable.find((file) => file['type'] === 'output') ?? previewable[0] ?? textPreview(outputs),
    ...metadata(prompt[3]),
  };
}

function textPreview(outputs: HistoryEntry['outputs']): Job | undefined {
  for (const [nodeId, output] of Object.entries(outputs)) {
    const text: unknown = Array.isArray(output['text']) ? output['text'][0] : undefined;
    if (typeof text !== 'string') continue;
    const cut = text.length > 1024;
    return {
      content: cut ? text.slice(0, 1024) : text,
      ...(cut && { truncated: true }),
      nodeId,
      mediaType: 'text',
    };
  }
  return undefined;
}
