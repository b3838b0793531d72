/**
 * Links to the bytes of an output: to its copy once there is one, else to this gateway. Made for a whole minute, so that
 * equal reads give equal links.
 */
import type { Job, JobOutput } from '../jobs/job.ts';
import { copyKeyOf } from './copy-key.ts';
import type { Links } from './links.ts';
import { createPresigner, type Bucket } from './presign.ts';

/** For whom something is presented. */
export interface Viewer {
  /** Origin of absolute links. */
  base: string;
  owner: string;
}

/** A link and its end, in ms since 1970. */
export interface Link {
  url: string;
  expiresAt: number;
}

/** A bucket, and where it is public. */
export type CopyBucket = Bucket & { publicUrl?: string };

export type AssetUrls = ReturnType<typeof createAssetUrls>;

/** How long links last, in ms: signed ones, and plain ones (which do not really end). */
const SIGNED_MS = 60 * 60 * 1000;
const PLAIN_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60_000;

/** `bucket`: where copies are; without it, copies of before are not linked. `now` in ms since 1970. */
export function createAssetUrls(links: Links, bucket: CopyBucket | undefined, now: () => number) {
  const presigned = bucket && createPresigner(bucket);
  const thisMinute = (): number => Math.floor(now() / MINUTE_MS) * MINUTE_MS;

  function link(path: string, { base, owner }: Viewer): Link {
    const expiresAt = thisMinute() + MINUTE_MS + (links.signed ? SIGNED_MS : PLAIN_MS);
    return { url: base + links.sign(path, owner, expiresAt), expiresAt };
  }

  return {
    links,

    content(job: Pick<Job, 'id'>, output: JobOutput, viewer: Viewer): Link {
      const copied = output.copy?.state === 'done' && output.copy.bucket === bucket?.bucket;
      if (!copied || !bucket || !presigned) return this.own(output, viewer);
      const key = copyKeyOf(job, output);
      const signedAt = thisMinute();
      return bucket.publicUrl === undefined
        ? {
            url: presigned(key, signedAt, (SIGNED_MS + MINUTE_MS) / 1000),
            expiresAt: signedAt + SIGNED_MS + MINUTE_MS,
          }
        : { url: `${bucket.publicUrl}/${key}`, expiresAt: signedAt + MINUTE_MS + PLAIN_MS };
    },

    /** Of the bytes of an upload, or of an output at its ComfyUI. */
    own: ({ id }: { id: string }, viewer: Viewer): Link => link(`/api/v2/assets/${id}/content`, viewer),

    /** Of a picture. */
    thumbnail: ({ id }: { id: string }, viewer: Viewer): Link =>
      link(`/api/v2/assets/${id}/thumbnail`, viewer),
  };
}
