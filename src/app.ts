/** The HTTP surface as a table of contents: middleware, then routes. */
import { Hono, type MiddlewareHandler } from 'hono';
import { cors } from 'hono/cors';
import type { Links } from './assets/links.ts';
import { createListing } from './assets/listing.ts';
import type { OutputAssets } from './assets/outputs.ts';
import type { AssetRegistry } from './assets/registry.ts';
import type { Thumbnails } from './assets/thumbnails.ts';
import type { Places } from './assets/places.ts';
import type { Receiver } from './assets/receive.ts';
import type { Uploads } from './assets/uploads.ts';
import type { Config } from './config.ts';
import { assetContentRoute, assetRoutes, assetThumbnailRoute } from './http/assets.ts';
import { authenticate } from './http/auth.ts';
import { createBodyReader } from './http/body.ts';
import type { Env } from './http/context.ts';
import { answerError, createNotFound } from './http/errors.ts';
import { eventRoutes } from './http/events.ts';
import { apiHealthRoute, healthRoutes } from './http/health.ts';
import { jobRoutes } from './http/jobs.ts';
import { checkOrigin } from './http/origin.ts';
import { pageRoutes } from './http/pages.ts';
import type { Presenter } from './http/present.ts';
import { createSubmissions } from './http/submissions.ts';
import { upstreamRoutes } from './http/upstream.ts';
import { workflowRoutes } from './http/workflows.ts';
import { uploadContentRoute, uploadRoutes } from './http/uploads.ts';
import type { Backend } from './jobs/backend.ts';
import type { CallBudget } from './jobs/budget.ts';
import type { Feed } from './jobs/feed.ts';
import type { DefaultsService } from './jobs/defaults.ts';
import type { Runs } from './jobs/runs.ts';
import type { JobService } from './jobs/service.ts';
import type { Upstream } from './jobs/upstream.ts';
import type { Log } from './log.ts';
import { mcpRoute } from './mcp/route.ts';
import type { ServerFor } from './mcp/server.ts';
import type { Catalogue } from './workflows/catalogue.ts';
import type { Descriptions } from './workflows/descriptions.ts';

export interface AppDeps {
  config: Config;
  service: JobService;
  catalogue: Catalogue;
  descriptions: Descriptions;
  runs: Runs;
  defaults: DefaultsService;
  upstream: Upstream;
  feed: Feed;
  assets: OutputAssets;
  registry: AssetRegistry;
  thumbnails: Thumbnails;
  uploads: Uploads;
  receiver: Receiver;
  places: Places;
  presenter: Presenter;
  links: Links;
  backends: () => readonly Backend[];
  mcp: ServerFor;
  newId: () => string;
  now: () => number;
  log: Log;
  /** Where nothing runs between requests, streams look for themselves, within so many calls to ComfyUI. */
  budget: CallBudget | undefined;
}

export function createApp(deps: AppDeps): Hono<Env> {
  const {
    config,
    service,
    feed,
    assets,
    registry,
    thumbnails,
    uploads,
    receiver,
    places,
    presenter,
    links,
    backends,
    now,
    log,
    budget,
  } = deps;
  const { catalogue, descriptions, runs, defaults, upstream, mcp, newId } = deps;
  const app = new Hono<Env>();
  const withKey = authenticate(config.apiKeys, links);
  const withKeyOrLink = authenticate(config.apiKeys, links, { link: true });

  app.onError((error, c) => answerError(c, error, log));
  app.use(everyAnswer);
  app.route('/', healthRoutes(backends, now));
  app.use(checkOrigin(config, log));
  if (config.corsOrigins.length > 0) app.use(crossOrigin(config.corsOrigins));
  app.route('/', apiHealthRoute(backends));
  app.route('/', pageRoutes());

  app.use('/api/v2/jobs/:id/events', withKeyOrLink);
  app.use('/api/v2/events', withKey);
  app.route('/api/v2', eventRoutes({ service, feed, presenter, log, now, budget }));

  app.use('/api/v2/assets/:id/content', withKeyOrLink);
  app.route('/api/v2', uploadContentRoute({ uploads, places }));
  app.route('/api/v2', assetContentRoute(assets));
  app.use('/api/v2/assets/:id/thumbnail', withKeyOrLink);
  app.route('/api/v2', assetThumbnailRoute(thumbnails));

  app.use('/api/v2/*', withKey);
  const bodies = createBodyReader(config.maxBodyBytes);
  const submissions = createSubmissions({ service, feed, presenter, idempotency: config.idempotency });
  app.route('/api/v2', jobRoutes({ service, runs, bodies, submissions }));
  app.route(
    '/api/v2',
    workflowRoutes({
      catalogue,
      descriptions,
      runs,
      bodies,
      submissions,
      withKeys: config.apiKeys.length > 0,
    }),
  );
  app.route('/api/v2', upstreamRoutes({ upstream, defaults, bodies }));
  app.route('/api/v2', uploadRoutes({ uploads, receiver, outputs: assets, presenter, bodies, config }));
  app.route('/api/v2', assetRoutes({ registry, listing: createListing(registry, uploads), presenter }));

  app.use('/mcp', withKey);
  app.route('/', mcpRoute({ serverFor: mcp, readText: bodies.text, newId }));

  app.notFound(createNotFound(app));
  return app;
}

/** A request id for the log, and headers that every answer has. */
const everyAnswer: MiddlewareHandler<Env> = (c, next) => {
  const id = crypto.randomUUID();
  c.set('requestId', id);
  c.header('x-request-id', id);
  c.header('x-content-type-options', 'nosniff');
  c.header('referrer-policy', 'no-referrer');
  c.header('x-frame-options', 'DENY');
  // Answers carry signed links; what may be kept says so itself.
  c.header('cache-control', 'no-store');
  return next();
};

/** Allowed pages get every answer with the headers that the official proxy's clients look for, errors included. */
function crossOrigin(origins: readonly string[]): MiddlewareHandler {
  const any = origins.includes('*');
  const allowHeaders = [
    'authorization',
    'content-type',
    'idempotency-key',
    'last-event-id',
    'mcp-method',
    'mcp-name',
    'mcp-protocol-version',
    'mcp-session-id',
    'prefer',
    'range',
  ];
  const preflight = cors({
    origin: any ? '*' : [...origins],
    allowMethods: ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'],
    allowHeaders,
    exposeHeaders: EXPOSED,
    credentials: !any,
    maxAge: 600,
  });
  return (c, next) => {
    if (c.req.header('origin') !== undefined)
      c.header('access-control-allow-headers', allowHeaders.join(', '));
    return preflight(c, next);
  };
}

/** Headers that a page of another origin may read. */
const EXPOSED = [
  'accept-ranges',
  'content-disposition',
  'content-length',
  'content-range',
  'etag',
  'idempotency-replayed',
  'mcp-session-id',
  'preference-applied',
  'retry-after',
  'x-request-id',
];
