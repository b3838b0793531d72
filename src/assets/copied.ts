/** The copy of an output as an answer in the form that ComfyUI's would have, so that one route serves both. */
import type { ComfyResponse } from '../comfyui/client.ts';
import type { Job, JobOutput } from '../jobs/job.ts';
import type { BlobStore } from '../storage/ports.ts';
import { copyKeyOf } from './copy-key.ts';
import { rangeOf } from './range.ts';

export type CopiedAnswer = Pick<ComfyResponse, 'status' | 'ok' | 'headers' | 'stream' | 'discard'>;

/** 200, 206, 304 or 416; undefined if the bucket does not have it. `header` gives those of the request. */
export async function answerFromCopy(
  blobs: BlobStore,
  job: Job,
  output: JobOutput,
  method: string,
  header: (name: string) => string | undefined,
): Promise<CopiedAnswer | undefined> {
  const key = copyKeyOf(job, output);
  const etag = `"${output.id}"`;
  const known = await blobs.head(key);
  if (!known) return undefined;
  const { sizeBytes } = known;
  const headers: Record<string, string> = { etag, 'accept-ranges': 'bytes' };
  const match = header('if-none-match');
  if (match !== undefined && (match === '*' || match.includes(etag))) return answer(304, headers);
  const condition = header('if-range');
  const range =
    condition === undefined || condition === etag ? rangeOf(header('range'), sizeBytes) : undefined;
  if (range && range.start >= sizeBytes)
    return answer(416, { ...headers, 'content-range': `bytes */${sizeBytes}` });
  const { start, end } = range ?? { start: 0, end: sizeBytes };
  headers['content-length'] = String(end - start);
  if (range) headers['content-range'] = `bytes ${start}-${end - 1}/${sizeBytes}`;
  const blob = method === 'HEAD' ? undefined : await blobs.get(key, range);
  return answer(range ? 206 : 200, headers, blob?.stream);
}

function answer(
  status: number,
  headers: Readonly<Record<string, string>>,
  stream?: ReadableStream<Uint8Array>,
): CopiedAnswer {
  return {
    status,
    ok: status < 300,
    headers: { get: (name) => headers[name] ?? null },
    stream: () => stream ?? null,
    discard: async () => stream?.cancel(),
  };
}
