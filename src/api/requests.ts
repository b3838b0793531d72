/**
 * What comes in over REST: Comfy API v2 as specified, plus our additions. Routes parse with these schemas, and the OpenAPI document is
 * made from them. Unknown members are ignored and null counts as absent. Every `error` text says what is allowed, in words that
 * complete "allowed is …": describeIssues (issues.ts) relies on it.
 */
import * as z from 'zod';
import { JobStatus } from './answers.ts';

/** Longest `metadata`, in UTF-8 bytes. */
const MAX_METADATA_BYTES = 1024;

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
export function splitList(list: string): string[] {
  return list.split(',').map((item) => item.trim());
}
