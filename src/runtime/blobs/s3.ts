/**
 * A bucket of S3, R2, or what else speaks like them, by the AWS SDK. Loading this brings the whole SDK, so it is imported
 * only where S3 is on. Checksums are sent only where S3 asks for them: other services refuse those of the SDK's default.
 */
import {
  AbortMultipartUploadCommand,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
  type CompletedPart,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import type { S3Config } from '../../config.ts';
import { GatewayError } from '../../errors.ts';
import type { BlobStore } from '../../storage/ports.ts';

const STALL_MS = 60_000;

/** Bytes of a part: the least that S3 takes, unless a file would need more than 10,000 of them. */
const PART_BYTES = 5 * 1024 * 1024;
const MAX_PARTS = 10_000;

/**
 * What the SDK would look up in the environment and in ~/.aws. The settings are ours alone; Deno would have to be allowed
 * to read all of it.
 */
const NOTHING_ELSE = {
  defaultsMode: 'standard',
  retryMode: 'standard',
  maxAttempts: 3,
  useDualstackEndpoint: false,
  useFipsEndpoint: false,
  useArnRegion: false,
  ignoreConfiguredEndpointUrls: true,
  disableMultiregionAccessPoints: true,
  disableS3ExpressSessionAuth: true,
  userAgentAppId: async () => undefined,
  defaultUserAgentProvider: async (): Promise<[string, string][]> => [['comfygate', '']],
  authSchemePreference: async () => [],
  sigv4aSigningRegionSet: async () => undefined,
} satisfies S3ClientConfig;

interface S3Options {
  /** How long to wait for an answer, or of a stream for its next piece or part, in ms. */
  stall?: number;
  /** Sends the requests in place of the SDK's own: node:http where there is that, else `fetch`. */
  requestHandler?: S3ClientConfig['requestHandler'];
}

/** Faults are `storage_unavailable`, with what the bucket answered. */
export function openS3Blobs(s3: S3Config, { stall = STALL_MS, requestHandler }: S3Options = {}): BlobStore {
  const { bucket: Bucket, region, endpoint, pathStyle, accessKeyId, secretAccessKey } = s3;
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    forcePathStyle: pathStyle,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...NOTHING_ELSE,
    requestHandler: requestHandler ?? { requestTimeout: stall, throwOnRequestTimeout: true },
  });

  /** Runs `work` with a signal that ends it when nothing has moved for a while. */
  async function bounded<T>(work: (signal: AbortController, moved: () => void) => Promise<T>): Promise<T> {
    const limit = new AbortController();
    const expire = () => limit.abort(new DOMException(`nothing came in ${stall} ms`, 'TimeoutError'));
    let timer = setTimeout(expire, stall);
    const moved = (): void => {
      clearTimeout(timer);
      timer = setTimeout(expire, stall);
    };
    const expired = new Promise<never>((_, reject) =>
      limit.signal.addEventListener('abort', () => reject(limit.signal.reason as Error), { once: true }),
    );
    expired.catch(() => undefined);
    try {
      // Not everything in the SDK hears the signal.
      return await Promise.race([work(limit, moved), expired]);
    } catch (error) {
      throw fault(limit.signal.aborted ? limit.signal.reason : error);
    } finally {
      clearTimeout(timer);
    }
  }

  /** In parts, one at a time; of what fails half-way nothing is left. */
  async function upload(
    Key: string,
    body: ReadableStream<Uint8Array>,
    ContentType: string,
    sizeBytes: number | undefined,
  ): Promise<void> {
    const parts = createParts(body, sizeBytes);
    let UploadId: string | undefined;
    try {
      await bounded(async ({ signal }, moved) => {
        const send: typeof client.send = (command: never) => client.send(command, { abortSignal: signal });
        const first = await parts.next(moved);
        if (first.last) {
          await send(new PutObjectCommand({ Bucket, Key, ContentType, Body: first.bytes }));
          return;
        }
        ({ UploadId } = await send(new CreateMultipartUploadCommand({ Bucket, Key, ContentType })));
        const Parts: CompletedPart[] = [];
        for (let part = first; ; part = await parts.next(moved)) {
          const PartNumber = Parts.length + 1;
          const command = new UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body: part.bytes });
          const { ETag } = await send(command);
          moved();
          Parts.push({ PartNumber, ETag });
          if (part.last) break;
        }
        const MultipartUpload = { Parts };
        await send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload }));
      });
    } catch (error) {
      // Whoever sends must know that nobody reads any more.
      parts.cancel(error);
      if (UploadId !== undefined) await giveUp(Key, UploadId);
      throw parts.fault ?? error;
    }
  }

  /** Parts that stay would be paid for. If this fails too, the bucket's own rules for unfinished uploads apply. */
  async function giveUp(Key: string, UploadId: string): Promise<void> {
    const command = new AbortMultipartUploadCommand({ Bucket, Key, UploadId });
    await bounded(({ signal }) => client.send(command, { abortSignal: signal })).catch(() => undefined);
  }

  return {
    kind: 's3',

    async put(Key, body, { contentType, sizeBytes }) {
      if (body instanceof ReadableStream) return upload(Key, body, contentType, sizeBytes);
      const command = new PutObjectCommand({
        Bucket,
        Key,
        Body: body,
        ContentType: contentType,
        ContentLength: body.length,
      });
      await bounded(({ signal }) => client.send(command, { abortSignal: signal }));
    },

    async get(Key, range) {
      const Range = range && `bytes=${range.start}-${range.end - 1}`;
      const command = new GetObjectCommand({ Bucket, Key, ...(Range !== undefined && { Range }) });
      const answer = await bounded(({ signal }) =>
        client.send(command, { abortSignal: signal }).catch(absentOrEmpty),
      );
      if (answer === EMPTY) {
        const facts = await this.head(Key);
        return facts && { ...facts, stream: new Response('').body! };
      }
      if (!answer?.Body) return undefined;
      return {
        stream: answer.Body.transformToWebStream(),
        sizeBytes: Number(/\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1] ?? answer.ContentLength ?? 0),
        contentType: answer.ContentType ?? 'application/octet-stream',
      };
    },

    async head(Key) {
      const command = new HeadObjectCommand({ Bucket, Key });
      const answer = await bounded(({ signal }) =>
        client.send(command, { abortSignal: signal }).catch(absentIsUndefined),
      );
      return (
        answer && {
          sizeBytes: answer.ContentLength ?? 0,
          contentType: answer.ContentType ?? 'application/octet-stream',
        }
      );
    },

    async delete(Key) {
      const command = new DeleteObjectCommand({ Bucket, Key });
      await bounded(({ signal }) => client.send(command, { abortSignal: signal }).catch(absentIsUndefined));
    },
  };
}

