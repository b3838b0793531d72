/**
 * What goes out over REST: Comfy API v2 as specified, plus our additions, each schema with its type under the same name (import them as
 * a namespace: `wire.Job`). Answers are only typed by them, since checking our own output on every read would cost more than it
 * finds; the tests do check it, and the OpenAPI document is made from them.
 */
import * as z from 'zod';
import { ERROR_CODES } from '../errors.ts';

const JOB_STATUSES = [
  'queued',
  'running',
  'canceling',
  'succeeded',
  'failed',
  'canceled',
  'expired',
] as const;

export const JobStatus = z
  .enum(JOB_STATUSES, { error: JOB_STATUSES.join(', ') })
  .describe(
    'queued → running → succeeded, failed or expired; a cancel request: → canceling → canceled. The last four are terminal.',
  );
export type JobStatus = z.infer<typeof JobStatus>;

const time = () => z.iso.datetime();
const jobId = z.string().nullish().describe('The job that produced it.');

export const Progress = z
  .object({
    value: z
      .number()
      .min(0)
      .max(1)
      .describe('Overall fraction. Never goes back; 1 only when the job succeeded.'),
    nodes_done: z.int(),
    nodes_total: z.int(),
    current_node: z.string().nullish(),
    current_node_class: z.string().nullish(),
    step: z.int().nullish(),
    steps: z.int().nullish(),
    message: z.string().nullish().describe('For people, such as "KSampler 21/50".'),
  })
  .describe('A complete snapshot of the progress: one is enough to catch up.');
export type Progress = z.infer<typeof Progress>;

export const OutputType = z
  .enum(['image', 'video', 'audio', 'text', 'file', 'latent'])
  .describe('Kind of an output, by file extension and media type.');
export type OutputType = z.infer<typeof OutputType>;

/** Where ComfyUI keeps a file; absent for text. */
const place = {
  folder_type: z
    .enum(['output', 'temp', 'input'])
    .nullish()
    .describe('Folder of ComfyUI; files in `temp` are previews and vanish at its restart.'),
  subfolder: z.string().nullish(),
};

export const Copy = z
  .object({
    state: z
      .enum(['pending', 'done', 'failed'])
      .describe('`done`: `url` is that of the copy. `failed`: the last attempt failed.'),
    error: z.string().nullish().describe('Why the last attempt failed.'),
    retry_at: time().nullish().describe('When it is tried again; null: never, as ComfyUI lost the file.'),
  })
  .describe('Where the copy of an output in the bucket stands. Only where outputs are copied.');
export type Copy = z.infer<typeof Copy>;

/** Byte lengths are 0 where ComfyUI has not told. */
const content = {
  content_type: z.string(),
  size_bytes: z.int().describe('0 while unknown.'),
  hash: z.string().nullable().describe('`blake3:<hex>`; null while not computed.'),
  url: z.url().describe('Absolute link to the bytes: those of the copy, once there is one.'),
  url_expires_at: time(),
  copy: Copy.optional(),
  cached: z
    .boolean()
    .optional()
    .describe('True if ComfyUI did not run the node again: the file is that of an earlier job.'),
};

export const Output = z
  .object({
    node_id: z.string(),
    name: z.string(),
    type: OutputType,
    id: z.string().describe('Asset UUID, the same after a rebuild.'),
    ...content,
    job_id: jobId,
    ...place,
  })
  .describe('A committed output of a job. Outputs are assets.');
export type Output = z.infer<typeof Output>;

export const Asset = z
  .object({
    id: z.string(),
    name: z.string().optional(),
    type: OutputType.optional(),
    ...content,
    width: z.int().nullish().describe('In pixels; null while not known.'),
    height: z.int().nullish(),
    duration_ms: z.int().nullish().describe('Of video and audio; null while not known.'),
    thumbnail_url: z.url().optional().describe('Absolute link to a small picture; only of pictures.'),
    file_path: z.string().nullish(),
    created_new: z.boolean().optional(),
    created_at: time(),
    expires_at: time().nullish(),
    tags: z.array(z.string()).optional().describe('Of uploads.'),
    job_id: jobId,
    ...place,
    workflow_name: z.string().optional(),
    session_id: z.string().optional(),
  })
  .describe('A record over bytes that can be fetched.');
export type Asset = z.infer<typeof Asset>;

export const AssetList = z
  .object({
    assets: z.array(Asset),
    truncated: z.boolean().describe('Whether there may be more.'),
    next_cursor: z
      .string()
      .nullable()
      .describe('`cursor` of the next page; null on the last. With filters a page may be short before that.'),
  })
  .describe('Outputs of jobs and uploads, newest first.');
