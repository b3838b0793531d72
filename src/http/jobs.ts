/** The job routes of REST v2, and our additions to them. */
import { Hono } from 'hono';
import * as wire from '../api/schemas.ts';
import { memberText, type JsonObject } from '../comfyui/json.ts';
import { GatewayError, notFoundIsUndefined } from '../errors.ts';
import type { Feed } from '../jobs/feed.ts';
import type { Job } from '../jobs/job.ts';
import type { JobService } from '../jobs/service.ts';
import type { Submission, Submitted } from '../jobs/submission.ts';
import { createJsonBodyReader } from './body.ts';
import type { AppContext, Env } from './context.ts';
import { parseQuery, refusal } from './parse.ts';
import type { Presenter } from '../assets/present.ts';

export interface JobRouteDeps {
  service: JobService;
  feed: Feed;
  presenter: Presenter;
  maxBodyBytes: number;
  /** What a repeated `Idempotency-Key` gets: a refusal, or the first job. */
  idempotency: 'reject' | 'replay';
}

/** Longest wait that `Prefer: wait=N` is granted, in seconds. */
const MAX_WAIT_S = 60;

export function jobRoutes({ service, feed, presenter, maxBodyBytes, idempotency }: JobRouteDeps): Hono<Env> {
  const routes = new Hono<Env>();
  const readBody = createJsonBodyReader(maxBodyBytes);

  function present(c: AppContext, job: Job): wire.Job {
    return presenter.job(job, feed.live(job.id), { base: c.var.base, owner: c.var.caller.owner });
  }

  routes.post('/jobs', async (c) => {
    const key = idempotencyKeyOf(c);
    const { text, body } = await readBody(c);
    const submission = { ...parseSubmission(text, body), ...(key !== undefined && { idempotencyKey: key }) };
    const waitSeconds = preferredWait(c);
    const submitted = await service.submit(c.var.caller, submission);
    return answer(c, submitted, waitSeconds);
  });

  async function answer(
    c: AppContext,
    submitted: Submitted,
    waitSeconds: number | undefined,
  ): Promise<Response> {
    const { caller } = c.var;
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
  }

  /** A job by its links; of one that is not to be seen yet, only its id. */
  function reference(c: AppContext, id: string, job: Job | undefined): JsonObject {
    return job ? { id, urls: presenter.urls(job, { base: c.var.base, owner: c.var.caller.owner }) } : { id };
  }

  routes.get('/jobs', async (c) => {
    const query = parseQuery(wire.JobListQuery, c);
    const { status, workflow, session_id: session } = query;
    const filter = {
      ...(status !== undefined && status.length > 0 && { statuses: status }),
      ...(workflow !== undefined && { workflow }),
      ...(session !== undefined && { session }),
    };
    const page = await service.list(c.var.caller, filter, query.limit, query.cursor);
    if (!page) {
      const given = query.cursor?.slice(0, 50);
      throw new GatewayError(
        'invalid_request',
        `'cursor' is not valid: given '${given}', allowed is 'next_cursor' of an earlier page.`,
        { details: { field: 'cursor', given } },
      );
    }
    const { jobs, next } = page;
    const list: wire.JobList = {
      jobs: jobs.map((job) => present(c, job)),
      truncated: next !== null,
      next_cursor: next,
    };
    return c.json(list);
  });

  routes.get('/jobs/:id', async (c) => {
    const job = await service.get(c.var.caller, c.req.param('id'));
    if (c.req.query('wait') === undefined) return c.json(present(c, job));
    const { wait = 0 } = parseQuery(wire.JobQuery, c);
    return c.json(present(c, await service.wait(job, wait * 1000, c.req.raw.signal)));
  });

  routes.get('/jobs/:id/workflow', async (c) => {
    const text = await service.graph(c.var.caller, c.req.param('id'));
    // The text itself: parsing and writing it again would round large numbers.
    return c.body(`{"workflow":${text},"format":"api"}`, 200, { 'content-type': 'application/json' });
  });

  routes.post('/jobs/:id/cancel', async (c) =>
    c.json(present(c, await service.cancel(c.var.caller, c.req.param('id')))),
  );

  routes.delete('/jobs/:id', async (c) => {
    await service.delete(c.var.caller, c.req.param('id'));
    return c.body(null, 204);
  });

  return routes;
}

/** The body of a submission, checked; faults get the codes that the official proxy gives them. */
function parseSubmission(text: string, body: JsonObject): Submission {
  for (const name of ['webhook_url', 'inputs']) {
    if (body[name] !== undefined && body[name] !== null) {
      throw new GatewayError(
        'invalid_workflow',
        `'${name}' cannot be given here: it is reserved. Leave it out.`,
        {
          details: { field: name },
        },
      );
    }
  }
  const parsed = wire.SubmitRequest.safeParse({ ...body, workflow: {} });
  if (!parsed.success) {
    const closed = parsed.error.issues.some((issue) => issue.path[0] === 'extra_data');
    throw refusal(parsed.error, body, closed ? 400 : 422);
  }
  const { extra_data: extra, metadata, priority, session_id: session, timeout_ms: timeoutMs } = parsed.data;
  return {
    graphText: memberText(text, 'workflow') ?? '',
    graph: body['workflow'],
    ...(extra?.api_key_comfy_org !== undefined && { apiKeyComfyOrg: extra.api_key_comfy_org }),
    ...(extra?.extra_pnginfo?.workflow !== undefined && { pngWorkflowText: pngWorkflowText(text) }),
    ...(metadata !== undefined && { metadata }),
    ...(priority !== undefined && { priority }),
    ...(session !== undefined && { session }),
    ...(timeoutMs !== undefined && { timeoutMs }),
  };
}

function pngWorkflowText(text: string): string {
  const extra = memberText(text, 'extra_data') ?? '{}';
  return memberText(memberText(extra, 'extra_pnginfo') ?? '{}', 'workflow') ?? '{}';
}

function idempotencyKeyOf(c: AppContext): string | undefined {
  const key = c.req.header('idempotency-key');
  if (key === undefined || (key.length >= 1 && key.length <= 255)) return key;
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
