/** One output into the bucket: streamed from ComfyUI, with a fault that says on which side it was. */
import type { ComfyClient } from '../comfyui/client.ts';
import { GatewayError } from '../errors.ts';
import type { Job, JobOutput } from '../jobs/job.ts';
import type { BlobStore } from '../storage/ports.ts';
import { copyKeyOf } from './copy-key.ts';

/** `ending` breaks off what is under way. */
export function createFileCopier(
  blobs: BlobStore,
  clientOf: (job: Job) => ComfyClient | undefined,
  ending: AbortSignal,
) {
  /** Whether an earlier attempt, or an earlier life of the record, has made it. Who must not look makes it again. */
  async function isThere(job: Job, output: JobOutput): Promise<boolean> {
    const found = await blobs.head(copyKeyOf(job, output)).catch(() => undefined);
    return found !== undefined && output.sizeBytes > 0 && found.sizeBytes === output.sizeBytes;
  }

  /** Returns how many bytes that were, 0 if ComfyUI did not tell. */
  async function send(job: Job, output: JobOutput): Promise<number> {
    const key = copyKeyOf(job, output);
    const charset = output.contentType === 'text/plain' ? '; charset=utf-8' : '';
    const contentType = output.contentType + charset;
    if (output.text !== undefined) {
      await blobs.put(key, new TextEncoder().encode(output.text), { contentType });
      return output.sizeBytes;
    }
    const client = clientOf(job);
    if (!client || !output.file) throw gone(job);
    const response = await client.view(output.file, {
      headers: { 'accept-encoding': 'identity' },
      signal: ending,
    });
    if (response.status !== 200) {
      await response.discard();
      if (response.status === 404) throw gone(job);
      throw new GatewayError('upstream_error', `${job.backend} answered ${response.status} for the file.`);
    }
    const length = response.headers.get('content-length');
    const body = response.stream();
    if (!body || length === '0') {
      await body?.cancel();
      await blobs.put(key, new Uint8Array(), { contentType });
      return 0;
    }
    const facts = { contentType, ...(length !== null && { sizeBytes: Number(length) }) };
    await blobs.put(key, named(body, job.backend), facts);
    return facts.sizeBytes ?? 0;
  }

  return { isThere, send };
}

function gone(job: Job): GatewayError {
  return new GatewayError('output_unavailable', `${job.backend} no longer has the file.`);
}

/** Bytes whose fault on the way says where they came from. */
function named(body: ReadableStream<Uint8Array>, backend: string): ReadableStream<Uint8Array> {
  const reader = body.getReader();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        try {
          const { done, value } = await reader.read();
          if (done) controller.close();
          else controller.enqueue(value);
        } catch (cause) {
          controller.error(
            new GatewayError('upstream_unreachable', `${backend} broke off in the middle of the file.`, {
              cause,
            }),
          );
        }
      },
      cancel: (reason) => reader.cancel(reason),
    },
    { highWaterMark: 0 },
  );
}
