/** The job routes of REST v2, and our additions to them. */
import { Hono } from 'hono';
import type * as wire from '../api/answers.ts';
import * as requests from '../api/requests.ts';
import { memberText, parseLossless, type JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';
import type { Runs } from '../jobs/runs.ts';
import type { JobService } from '../jobs/service.ts';
import type { Submission } from '../jobs/submission.ts';
import type { BodyReader } from './body.ts';
import type { Env } from './context.ts';
import { parseBody, parseQuery } from './parse.ts';
import { presentDryRun } from './present-workflow.ts';
import { idempotencyOf, optionsOf, type Submissions } from './submissions.ts';

export interface JobRouteDeps {
  service: JobService;
  runs: Runs;
  bodies: BodyReader;
  submissions: Submissions;
}

export function jobRoutes({ service, runs, bodies, submissions }: JobRouteDeps): Hono<Env> {
  const routes = new Hono<Env>();
  const { present } = submissions;

  routes.post('/jobs', async (c) => {
    const { dry_run: dry } = parseQuery(requests.DryRunQuery, c);
    const { text, body } = await bodies.json(c);
    const submission = { ...parseSubmission(text, body), ...idempotencyOf(c) };
    if (dry) return c.json(presentDryRun(await runs.dryRun(submission)));
    return submissions.answer(c, await service.submit(c.var.caller, submission));
  });

  routes.post('/jobs/:id/regenerate', async (c) => {
    const { text, body } = await bodies.json(c, 'optional');
    const request = parseBody(requests.RegenerateRequest, body);
    const exact = parseLossless(text) as JsonObject;
    const ran = await runs.regenerate(
      c.var.caller,
      c.req.param('id'),
      { seed: exact['seed'], overrides: (exact['overrides'] ?? {}) as JsonObject },
      { ...optionsOf(request, text), ...idempotencyOf(c) },
    );
    return submissions.answer(c, ran);
  });

  routes.get('/jobs', async (c) => {
    const query = parseQuery(requests.JobListQuery, c);
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
    const { wait = 0 } = parseQuery(requests.JobQuery, c);
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
  const request = parseBody(requests.SubmitRequest, { ...body, workflow: {} });
  return {
    graphText: memberText(text, 'workflow') ?? '',
    graph: body['workflow'],
    ...optionsOf(request, text),
  };
}
