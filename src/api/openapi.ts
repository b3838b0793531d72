/**
 * The OpenAPI 3.1 document: one table of operations over the schemas that the routes parse with, so that it cannot
 * say something else than they do. Making it takes some milliseconds; callers keep what they got.
 */
import * as z from 'zod';
import type { ErrorCode } from '../errors.ts';
import * as wire from './schemas.ts';

export interface OpenApiOptions {
  version: string;
  /** Origin under which the caller reached the gateway. */
  serverUrl: string;
}

/** The whole document as plain JSON. */
export function openapiDocument({ version, serverUrl }: OpenApiOptions): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'comfygate',
      version,
      summary: 'ComfyUI workflows as jobs: submit, watch, fetch.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    security: [{ bearerAuth: [] }, {}],
    tags: TAGS,
    paths: paths(),
    components: {
      securitySchemes: {
        bearerAuth: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of API_KEYS; none needed without them.',
        },
      },
      schemas: componentSchemas(),
    },
  };
}

type Json = Record<string, unknown>;
type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Tag = 'jobs' | 'workflows' | 'events' | 'assets' | 'comfyui' | 'gateway';
type SchemaName = keyof typeof SCHEMAS;
/** Error codes by status. */
type Errors = Readonly<Record<number, readonly ErrorCode[]>>;

interface Operation {
  /** Operation id; that of Comfy API v2 where it has one. */
  id: string;
  tag: Tag;
  summary: string;
  description?: string;
  parameters?: readonly Json[];
  /** More parameters: the members of a query schema. */
  query?: z.ZodObject;
  body?: Json;
  /** The body is a form with a file and these fields. */
  form?: z.ZodObject;
  /** Answers that are no errors, by status. */
  answers: Readonly<Record<number, Json>>;
  /** Absent: needs no key and refuses nothing. */
  errors?: Errors;
  /** Schemas of the events of a stream. */
  events?: Json;
}

const DESCRIPTION =
  'A strict superset of Comfy API v2. Submit a workflow, follow the links in the answer, fetch the outputs. ' +
  'Every refusal has the same envelope, with a code that programs can rely on.';

const TAGS: { name: Tag; description: string }[] = [
  { name: 'jobs', description: 'One execution of a workflow.' },
  { name: 'workflows', description: 'Workflows by name, with typed inputs.' },
  { name: 'events', description: 'Server-sent events: live progress that survives a lost connection.' },
  { name: 'assets', description: 'What jobs produced, and what they are given.' },
  { name: 'comfyui', description: 'What ComfyUI has, and the defaults of workflows.' },
  { name: 'gateway', description: 'Whether it works, and how to talk to it.' },
];

/** Schemas that the document has by name; all others are inlined. */
const SCHEMAS = {
  SubmitRequest: wire.SubmitRequest,
  RunRequest: wire.RunRequest,
  RegenerateRequest: wire.RegenerateRequest,
  DefaultsPatch: wire.DefaultsPatch,
  ExtraData: wire.ExtraData,
  Job: wire.Job,
  JobStatus: wire.JobStatus,
  JobError: wire.JobError,
  JobWarning: wire.JobWarning,
  JobUrls: wire.JobUrls,
  JobList: wire.JobList,
  JobWorkflow: wire.JobWorkflow,
  Progress: wire.Progress,
  Output: wire.Output,
  OutputType: wire.OutputType,
  Copy: wire.Copy,
  Asset: wire.Asset,
  AssetList: wire.AssetList,
  FromHashRequest: wire.FromHashRequest,
  StatusEvent: wire.StatusEvent,
  ProgressEvent: wire.ProgressEvent,
  PreviewEvent: wire.PreviewEvent,
  DryRun: wire.DryRun,
  WorkflowSummary: wire.WorkflowSummary,
  WorkflowList: wire.WorkflowList,
  Workflow: wire.Workflow,
  ModelFolders: wire.ModelFolders,
  Models: wire.Models,
  Queue: wire.Queue,
  Defaults: wire.Defaults,
  Health: wire.Health,
  Alive: wire.Alive,
  Ready: wire.Ready,
  ErrorEnvelope: wire.ErrorEnvelope,
};

