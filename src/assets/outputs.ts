/** Outputs of jobs as assets: found by their id alone, their bytes streamed from the backend that has them. */
import type { ComfyClient, ComfyResponse } from '../comfyui/client.ts';
import { isObject } from '../comfyui/json.ts';
import { GatewayError, notFoundIsUndefined } from '../errors.ts';
import type { Job, JobOutput } from '../jobs/job.ts';
import type { Caller } from '../jobs/caller.ts';
import type { JobService } from '../jobs/service.ts';
import { assetKey } from '../storage/keys.ts';
import type { BlobStore, Stores } from '../storage/ports.ts';
import { validate } from 'uuid';
import { collect } from './collect.ts';
import { answerFromCopy, type CopiedAnswer } from './copied.ts';
import { mediaFacts } from './media-facts.ts';

export type OutputAssets = ReturnType<typeof createOutputAssets>;

interface OutputAssetsDeps {
  stores: Stores;
  service: Pick<JobService, 'getKept' | 'learn'>;
  /** Where copies are, and in which bucket. */
  copies: { blobs: BlobStore; bucket: string } | undefined;
  /** The client of the backend that ran a job. */
  clientOf: (job: Job) => ComfyClient | undefined;
}

/** Request headers that say which bytes are wanted. Nothing else of a caller reaches ComfyUI. */
const FORWARDED = ['range', 'if-range', 'if-none-match', 'if-modified-since'];

