// Compares one recorded answer with the simulated one, and learns which simulated ids stand for recorded ones.

import { createHash } from 'node:crypto';
import { parseJson } from '../../src/simulator/json.ts';
import { isRecord } from '../../src/simulator/types.ts';
import type { Answer } from './client.ts';
import { comparableHeaders, imageKind, machineIndependent } from './normalize.ts';
import type { TraceEvent } from './recording.ts';

/** A recorded and a simulated fact that must be equal. */
export interface Comparison {
  what: string;
  recorded: unknown;
  simulated: unknown;
}

export function compareAnswers(
  event: TraceEvent,
  answer: Answer,
  toRecorded: (text: string) => string,
  compare: (what: string, recorded: unknown, simulated: unknown) => void,
): void {
  const what = `${event.method} ${event.path}`;
  if (event.error !== undefined) return compare(`${what}: no connection`, true, answer.error !== undefined);
  compare(`${what}: status`, event.status, answer.status);
  // Sizes agree where the body is the same text, empty, or a part of a file.
  const sizesAgree = event.text !== undefined || event.status === 206;
  const headers = comparableHeaders(event.headers ?? {}, sizesAgree);
  const simulated: Record<string, string> = {};
  for (const [key, value] of Object.entries(comparableHeaders(answer.headers, sizesAgree))) {
    // The recordings hold a selection of the headers.
    if (recordedHeaders.has(key) && (key !== 'content-length' || key in headers)) simulated[key] = value;
  }
  compare(`${what}: headers`, headers, simulated);
  if (event.json !== undefined) {
    const value = parseJson(toRecorded(answer.body.toString('utf8')));
    const stats = event.path?.endsWith('/system_stats');
    compare(
      `${what}: JSON`,
      stats ? machineIndependent(event.json) : event.json,
      stats ? machineIndependent(value) : value,
    );
  } else if (event.text !== undefined) {
    compare(`${what}: text`, event.text, answer.body.toString('utf8'));
  } else if (event.jsonLength !== undefined && !event.path?.endsWith('/object_info')) {
    // The simulator has a part of the node classes only; their contents are compared in a test of their own.
    compare(
      `${what}: length`,
      event.jsonLength,
      Object.keys(parseJson(answer.body.toString('utf8')) ?? {}).length,
    );
  } else if (event.sha256 !== undefined) {
    const type = event.headers?.['content-type'] ?? '';
    const kinds: Record<string, string> = {
      'image/png': 'PNG',
      'image/jpeg': 'JPEG',
      'image/webp': 'WebP',
      'video/mp4': 'MP4',
      'video/webm': 'WebM',
      'audio/flac': 'FLAC',
      'audio/mpeg': 'MP3',
    };
    // Pictures are others; files that were uploaded come back byte for byte.
    const uploaded =
      event.path?.includes('type=input') && !/preview=|channel=(rgb|a)(&|$)|clipspace/.test(event.path);
    if (uploaded)
      compare(`${what}: bytes`, event.sha256, createHash('sha256').update(answer.body).digest('hex'));
    else if (event.status === 200 && type in kinds)
      compare(`${what}: kind`, kinds[type], imageKind(answer.body));
  }
}

const recordedHeaders = new Set([
  'content-type',
  'content-length',
  'content-disposition',
  'content-range',
  'etag',
  'last-modified',
  'accept-ranges',
  'allow',
]);

/** Notes which simulated id stands for an id that the real server made up, and the etags. */
export function learn(
  event: TraceEvent,
  answer: Answer,
  ids: [string, string][],
  etags: Map<string, string>,
): void {
  const recordedTag = event.headers?.['etag'];
  if (recordedTag !== undefined && answer.headers['etag'] !== undefined)
    etags.set(recordedTag, answer.headers['etag']);
  if (event.method !== 'POST' || event.status !== 200 || !isRecord(event.json) || answer.status !== 200)
    return;
  const recorded = event.json['prompt_id'];
  if (typeof recorded !== 'string') return;
  const simulated = parseJson(answer.body.toString('utf8'));
  if (isRecord(simulated) && simulated['prompt_id'] !== recorded)
    ids.push([recorded, String(simulated['prompt_id'])]);
}

/** Sockets without a clientId get a random one. */
export function withoutSid(frame: unknown): unknown {
  if (!isRecord(frame) || !isRecord(frame['data'])) return frame;
  const { sid } = frame['data'];
  return typeof sid === 'string' && /^[0-9a-f]{32}$/.test(sid)
    ? { ...frame, data: { ...frame['data'], sid: 'random' } }
    : frame;
}