const STRING = { type: 'string' };
const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });
const path = (what: string) => ({
  name: 'id',
  in: 'path',
  required: true,
  description: what,
  schema: STRING,
});
const header = (name: string, description: string, schema: Json = STRING) => ({
  name,
  in: 'header',
  description,
  schema,
});
const answer = (description: string, content?: Json, headers?: Json) => ({
  description,
  ...(headers && { headers }),
  ...(content && { content }),
});
const json = (name: SchemaName, description: string, headers?: Json) =>
  answer(description, { 'application/json': { schema: ref(name) } }, headers);

const named = (name: string, what: string) => ({ ...path(what), name });

const JOB_ID = path('Job id.');
const WORKFLOW_NAME = named('name', 'Name of a workflow.');
const SUBMIT_HEADERS = [
  header(
    'Idempotency-Key',
    'Makes sending again safe: `idempotency_key_reuse` then names the first job in `details.job`.',
    { type: 'string', minLength: 1, maxLength: 255 },
  ),
  header('Prefer', '`wait=N` answers when the job has ended, or after N seconds (at most 60).'),
];
const ASSET_ID = path('Asset id, of an output of a job or of an upload.');
const COMMON = {
  401: ['unauthorized'],
  403: ['forbidden', 'forbidden_origin'],
  429: ['rate_limited'],
  500: ['internal_error'],
  503: ['storage_unavailable'],
} satisfies Errors;
const UPSTREAM = {
  502: ['upstream_error'],
  503: ['upstream_unreachable', 'storage_unavailable'],
} satisfies Errors;
const OF_ONE = { ...COMMON, 404: ['not_found'], ...UPSTREAM } satisfies Errors;
const STREAM = {
  ...COMMON,
  400: ['invalid_request'],
  429: ['too_many_streams', 'rate_limited'],
} satisfies Errors;
const BYTES = { '*/*': { schema: { type: 'string', format: 'binary' } } };
const EVENTS = { 'text/event-stream': { schema: STRING } };
const EVENT_SCHEMAS = {
  status: { schema: '#/components/schemas/StatusEvent' },
  progress: { schema: '#/components/schemas/ProgressEvent' },
  preview: { schema: '#/components/schemas/PreviewEvent' },
  output: { schema: '#/components/schemas/Output' },
};
const responseHeader = (name: string, description: string, schema: Json = STRING) => ({
  [name]: { description, schema },
});
const RANGE = header('Range', 'One range of bytes, such as `bytes=0-1048575`.');
const ACCEPT_RANGES = responseHeader('Accept-Ranges', '`bytes`.');
const RETRY_AFTER = responseHeader('Retry-After', 'Seconds to wait before trying again.', {
  type: 'integer',
});

/** The smallest graph that gives a picture on every ComfyUI, without any model. */
const EXAMPLE_GRAPH = {
  '1': { class_type: 'EmptyImage', inputs: { width: 512, height: 512, batch_size: 1, color: 3368601 } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'comfygate' } },
};

const JOB_MADE = {
  201: json(
    'Job',
    'The job.',
    responseHeader(
      'Idempotency-Replayed',
      '`true` if the gateway is set to replay and this is the first job.',
    ),
  ),
};
const DRY_RUN = { 200: json('DryRun', 'With `dry_run`: what a submission would meet.') };
const SUBMIT_ERRORS = {
  ...COMMON,
  ...UPSTREAM,
  400: ['invalid_request'],
  413: ['payload_too_large'],
  415: ['unsupported_media_type'],
  422: [
    'invalid_workflow',
    'workflow_format_ui',
    'missing_asset',
    'invalid_request',
    'idempotency_key_reuse',
  ],
  429: ['queue_full', 'rate_limited'],
} satisfies Errors;
const RUN_ERRORS = { ...SUBMIT_ERRORS, 404: ['not_found'] } satisfies Errors;

