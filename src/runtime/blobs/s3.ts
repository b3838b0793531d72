/**
 * A bucket of S3, R2, or what else speaks like them, by the AWS SDK. Loading this brings the whole SDK, so it is imported
 * only where S3 is on. Checksums are sent only where S3 asks for them: other services refuse those of the SDK's default.
 */
import {
  AbortMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
} from '@aws-sdk/client-s3';
import { Upload } from '@aws-sdk/lib-storage';
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import type { S3Config } from '../../config.ts';
import { GatewayError } from '../../errors.ts';
import type { BlobStore } from '../../storage/ports.ts';

/** How long to wait for an answer, or of a stream for its next piece or part, in ms. */
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

/** Faults are `storage_unavailable`, with what the bucket answered. */
export function openS3Blobs(s3: S3Config, stall = STALL_MS): BlobStore {
  const { bucket: Bucket, region, endpoint, pathStyle, accessKeyId, secretAccessKey } = s3;
  const client = new S3Client({
    region,
    ...(endpoint !== undefined && { endpoint }),
    forcePathStyle: pathStyle,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    ...NOTHING_ELSE,
    // The same on every runtime; Node's own would need rights in Deno that cannot be given one by one.
    requestHandler: new FetchHttpHandler({ requestTimeout: stall }),
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
    const source = createSource(body, sizeBytes);
    let uploading: Upload | undefined;
    try {
      await bounded(async (limit, moved) => {
        source.moved = moved;
        // What it sends must end with it.
        const send: S3Client['send'] = (command: never) =>
          client.send(command, { abortSignal: limit.signal });
        uploading = new Upload({
          client: { config: client.config, send } as S3Client,
          params: { Bucket, Key, Body: source.stream, ContentType },
          queueSize: 1,
          partSize: Math.max(PART_BYTES, Math.ceil((sizeBytes ?? 0) / MAX_PARTS)),
          abortController: limit,
          // Seen to below, so that its own faults do not hide the first.
          leavePartsOnError: true,
        });
        uploading.on('httpUploadProgress', moved);
        await uploading.done();
      });
    } catch (error) {
      // Whoever sends must know that nobody reads any more.
      source.cancel(error);
      const UploadId = uploading?.uploadId;
      if (UploadId !== undefined) await giveUp(Key, UploadId);
      throw source.fault ?? error;
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
        client.send(command, { abortSignal: signal }).catch(absentIsUndefined),
      );
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

/** The bytes of a body as they are asked for. Fails if they are not as many as were announced; remembers why it failed. */
function createSource(body: ReadableStream<Uint8Array>, sizeBytes: number | undefined) {
  const reader = body.getReader();
  let count = 0;
  const source = {
    moved: (): void => undefined,
    fault: undefined as unknown,
    cancel: (reason: unknown): void => void reader.cancel(reason).catch(() => undefined),
    stream: new ReadableStream<Uint8Array>(
      {
        async pull(controller) {
          try {
            const { done, value } = await reader.read();
            source.moved();
            count += value?.byteLength ?? 0;
            if (!done) return controller.enqueue(value);
            if (sizeBytes !== undefined && count !== sizeBytes) throw cutShort(count, sizeBytes);
            controller.close();
          } catch (error) {
            source.fault = error;
            controller.error(error);
          }
        },
      },
      { highWaterMark: 0 },
    ),
  };
  return source;
}

function cutShort(count: number, sizeBytes: number): GatewayError {
  return new GatewayError('upstream_error', `The file ended after ${count} of ${sizeBytes} bytes.`);
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

/** In words that name neither keys nor hosts. Faults of whoever sends the bytes have theirs. */
function fault(error: unknown): GatewayError {
  if (error instanceof GatewayError) return error;
  const { name, cause, code = cause?.code, $metadata } = error as S3Fault;
  const status = $metadata?.httpStatusCode;
  const said =
    status !== undefined
      ? `The bucket answered ${status} (${String(name)}).`
      : name === 'TimeoutError' || name === 'AbortError'
        ? 'The bucket did not answer in time.'
        : `The bucket cannot be reached (${String(code ?? name)}).`;
  return new GatewayError('storage_unavailable', said, { cause: error, retryAfterSeconds: 5 });
}
