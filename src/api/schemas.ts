/**
 * What crosses the REST surface: Comfy API v2 as specified, plus our additions, each schema with its type under the
 * same name (import them as a namespace: `wire.Job`). Requests are parsed with these; answers are only typed by
 * them, since checking our own output on every read would cost more than it finds. The OpenAPI document is made
 * from the same schemas. In requests, unknown members are ignored and null counts as absent.
 */
import * as z from 'zod';
import { ERROR_CODES } from '../errors.ts';

/** Longest `metadata`, in UTF-8 bytes. */
const MAX_METADATA_BYTES = 1024;

/*
 * Requests. Every `error` text says what is allowed, in words that complete "allowed is …": describeIssues relies
 * on it.
 */

const graph = (error: string) => z.record(z.string(), z.unknown(), { error });

function integer(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z.int({ error }).min(min, { error }).max(max, { error });
}

/** An integer in a query or header, where all is text. */
function integerText(min: number, max: number) {
  const error = `a whole number from ${min} to ${max}`;
  return z
    .string({ error })
    .regex(/^\d{1,9}$/, { error })
    .transform(Number)
    .pipe(integer(min, max));
}

function text(min: number, max: number, pattern: RegExp, what: string) {
  const error = `${min} to ${max} ${what}`;
  return z.string({ error }).min(min, { error }).max(max, { error }).regex(pattern, { error });
}

/** May be left out or null; both read as undefined. */
const absent = <T extends z.ZodType>(schema: T) => schema.nullish().transform((value) => value ?? undefined);

const sessionId = text(1, 128, /^[\x20-\x7e]*$/, 'printable ASCII characters').describe(
  'Groups jobs of one conversation or user interface.',
);

const metadataError = `a string of at most ${MAX_METADATA_BYTES} UTF-8 bytes`;
const metadata = z
  .string({ error: metadataError })
  .max(MAX_METADATA_BYTES, { error: metadataError })
  .check(({ value, issues }) => {
    if (new TextEncoder().encode(value).length > MAX_METADATA_BYTES)
      issues.push({
        code: 'too_big',
        origin: 'string',
        maximum: MAX_METADATA_BYTES,
        input: value,
        message: metadataError,
      });
  })
  .describe(`A label of the caller's, echoed on the job; at most ${MAX_METADATA_BYTES} UTF-8 bytes.`);

const reserved = z
  .null({ error: 'nothing: this member is reserved' })
  .optional()
  .describe('Reserved; leave it out.');

export const ExtraData = z
  .strictObject(
    {
      api_key_comfy_org: z
        .string({ error: 'a string' })
        .optional()
        .describe('API key for partner (API) nodes. Forwarded, never stored or logged.'),
      extra_pnginfo: z
        .strictObject(
          {
            workflow: graph('an object')
              .optional()
              .describe('UI-format workflow that ComfyUI writes into its pictures.'),
          },
          { error: 'an object whose only member is workflow' },
        )
        .optional(),
    },
    { error: 'an object with no other members than api_key_comfy_org and extra_pnginfo' },
  )
  .describe('What ComfyUI gets beside the graph. Closed: any other member is refused.');

/** What every submission may have, whatever it runs. */
const submitOptions = {
  extra_data: absent(ExtraData),
  metadata: absent(metadata),
  priority: absent(integer(-1_000_000, 1_000_000)).describe(
    'Echoed on the job; it does not change the order of execution.',
  ),
  session_id: absent(sessionId),
  timeout_ms: absent(integer(1, 86_400_000)).describe(
    'Longest run in ms, from the start of execution; in place of the JOB_TIMEOUT_MS setting.',
  ),
  webhook_url: reserved,
};

export type SubmitOptions = z.infer<z.ZodObject<typeof submitOptions>>;

export const SubmitRequest = z
  .object(
    {
      workflow: graph('an API-format graph, {"<node id>": {"class_type": …, "inputs": {…}}}').describe(
        'API-format workflow graph, verbatim; integers keep every digit.',
      ),
      ...submitOptions,
      inputs: reserved,
    },
    { error: 'a JSON object' },
  )
  .describe('A workflow to run.');