const OPERATIONS: Readonly<Record<`${Method} /${string}`, Operation>> = {
  'POST /api/v2/jobs': {
    id: 'postJobs',
    tag: 'jobs',
    summary: 'Submit a workflow',
    description: 'ComfyUI checks the graph before the answer. 201 means that the job is recorded and queued.',
    parameters: SUBMIT_HEADERS,
    query: wire.DryRunQuery,
    body: { schema: ref('SubmitRequest'), example: { workflow: EXAMPLE_GRAPH } },
    answers: { ...JOB_MADE, ...DRY_RUN },
    errors: SUBMIT_ERRORS,
  },
  'GET /api/v2/jobs': {
    id: 'listJobs',
    tag: 'jobs',
    summary: 'List jobs, newest first',
    query: wire.JobListQuery,
    answers: { 200: json('JobList', 'A page of jobs.') },
    errors: { ...COMMON, 400: ['invalid_request'] },
  },
  'GET /api/v2/jobs/{id}': {
    id: 'getJob',
    tag: 'jobs',
    summary: 'Read a job',
    description: 'State, latest progress, and every output so far. With `wait` it is a long poll.',
    parameters: [JOB_ID],
    query: wire.JobQuery,
    answers: { 200: json('Job', 'The job.') },
    errors: { ...OF_ONE, 400: ['invalid_request'] },
  },
  'DELETE /api/v2/jobs/{id}': {
    id: 'deleteJob',
    tag: 'jobs',
    summary: 'Delete a job',
    description: 'Its record, workflow and asset records. A live job is cancelled first.',
    parameters: [JOB_ID],
    answers: { 204: answer('It is gone.') },
    errors: OF_ONE,
  },
  'GET /api/v2/jobs/{id}/workflow': {
    id: 'getJobWorkflow',
    tag: 'jobs',
    summary: 'Read the workflow of a job',
    parameters: [JOB_ID],
    answers: { 200: json('JobWorkflow', 'The graph as it was submitted.') },
    errors: OF_ONE,
  },
  'POST /api/v2/jobs/{id}/cancel': {
    id: 'cancelJob',
    tag: 'jobs',
    summary: 'Cancel a job',
    description: 'May be repeated. A job that has ended stays as it is.',
    parameters: [JOB_ID],
    answers: { 200: json('Job', 'The job as it is now: `canceling`, or ended.') },
    errors: OF_ONE,
  },
  'POST /api/v2/jobs/{id}/regenerate': {
    id: 'regenerateJob',
    tag: 'jobs',
    summary: 'Run a job again with changes',
    description:
      'Its own graph, with another seed if none is given. The new job names the old in `regenerated_from`.',
    parameters: [JOB_ID, ...SUBMIT_HEADERS],
    body: { schema: ref('RegenerateRequest'), example: { overrides: { steps: 30 } } },
    answers: JOB_MADE,
    errors: RUN_ERRORS,
  },
  'GET /api/v2/workflows': {
    id: 'listWorkflows',
    tag: 'workflows',
    summary: 'List the workflows',
    description:
      'Files, services of config.json and uploads; one that cannot be used is there with its error.',
    answers: { 200: json('WorkflowList', 'By name.') },
    errors: COMMON,
  },
  'GET /api/v2/workflows/{name}': {
    id: 'getWorkflow',
    tag: 'workflows',
    summary: 'Read the schema of a workflow',
    description: "Types, ranges, options and defaults are those of the user's own ComfyUI.",
    parameters: [WORKFLOW_NAME],
    answers: { 200: json('Workflow', 'The workflow.') },
    errors: { ...COMMON, 404: ['not_found'], 422: ['invalid_workflow'] },
  },
  'PUT /api/v2/workflows/{name}': {
    id: 'putWorkflow',
    tag: 'workflows',
    summary: 'Upload a workflow',
    description:
      'An API-format graph, `{"workflow": graph, "meta": {…}}` with what a `.meta.json` says, or a PNG or WebP made by ComfyUI.',
    parameters: [WORKFLOW_NAME],
    body: { schema: { type: 'object' }, example: EXAMPLE_GRAPH },
    answers: { 200: json('Workflow', 'It was replaced.'), 201: json('Workflow', 'It is new.') },
    errors: {
      ...COMMON,
      400: ['invalid_request'],
      409: ['name_taken'],
      413: ['payload_too_large'],
      415: ['unsupported_media_type'],
      422: ['invalid_workflow', 'workflow_format_ui'],
    },
  },
  'DELETE /api/v2/workflows/{name}': {
    id: 'deleteWorkflow',
    tag: 'workflows',
    summary: 'Delete an uploaded workflow',
    parameters: [WORKFLOW_NAME],
    answers: { 204: answer('It is gone.') },
    errors: { ...COMMON, 404: ['not_found'] },
  },
  'POST /api/v2/workflows/{name}/jobs': {
    id: 'runWorkflow',
    tag: 'workflows',
    summary: 'Run a workflow',
    description: 'Takes all that a submission takes. The job tells the values that were used in `inputs`.',
    parameters: [WORKFLOW_NAME, ...SUBMIT_HEADERS],
    query: wire.DryRunQuery,
    body: { schema: ref('RunRequest'), example: { inputs: { prompt: 'a lighthouse at dusk' } } },
    answers: { ...JOB_MADE, ...DRY_RUN },
    errors: RUN_ERRORS,
  },
  'GET /api/v2/models': {
    id: 'listModelFolders',
    tag: 'comfyui',
    summary: 'List the folders of models',
    answers: { 200: json('ModelFolders', 'Names for `/api/v2/models/{folder}`.') },
    errors: { ...COMMON, ...UPSTREAM },
  },
  'GET /api/v2/models/{folder}': {
    id: 'listModels',
    tag: 'comfyui',
    summary: 'List the models of a folder',
    parameters: [named('folder', 'Such as `checkpoints`.')],
    answers: { 200: json('Models', 'File names.') },
    errors: OF_ONE,
  },
  'GET /api/v2/queue': {
    id: 'getQueue',
    tag: 'comfyui',
    summary: "Read ComfyUI's queue",
    answers: { 200: json('Queue', 'Running and pending prompts.') },
    errors: { ...COMMON, ...UPSTREAM },
  },
  'GET /api/v2/defaults': {
    id: 'getDefaults',
    tag: 'comfyui',
    summary: 'Read the defaults of workflows',
    answers: { 200: json('Defaults', 'Over all tiers.') },
    errors: COMMON,
  },
  'PATCH /api/v2/defaults': {
    id: 'setDefaults',
    tag: 'comfyui',
    summary: 'Change defaults',
    description: 'All of it or nothing. Models are checked against ComfyUI.',
    body: { schema: ref('DefaultsPatch'), example: { image: { steps: 30 }, persist: true } },
    answers: { 200: json('Defaults', 'As they are now.') },
    errors: {
      ...COMMON,
      ...UPSTREAM,
      400: ['invalid_request'],
      413: ['payload_too_large'],
      415: ['unsupported_media_type'],
      422: ['invalid_request'],
    },
  },
  'GET /api/v2/jobs/{id}/events': {
    id: 'getJobEvents',
    tag: 'events',
    summary: 'Watch a job',
    description:
      'First the state as it is, then live, up to the last `status`. A stream that resumes after `Last-Event-ID` misses no status and no output.',
    parameters: [
      JOB_ID,
      header('Last-Event-ID', 'Number of the last event received; EventSource sends it by itself.'),
      {
        name: 'starting_after',
        in: 'query',
        description: 'The same, for clients that cannot send the header.',
        schema: STRING,
      },
    ],
    answers: {
      200: answer('The stream.', EVENTS),
      204: answer('Nothing is left to tell: the job has ended, and its last event was received.'),
    },
    errors: { ...STREAM, 404: ['not_found'] },
    events: EVENT_SCHEMAS,
  },
  'GET /api/v2/events': {
    id: 'getEvents',
    tag: 'events',
    summary: 'Watch all jobs',
    description:
      'The same events of all jobs that the caller may see. Each payload names its `job_id`; there is no resume.',
    query: wire.EventsQuery,
    answers: { 200: answer('The stream.', EVENTS) },
    errors: STREAM,
    events: EVENT_SCHEMAS,
  },
  'GET /api/v2/assets': {
    id: 'listAssets',
    tag: 'assets',
    summary: 'List outputs and uploads, newest first',
    description:
      'Outputs of all jobs that the caller may see, and uploads, until they expire. A filter by job, workflow or session leaves only outputs.',
    query: wire.AssetListQuery,
    answers: { 200: json('AssetList', 'A page of assets.') },
    errors: { ...COMMON, 400: ['invalid_request'] },
  },
  'POST /api/v2/assets': {
    id: 'postAssets',
    tag: 'assets',
    summary: 'Upload a file',
    description:
      'Streamed; fields may stand before or after the file. What it is, is read from its bytes. The same bytes of the same caller are kept once.',
    form: wire.UploadFields,
    answers: {
      201: json('Asset', 'The bytes were new.'),
      200: json('Asset', 'The caller had these bytes already.'),
    },
    errors: {
      ...COMMON,
      ...UPSTREAM,
      409: ['hash_mismatch'],
      413: ['payload_too_large'],
      422: ['invalid_request'],
    },
  },
  'POST /api/v2/assets/from-hash': {
    id: 'assetFromHash',
    tag: 'assets',
    summary: 'Make an asset of bytes that are there',
    body: { schema: ref('FromHashRequest') },
    answers: {
      201: json('Asset', 'An asset with a new name.'),
      200: json('Asset', 'The asset that there was.'),
    },
    errors: {
      ...COMMON,
      ...UPSTREAM,
      400: ['invalid_request'],
      404: ['blob_not_found'],
      413: ['payload_too_large'],
      415: ['unsupported_media_type'],
      422: ['invalid_request'],
    },
  },
  'HEAD /api/v2/assets/by-hash/{hash}': {
    id: 'headAssetByHash',
    tag: 'assets',
    summary: 'Whether the caller has uploaded these bytes',
    parameters: [{ ...path('`blake3:<hex>`'), name: 'hash' }],
    answers: { 200: answer('They are there.') },
    errors: { ...COMMON, ...UPSTREAM, 404: ['blob_not_found'] },
  },
  'DELETE /api/v2/assets/{id}': {
    id: 'deleteAsset',
    tag: 'assets',
    summary: 'Delete an upload',
    description: 'Bytes that no other asset of the caller has are deleted with it.',
    parameters: [ASSET_ID],
    answers: { 204: answer('It is gone.') },
    errors: { ...OF_ONE, 409: ['asset_in_use'] },
  },
  'GET /api/v2/assets/{id}': {
    id: 'getAsset',
    tag: 'assets',
    summary: 'Read an asset record',
    description: 'Comes with a fresh link to the bytes.',
    parameters: [ASSET_ID],
    answers: { 200: json('Asset', 'The asset.') },
    errors: OF_ONE,
  },
  'GET /api/v2/assets/{id}/content': {
    id: 'getAssetContent',
    tag: 'assets',
    summary: 'Fetch the bytes of an asset',
    description: 'Takes a key, or a signed link (the `url` of an output or asset).',
    parameters: [ASSET_ID, RANGE],
    answers: {
      200: answer('All bytes.', BYTES, ACCEPT_RANGES),
      206: answer('The range that was asked for.', BYTES, {
        ...ACCEPT_RANGES,
        ...responseHeader('Content-Range', 'Which bytes, and of how many.'),
      }),
      304: answer('The bytes are those of `If-None-Match`.'),
    },
    errors: { ...OF_ONE, 404: ['not_found', 'output_unavailable'], 416: ['range_not_satisfiable'] },
  },
  'HEAD /api/v2/assets/{id}/content': {
    id: 'headAssetContent',
    tag: 'assets',
    summary: 'Size and type of an asset',
    parameters: [ASSET_ID],
    answers: {
      200: answer('The headers of a GET.', undefined, ACCEPT_RANGES),
      304: answer('The bytes are those of `If-None-Match`.'),
    },
    errors: { ...OF_ONE, 404: ['not_found', 'output_unavailable'] },
  },
  'GET /api/v2/assets/{id}/thumbnail': {
    id: 'getAssetThumbnail',
    tag: 'assets',
    summary: 'A small picture of a picture',
    description:
      'WebP, upright, never larger than the original. Takes a key, or a signed link (the `thumbnail_url` of an asset).',
    parameters: [ASSET_ID],
    query: wire.ThumbnailQuery,
    answers: {
      200: answer('The thumbnail.', { 'image/webp': { schema: { type: 'string', format: 'binary' } } }),
      304: answer('It is that of `If-None-Match`.'),
    },
    errors: {
      ...OF_ONE,
      400: ['invalid_request'],
      404: ['not_found', 'output_unavailable'],
      413: ['payload_too_large'],
      415: ['unsupported_media_type'],
    },
  },
  'GET /api/v2/health': {
    id: 'getHealth',
    tag: 'gateway',
    summary: 'Whether the gateway answers',
    answers: { 200: json('Health', 'It does.') },
  },
  'GET /healthz': {
    id: 'healthz',
    tag: 'gateway',
    summary: 'Whether the process answers',
    answers: { 200: json('Alive', 'It does.') },
  },
  'GET /readyz': {
    id: 'readyz',
    tag: 'gateway',
    summary: 'Whether jobs can run',
    answers: { 200: json('Ready', 'At least one ComfyUI is reachable.'), 503: json('Ready', 'None is.') },
  },
  'GET /openapi.json': {
    id: 'getOpenApi',
    tag: 'gateway',
    summary: 'This document',
    answers: { 200: answer('OpenAPI 3.1.', { 'application/json': { schema: { type: 'object' } } }) },
  },
};