export function createOutputAssets({ stores, service, copies, clientOf }: OutputAssetsDeps) {
  async function find(caller: Caller, id: string): Promise<{ job: Job; output: JobOutput }> {
    const record: unknown = validate(id) ? await stores.storage.getItem(assetKey(id)) : null;
    const jobId = isObject(record) ? record['job'] : undefined;
    const job =
      typeof jobId === 'string' ? await service.getKept(caller, jobId).catch(notFoundIsUndefined) : undefined;
    const output = job?.outputs.find((candidate) => candidate.id === id);
    if (!job || !output) throw new GatewayError('not_found', `There is no asset '${id.slice(0, 64)}'.`);
    return { job, output };
  }

  /** ComfyUI's answer for the file. */
  async function fromComfy(
    job: Job,
    output: JobOutput,
    method: string,
    header: (name: string) => string | undefined,
    signal: AbortSignal,
  ): Promise<ComfyResponse> {
    const client = clientOf(job);
    if (!client || !output.file) throw gone(output.id);
    // Bytes must come as they are: sizes and ranges count in them.
    const headers: Record<string, string> = { 'accept-encoding': 'identity' };
    for (const name of FORWARDED) {
      const value = header(name);
      if (value !== undefined) headers[name] = value;
    }
    // Until there is an answer; after that, whoever stops reading its body cancels that.
    const limit = new AbortController();
    const abort = (): void => limit.abort(signal.reason);
    signal.addEventListener('abort', abort);
    const response = await client
      .view(output.file, { method, headers, signal: limit.signal })
      .finally(() => signal.removeEventListener('abort', abort));
    if ([200, 206, 304, 416].includes(response.status)) return response;
    await response.discard();
    if (response.status === 404) throw gone(output.id);
    throw new GatewayError(
      'upstream_error',
      `${job.backend} answered ${response.status} for the file of this output.`,
    );
  }

  const isCopied = ({ copy }: JobOutput): boolean =>
    copies !== undefined && copy?.state === 'done' && copy.bucket === copies.bucket;

  /** See `fetch` below. */
  async function answerFor(
    job: Job,
    output: JobOutput,
    method: string,
    header: (name: string) => string | undefined,
    signal: AbortSignal,
  ): Promise<CopiedAnswer> {
    try {
      const response = await fromComfy(job, output, method, header, signal);
      if (!isCopied(output) || sameSize(response, output)) return response;
      // ComfyUI numbers its files anew after they were deleted: this is another picture of the same name.
      await response.discard();
      throw gone(output.id);
    } catch (error) {
      const copy =
        copies && isCopied(output) && !signal.aborted
          ? await answerFromCopy(copies.blobs, job, output, method, header)
          : undefined;
      if (!copy) throw error;
      return copy;
    }
  }

  /** The bytes from `start` to `end` (exclusive), fewer if the file ends before. */
  async function readRange(
    job: Job,
    output: JobOutput,
    start: number,
    end: number,
    signal: AbortSignal,
  ): Promise<Uint8Array> {
    if (end <= start) return new Uint8Array();
    const range = `bytes=${start}-${end - 1}`;
    const header = (name: string) => (name === 'range' ? range : undefined);
    const answer = await answerFor(job, output, 'GET', header, signal);
    const stream = answer.ok ? answer.stream() : null;
    if (!stream) {
      await answer.discard();
      throw new GatewayError('upstream_error', `The head of the file was answered ${answer.status}.`);
    }
    // Who does not know ranges sends all of it.
    const skipped = answer.status === 206 ? 0 : start;
    const { bytes } = await collect(stream, end - start + skipped);
    return bytes.subarray(skipped);
  }

  /** The size of a file that was not told with its output (on Workers, calls are counted); 0 if it cannot be told. */
  async function sizeOf(job: Job, output: JobOutput, signal: AbortSignal): Promise<number> {
    try {
      const header = (name: string) => (name === 'range' ? 'bytes=0-0' : undefined);
      const answer = await answerFor(job, output, 'GET', header, signal);
      await answer.discard();
      const total = /\/(\d+)$/.exec(answer.headers.get('content-range') ?? '')?.[1];
      return Number(total ?? answer.headers.get('content-length') ?? 0);
    } catch {
      // It is known when somebody asks while the file can be had.
      return 0;
    }
  }

  return {
    find,

    /**
     * The answer for the file of an output, its body unread: 200, 206, 304 or 416. From ComfyUI, or where that does not
     * have it (any more), from its copy. Throws 404 `output_unavailable` if both are gone.
     */
    fetch: answerFor,

    /** All bytes of a file, undefined if they are more than `maxBytes`. */
    async read(job: Job, output: JobOutput, maxBytes: number): Promise<Uint8Array<ArrayBuffer> | undefined> {
      if (output.sizeBytes > maxBytes) return undefined;
      const signal = AbortSignal.timeout(READ_MS);
      const answer = await answerFor(job, output, 'GET', () => undefined, signal);
      const stream = answer.stream();
      if (!stream) return new Uint8Array();
      const { bytes, more } = await collect(stream, maxBytes);
      return more ? undefined : bytes;
    },

    /** The output with what its file shows, which is looked up once and remembered. Without it if that fails. */
    async examined(job: Job, output: JobOutput): Promise<JobOutput> {
      const { contentType, kind, file, media: known } = output;
      if (known || !file || !EXAMINED.has(kind)) return output;
      const signal = AbortSignal.timeout(EXAMINE_MS);
      const sizeBytes = output.sizeBytes || (await sizeOf(job, output, signal));
      if (sizeBytes === 0) return output;
      let failed = false;
      const media = await mediaFacts(contentType, sizeBytes, (start, end) =>
        readRange(job, output, start, end, signal).catch((error: unknown) => {
          failed = true;
          throw error;
        }),
      );
      // What could not be read now may be there later.
      if (!failed)
        await service.learn(job.id, { type: 'assets', assets: [{ id: output.id, media, sizeBytes }] });
      return { ...output, media, sizeBytes };
    },

    /** ComfyUI's history entry of a job as text; undefined if it has none or cannot be asked. */
    history: (job: Job): Promise<string | undefined> =>
      clientOf(job)
        ?.historyText(job.id)
        .catch(() => undefined) ?? Promise.resolve(undefined),
  };
}

/** Kinds of outputs that have a size in pixels or a length. */
const EXAMINED: ReadonlySet<string> = new Set(['image', 'video', 'audio']);

/** How long a file may take to be read, in whole or at its head, in ms. */
const READ_MS = 60_000;
const EXAMINE_MS = 5_000;

/** Whether the whole file is as long as it was when it was recorded; true where either is not known. */
function sameSize(response: ComfyResponse, { sizeBytes }: JobOutput): boolean {
  const total =
    response.status === 200
      ? response.headers.get('content-length')
      : /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  return total === null || total === undefined || sizeBytes === 0 || Number(total) === sizeBytes;
}

function gone(id: string): GatewayError {
  return new GatewayError(
    'output_unavailable',
    `The file of asset '${id}' is no longer at ComfyUI: it was deleted there, or was a preview of before its restart. Asking again will not help; run the job again with a changed input (such as the seed).`,
  );
}