export type AssetList = z.infer<typeof AssetList>;

export const JobError = z
  .object({
    code: z.string().describe('node_execution_error, lost, timeout, queue_timeout or upstream_error.'),
    message: z.string(),
    node_id: z.string().nullish(),
    class_type: z.string().nullish(),
    traceback: z.string().nullish(),
  })
  .describe('Why a job failed.');
export type JobError = z.infer<typeof JobError>;

export const JobWarning = z
  .object({ node_id: z.string().nullish(), class_type: z.string().nullish(), message: z.string() })
  .describe('An output node that ComfyUI dropped from an accepted workflow.');
export type JobWarning = z.infer<typeof JobWarning>;

export const JobUrls = z
  .object({ self: z.url(), events: z.url(), cancel: z.url() })
  .describe('Absolute follow-up links: follow these instead of building URLs.');
export type JobUrls = z.infer<typeof JobUrls>;

export const Job = z
  .object({
    id: z.string().describe('UUIDv7; also the prompt id in ComfyUI.'),
    status: JobStatus,
    created_at: time(),
    started_at: time().nullable(),
    completed_at: time().nullable(),
    expires_at: time().describe('When the record is dropped.'),
    queue_position: z.int().nullable(),
    progress: Progress.nullable(),
    outputs: z.array(Output).describe('All that are committed so far.'),
    error: JobError.nullable(),
    metrics: z
      .object({ queue_ms: z.int().nullable(), execution_ms: z.int().nullable() })
      .describe('Null while not known.'),
    urls: JobUrls,
    outputs_reused: z.boolean().describe('Whether ComfyUI took nodes from its cache.'),
    warnings: z.array(JobWarning),
    metadata: z.string().optional(),
    priority: z.int().optional(),
    workflow_name: z.string().optional(),
    session_id: z.string().optional(),
    inputs: z
      .record(z.string(), z.unknown())
      .optional()
      .describe('Values that a named workflow ran with, seeds that were drawn included.'),
    regenerated_from: z.string().optional().describe('The job that this one repeats with changes.'),
    backend: z.string().optional().describe('Which ComfyUI runs it, such as `comfyui-1`.'),
  })
  .describe('One execution of a workflow.');
export type Job = z.infer<typeof Job>;

export const JobList = z
  .object({
    jobs: z.array(Job),
    truncated: z.boolean().describe('Whether there may be more.'),
    next_cursor: z.string().nullable().describe('`cursor` of the next page; null on the last.'),
  })
  .describe('Jobs, newest first.');
export type JobList = z.infer<typeof JobList>;

export const JobWorkflow = z
  .object({
    workflow: z.record(z.string(), z.unknown()),
    format: z.enum(['save', 'api']).describe('Always `api` here.'),
  })
  .describe('The graph that a job ran.');
export type JobWorkflow = z.infer<typeof JobWorkflow>;

const fault = z.object({
  field: z.string().nullable(),
  reason: z.string(),
  message: z.string(),
  given: z.unknown().optional(),
  allowed: z.unknown().optional(),
  nearest: z.array(z.unknown()).optional(),
});

export const DryRun = z
  .object({
    valid: z.boolean().describe('Whether ComfyUI would take it, as far as its object_info tells.'),
    input_errors: z.array(fault).describe('Faults of the inputs of a named workflow.'),
    node_errors: z.record(
      z.string(),
      z.object({ class_type: z.string().nullable(), errors: z.array(fault) }),
    ),
    dropped_outputs: z.array(z.string()).describe('Output nodes that ComfyUI would leave out.'),
    inputs: z.record(z.string(), z.unknown()).optional().describe('Values that would be used.'),
    as_of: time().describe('When ComfyUI was asked.'),
  })
  .describe('What a submission would meet.');
export type DryRun = z.infer<typeof DryRun>;

const WorkflowError = z
  .object({
    message: z.string(),
    file: z.enum(['workflow', 'meta', 'config']),
    line: z.int().optional(),
    column: z.int().optional(),
  })
  .describe('Why it cannot be run.');

const workflowFacts = {
  name: z.string(),
  title: z.string(),
  description: z.string().nullable(),
  source: z.enum(['file', 'upload', 'config']),
  file: z.string().nullable().describe('Within the workflow folder.'),
  kind: z.enum(['image', 'audio', 'video']).nullable().describe('What it makes.'),
  error: WorkflowError.nullable(),
  warnings: z.array(z.string()),
  updated_at: time(),
  hash: z.string().nullable().describe('SHA-256 of graph and metadata.'),
};

