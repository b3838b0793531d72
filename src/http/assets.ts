/** Asset records and their bytes. */
import { Hono } from 'hono';
import type { OutputAssets } from '../assets/outputs.ts';
import type { JobOutput } from '../jobs/job.ts';
import type { AppContext, Env } from './context.ts';
import { nameOf, type Presenter } from './present.ts';

export interface AssetRouteDeps {
  assets: OutputAssets;
  presenter: Presenter;
}

/** Headers of ComfyUI's answer that describe the bytes. */
const PASSED = ['content-length', 'content-range', 'accept-ranges', 'etag', 'last-modified'];

/** Types that a browser shows without running anything in them. */
const INERT = /^(?:image\/(?!svg)|video\/|audio\/|text\/plain|application\/json)/;

export function assetRoute({ assets, presenter }: AssetRouteDeps): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/assets/:id', async (c) => {
    const { job, output } = await assets.find(c.var.caller, c.req.param('id'));
    return c.json(presenter.asset(job, output, { base: c.var.base, owner: c.var.caller.owner }));
  });
  return routes;
}

/** Apart from the record, as it also takes a signed link. */
export function assetContentRoute({ assets }: AssetRouteDeps): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/assets/:id/content', async (c) => {
    const { job, output } = await assets.find(c.var.caller, c.req.param('id'));
    if (output.text !== undefined) return textContent(c, output, output.text);
    const { method, signal } = c.req.raw;
    const upstream = await assets.fetch(job, output, method, (name) => c.req.header(name), signal);
    const headers = contentHeaders(output);
    for (const name of PASSED) {
      const value = upstream.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    return new Response(upstream.body, { status: upstream.status, headers });
  });
  return routes;
}

/** Text lives in the record; it is small, but a range of it is still a range. */
function textContent(c: AppContext, output: JobOutput, text: string): Response {
  const bytes = new TextEncoder().encode(text);
  const headers = contentHeaders(output);
  headers['etag'] = `"${output.id}"`;
  headers['accept-ranges'] = 'bytes';
  if (c.req.header('if-none-match')?.includes(headers['etag']))
    return new Response(null, { status: 304, headers });
  const range = /^bytes=(\d*)-(\d*)$/.exec(c.req.header('range') ?? '');
  if (!range || (range[1] === '' && range[2] === '')) {
    headers['content-length'] = String(bytes.length);
    return new Response(bytes, { headers });
  }
  const start = range[1] === '' ? Math.max(bytes.length - Number(range[2]), 0) : Number(range[1]);
  const end =
    range[1] === '' || range[2] === '' ? bytes.length : Math.min(Number(range[2]) + 1, bytes.length);
  if (start >= end) {
    headers['content-range'] = `bytes */${bytes.length}`;
    return new Response(null, { status: 416, headers });
  }
  headers['content-range'] = `bytes ${start}-${end - 1}/${bytes.length}`;
  headers['content-length'] = String(end - start);
  return new Response(bytes.slice(start, end), { status: 206, headers });
}

/** A file of a ComfyUI is whatever a workflow made of it: what could run in our origin is only ever downloaded. */
function contentHeaders(output: JobOutput): Record<string, string> {
  const kind = INERT.test(output.contentType) ? 'inline' : 'attachment';
  return {
    'content-type': output.contentType === 'text/plain' ? 'text/plain; charset=utf-8' : output.contentType,
    'content-disposition': `${kind}; filename*=UTF-8''${encodeURIComponent(nameOf(output).toWellFormed()).replace(/['()*]/g, escapeMark)}`,
    'content-security-policy': "sandbox; default-src 'none'",
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  };
}

function escapeMark(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}