function paths(): Json {
  const found: Record<string, Json> = {};
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const { id, tag, summary, description, body, form, answers, errors, events } = operation;
    const [method = '', path = ''] = route.split(' ');
    (found[path] ??= {})[method.toLowerCase()] = {
      operationId: id,
      tags: [tag],
      summary,
      ...(description && { description }),
      ...(!errors && { security: [] }),
      parameters: [...(operation.parameters ?? []), ...queryParameters(operation.query)],
      ...(body && { requestBody: { required: true, content: { 'application/json': body } } }),
      ...(form && { requestBody: { required: true, content: { 'multipart/form-data': fileForm(form) } } }),
      responses: { ...answers, ...mapValues(errors ?? {}, errorOf) },
      ...(events && { 'x-sse-events': events }),
    };
  }
  return found;
}

/** Fields of a form, as the texts that they are read from, and the file. */
function fileForm(fields: z.ZodObject): Json {
  const { properties, required, ...schema } = alone(
    z.toJSONSchema(fields, { io: 'input', override: simplify }),
  );
  const file = { type: 'string', format: 'binary', description: 'The bytes.' };
  return {
    schema: {
      ...schema,
      properties: { file, ...(properties as Json) },
      required: ['file', ...(required as string[]).filter((name) => name !== 'tags')],
    },
  };
}