export const WorkflowSummary = z
  .object({
    ...workflowFacts,
    inputs: z.array(z.string()).describe('Names of its parameters.'),
    required: z.array(z.string()),
    url: z.url(),
  })
  .describe('A workflow of the catalogue; with `error` if its file cannot be used.');
export type WorkflowSummary = z.infer<typeof WorkflowSummary>;

export const WorkflowList = z
  .object({ workflows: z.array(WorkflowSummary), count: z.int() })
  .describe('All workflows, by name.');
export type WorkflowList = z.infer<typeof WorkflowList>;

export const Workflow = z
  .object({
    ...workflowFacts,
    schema: z.record(z.string(), z.unknown()).describe('JSON Schema 2020-12 of its inputs.'),
    default_sources: z.record(z.string(), z.string()).describe('Which tier gave a default.'),
    schema_as_of: time().nullable().describe('When ComfyUI was asked; null if it could not be.'),
    example: z.object({ curl: z.string(), body: z.record(z.string(), z.unknown()) }),
    url: z.url(),
    jobs_url: z.url().describe('Where it is run: POST.'),
  })
  .describe('A workflow with the schema of its inputs.');
export type Workflow = z.infer<typeof Workflow>;

export const ModelFolders = z.object({ folders: z.array(z.string()) }).describe('Folders of models.');
export type ModelFolders = z.infer<typeof ModelFolders>;

export const Models = z
  .object({ folder: z.string(), models: z.array(z.string()), count: z.int() })
  .describe('Model files of a folder, asked from ComfyUI now.');
export type Models = z.infer<typeof Models>;

const QueuedPrompt = z.object({
  prompt_id: z.string(),
  number: z.number(),
  position: z.int().describe('From 1 among the pending ones of its backend; 0 while it runs.'),
  mine: z.boolean(),
  backend: z.string(),
});

export const Queue = z
  .object({
    running_count: z.int(),
    pending_count: z.int(),
    queue_running: z.array(QueuedPrompt),
    queue_pending: z.array(QueuedPrompt),
  })
  .describe("ComfyUI's queue, asked now.");
export type Queue = z.infer<typeof Queue>;

const defaultValues = z.record(z.string(), z.unknown());
const defaultSources = z.record(z.string(), z.string());

export const Defaults = z
  .object({
    image: defaultValues,
    audio: defaultValues,
    video: defaultValues,
    sources: z
      .object({ image: defaultSources, audio: defaultSources, video: defaultSources })
      .describe('runtime, config, env, meta or hardcoded, by name.'),
  })
  .describe('Defaults over all tiers.');
export type Defaults = z.infer<typeof Defaults>;

export const Health = z
  .object({
    status: z.literal('healthy'),
    upstream: z.string().describe('Names of the backends, comma-separated.'),
  })
  .describe('The gateway answers; ComfyUI was not asked.');
export type Health = z.infer<typeof Health>;

export const Alive = z.object({ status: z.literal('ok') }).describe('The process answers.');
export type Alive = z.infer<typeof Alive>;

export const Ready = z
  .object({
    status: z
      .enum(['ready', 'degraded', 'unavailable'])
      .describe('All, some or none of the backends are reachable.'),
    backends: z.array(
      z.object({
        name: z.string(),
        reachable: z.boolean(),
        version: z.string().optional(),
        queue_running: z.int().optional(),
        queue_pending: z.int().optional(),
        latency_ms: z.number().optional(),
      }),
    ),
  })
  .describe('Whether jobs can run.');
export type Ready = z.infer<typeof Ready>;

export const ErrorEnvelope = z
  .object({
    error: z.object({
      code: z.enum(ERROR_CODES),
      message: z.string(),
      details: z
        .record(z.string(), z.unknown())
        .nullable()
        .describe('Facts for machines: field, given, allowed.'),
    }),
  })
  .describe('The body of every refusal and fault.');
export type ErrorEnvelope = z.infer<typeof ErrorEnvelope>;

/* Payloads of events. `job_id` is there on the stream of all jobs. */

const eventOf = { job_id: z.string().optional().describe('On `GET /api/v2/events` only.') };

export const StatusEvent = z
  .object({ status: JobStatus, queue_position: z.int().nullish(), ...eventOf })
  .describe('`status`: the job is now in this state.');
export type StatusEvent = z.infer<typeof StatusEvent>;

export const ProgressEvent = Progress.extend(eventOf).describe('`progress`: the latest snapshot.');
export type ProgressEvent = z.infer<typeof ProgressEvent>;

export const PreviewEvent = z
  .object({ node_id: z.string(), content_type: z.string(), data_base64: z.string(), ...eventOf })
  .describe('`preview`: a picture of the work in progress.');
export type PreviewEvent = z.infer<typeof PreviewEvent>;
