// File names as ComfyUI takes them: `sub/name.png`, `name.png [temp]`, and the kinds of files by extension.

import type { FileRef, FolderType } from './types.ts';

export function isFolderType(value: unknown): value is FolderType {
  return value === 'output' || value === 'temp' || value === 'input';
}

/** Cuts ` [input]`, ` [output]` or ` [temp]` from the end of a name. */
export function parseAnnotated(name: string): { name: string; type?: FolderType } {
  for (const type of ['output', 'input', 'temp'] as const) {
    if (name.endsWith(`[${type}]`)) return { name: name.slice(0, -type.length - 3), type };
  }
  return { name };
}

/** Joins and normalizes path parts; undefined when they lead out of the folder. */
export function joinInside(...parts: string[]): string | undefined {
  const out: string[] = [];
  if (parts.some((part) => part.startsWith('/'))) return undefined;
  for (const part of parts.join('/').split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') out.push(part);
    else if (out.pop() === undefined) return undefined;
  }
  return out.join('/');
}

/** The file an annotated name stands for. A path out of the folder gives a reference that no file has. */
export function parseFileName(annotated: string, fallback: FolderType): FileRef {
  const { name, type = fallback } = parseAnnotated(annotated);
  const path = joinInside(name) ?? '../';
  const cut = path.lastIndexOf('/');
  return { type, subfolder: cut === -1 ? '' : path.slice(0, cut), filename: path.slice(cut + 1) };
}

const mediaTypes: Record<string, string> = {
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  webp: 'image/webp',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  mp4: 'video/mp4',
  webm: 'video/webm',
  flac: 'audio/flac',
  mp3: 'audio/mpeg',
  wav: 'audio/x-wav',
  opus: 'audio/ogg',
  ogg: 'audio/ogg',
  txt: 'text/plain',
  json: 'application/json',
};

/** Media type by extension; what a browser would run (html, js, css) counts as unknown, as in ComfyUI. */
export function mediaType(filename: string): string {
  const extension = filename.slice(filename.lastIndexOf('.') + 1).toLowerCase();
  return mediaTypes[extension] ?? 'application/octet-stream';
}
