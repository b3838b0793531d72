/**
 * Thumbnails of outputs and uploads, for REST and MCP alike. They are kept in a small part of memory: they are soon made again, and what
 * is not in a store need not be cleaned up there. Few are made at once, as each may take a whole file and its pixels.
 */
import { GatewayError } from '../errors.ts';
import type { Caller } from '../jobs/caller.ts';
import { collect } from './collect.ts';
import { createLimiter } from './limiter.ts';
import type { OutputAssets } from './outputs.ts';
import type { Places } from './places.ts';
import type { Refusal, Thumbnail, Thumbnailer, ThumbnailLimits } from './thumbnail.ts';
import type { Uploads } from './uploads.ts';

export type SmallPicture = Extract<Thumbnail, { ok: true }>;

export type Thumbnails = ReturnType<typeof createThumbnails>;

/** A file that may be a picture. */
export interface Source {
  id: string;
  contentType: string;
  /** 0 where it is not known. */
  sizeBytes: number;
  /** Undefined if there are more than `maxBytes`. */
  read(maxBytes: number): Promise<Uint8Array | undefined>;
}

interface ThumbnailsDeps {
  /** Throws `not_found`. */
  find: (caller: Caller, id: string) => Promise<Source>;
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

export function createThumbnails({ find, thumbnailer, shared }: ThumbnailsDeps) {
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
    const source = await find(caller, id);
    const bytes = await source.read(maxFileBytes);
    if (!bytes) throw tooLarge(source, `more than ${maxFileBytes / MIB} MiB`);
    const small = await thumbnailer(bytes, wanted);
    if (!small.ok) throw refused(source, small.reason);
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
      const source = await find(caller, id);
      if (!source.contentType.startsWith('image/')) throw noPicture(source, `it is ${source.contentType}`);
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

/** Outputs and uploads by their ids. */
export function createSourceFinder(deps: {
  outputs: OutputAssets;
  uploads: Uploads;
  places: Places;
}): ThumbnailsDeps['find'] {
  const { outputs, uploads, places } = deps;
  return async (caller, id) => {
    const upload = await uploads.find(caller, id);
    if (upload) {
      const { contentType, sizeBytes, place } = upload;
      const read = async (maxBytes: number) => {
        const stream = sizeBytes > maxBytes ? undefined : await places.open(place);
        return stream && (await collect(stream, maxBytes)).bytes;
      };
      return { id, contentType, sizeBytes, read };
    }
    const { job, output } = await outputs.find(caller, id);
    const { contentType, sizeBytes } = output;
    return { id, contentType, sizeBytes, read: (maxBytes) => outputs.read(job, output, maxBytes) };
  };
}

/** To be changed with the way in which they are made. */
const VERSION = 1;

function refused(source: Source, reason: Refusal): GatewayError {
  switch (reason) {
    case 'too_large':
      return tooLarge(source, 'too many pixels');
    case 'unsupported':
      return noPicture(source, `it is ${source.contentType}, and not what PNG, JPEG, WebP or GIF look like`);
    case 'broken':
      return noPicture(source, `it is called ${source.contentType}, but cannot be read as that`);
    case 'no_room':
      return new GatewayError('invalid_request', 'Not even one pixel fits into so few characters.');
  }
}

function noPicture({ id, contentType }: Source, why: string): GatewayError {
  return new GatewayError(
    'unsupported_media_type',
    `Asset '${id}' has no thumbnail: ${why}. Fetch it from its url instead.`,
    { details: { content_type: contentType } },
  );
}

function tooLarge({ id, contentType, sizeBytes }: Source, what: string): GatewayError {
  return new GatewayError(
    'payload_too_large',
    `Asset '${id}' has ${what} for a thumbnail to be made. Fetch it from its url instead.`,
    { details: { content_type: contentType, size_bytes: sizeBytes } },
  );
}
