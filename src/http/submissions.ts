/** What every submission has in common, whatever it runs: its headers, its options, and what is answered. */
import type * as wire from '../api/answers.ts';
import type * as requests from '../api/requests.ts';
import { memberText, type JsonObject } from '../comfyui/json.ts';
import { GatewayError, notFoundIsUndefined } from '../errors.ts';
import type { Feed } from '../jobs/feed.ts';
import type { Job } from '../jobs/job.ts';
import type { JobService } from '../jobs/service.ts';
import type { Submission, Submitted } from '../jobs/submission.ts';
import type { AppContext } from './context.ts';
import type { Presenter } from './present.ts';

export interface SubmissionsDeps {
  service: JobService;
  feed: Feed;
  presenter: Presenter;
  /** What a repeated `Idempotency-Key` gets: a refusal, or the first job. */
  idempotency: 'reject' | 'replay';
}

export type Submissions = ReturnType<typeof createSubmissions>;

/** Longest wait that `Prefer: wait=N` is granted, in seconds. */
const MAX_WAIT_S = 60;

export function createSubmissions({ service, feed, presenter, idempotency }: SubmissionsDeps) {
  function present(c: AppContext, job: Job): wire.Job {
    return presenter.job(job, feed.live(job.id), { base: c.var.base, owner: c.var.caller.owner });
  }

  /** A job by its links; of one that is not to be seen yet, only its id. */
  function reference(c: AppContext, id: string, job: Job | undefined): JsonObject {
    return job ? { id, urls: presenter.urls(job, { base: c.var.base, owner: c.var.caller.owner }) } : { id };
  }

  return {
    present,

    /** 201 with the job, when it has ended if `Prefer: wait=N` asks for that. */
    async answer(c: AppContext, submitted: Submitted): Promise<Response> {
      const { caller } = c.var;
      const waitSeconds = preferredWait(c);
      switch (submitted.outcome) {
        case 'created': {
          if (waitSeconds !== undefined) c.header('preference-applied', `wait=${waitSeconds}`);
          const job = await service.wait(submitted.job, (waitSeconds ?? 0) * 1000, c.req.raw.signal);
          return c.json(present(c, job), 201);
        }
        case 'repeated': {
          const first = await service.get(caller, submitted.jobId).catch(notFoundIsUndefined);
          if (idempotency === 'replay' && first) {
            c.header('idempotency-replayed', 'true');
            return c.json(present(c, first), 201);
          }
          throw new GatewayError(
            'idempotency_key_reuse',
            'This Idempotency-Key was used before. Keys are for one request: details.job is the job of the first; send a new key for a new job.',
            { details: { job: reference(c, submitted.jobId, first) } },
          );
        }
        case 'unknown':
          throw new GatewayError(
            'upstream_unreachable',
            `${submitted.error.message} Whether it has the job is not known yet: look at details.job before you submit again.`,
            {
              details: { job: reference(c, submitted.job.id, submitted.job) },
              retryAfterSeconds: 5,
              cause: submitted.error,
            },
          );
      }
    },
  };
}

/** The members that every submission may have. `text` is the whole body: what goes to ComfyUI keeps its digits. */
export function optionsOf(request: requests.SubmitOptions, text: string): Options {
  const { extra_data: extra, metadata, priority, session_id: session, timeout_ms: timeoutMs } = request;
  return {
    ...(extra?.api_key_comfy_org !== undefined && { apiKeyComfyOrg: extra.api_key_comfy_org }),
    ...(extra?.extra_pnginfo?.workflow !== undefined && { pngWorkflowText: pngWorkflowText(text) }),
    ...(metadata !== undefined && { metadata }),
    ...(priority !== undefined && { priority }),
    ...(session !== undefined && { session }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

type Options = Pick<
  Submission,
  'apiKeyComfyOrg' | 'pngWorkflowText' | 'metadata' | 'priority' | 'session' | 'timeoutMs'
>;

function pngWorkflowText(text: string): string {
  const extra = memberText(text, 'extra_data') ?? '{}';
  return memberText(memberText(extra, 'extra_pnginfo') ?? '{}', 'workflow') ?? '{}';
}

/** The `Idempotency-Key` header as part of a submission. */
export function idempotencyOf(c: AppContext): { idempotencyKey?: string } {
  const key = c.req.header('idempotency-key');
  if (key === undefined) return {};
  if (key.length >= 1 && key.length <= 255) return { idempotencyKey: key };
  throw new GatewayError(
    'invalid_request',
    `'Idempotency-Key' has ${key.length} characters; 1 to 255 are allowed.`,
    {
      details: { field: 'Idempotency-Key', given: key.length, allowed: '1 to 255 characters' },
    },
  );
}

/** Seconds of `Prefer: wait=N`; as a preference it is cut to the limit, and ignored if it is none. */
function preferredWait(c: AppContext): number | undefined {
  const seconds = /(?:^|[,;\s])wait="?(\d{1,9})"?(?:$|[,;\s])/.exec(c.req.header('prefer') ?? '')?.[1];
  return seconds === undefined ? undefined : Math.min(Number(seconds), MAX_WAIT_S);
}
