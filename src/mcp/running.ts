/** What becomes of a submission, in one form for every tool that makes one: workflow tools, `run_workflow`, `regenerate`. */
import type { AssetRecord, AssetRegistry } from '../assets/registry.ts';
import type { Thumbnails } from '../assets/thumbnails.ts';
import type { JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';
import { toBase64, type Feed } from '../jobs/feed.ts';
import { isTerminal, type Job } from '../jobs/job.ts';
import type { Ran } from '../jobs/runs.ts';
import { badArgument } from './arguments.ts';
import type { Arguments, Answer, Field, ToolContext } from './tool.ts';
import { MAX_WAIT_S, type WaitFor } from './waiting.ts';
import { assetWords, fileOf, messageOf, seedStatus, viewerOf } from './words.ts';

/** Wait of tools that were not told how long, in seconds. */
export const USUAL_WAIT_S = 30;

/** Limits of a preview that comes with the result. */
const PREVIEW = { maxDim: 256, maxBase64Chars: 100_000 };

/** Without a usual time it depends on the workflow. */
export const waitField = (seconds?: number): Field => ({
  name: 'wait_seconds',
  type: 'number',
  description: 'Seconds to wait for the result.',
  ...(seconds !== undefined && { default: seconds }),
  minimum: 0,
  maximum: MAX_WAIT_S,
});

export const SESSION_FIELD: Field = {
  name: 'session_id',
  type: 'string',
  description: "Session the job belongs to; 'current' or absent: this one.",
};

export const PREVIEW_FIELD: Field = {
  name: 'return_inline_preview',
  type: 'boolean',
  description: 'Adds a small preview as base64.',
  default: false,
};

export interface RunningDeps {
  feed: Feed;
  registry: Pick<AssetRegistry, 'ofJob'>;
  thumbnails: Pick<Thumbnails, 'get'>;
  waitFor: WaitFor;
}

export type Running = ReturnType<typeof createRunning>;

export function createRunning({ feed, registry, thumbnails, waitFor }: RunningDeps) {
  async function finished(
    records: readonly AssetRecord[],
    preview: boolean,
    context: ToolContext,
  ): Promise<JsonObject> {
    const assets = records.map((record) => {
      const words = assetWords(record);
      return record.output.kind === 'image' ? { ...words, image_url: record.url } : words;
    });
    const image = records.find(({ output }) => output.kind === 'image');
    return { ...assets[0], assets, ...(preview && image && (await inline(image.id, context))) };
  }

  /** A preview is a courtesy: the result does without one that cannot be made. */
  async function inline(assetId: string, { caller }: ToolContext): Promise<JsonObject> {
    try {
      const { bytes, contentType } = await thumbnails.get(caller, assetId, PREVIEW);
      return { inline_preview_base64: toBase64(bytes), inline_preview_mime_type: contentType };
    } catch {
      return {};
    }
  }

  return {
    /** Waits as long as was asked, and tells how far the job is. `more` comes on top. */
    async answer(
      tool: string,
      ran: Ran,
      { wait, preview }: { wait: number; preview: boolean },
      context: ToolContext,
      more: JsonObject = {},
    ): Promise<Answer> {
      const submitted = jobOf(ran);
      // A client that breaks off while it waits knows what to ask for later.
      if (wait > 0)
        await context.note?.('The job was submitted.', identity(submitted)).catch(() => undefined);
      const job = await waitFor(submitted, wait, context);
      const content = {
        ...identity(job),
        message: messageOf(job, feed.live(job.id)),
        tool,
        workflow_id: job.workflow ?? null,
      };
      if (!isTerminal(job.status)) {
        const message = wait > 0 ? `${content.message} ${ASK_AGAIN}` : NOT_WAITED;
        return { content: { ...content, message, ...more } };
      }
      if (job.status !== 'succeeded') return failure(job, { ...content, ...more });
      const records = await registry.ofJob(job, viewerOf(context));
      const files = records.map(fileOf);
      return { content: { ...content, ...(await finished(records, preview, context)), ...more }, files };
    },
  };
}

/** The words of seed A, which agents of it know. */
const NOT_WAITED = 'Job created successfully. Use query_job_status to check progress.';
const ASK_AGAIN = 'Call get_job with this job_id and wait_seconds to wait on.';

/** A job that ended otherwise than it should: the error of ComfyUI, with whatever else is known. */
export function failure(job: Job, content: JsonObject): Answer {
  const status = seedStatus(job);
  const code = job.error?.code ?? status;
  const details = {
    job_id: job.id,
    status,
    node_id: job.error?.nodeId ?? null,
    class_type: job.error?.classType ?? null,
  };
  const message = job.error?.message ?? messageOf(job, undefined);
  return { content: { ...content, error: { code, message, details } }, failed: true };
}

/** The two names of a job's id, and its status. */
export function identity(job: Job): { job_id: string; prompt_id: string; status: string } {
  return { job_id: job.id, prompt_id: job.id, status: seedStatus(job) };
}

/** The session that an argument names. Throws if it means one that this connection does not have. */
export function sessionOf(args: Arguments, { session }: ToolContext): string | undefined {
  const given = args['session_id'] as string | undefined;
  if (given === undefined) return session;
  if (given === 'current') {
    if (session !== undefined) return session;
    throw badArgument(
      'session_id',
      'not_in_list',
      "'session_id' cannot be 'current' here, as this client has no session; give one of your own making, such as 'poster-3'",
    );
  }
  if (/^[\x20-\x7e]{1,128}$/.test(given)) return given;
  const reason = given.length > 128 ? 'too_big' : 'wrong_type';
  throw badArgument('session_id', reason, "'session_id' must have 1 to 128 printable ASCII characters");
}

function jobOf(ran: Ran): Job {
  switch (ran.outcome) {
    case 'created':
      return ran.job;
    case 'unknown':
      throw new GatewayError(
        'upstream_unreachable',
        `${ran.error.message} Whether it has the job is not known yet: look with get_job before you try again.`,
        { details: { job_id: ran.job.id }, cause: ran.error },
      );
    case 'repeated':
      throw new Error('a submission without a key was taken for a repeated one');
  }
}
