/** The event routes: one job, and all jobs of the caller. */
import { Hono } from 'hono';
import { GatewayError } from '../errors.ts';
import type { Feed } from '../jobs/feed.ts';
import { isTerminal } from '../jobs/job.ts';
import type { JobService } from '../jobs/service.ts';
import { EventsQuery } from '../api/schemas.ts';
import type { AppContext, Env } from './context.ts';
import { parseQuery } from './parse.ts';
import type { Presenter } from './present.ts';
import { allEvents, jobEvents, RETRY } from './sse.ts';

export interface EventRouteDeps {
  service: JobService;
  feed: Feed;
  presenter: Presenter;
}

/** Streams that one instance holds at once. */
const MAX_STREAMS = 10_000;

export function eventRoutes({ service, feed, presenter }: EventRouteDeps): Hono<Env> {
  const routes = new Hono<Env>();
  const deps = { feed, presenter };

  routes.get('/jobs/:id/events', async (c) => {
    const after = resumeFrom(c);
    refuseTooMany(feed);
    try {
      const job = await service.get(c.var.caller, c.req.param('id'));
      // 204 is the one answer that stops EventSource from coming back.
      if (after !== undefined && isTerminal(job.status) && after >= job.seq) return c.body(null, 204);
      const viewer = { base: c.var.base, owner: c.var.caller.owner };
      return stream(c, jobEvents(deps, job, viewer, after));
    } catch (error) {
      // EventSource gives up for good on an error status; what passes must not look like one.
      if (error instanceof GatewayError && error.status < 500 && error.code !== 'rate_limited') throw error;
      return c.body(RETRY, 200, SSE_HEADERS);
    }
  });

  routes.get('/events', async (c) => {
    const { session_id: session } = parseQuery(EventsQuery, c);
    refuseTooMany(feed);
    const { caller, base } = c.var;
    const live = await service.live(caller, session);
    const viewer = { base, owner: caller.owner };
    const mine = (job: Parameters<JobService['mine']>[0]) =>
      service.mine(job, caller) !== null && (session === undefined || job.session === session);
    return stream(c, allEvents(deps, live, viewer, mine));
  });

  return routes;
}

const SSE_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // nginx would collect the stream otherwise.
  'x-accel-buffering': 'no',
};

function stream(c: AppContext, body: ReadableStream<Uint8Array>): Response {
  return c.body(body, 200, SSE_HEADERS);
}

function refuseTooMany(feed: Feed): void {
  if (feed.streams < MAX_STREAMS) return;
  throw new GatewayError(
    'too_many_streams',
    `${feed.streams} event streams are open, which is the limit. Close one, or poll the job.`,
    {
      retryAfterSeconds: 5,
    },
  );
}

/** The event number after which to go on: of EventSource's own header, else of the query. */
function resumeFrom(c: AppContext): number | undefined {
  const given = c.req.header('last-event-id') || c.req.query('starting_after');
  if (given === undefined) return undefined;
  const seq = Number(given);
  if (/^\d{1,15}$/.test(given)) return seq;
  throw new GatewayError(
    'invalid_request',
    `'${given.slice(0, 50)}' is no event id: it must be the 'id' of an event of this job, a whole number.`,
    {
      details: { field: 'Last-Event-ID', given: given.slice(0, 50) },
    },
  );
}
