/** Pages for people, and the document behind one of them. */
import { Hono } from 'hono';
import { openapiDocument } from '../api/openapi.ts';
import type { AppContext, Env } from './context.ts';
import { docsPage } from './docs.ts';
import { landingPage } from './landing.ts';

/** Version of the API document: that of the package. */
export const VERSION = '0.1.0';

export function pageRoutes(): Hono<Env> {
  const routes = new Hono<Env>();
  const documents = new Map<string, string>();

  routes.get('/', (c) => page(c, landingPage));
  routes.get('/docs', (c) => page(c, docsPage));
  routes.get('/openapi.json', (c) => {
    const serverUrl = c.var.base;
    let text = documents.get(serverUrl);
    if (text === undefined) {
      text = JSON.stringify(openapiDocument({ version: VERSION, serverUrl }));
      // Names that a client made up must not fill the memory.
      if (documents.size >= 16) documents.clear();
      documents.set(serverUrl, text);
    }
    return c.body(text, 200, { 'content-type': 'application/json' });
  });
  return routes;
}

/** A page whose one script and one style are known by a nonce: nothing that a job contains can run in it. */
function page(c: AppContext, make: (nonce: string) => string): Response {
  const nonce = crypto.randomUUID();
  c.header(
    'content-security-policy',
    `default-src 'none'; script-src 'nonce-${nonce}'; style-src 'nonce-${nonce}'; img-src * data: blob:; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
  );
  return c.html(make(nonce));
}
