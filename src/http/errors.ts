/** Every refusal and fault in the v2 envelope, unknown routes and wrong methods included. */
import type { Hono } from 'hono';
import { GatewayError, toEnvelope } from '../errors.ts';
import { causes, type Log } from '../log.ts';
import type { AppContext, Env } from './context.ts';

/** Answers with an error, and logs what is not the caller's doing. */
export function answerError(c: AppContext, error: unknown, log: Log): Response {
  const known = error instanceof GatewayError;
  const status = known ? error.status : 500;
  if (status >= 500) {
    const { requestId } = c.var;
    const fields = { request_id: requestId, method: c.req.method, path: c.req.path, error: causes(error) };
    log(known ? 'warn' : 'error', 'request_failed', fields);
  }
  const headers: Record<string, string> = { 'cache-control': 'no-store' };
  if (known && error.retryAfterSeconds !== undefined)
    headers['retry-after'] = String(error.retryAfterSeconds);
  if (status === 401) headers['www-authenticate'] = 'Bearer realm="comfygate"';
  if (known && Array.isArray(error.details?.['allowed_methods']))
    headers['allow'] = error.details['allowed_methods'].join(', ');
  return c.json(toEnvelope(error), status as 400, headers);
}

/** Tells a wrong method (405) from an unknown path (404). Made once, when all routes are there. */
export function createNotFound(app: Hono<Env>): (c: AppContext) => never {
  const routes = app.routes
    .filter(({ method }) => method !== 'ALL')
    .map(({ method, path }) => ({
      method,
      pattern: new RegExp(`^${path.replace(/[.]/g, '\\.').replace(/:[A-Za-z]+/g, '[^/]+')}$`),
    }));
  return (c) => {
    const { path, method } = c.req;
    const allowed = new Set(routes.filter(({ pattern }) => pattern.test(path)).map((route) => route.method));
    if (allowed.has('GET')) allowed.add('HEAD');
    if (allowed.size === 0) {
      throw new GatewayError(
        'not_found',
        `There is nothing at '${path.slice(0, 200)}'. GET /docs lists all routes.`,
      );
    }
    throw new GatewayError(
      'method_not_allowed',
      `'${path}' does not take ${method}; it takes ${[...allowed].join(', ')}.`,
      {
        details: { allowed_methods: [...allowed] },
      },
    );
  };
}
