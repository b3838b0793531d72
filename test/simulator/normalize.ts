// Brings recorded and simulated answers to a common form. What is taken out is only what cannot be the same twice:
// - times, sizes of pictures and JSON texts, addresses in memory, versions and memory of the machine;
// - the order of what ComfyUI keeps in Python sets: `executed`, `current_outputs`, `dependent_outputs`, the errors of
//   one node, and so the lines of `details`.

import { isRecord } from '../../src/simulator/types.ts';

export function normalize(value: unknown, key = ''): unknown {
  if (typeof value === 'string') {
    const text = value.replace(/ at 0x[0-9a-f]+/g, ' at 0x…');
    return key === 'details' ? text.split('\n').sort().join('\n') : text;
  }
  if (Array.isArray(value)) {
    const items = value.map((item) => normalize(item));
    return unordered.has(key) ? sortByText(items) : items;
  }
  if (!isRecord(value)) return times.has(key) && typeof value === 'number' ? 'a time' : value;
  return Object.fromEntries(Object.entries(value).map(([inner, item]) => [inner, normalize(item, inner)]));
}

const unordered = new Set(['executed', 'current_outputs', 'dependent_outputs', 'errors']);
const times = new Set(['timestamp', 'modified', 'created']);

function sortByText(items: unknown[]): unknown[] {
  return items.sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1));
}

/** What of `/system_stats` must agree: its shape, and what a client looks at. */
export function machineIndependent(value: unknown): unknown {
  if (!isRecord(value) || !isRecord(value['system'])) return value;
  const same = new Set(['os', 'comfyui_version', 'required_frontend_version', 'installed_templates_version']);
  const visit = (item: unknown, key: string): unknown => {
    if (same.has(key)) return item;
    if (key === 'argv') return 'a list of texts';
    if (Array.isArray(item)) return item.map((inner) => visit(inner, ''));
    if (!isRecord(item)) return item === null ? null : typeof item;
    return Object.fromEntries(Object.entries(item).map(([inner, next]) => [inner, visit(next, inner)]));
  };
  return visit(value, '');
}

/** A binary frame without its pixels: type, metadata, kind of picture. */
export function describeFrame(frame: Buffer): unknown {
  const type = frame.readUInt32BE(0);
  const length = frame.readUInt32BE(4);
  if (type === 4) {
    return {
      type,
      metadata: JSON.parse(frame.toString('utf8', 8, 8 + length)),
      image: imageKind(frame.subarray(8 + length)),
    };
  }
  return { type, format: length, image: imageKind(frame.subarray(8)) };
}

export function imageKind(bytes: Buffer): string {
  if (bytes.length < 12) return `only ${bytes.length} bytes`;
  if (bytes.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'JPEG';
  if (bytes.toString('latin1', 1, 4) === 'PNG') return 'PNG';
  if (bytes.toString('latin1', 8, 12) === 'WEBP') return 'WebP';
  if (bytes.readUInt32BE(0) === 0x1a45dfa3) return 'WebM';
  if (bytes.toString('latin1', 4, 8) === 'ftyp') return 'MP4';
  if (bytes.toString('latin1', 0, 4) === 'fLaC') return 'FLAC';
  if (bytes.toString('latin1', 0, 3) === 'ID3' || bytes.readUInt16BE(0) === 0xfffb) return 'MP3';
  return 'unknown';
}

/** Headers as far as they can agree: sizes of made files differ, etags and dates only have to be there. */
export function comparableHeaders(
  headers: Record<string, string>,
  sizesAgree: boolean,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [key, value] of Object.entries(headers)) {
    if (key === 'content-length') {
      if (sizesAgree) out[key] = value;
    } else if (key === 'etag') out[key] = /^"[0-9a-f]+-[0-9a-f]+"$/.test(value) ? 'an etag' : value;
    else if (key === 'last-modified') out[key] = Number.isNaN(Date.parse(value)) ? value : 'a date';
    else if (key === 'content-range') out[key] = rangeShape(value);
    else out[key] = value;
  }
  return out;
}

function rangeShape(value: string): string {
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(value);
  if (match === null) return value.replace(/\d+$/, 'size');
  const [start, end, size] = [Number(match[1]), Number(match[2]), Number(match[3])];
  return end === size - 1 ? `bytes, the last ${end - start + 1} of the size` : `bytes ${start}-${end}/size`;
}
