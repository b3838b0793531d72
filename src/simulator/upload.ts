// POST /upload/image and /upload/mask: names that are taken get a number, equal bytes keep their name.

import type { FileStore } from './files.ts';
import { empty, json, serverError, type RouteRequest } from './http.ts';
import { parseJson } from './json.ts';
import { isFolderType, joinInside, parseFileName } from './paths.ts';
import { decodePng, encodePng } from './png.ts';
import { isRecord, type Reply } from './types.ts';

export async function upload(request: RouteRequest, files: FileStore, asMask: boolean): Promise<Reply> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' };
  const body = await request.body();
  let form: FormData;
  try {
    form = await new Response(new Uint8Array(body), { headers }).formData();
  } catch {
    return empty(400); // not a form: there is no file in it
  }
  const type = form.get('type') ?? 'input';
  if (!isFolderType(type)) return serverError();
  const image = form.get('image');
  if (image === null || image === '') return empty(400);
  // A text field, and a file without a name, have no content to read in ComfyUI.
  if (typeof image === 'string' || image.name === '') return serverError();

  const folder = String(form.get('subfolder') ?? '');
  const path = joinInside(folder, image.name);
  if (path === undefined || joinInside(folder) === undefined) return empty(400);
  const subfolder = joinInside(folder) ?? '';
  const inner = joinInside(image.name) ?? '';
  const nested = inner.lastIndexOf('/');
  const target = { type, subfolder: path.slice(0, Math.max(0, path.lastIndexOf('/'))) };
  if (nested !== -1 && !files.hasFolder(type, target.subfolder)) return serverError();

  const bytes = new Uint8Array(await image.arrayBuffer());
  const [stem, extension] = splitName(image.name);
  const overwrite = ['true', '1'].includes(String(form.get('overwrite')));
  const refOf = (filename: string) => ({
    ...target,
    filename: filename.slice(filename.lastIndexOf('/') + 1),
  });
  let { name } = image;
  let existing = overwrite ? undefined : files.get(refOf(name));
  let same = false;
  for (let i = 1; existing !== undefined; i++) {
    same = Buffer.from(existing.bytes() ?? []).equals(bytes);
    if (same) break;
    name = `${stem} (${i})${extension}`;
    existing = files.get(refOf(name));
  }
  const ref = refOf(name);
  const content = asMask ? maskedOriginal(form, files, bytes) : bytes;
  if (!same && content !== undefined) files.put(ref, content);
  return json({ name, subfolder: folder === subfolder ? subfolder : folder, type });
}

function splitName(name: string): [string, string] {
  const dot = name.lastIndexOf('.');
  return dot <= name.lastIndexOf('/') + 1 ? [name, ''] : [name.slice(0, dot), name.slice(dot)];
}

/** The original picture with the alpha of the mask; undefined (nothing is written) when there is no such original. */
function maskedOriginal(form: FormData, files: FileStore, mask: Uint8Array): Uint8Array | undefined {
  const reference = parseJson(String(form.get('original_ref')));
  if (!isRecord(reference) || typeof reference['filename'] !== 'string') throw new TypeError('original_ref');
  const type = isFolderType(reference['type']) ? reference['type'] : 'output';
  const ref = parseFileName(reference['filename'], type);
  const subfolder = joinInside(String(reference['subfolder'] ?? ''));
  const original = subfolder === undefined ? undefined : files.get({ ...ref, subfolder });
  const picture = decodePng(original?.bytes() ?? new Uint8Array());
  const alpha = decodePng(mask);
  if (picture === undefined || alpha === undefined) return undefined;
  const { width, height, channels } = picture;
  const data = new Uint8Array(width * height * 4).fill(255);
  for (let i = 0; i < width * height; i++) {
    data.set(picture.data.subarray(i * channels, i * channels + 3), i * 4);
    if (alpha.channels === 4) data[i * 4 + 3] = alpha.data[i * 4 + 3] ?? 255;
  }
  return encodePng({ width, height, channels: 4, data });
}
