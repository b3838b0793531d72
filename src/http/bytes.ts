/** Bytes as an answer: one range, and the conditions that clients ask with (RFC 9110). */
import { rangeOf } from '../assets/range.ts';
import { GatewayError } from '../errors.ts';
import type { AppContext } from './context.ts';

/** Bytes whose size is known, and that can be read from anywhere. */
export interface Content {
  sizeBytes: number;
  /** Without quotes. */
  etag: string;
  headers: Record<string, string>;
  /** `end` is exclusive; without a range all of it. */
  open(range?: { start: number; end: number }): Promise<ReadableStream<Uint8Array>>;
}

/** 200, 206 or 304; throws 416. Nothing is opened for HEAD and 304. */
export async function answerBytes(c: AppContext, content: Content): Promise<Response> {
  const { sizeBytes, open } = content;
  const etag = `"${content.etag}"`;
  const headers: Record<string, string> = { ...content.headers, etag, 'accept-ranges': 'bytes' };
  const known = c.req.header('if-none-match');
  if (known !== undefined && (known.trim() === '*' || known.includes(etag)))
    return c.body(null, 304, headers);
  const condition = c.req.header('if-range');
  const asked = condition === undefined || condition === etag ? c.req.header('range') : undefined;
  const range = rangeOf(asked, sizeBytes);
  if (range && range.start >= sizeBytes) throw unsatisfiable(c, sizeBytes);
  headers['content-length'] = String(range ? range.end - range.start : sizeBytes);
  if (range) headers['content-range'] = `bytes ${range.start}-${range.end - 1}/${sizeBytes}`;
  const status = range ? 206 : 200;
  if (c.req.raw.method === 'HEAD') return c.body(null, status, headers);
  return c.body((await open(range)) as ReadableStream, status, headers);
}

export function unsatisfiable(c: AppContext, size: number | undefined): GatewayError {
  if (size !== undefined) c.header('content-range', `bytes */${size}`);
  return new GatewayError(
    'range_not_satisfiable',
    `The range '${c.req.header('range')?.slice(0, 50)}' is not in the file${size === undefined ? '' : `, which has ${size} bytes`}.`,
    { details: { size_bytes: size ?? null } },
  );
}