/**
 * A body in parts, each in the memory of the one before, which must have been sent: a new buffer for each would be garbage
 * faster than it is collected (lib-storage's Upload, which does so, needed 52 to 60 MB for a file of 500 MB). Fails if
 * they are not as many bytes as were announced.
 */
function createParts(body: ReadableStream<Uint8Array>, sizeBytes: number | undefined) {
  const reader = body.getReader();
  const partBytes = Math.max(PART_BYTES, Math.ceil((sizeBytes ?? 0) / MAX_PARTS));
  const buffer = new Uint8Array(Math.min(partBytes, sizeBytes ?? partBytes));
  let rest = new Uint8Array();
  let count = 0;
  let ended = false;

  /** Takes what is left of a piece that did not fit, or the next one. */
  async function piece(moved: () => void): Promise<Uint8Array | undefined> {
    if (rest.length > 0) return rest;
    const { done, value } = await reader.read().catch((error: unknown) => {
      parts.fault = error;
      throw error;
    });
    moved();
    count += value?.length ?? 0;
    if (sizeBytes !== undefined && (done ? count < sizeBytes : count > sizeBytes))
      throw wrongSize(count, sizeBytes);
    ended = done;
    return value;
  }

  const parts = {
    /** Why the body could not be read, once that is so. */
    fault: undefined as unknown,

    cancel: (reason: unknown): void => void reader.cancel(reason).catch(() => undefined),

    /** The next part; it is the last one if nothing follows it. */
    async next(moved: () => void): Promise<{ bytes: Uint8Array; last: boolean }> {
      let filled = 0;
      for (;;) {
        const bytes: Uint8Array = (await piece(moved)) ?? new Uint8Array();
        const fitting = bytes.subarray(0, buffer.length - filled);
        buffer.set(fitting, filled);
        filled += fitting.length;
        rest = bytes.subarray(fitting.length) as typeof rest;
        // A full part is sent when it is known whether another follows.
        if (ended || rest.length > 0) return { bytes: buffer.subarray(0, filled), last: ended };
      }
    },
  };
  return parts;
}

function wrongSize(count: number, sizeBytes: number): GatewayError {
  return new GatewayError('upstream_error', `The file has ${count} bytes instead of ${sizeBytes}.`);
}

interface S3Fault {
  name?: unknown;
  code?: unknown;
  /** Of a `fetch` that failed. */
  cause?: { code?: unknown };
  $metadata?: { httpStatusCode?: number };
}

function absentIsUndefined(error: unknown): undefined {
  if ((error as S3Fault).$metadata?.httpStatusCode === 404 && (error as S3Fault).name !== 'NoSuchBucket')
    return undefined;
  throw error;
}

/** A range that begins beyond the end. */
const EMPTY = 'empty';

function absentOrEmpty(error: unknown): undefined | typeof EMPTY {
  return (error as S3Fault).$metadata?.httpStatusCode === 416 ? EMPTY : absentIsUndefined(error);
}

/** In words that name neither keys nor hosts. Faults of whoever sends the bytes have theirs. */
function fault(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const { name, cause, code = cause?.code, $metadata } = error as S3Fault;
  const status = $metadata?.httpStatusCode;
  const said =
    status !== undefined
      ? `The bucket answered ${status} (${String(name)}).`
      : // The SDK calls a broken connection a timeout, too, but leaves it its code.
        typeof code !== 'string' && (name === 'TimeoutError' || name === 'AbortError')
        ? 'The bucket did not answer in time.'
        : `The bucket cannot be reached (${String(code ?? name)}).`;
  return new GatewayError('storage_unavailable', said, { cause: error, retryAfterSeconds: 5 });
}
