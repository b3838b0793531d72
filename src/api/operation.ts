/** What the operations of the OpenAPI document are made of: their form, the schemas that they name, answers and errors that many share. */
import type * as z from 'zod';
import type { ErrorCode } from '../errors.ts';
import * as wire from './answers.ts';
import * as requests from './requests.ts';

export type Json = Record<string, unknown>;
export type Method = 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
export type Tag = 'jobs' | 'workflows' | 'events' | 'assets' | 'comfyui' | 'gateway';
export type SchemaName = keyof typeof SCHEMAS;
/** Error codes by status. */
export type Errors = Readonly<Record<number, readonly ErrorCode[]>>;

export interface Operation {
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

/** Operations by method and path. */
export type Operations = Readonly<Record<`${Method} /${string}`, Operation>>;

/** Schemas that the document has by name; all others are inlined. */
export const SCHEMAS = {
  SubmitRequest: requests.SubmitRequest,
  RunRequest: requests.RunRequest,
  RegenerateRequest: requests.RegenerateRequest,
  DefaultsPatch: requests.DefaultsPatch,
  ExtraData: requests.ExtraData,
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
  FromHashRequest: requests.FromHashRequest,
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

export const STRING = { type: 'string' };
export const ref = (name: SchemaName) => ({ $ref: `#/components/schemas/${name}` });
export const path = (what: string) => ({
  name: 'id',
  in: 'path',
  required: true,
  description: what,
  schema: STRING,
});
export const header = (name: string, description: string, schema: Json = STRING) => ({
  name,
  in: 'header',
  description,
  schema,
});
export const answer = (description: string, content?: Json, headers?: Json) => ({
  description,
  ...(headers && { headers }),
  ...(content && { content }),
});
export const json = (name: SchemaName, description: string, headers?: Json) =>
  answer(description, { 'application/json': { schema: ref(name) } }, headers);
export const named = (name: string, what: string) => ({ ...path(what), name });
export const SUBMIT_HEADERS = [
  header(
    'Idempotency-Key',
    'Makes sending again safe: `idempotency_key_reuse` then names the first job in `details.job`.',
    { type: 'string', minLength: 1, maxLength: 255 },
  ),
  header('Prefer', '`wait=N` answers when the job has ended, or after N seconds (at most 60).'),
];
export const COMMON = {
  401: ['unauthorized'],
  403: ['forbidden', 'forbidden_origin'],
  429: ['rate_limited'],
  500: ['internal_error'],
  503: ['storage_unavailable'],
} satisfies Errors;
export const UPSTREAM = {
  502: ['upstream_error'],
  503: ['upstream_unreachable', 'storage_unavailable'],
} satisfies Errors;
export const OF_ONE = { ...COMMON, 404: ['not_found'], ...UPSTREAM } satisfies Errors;
export const responseHeader = (name: string, description: string, schema: Json = STRING) => ({
  [name]: { description, schema },
});
/** The smallest graph that gives a picture on every ComfyUI, without any model. */
export const EXAMPLE_GRAPH = {
  '1': { class_type: 'EmptyImage', inputs: { width: 512, height: 512, batch_size: 1, color: 3368601 } },
  '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'comfygate' } },
};
export const JOB_MADE = {
  201: json(
    'Job',
    'The job.',
    responseHeader(
      'Idempotency-Replayed',
      '`true` if the gateway is set to replay and this is the first job.',
    ),
  ),
};
export const DRY_RUN = { 200: json('DryRun', 'With `dry_run`: what a submission would meet.') };
export const SUBMIT_ERRORS = {
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
export const RUN_ERRORS = { ...SUBMIT_ERRORS, 404: ['not_found'] } satisfies Errors;
