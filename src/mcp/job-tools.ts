/** Tools about jobs: those of seed A (by `job_id`) and of seed B (by `prompt_id`, the same value). */
import type { AssetRegistry } from '../assets/registry.ts';
import { GatewayError, toEnvelope } from '../errors.ts';
import type { Backend } from '../jobs/backend.ts';
import type { Feed } from '../jobs/feed.ts';
import { checkBackend } from '../jobs/health.ts';
import type { JobService } from '../jobs/service.ts';

import { badArgument } from './arguments.ts';
import { details, healthOf, nodeHistory, notCompleted, progressWords, statusOf } from './job-words.ts';
import { failure, SESSION_FIELD, sessionOf, waitField } from './running.ts';
import { A, B, I, listOf, N, NI, NS, O, objectOf, S } from './shapes.ts';
import { READS, type Arguments, type Field, type Tool, type ToolContext } from './tool.ts';
import type { WaitFor } from './waiting.ts';
import {
  assetWords,
  fileOf,
  viewerOf,
  getJobStatus,
  isoOrNull,
  messageOf,
  SEED_STATUS,
  SEED_STATUSES,
  seedStatus,
} from './words.ts';

export interface JobToolDeps {
  service: JobService;
  feed: Feed;
  registry: Pick<AssetRegistry, 'ofJob'>;
  waitFor: WaitFor;
  backends: () => readonly Backend[];
  now: () => number;
}

const JOB_ID: Field = { name: 'job_id', type: 'string', description: 'The id of the job.', required: true };

const EITHER_ID: Field[] = [
  { name: 'prompt_id', type: 'string', description: 'The id of the job.' },
  { name: 'job_id', type: 'string', description: 'Another name for prompt_id.' },
];

export function jobTools(deps: JobToolDeps): Tool[] {
  return [
    queryStatus(deps),
    getResult(deps),
    listJobs(deps),
    healthCheck(deps),
    getJob(deps),
    cancelJob(deps),
  ];
}

function queryStatus({ service, feed, now }: JobToolDeps): Tool {
  return {
    name: 'query_job_status',
    title: 'Job status',
    description: 'Status and progress of a job, without waiting.',
    annotations: READS,
    inputs: [JOB_ID],
    output: {
      job_id: S,
      service: NS,
      status: S,
      created_at: S,
      started_at: S,
      completed_at: S,
      progress: objectOf({ current: N, maximum: N, node: NS, cachedNodes: A, message: S, timestamp: S }),
      parameters: O,
      error: objectOf({ message: S, code: S, node_id: S, class_type: S }),
    },
    async run(args, { caller }) {
      const job = await service.get(caller, args['job_id'] as string);
      return { content: statusOf(job, feed, now()) };
    },
  };
}

function getResult({ service, registry }: JobToolDeps): Tool {
  return {
    name: 'get_job_result',
    title: 'Job result',
    description: 'All files of a completed job, with links.',
    annotations: READS,
    inputs: [JOB_ID],
    output: {
      job_id: S,
      service: NS,
      status: S,
      execution_time: NS,
      total_images: I,
      prompt_id: S,
      node_history: A,
      parameters: O,
      outputs: A,
    },
    async run(args, context) {
      const job = await service.get(context.caller, args['job_id'] as string);
      if (job.status !== 'succeeded') return notCompleted(job);
      const { startedAt, completedAt, outputs } = job;
      const records = await registry.ofJob(job, viewerOf(context));
      const content = {
        job_id: job.id,
        service: job.workflow ?? null,
        status: seedStatus(job),
        execution_time:
          startedAt === undefined || completedAt === undefined ? null : `${completedAt - startedAt}ms`,
        total_images: outputs.filter(({ kind }) => kind === 'image').length,
        prompt_id: job.id,
        node_history: await nodeHistory(job, service),
        parameters: job.inputs ?? {},
        outputs: records.map(assetWords),
      };
      return { content, files: records.map(fileOf) };
    },
  };
}

function listJobs({ service }: JobToolDeps): Tool {
  return {
    name: 'list_jobs',
    title: 'List jobs',
    description: 'Your jobs, newest first.',
    annotations: READS,
    inputs: [
      { name: 'service', type: 'string', description: 'Only jobs of this workflow.' },
      { name: 'status', type: 'string', description: 'Only jobs in this status.', enum: SEED_STATUSES },
      {
        name: 'limit',
        type: 'integer',
        description: 'Most jobs to list.',
        default: 20,
        minimum: 1,
        maximum: 100,
      },
      {
        name: 'offset',
        type: 'integer',
        description: 'Jobs to pass over.',
        default: 0,
        minimum: 0,
        maximum: 1_000,
      },
      { ...SESSION_FIELD, description: "Only jobs of this session; 'current': this one." },
    ],
    output: {
      total: I,
      total_capped: B,
      jobs: listOf({ job_id: S, service: NS, status: S, created_at: S, completed_at: S }),
    },
    async run(args, context) {
      const { limit = 20, offset = 0 } = args as { limit?: number; offset?: number };
      const query = queryOf(args, context);
      const [page, { total, capped }] = await Promise.all([
        service.list(context.caller, query, offset + limit),
        service.countShown(context.caller, query),
      ]);
      const jobs = (page?.jobs ?? []).slice(offset).map((job) => ({
        job_id: job.id,
        service: job.workflow ?? null,
        status: seedStatus(job),
        created_at: isoOrNull(job.createdAt),
        ...(job.completedAt !== undefined && { completed_at: isoOrNull(job.completedAt) }),
      }));
      return { content: { total, ...(capped && { total_capped: true }), jobs } };
    },
  };
}