export type SubmitRequest = z.infer<typeof SubmitRequest>;

export const RunRequest = z
  .object(
    {
      inputs: absent(graph('an object of input names and values')).describe(
        "By parameter, as the workflow's schema says, or `<node>.<input>`. Seeds left out or -1 are drawn.",
      ),
      ...submitOptions,
    },
    { error: 'a JSON object' },
  )
  .describe('A named workflow to run.');
export type RunRequest = z.infer<typeof RunRequest>;

export const RegenerateRequest = z
  .object(
    {
      seed: z
        .unknown()
        .optional()
        .describe('Left out or null: a new one. -1: that of the job. Else a whole number.'),
      overrides: absent(graph('an object of input names and values')).describe(
        'What to change, by parameter or `<node>.<input>`.',
      ),
      ...submitOptions,
    },
    { error: 'a JSON object' },
  )
  .describe('A job to run again with changes.');
export type RegenerateRequest = z.infer<typeof RegenerateRequest>;

export const DefaultsPatch = z
  .object(
    {
      ...Object.fromEntries(
        ['image', 'audio', 'video'].map((kind) => [
          kind,
          absent(graph('an object of names and values')).describe('null takes a default away.'),
        ]),
      ),
      persist: absent(z.boolean({ error: 'true or false' })).describe(
        'Keep them; otherwise they are forgotten after 24 h.',
      ),
    },
    { error: 'a JSON object' },
  )
  .describe('Defaults to change; all or nothing.');
export type DefaultsPatch = z.infer<typeof DefaultsPatch>;

const flag = z.enum(['true', 'false', '1', '0'], { error: 'true or false' });

export const DryRunQuery = z.object({
  dry_run: flag
    .transform((value) => value === 'true' || value === '1')
    .pipe(z.boolean())
    .optional()
    .describe('Only tell what ComfyUI would say; nothing is run.'),
});

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

/** `Prefer: wait=N` on submit, `?wait=N` on read. */
export const WaitSeconds = integerText(0, 60).describe(
  'Answer when the job has ended, or after so many seconds.',
);

export const JobQuery = z.object({ wait: WaitSeconds.optional() });

export const JobListQuery = z.object({
  status: z
    .string()
    .transform((list) => (list === '' ? [] : splitList(list)))
    .pipe(z.array(JobStatus))
    .optional()
    .describe('Only jobs with one of these, comma-separated.'),
  limit: integerText(1, 100).default(50),
  cursor: text(1, 512, /^[\x21-\x7e]*$/, 'characters, as `next_cursor` gave them')
    .optional()
    .describe('`next_cursor` of the page before.'),
  workflow: z.string().optional().describe('Only jobs of the workflow with this name.'),
  session_id: sessionId.optional().describe('Only jobs of this session.'),
});
export type JobListQuery = z.infer<typeof JobListQuery>;

export const AssetListQuery = z.object({
  job_id: z.string().optional().describe('Only outputs of this job.'),
  workflow: z.string().optional().describe('Only outputs of the workflow with this name.'),
  session_id: sessionId.optional().describe('Only outputs of this session.'),
  media_type: text(1, 100, /^[a-z\d]+(?:\/[\w.+-]+)?$/, 'characters, such as image or image/png')
    .optional()
    .describe('Only files of this media type, or of this kind of media: `image/png`, `image`.'),
  source: z.enum(['output', 'upload']).optional().describe('Only what jobs made, or only what was uploaded.'),
  limit: integerText(1, 100).default(50),
  cursor: text(1, 1024, /^[\x21-\x7e]*$/, 'characters, as `next_cursor` gave them')
    .optional()
    .describe('`next_cursor` of the page before.'),
});
export type AssetListQuery = z.infer<typeof AssetListQuery>;

export const ThumbnailQuery = z.object({
  max_dim: integerText(16, 1024).default(512).describe('Pixels of the longer side, at most.'),
});

export const EventsQuery = z.object({
  session_id: sessionId.optional().describe('Only jobs of this session.'),
});

const hashError = "'blake3:' and 64 hexadecimal digits";