function errorOf(codes: readonly ErrorCode[], status: string): Json {
  const description = codes.map((code) => `\`${code}\``).join(', ');
  return json('ErrorEnvelope', description, status === '429' || status === '503' ? RETRY_AFTER : undefined);
}

/** Parameters described by what their text is read as. */
function queryParameters(query: z.ZodObject | undefined): Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, member]) => {
    const { description, ...schema } = alone(z.toJSONSchema(member, { io: 'output', override: simplify }));
    const style = schema.type === 'array' ? { style: 'form', explode: false } : {};
    return Object.assign({ name, in: 'query' }, description && { description }, style, { schema });
  });
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  // As input: answers may get members later, so that none of them is closed in the document.
  return mapValues(z.toJSONSchema(registry, { io: 'input', uri, override: simplify }).schemas, alone);
}

/** Without what zod adds for documents that stand alone. */
function alone({ $schema: _schema, $id: _id, ...schema }: Json): Json {
  return schema;
}

/** Drops what says nothing: patterns beside formats, that JSON keys are strings, the bounds of safe integers. */
function simplify({ jsonSchema: schema }: { jsonSchema: Json }): void {
  if (schema.format !== undefined) delete schema.pattern;
  delete schema.propertyNames;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

function mapValues<T, U>(
  object: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
