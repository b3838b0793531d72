/** What tools about jobs answer, in the fields of the seed systems. */
import { isObject, parseLossless, type JsonObject } from '../comfyui/json.ts';
import type { Feed } from '../jobs/feed.ts';
import type { BackendHealth } from '../jobs/health.ts';
import type { Job } from '../jobs/job.ts';
import { completed } from '../jobs/progress.ts';
import type { JobService } from '../jobs/service.ts';
import { identity } from './running.ts';
import type { Answer, ToolContext } from './tool.ts';
import { isoOrNull, seedStatus } from './words.ts';

/** `query_job_status`. `now` in ms since 1970. */
export function statusOf(job: Job, feed: Feed, now: number): JsonObject {
  const progress = progressWords(job, feed);
  const { error } = job;
  return {
    job_id: job.id,
    service: job.workflow ?? null,
    status: seedStatus(job),
    created_at: isoOrNull(job.createdAt),
    ...(job.startedAt !== undefined && { started_at: isoOrNull(job.startedAt) }),
    ...(job.completedAt !== undefined && { completed_at: isoOrNull(job.completedAt) }),
    ...(progress && { progress: { ...progress, timestamp: isoOrNull(job.completedAt ?? now) } }),
    parameters: job.inputs ?? {},
    ...(error && {
      error: {
        message: error.message,
        code: error.code,
        ...(error.nodeId !== null && { node_id: error.nodeId }),
        ...(error.classType !== null && { class_type: error.classType }),
      },
    }),
  };
}

/** Steps of the current node where it counts them, else nodes of the graph. */
export function progressWords(job: Job, feed: Feed): JsonObject | undefined {
  const last = feed.live(job.id)?.progress ?? job.progress;
  const done = job.status === 'succeeded';
  const progress = done ? completed(last, job.nodeCount) : last;
  if (!progress) return undefined;
  const stepped = !done && progress.step !== null && progress.steps !== null;
  return {
    current: stepped ? progress.step : done ? progress.nodesTotal : progress.nodesDone,
    maximum: stepped ? progress.steps : progress.nodesTotal,
    node: done ? null : progress.currentNode,
    cachedNodes: (progress.visits ?? []).filter(({ cached }) => cached).map(({ node }) => node),
    ...(!done && progress.message !== null && { message: progress.message }),
  };
}

/**
 * Nodes in the order of execution. Where nobody listened while they ran, ComfyUI's history tells which were cached and which
 * have outputs, but not when they began.
 */
export async function nodeHistory(job: Job, service: JobService): Promise<JsonObject[]> {
  const visits = job.progress?.visits;
  if (visits && visits.length > 0)
    return visits.map(({ node, at, cached }) => ({ nodeId: node, executedAt: isoOrNull(at), cached }));
  const history = await service.history(job).catch(() => undefined);
  const cached = new Set(history?.cachedNodes);
  const saved = new Set(history?.outputs.map(({ displayNode }) => displayNode));
  return [
    ...[...cached].map((nodeId) => ({ nodeId, executedAt: isoOrNull(history?.startedAt), cached: true })),
    ...[...saved]
      .filter((nodeId) => !cached.has(nodeId))
      .map((nodeId) => ({ nodeId, executedAt: null, cached: false })),
  ];
}

/** What only `verbose` shows. */
export async function details(job: Job, service: JobService, { caller }: ToolContext): Promise<JsonObject> {
  const graph = parseLossless(await service.graph(caller, job.id));
  return {
    parameters: job.inputs ?? {},
    node_history: await nodeHistory(job, service),
    ...(isObject(graph) && { submitted_workflow: graph }),
  };
}

/** The refusal of `get_job_result`. */
export function notCompleted(job: Job): Answer {
  const status = seedStatus(job);
  const ended = status !== 'pending' && status !== 'running';
  const next = ended ? '' : ' Wait for it: call get_job with this job_id and wait_seconds.';
  const message = `The job is not completed: it is ${status}.${job.error ? ` ${job.error.message}` : ''}${next}`;
  const details = { job_id: job.id, current_status: status };
  const error = { code: 'job_not_completed', message, details };
  return { content: { ...identity(job), current_status: status, error }, failed: true };
}

/** `comfyui_health_check`, without the numbers of jobs. */
export function healthOf(checked: readonly BackendHealth[]): JsonObject {
  const reachable = checked.filter(({ status }) => status !== 'unreachable');
  const healthy = checked.every(({ status }) => status === 'healthy');
  const faults = checked
    .filter(({ status }) => status !== 'healthy')
    .map(({ name, status }) => `${name} is ${status}`);
  return {
    status: healthy ? 'healthy' : reachable.length === 0 ? 'unreachable' : 'unhealthy',
    comfyui: checked.map(({ name, version }) => (version ? `${name} ${version}` : name)).join(', '),
    backends: checked.map(({ name, status, version, queueRunning, queuePending, latencyMs }) => ({
      name,
      reachable: status !== 'unreachable',
      ...(version !== undefined && { version }),
      queue_running: queueRunning ?? null,
      queue_pending: queuePending ?? null,
      latency_ms: latencyMs ?? null,
    })),
    ...(faults.length > 0 && {
      error: `${faults.join(', ')}. Start ComfyUI, or look at COMFYUI_URL; jobs that were accepted are not lost.`,
    }),
  };
}
