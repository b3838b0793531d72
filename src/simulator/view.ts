// GET /view: files with ranges and etags, and pictures converted on the way (`preview`, `channel`).

import type { FileStore, StoredFile } from './files.ts';
import { empty, serverError, type RouteRequest } from './http.ts';
import { encodeFlatWebp, readImage } from './images.ts';
import { encodeJpeg } from './jpeg.ts';
import { isFolderType, joinInside, mediaType, parseAnnotated } from './paths.ts';
import { encodePng, type Pixels } from './png.ts';
import type { Reply } from './types.ts';

export function viewFile(request: RouteRequest, files: FileStore, newer: boolean): Reply {
  const { query } = request;
  const asked = query.get('filename');
  if (asked === null) return empty(404);
  const { name, type = query.get('type') ?? 'output' } = parseAnnotated(asked);
  if (name === '' || name.startsWith('/') || name.includes('..') || !isFolderType(type)) return empty(400);
  const subfolder = joinInside(query.get('subfolder') ?? '');
  if (subfolder === undefined) return empty(403);
  const filename = name.slice(name.lastIndexOf('/') + 1);
  const file = files.get({ type, subfolder, filename });
  if (file === undefined) return empty(404);

  const disposition = { 'content-disposition': `filename="${filename}"` };
  const preview = query.get('preview');
  const channel = query.get('channel');
  if (preview === null && channel !== 'rgb' && channel !== 'a') {
    let contentType = mediaType(filename);
    if (newer && contentType === 'image/svg+xml') contentType = 'application/octet-stream';
    const headers = { 'content-type': contentType, ...disposition };
    return sendFile(request, file, newer ? { ...headers, 'x-content-type-options': 'nosniff' } : headers);
  }
  const bytes = file.bytes();
  const image = bytes && readImage(bytes);
  if (image === undefined) return serverError();
  const { width, height } = image;
  const pixels = image.pixels() ?? {
    width,
    height,
    channels: 3,
    data: new Uint8Array(width * height * 3).fill(128),
  };
  if (preview !== null) {
    const [format, ...rest] = preview.split(';');
    const quality = Number(/^\d+$/.exec(rest.at(-1) ?? '')?.[0] ?? 90);
    return format === 'jpeg' && !(channel ?? '').includes('a')
      ? picture('image/jpeg', encodeJpeg(pixels, quality), disposition)
      : picture('image/webp', encodeFlatWebp(pixels), disposition);
  }
  const converted = channel === 'rgb' ? withoutAlpha(pixels) : onlyAlpha(pixels);
  return picture('image/png', encodePng(converted), disposition);
}

function picture(contentType: string, body: Uint8Array, headers: Record<string, string>): Reply {
  return { status: 200, headers: { 'content-type': contentType, ...headers }, body };
}

export function sendFile(request: RouteRequest, file: StoredFile, headers: Record<string, string>): Reply {
  const size = file.size();
  const etag = `"${(BigInt(file.modifiedMs) * 1000000n).toString(16)}-${size.toString(16)}"`;
  const modified = new Date(file.modifiedMs).toUTCString();
  const validators = { etag, 'last-modified': modified };
  const known = request.headers['if-none-match'];
  if (known?.split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag || tag.trim() === '*')) {
    return { status: 304, headers: { ...headers, ...validators } };
  }
  const since = request.headers['if-modified-since'];
  if (known === undefined && since !== undefined && Date.parse(modified) <= Date.parse(since)) {
    return { status: 304, headers: { ...headers, ...validators } };
  }

  const all = { ...headers, ...validators, 'accept-ranges': 'bytes' };
  const condition = request.headers['if-range'];
  const unchanged = condition === undefined || condition === etag || condition === modified;
  const range = unchanged ? request.headers.range : undefined;
  if (range === undefined) {
    return { status: 200, headers: { ...all, 'content-length': String(size) }, body: stream(file, 0, size) };
  }
  const [start, end] = parseRange(range, size) ?? [];
  if (start === undefined || end === undefined) {
    return { status: 416, headers: { ...headers, 'content-range': `bytes */${size}` } };
  }
  const part = {
    'content-length': String(end - start),
    'content-range': `bytes ${start}-${end - 1}/${size}`,
  };
  return { status: 206, headers: { ...all, ...part }, body: stream(file, start, end) };
}

/** First byte and the one after the last; undefined when the range cannot be satisfied or read. */
function parseRange(range: string, size: number): [number, number] | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(range.trim());
  if (match === null) return undefined;
  const [, first = '', last = ''] = match;
  if (first === '') {
    const count = Number(last);
    if (last === '' || size === 0) return undefined;
    return [count === 0 ? 0 : Math.max(0, size - count), size]; // aiohttp sends everything for "-0"
  }
  const start = Number(first);
  const end = last === '' ? size : Math.min(size, Number(last) + 1);
  return start < size && start < end ? [start, end] : undefined;
}

async function* stream(file: StoredFile, start: number, end: number): AsyncIterable<Uint8Array> {
  let sent = 0;
  for (const chunk of file.read(start, end)) {
    yield chunk;
    // Files of gigabytes must not keep the server from everything else.
    if ((sent += chunk.byteLength) % (4 << 20) === 0) await new Promise((resolve) => setImmediate(resolve));
  }
}

function withoutAlpha(pixels: Pixels): Pixels {
  const { width, height, channels, data } = pixels;
  if (channels === 3) return pixels;
  const out = new Uint8Array(width * height * 3);
  for (let i = 0; i < width * height; i++) out.set(data.subarray(i * 4, i * 4 + 3), i * 3);
  return { width, height, channels: 3, data: out };
}

function onlyAlpha(pixels: Pixels): Pixels {
  const { width, height, channels, data } = pixels;
  const out = new Uint8Array(width * height * 4);
  for (let i = 0; i < width * height; i++) out[i * 4 + 3] = channels === 4 ? (data[i * 4 + 3] ?? 255) : 255;
  return { width, height, channels: 4, data: out };
}