/** `blake3:<hex>`; parsed to the digits in lower case. */
export const Blake3Hash = z
  .string({ error: hashError })
  .regex(/^blake3:[\da-f]{64}$/i, { error: hashError })
  .transform((hash) => hash.slice('blake3:'.length).toLowerCase());

const filePath = z.string({ error: 'a file name such as photo.png' });

const tags = z
  .array(z.string({ error: 'a string' }).max(100, { error: 'at most 100 characters' }), {
    error: 'a list of strings',
  })
  .max(50, { error: 'at most 50 tags' });

const EXPIRES_MIN_S = 60;
const EXPIRES_MAX_S = 7 * 24 * 60 * 60;

/** The fields beside the file of an upload; all of them are text. */
export const UploadFields = z.object({
  content_type: z.string().max(200, { error: 'at most 200 characters' }).optional(),
  file_path: filePath,
  expected_hash: Blake3Hash.optional(),
  tags,
  expires_in: integerText(EXPIRES_MIN_S, EXPIRES_MAX_S).optional(),
});

export const FromHashRequest = z
  .object(
    {
      hash: Blake3Hash.describe('`blake3:<hex>` of bytes that the caller uploaded.'),
      file_path: absent(filePath).describe('A name of its own; else the one that the bytes have.'),
      tags: absent(tags),
      expires_in: absent(integer(EXPIRES_MIN_S, EXPIRES_MAX_S)).describe('How long it is kept, in seconds.'),
    },
    { error: 'a JSON object' },
  )
  .describe('An asset over bytes that are there already.');

/** Items of a comma list in a query. */
function splitList(list: string): string[] {
  return list.split(',').map((item) => item.trim());
}

/* Answers. */

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

/** One fault of a request. `given` and `allowed` are for people; a sentence: "`field` `reason`: given …, allowed is …". */
export interface FieldFault {
  /** Dotted path, empty for the body itself. */
  field: string;
  reason: string;
  /** What was there, cut to 100 characters; of objects, arrays and `extra_data` only the kind. */
  given: string;
  allowed?: string;
}

/** The faults that a request schema of this file found in `input`, one per field and cause. Pure. */
export function describeIssues(error: z.ZodError, input: unknown): FieldFault[] {
  return error.issues.flatMap((issue) => {
    const paths =
      issue.code === 'unrecognized_keys' ? issue.keys.map((key) => [...issue.path, key]) : [issue.path];
    return paths.map((path) => {
      const value = valueAt(input, path);
      return {
        field: path.join('.'),
        reason: reasonOf(issue, value),
        given: shown(value, path[0]),
        allowed: issue.message,
      };
    });
  });
}

function reasonOf(issue: z.core.$ZodIssue, value: unknown): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return 'is not a known member';
    case 'invalid_type':
      if (value === undefined) return 'is missing';
      return issue.expected === 'int' && typeof value === 'number'
        ? 'is not a whole number'
        : 'has the wrong type';
    case 'too_big':
      return typeof value === 'string' && issue.origin === 'string' ? 'is too long' : 'is too large';
    case 'too_small':
      return typeof value === 'string' && issue.origin === 'string' ? 'is too short' : 'is too small';
    case 'invalid_value':
      return 'is not known';
    default:
      return 'has the wrong form';
  }
}

function valueAt(input: unknown, path: readonly PropertyKey[]): unknown {
  let value = input;
  for (const key of path) {
    // A comma list of a query is one string in the input, and a list in the path.
    if (typeof value === 'string' && typeof key === 'number') value = splitList(value)[key];
    else if (typeof value === 'object' && value !== null && Object.hasOwn(value, key))
      value = (value as Record<PropertyKey, unknown>)[key];
    else return undefined;
  }
  return value;
}

function shown(value: unknown, root: PropertyKey | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'an array';
  if (typeof value === 'object') return 'an object';
  // It can hold an API key, also under a wrong name.
  if (root === 'extra_data') return `a ${typeof value}`;
  const text = JSON.stringify(value);
  return text.length > 100 ? `${text.slice(0, 99)}…` : text;
}
