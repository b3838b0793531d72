/**
 * Thumbnails of outputs, for REST and MCP alike. They are kept in a small part of memory: they are soon made again, and what
 * is not in a store need not be cleaned up there. Few are made at once, as each may take a whole file and its pixels.
 */
import { GatewayError } from '../errors.ts';
import type { JobOutput } from '../jobs/job.ts';
import type { Caller } from '../jobs/service.ts';
import { createLimiter } from './limiter.ts';
import type { OutputAssets } from './outputs.ts';
import type { Refusal, Thumbnail, Thumbnailer, ThumbnailLimits } from './thumbnail.ts';

export type SmallPicture = Extract<Thumbnail, { ok: true }>;

export type Thumbnails = ReturnType<typeof createThumbnails>;

interface ThumbnailsDeps {
  outputs: OutputAssets;
  /** Absent where no thumbnails are made. */
  thumbnailer: Thumbnailer | undefined;
  /** Whether one request may wait for the work of another. */
  shared: boolean;
}

const AT_ONCE = 2;
const MAX_WAITING = 100;

const MIB = 1024 * 1024;

/** Of a file that is made small, and of all that is kept; where a process has 128 MiB, less. */
const MAX_FILE_BYTES = { shared: 64 * MIB, alone: 24 * MIB };
const MAX_KEPT_BYTES = { shared: 32 * MIB, alone: 4 * MIB };

export function createThumbnails({ outputs, thumbnailer, shared }: ThumbnailsDeps) {
  const limits = shared ? 'shared' : 'alone';
  const maxFileBytes = MAX_FILE_BYTES[limits];
  const kept = new Map<string, SmallPicture>();
  const making = new Map<string, Promise<SmallPicture>>();
  const inTurn = createLimiter(AT_ONCE);
  let keptBytes = 0;

  function keep(key: string, picture: SmallPicture): void {
    keptBytes += picture.bytes.length - (kept.get(key)?.bytes.length ?? 0);
    kept.delete(key);
    kept.set(key, picture);
    for (const [oldest, { bytes }] of kept) {
      if (keptBytes <= MAX_KEPT_BYTES[limits]) break;
      kept.delete(oldest);
      keptBytes -= bytes.length;
    }
  }

  async function make(caller: Caller, id: string, wanted: ThumbnailLimits): Promise<SmallPicture> {
    if (!thumbnailer) throw new GatewayError('not_found', 'This gateway makes no thumbnails.');
    const { job, output } = await outputs.find(caller, id);
    const bytes = await outputs.read(job, output, maxFileBytes);
    if (!bytes) throw tooLarge(output, `more than ${maxFileBytes / MIB} MiB`);
    const small = await thumbnailer(bytes, wanted);
    if (!small.ok) throw refused(output, small.reason);
    return small;
  }

  /** Those who ask for the same at the same time get the same. */
  function makeOnce(key: string, make: () => Promise<SmallPicture>): Promise<SmallPicture> {
    if (!shared) return make();
    const already = making.get(key);
    if (already) return already;
    if (making.size >= MAX_WAITING) {
      throw new GatewayError('rate_limited', 'Too many thumbnails are being made. Try again in a second.', {
        retryAfterSeconds: 1,
      });
    }
    const work = inTurn(make).finally(() => making.delete(key));
    making.set(key, work);
    return work;
  }

  return {
    /** The same for the same picture and size, and known before it is made. Throws as `get` does for what is no picture. */
    async etag(caller: Caller, id: string, maxDim: number): Promise<string> {
      const { output } = await outputs.find(caller, id);
      if (output.kind !== 'image') throw noPicture(output, `it is ${output.contentType}`);
      return `"${id}-${maxDim}-${VERSION}"`;
    },

    /**
     * A WebP within the limits. Throws `unsupported_media_type` for what is no picture that can be read, `payload_too_large`
     * for one with too many bytes or pixels.
     */
    async get(caller: Caller, id: string, wanted: ThumbnailLimits): Promise<SmallPicture> {
      await this.etag(caller, id, wanted.maxDim);
      const key = `${id} ${wanted.maxDim} ${wanted.maxBase64Chars ?? ''}`;
      const known = kept.get(key);
      const picture = known ?? (await makeOnce(key, () => make(caller, id, wanted)));
      keep(key, picture);
      return picture;
    },
  };
}

/** To be changed with the way in which they are made. */
const VERSION = 1;

function refused(output: JobOutput, reason: Refusal): GatewayError {
  switch (reason) {
    case 'too_large':
      return tooLarge(output, 'too many pixels');
    case 'unsupported':
      return noPicture(output, `it is ${output.contentType}, and not what PNG, JPEG, WebP or GIF look like`);
    case 'broken':
      return noPicture(output, `it is called ${output.contentType}, but cannot be read as that`);
    case 'no_room':
      return new GatewayError('invalid_request', 'Not even one pixel fits into so few characters.');
  }
}

function noPicture({ id, contentType }: JobOutput, why: string): GatewayError {
  return new GatewayError(
    'unsupported_media_type',
    `Asset '${id}' has no thumbnail: ${why}. Fetch it from its url instead.`,
    { details: { content_type: contentType } },
  );
}

function tooLarge({ id, contentType, sizeBytes }: JobOutput, what: string): GatewayError {
  return new GatewayError(
    'payload_too_large',
    `Asset '${id}' has ${what} for a thumbnail to be made. Fetch it from its url instead.`,
    { details: { content_type: contentType, size_bytes: sizeBytes } },
  );
}