function healthCheck({ service, backends, now }: JobToolDeps): Tool {
  return {
    name: 'comfyui_health_check',
    title: 'Health check',
    description: 'Whether each ComfyUI can be reached, and how many jobs there are.',
    annotations: READS,
    inputs: [],
    output: {
      status: S,
      comfyui: S,
      backends: listOf({
        name: S,
        reachable: B,
        version: S,
        queue_running: NI,
        queue_pending: NI,
        latency_ms: NI,
      }),
      jobs: objectOf(Object.fromEntries(['total', ...SEED_STATUSES].map((name) => [name, I]))),
      error: S,
    },
    async run(_args, { caller }) {
      const [checked, counts] = await Promise.all([
        Promise.all(backends().map((backend) => checkBackend(backend, now))),
        Promise.all(
          SEED_STATUSES.map((status) => service.countShown(caller, { statuses: SEED_STATUS[status] })),
        ),
      ]);
      const jobs = Object.fromEntries(SEED_STATUSES.map((status, i) => [status, counts[i]!.total]));
      const total = counts.reduce((sum, count) => sum + count.total, 0);
      return { content: { ...healthOf(checked), jobs: { total, ...jobs } } };
    },
  };
}

function getJob({ service, feed, registry, waitFor }: JobToolDeps): Tool {
  return {
    name: 'get_job',
    title: 'Get or await a job',
    description: 'State of a job and its outputs; waits for its end if asked.',
    annotations: READS,
    inputs: [
      ...EITHER_ID,
      waitField(0),
      {
        name: 'verbose',
        type: 'boolean',
        description: 'Adds graph, parameters and node history.',
        default: false,
      },
    ],
    output: {
      status: S,
      prompt_id: S,
      message: S,
      position: NI,
      progress: O,
      outputs: A,
      error: O,
      parameters: O,
      node_history: A,
      submitted_workflow: O,
    },
    async run(args, context) {
      const id = eitherId(args);
      const found = await service.get(context.caller, id).catch((error: unknown) => {
        if (error instanceof GatewayError && error.code === 'not_found') return error;
        throw error;
      });
      if (found instanceof GatewayError) {
        const content = {
          status: 'not_found',
          prompt_id: id.slice(0, 64),
          message: found.message,
          ...toEnvelope(found),
        };
        return { content, failed: true };
      }
      const job = await waitFor(found, (args['wait_seconds'] as number | undefined) ?? 0, context);
      const live = feed.live(job.id);
      const base = { status: getJobStatus(job), prompt_id: job.id, message: messageOf(job, live) };
      const progress = progressWords(job, feed);
      const records = await registry.ofJob(job, viewerOf(context));
      const content = {
        ...base,
        ...(base.status === 'queued' && { position: live?.position ?? null }),
        ...(progress && { progress }),
        ...(records.length > 0 && { outputs: records.map(assetWords) }),
        ...(args['verbose'] === true && (await details(job, service, context))),
      };
      const files = records.map(fileOf);
      return base.status === 'error' ? { ...failure(job, content), files } : { content, files };
    },
  };
}

function cancelJob({ service, feed }: JobToolDeps): Tool {
  return {
    name: 'cancel_job',
    title: 'Cancel a job',
    description: 'Cancels a queued or running job.',
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    inputs: EITHER_ID,
    output: { status: S, prompt_id: S, message: S },
    async run(args, { caller }) {
      const job = await service.cancel(caller, eitherId(args));
      // Told to stop and not yet seen to: it will be, whoever looks after it.
      const status = job.status === 'canceling' ? 'cancelled' : seedStatus(job);
      return { content: { status, prompt_id: job.id, message: messageOf(job, feed.live(job.id)) } };
    },
  };
}

function eitherId(args: Arguments): string {
  const { prompt_id: prompt, job_id: job } = args as { prompt_id?: string; job_id?: string };
  const id = prompt ?? job;
  if (id === undefined)
    throw badArgument('prompt_id', 'missing_input', "'prompt_id' is missing: give it, or 'job_id'");
  if (prompt !== undefined && job !== undefined && prompt !== job)
    throw badArgument(
      'job_id',
      'conflict',
      "'job_id' and 'prompt_id' are the same thing, but two were given; give one",
    );
  return id;
}

function queryOf(args: Arguments, context: ToolContext): Parameters<JobService['countShown']>[1] {
  const status = args['status'] as keyof typeof SEED_STATUS | undefined;
  const session = args['session_id'] === undefined ? undefined : sessionOf(args, context);
  return {
    ...(args['service'] !== undefined && { workflow: args['service'] as string }),
    ...(status !== undefined && { statuses: SEED_STATUS[status] }),
    ...(session !== undefined && { session }),
  };
}
