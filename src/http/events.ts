/** The event routes: one job, and all jobs of the caller. */
import { Hono } from 'hono';
import { GatewayError } from '../errors.ts';
import { startSpending, type CallBudget, type Spending } from '../jobs/budget.ts';
import type { Feed } from '../jobs/feed.ts';
import { isTerminal, type Job } from '../jobs/job.ts';
import { causes, type Log } from '../log.ts';
import { adaptiveDelays } from '../jobs/waiting.ts';
import type { Caller } from '../jobs/caller.ts';
import type { JobService } from '../jobs/service.ts';
import { polledEvents } from './sse-polled.ts';
import { EventsQuery } from '../api/requests.ts';
import type { AppContext, Env } from './context.ts';
import { parseQuery } from './parse.ts';
import type { Presenter } from './present.ts';
import { allEvents, jobEvents, RETRY, type EventStream } from './sse.ts';

export interface EventRouteDeps {
  service: JobService;
  feed: Feed;
  presenter: Presenter;
  log: Log;
  now: () => number;
  /** Where nothing wakes a stream: it looks for itself, within so many calls. */
  budget: CallBudget | undefined;
}

/** Streams that one instance holds at once, in all and of one key. */
const MAX_STREAMS = 10_000;
const MAX_STREAMS_PER_KEY = 2_500;

export function eventRoutes({ service, feed, presenter, log, now, budget }: EventRouteDeps): Hono<Env> {
  const routes = new Hono<Env>();
  const deps = { feed, presenter };
  const open = createStreamCounter();

  /** EventSource gives up for good on an error status; what passes must not look like one. */
  function comeBack(c: AppContext, error: unknown): Response {
    if (error instanceof GatewayError && error.status < 500 && error.code !== 'rate_limited') throw error;
    log('warn', 'stream_failed', { request_id: c.var.requestId, path: c.req.path, error: causes(error) });
    return c.body(RETRY, 200, SSE_HEADERS);
  }

  /**
   * Where to go on from `after`. Two who looked at once may have numbered the same event differently, and only one of
   * them wrote it: whoever comes with a number that is not in the record gets all of it again. Numbers of the future
   * are nobody's.
   */
  function startingPoint(job: Job, after: number | undefined): number | undefined {
    if (after === undefined || after > now() - job.createdAt) return after;
    return [...job.log, ...job.outputs].some(({ seq }) => seq === after) ? after : 0;
  }

  /** Live jobs, and once more those that were live the time before; as they were where no look is possible any more. */
  function lookAtAll(
    caller: Caller,
    session: string | undefined,
    { affordable, counted }: Spending,
  ): () => Promise<Job[]> {
    let before: Job[] = [];
    return async () => {
      const found = await service.live(caller, session);
      const ids = new Set(found.map(({ id }) => id));
      const jobs = [...found, ...before.filter(({ id }) => !ids.has(id))];
      const now: Job[] = [];
      for (const job of jobs) now.push(affordable() ? await counted(() => service.refresh(job)) : job);
      before = now.filter((job) => !isTerminal(job.status));
      return now;
    };
  }

  routes.get('/jobs/:id/events', async (c) => {
    const after = resumeFrom(c);
    open.refuseTooMany(c);
    const { affordable, counted } = startSpending(budget);
    try {
      const job = await counted(() => service.get(c.var.caller, c.req.param('id')));
      const from = budget ? startingPoint(job, after) : after;
      // 204 is the one answer that stops EventSource from coming back.
      if (from !== undefined && isTerminal(job.status) && from >= job.seq) return c.body(null, 204);
      const viewer = { base: c.var.base, owner: c.var.caller.owner };
      if (!budget) return open.stream(c, () => jobEvents(deps, job, viewer, from));
      let latest = job;
      const look = async () => [(latest = await counted(() => service.refresh(latest)))];
      const looking = { affordable, look, delays: adaptiveDelays, now };
      return open.stream(c, () => polledEvents(deps, looking, viewer, { after: from, all: false }));
    } catch (error) {
      return comeBack(c, error);
    }
  });

  routes.get('/events', async (c) => {
    const { session_id: session } = parseQuery(EventsQuery, c);
    open.refuseTooMany(c);
    const { caller, base } = c.var;
    const viewer = { base, owner: caller.owner };
    const mine = (job: Job) =>
      service.mine(job, caller) !== null && (session === undefined || job.session === session);
    if (budget) {
      const spending = startSpending(budget);
      const look = lookAtAll(caller, session, spending);
      const looking = { affordable: spending.affordable, look, delays: adaptiveDelays, now };
      return open.stream(c, () => polledEvents(deps, looking, viewer, { after: undefined, all: true }));
    }
    let begin: ((jobs: readonly Job[]) => void) | undefined;
    const response = open.stream(c, () => {
      const all = allEvents(deps, viewer, mine);
      begin = all.begin;
      return all;
    });
    if (!begin) return response;
    try {
      begin(await service.live(caller, session));
    } catch (error) {
      await response.body?.cancel();
      return comeBack(c, error);
    }
    return response;
  });

  return routes;
}

const SSE_HEADERS = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  // nginx would collect the stream otherwise.
  'x-accel-buffering': 'no',
};

/** Counts the open streams, in all and of each owner, so that no key can take the room of the others. */
function createStreamCounter() {
  const byOwner = new Map<string, number>();
  let total = 0;

  function count(owner: string, change: 1 | -1): void {
    total += change;
    const mine = (byOwner.get(owner) ?? 0) + change;
    if (mine === 0) byOwner.delete(owner);
    else byOwner.set(owner, mine);
  }

  return {
    refuseTooMany(c: AppContext): void {
      const { owner, admin } = c.var.caller;
      const mine = byOwner.get(owner) ?? 0;
      if (total < MAX_STREAMS && (admin || mine < MAX_STREAMS_PER_KEY)) return;
      throw new GatewayError(
        'too_many_streams',
        `${mine} event streams of yours are open (${total} in all), which is the limit. Close one, or poll the job.`,
        { retryAfterSeconds: 5 },
      );
    },

    stream(c: AppContext, make: () => EventStream): Response {
      // A HEAD request has no body, so nobody would ever end its stream.
      if (c.req.raw.method === 'HEAD') return c.body(null, 200, SSE_HEADERS);
      const { owner } = c.var.caller;
      const { body, over } = make();
      count(owner, 1);
      void over.then(() => count(owner, -1));
      return c.body(body, 200, SSE_HEADERS);
    },
  };
}

/** The event number after which to go on: of EventSource's own header, else of the query. */
function resumeFrom(c: AppContext): number | undefined {
  const header = c.req.header('last-event-id');
  if (header !== undefined && EVENT_ID.test(header)) return Number(header);
  // A header that is no id of ours is ignored: an error would stop EventSource for good.
  const given = c.req.query('starting_after');
  if (given === undefined || given === '') return undefined;
  if (EVENT_ID.test(given)) return Number(given);
  const shown = given.slice(0, 50);
  throw new GatewayError(
    'invalid_request',
    `'starting_after' is no event id: given '${shown}', allowed is the 'id' of an event of this job, a whole number.`,
    { details: { field: 'starting_after', given: shown } },
  );
}

const EVENT_ID = /^\d{1,15}$/;
