/** Asset records and their bytes. */
import { Hono } from 'hono';
import * as wire from '../api/schemas.ts';
import type { Listing } from '../assets/listing.ts';
import type { OutputAssets } from '../assets/outputs.ts';
import { isRange } from '../assets/range.ts';
import { nameOf, type AssetRegistry } from '../assets/registry.ts';
import type { Thumbnails } from '../assets/thumbnails.ts';
import type { JobOutput } from '../jobs/job.ts';
import { answerBytes, unsatisfiable } from './bytes.ts';
import type { AppContext, Env } from './context.ts';
import { parseQuery } from './parse.ts';
import type { Presenter } from './present.ts';

/** Headers of ComfyUI's answer that describe the bytes. */
const PASSED = ['content-length', 'content-range', 'accept-ranges', 'etag', 'last-modified'];

/** Types that a browser shows without running anything in them. */
const INERT = /^(?:image\/(?!svg)|video\/|audio\/|text\/plain|application\/json)/;

export function assetRoutes({
  registry,
  listing,
  presenter,
}: {
  registry: AssetRegistry;
  listing: Listing;
  presenter: Presenter;
}): Hono<Env> {
  const routes = new Hono<Env>();
  const viewerOf = (c: AppContext) => ({ base: c.var.base, owner: c.var.caller.owner });

  routes.get('/assets', async (c) => {
    const {
      job_id: jobId,
      workflow,
      session_id: session,
      media_type: mediaType,
      source,
      limit,
      cursor,
    } = parseQuery(wire.AssetListQuery, c);
    const query = {
      ...(jobId !== undefined && { jobId }),
      ...(workflow !== undefined && { workflow }),
      ...(session !== undefined && { session }),
      ...(mediaType !== undefined && { mediaType }),
      ...(source !== undefined && { source }),
    };
    const { assets, next } = await listing(c.var.caller, query, limit, viewerOf(c), cursor);
    const list: wire.AssetList = {
      assets: assets.map((asset) =>
        asset.kind === 'output'
          ? presenter.asset(asset.record, viewerOf(c))
          : presenter.upload(asset.upload, viewerOf(c)),
      ),
      truncated: next !== null,
      next_cursor: next,
    };
    return c.json(list);
  });

  routes.get('/assets/:id', async (c) => {
    const asset = await registry.get(c.var.caller, c.req.param('id'), viewerOf(c));
    return c.json(presenter.asset(asset, viewerOf(c)));
  });

  return routes;
}

/** Apart from the record, as it also takes a signed link. */
export function assetContentRoute(assets: OutputAssets): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/assets/:id/content', async (c) => {
    const { job, output } = await assets.find(c.var.caller, c.req.param('id'));
    if (output.text !== undefined) return textContent(c, output, output.text);
    const { method, signal } = c.req.raw;
    const upstream = await assets.fetch(job, output, method, (name) => forwarded(c, name), signal);
    if (upstream.status === 416) {
      await upstream.discard();
      const size = /\*\/(\d+)$/.exec(upstream.headers.get('content-range') ?? '')?.[1];
      throw unsatisfiable(c, size === undefined ? undefined : Number(size));
    }
    const headers = contentHeaders(output);
    for (const name of PASSED) {
      const value = upstream.headers.get(name);
      if (value !== null) headers[name] = value;
    }
    // HEAD and 304 have no bytes, but their body must be given up for its connection to be used again.
    if (method === 'HEAD' || upstream.status === 304) {
      await upstream.discard();
      return c.body(null, upstream.status as 304, headers);
    }
    return c.body(upstream.stream() as ReadableStream, upstream.status as 200, headers);
  });
  return routes;
}

/** Takes a signed link, too. */
export function assetThumbnailRoute(thumbnails: Thumbnails): Hono<Env> {
  const routes = new Hono<Env>();
  routes.get('/assets/:id/thumbnail', async (c) => {
    const { max_dim: maxDim } = parseQuery(wire.ThumbnailQuery, c);
    const [id, { caller }] = [c.req.param('id'), c.var];
    const etag = await thumbnails.etag(caller, id, maxDim);
    const headers = { etag, 'cache-control': 'private, max-age=3600', 'content-security-policy': SANDBOX };
    const known = c.req.header('if-none-match');
    if (known !== undefined && (known === '*' || known.includes(etag))) return c.body(null, 304, headers);
    const { bytes, contentType } = await thumbnails.get(caller, id, { maxDim });
    return c.body(bytes, 200, {
      ...headers,
      'content-type': contentType,
      'content-length': String(bytes.length),
    });
  });
  return routes;
}

/** Nothing in it may run. */
const SANDBOX = "sandbox; default-src 'none'";

/** A header of the caller's for ComfyUI; what is no range is not one there either. */
function forwarded(c: AppContext, name: string): string | undefined {
  const value = c.req.header(name);
  return name === 'range' && value !== undefined && !isRange(value) ? undefined : value;
}

/** Text lives in the record. */
function textContent(c: AppContext, output: JobOutput, text: string): Promise<Response> {
  const bytes = new TextEncoder().encode(text);
  return answerBytes(c, {
    sizeBytes: bytes.length,
    etag: output.id,
    headers: contentHeaders(output),
    open: async (range) => new Blob([bytes.slice(range?.start, range?.end)]).stream(),
  });
}

function contentHeaders(output: JobOutput): Record<string, string> {
  return inertHeaders(output.contentType, nameOf(output));
}

/** A file is whatever a workflow or a client made of it: what could run in our origin is only ever downloaded. */
export function inertHeaders(contentType: string, name: string): Record<string, string> {
  const kind = INERT.test(contentType) ? 'inline' : 'attachment';
  return {
    'content-type': contentType === 'text/plain' ? 'text/plain; charset=utf-8' : contentType,
    'content-disposition': `${kind}; filename*=UTF-8''${encodeURIComponent(name.toWellFormed()).replace(/['()*]/g, escapeMark)}`,
    'content-security-policy': SANDBOX,
    'x-content-type-options': 'nosniff',
    'cache-control': 'private, no-cache',
  };
}

function escapeMark(mark: string): string {
  return `%${mark.charCodeAt(0).toString(16).toUpperCase()}`;
}
