/** Pages for people, and the document behind one of them. */
import { Hono } from 'hono';
import { openapiDocument } from '../api/openapi.ts';
import { VERSION } from '../version.ts';
import type { AppContext, Env } from './context.ts';
import { docsCsp, docsPage } from './docs.ts';
import { landingCsp, landingPage } from './landing.ts';

export function pageRoutes(): Hono<Env> {
  const routes = new Hono<Env>();
  const documents = new Map<string, string>();

  routes.get('/', (c) => page(c, landingPage, landingCsp));
  routes.get('/docs', (c) => page(c, docsPage, docsCsp));
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

/** A page whose script and style are known by a nonce: nothing that a job contains can run in it. */
function page(c: AppContext, make: (nonce: string) => string, policy: (nonce: string) => string): Response {
  const nonce = crypto.randomUUID();
  c.header('content-security-policy', policy(nonce));
  return c.html(make(nonce));
}
