/** Outputs and uploads as one list, newest first. */
import { GatewayError } from '../errors.ts';
import type { Caller } from '../jobs/caller.ts';
import type { Upload } from './contents.ts';
import type { AssetPage, AssetQuery, AssetRecord, AssetRegistry } from './registry.ts';
import { newestFirst, type Uploads } from './uploads.ts';
import type { Viewer } from './urls.ts';

export type Listed = { kind: 'output'; record: AssetRecord } | { kind: 'upload'; upload: Upload };

/** Which assets to list. Uploads belong to no job: they fit only where nothing of one is asked for. */
export interface ListingQuery extends AssetQuery {
  source?: 'output' | 'upload';
}

export type Listing = ReturnType<typeof createListing>;

export function createListing(registry: Pick<AssetRegistry, 'list'>, uploads: Pick<Uploads, 'list'>) {
  async function uploadsAfter(
    caller: Caller,
    { mediaType }: AssetQuery,
    last: LastUpload,
  ): Promise<Upload[]> {
    return (await uploads.list(caller)).filter(
      (upload) =>
        (mediaType === undefined ||
          upload.contentType === mediaType ||
          upload.contentType.startsWith(`${mediaType}/`)) &&
        (last === null || newestFirst(last, upload) < 0),
    );
  }

  /** A page may be short, even empty, before the last. Throws 400 for a cursor that is none. */
  return async function list(
    caller: Caller,
    { source, ...query }: ListingQuery,
    limit: number,
    viewer: Viewer,
    cursor?: string,
  ): Promise<{ assets: Listed[]; next: string | null }> {
    const place: ListPlace = cursor === undefined ? { outputs: '', last: null } : decode(cursor);
    const ofJobs = [query.jobId, query.workflow, query.session].some((value) => value !== undefined);
    const noOutputs = source === 'upload' || place.outputs === null;
    const page: AssetPage = noOutputs
      ? { assets: [], cursors: [], next: null }
      : await registry.list(caller, query, limit, viewer, place.outputs || undefined);
    const noUploads = source === 'output' || ofJobs;
    const left = noUploads ? [] : await uploadsAfter(caller, query, place.last);

    const assets: Listed[] = [];
    let [taken, sent] = [0, 0];
    while (assets.length < limit) {
      const record = page.assets[taken];
      const upload = left[sent];
      if (record && (!upload || record.createdAt >= upload.createdAt)) {
        assets.push({ kind: 'output', record });
        taken++;
      } else if (upload && (record || page.next === null)) {
        assets.push({ kind: 'upload', upload });
        sent++;
      } else break;
    }
    const outputs = taken < page.assets.length ? page.cursors[taken]! : page.next;
    const last = left[sent - 1] ?? place.last;
    const over = outputs === null && sent === left.length;
    return { assets, next: over ? null : encode({ outputs, last }) };
  };
}

type LastUpload = Pick<Upload, 'createdAt' | 'id'> | null;

/** How far a list has come. */
interface ListPlace {
  /** Cursor of the outputs, empty at their beginning, null at their end. */
  outputs: string | null;
  last: LastUpload;
}

/** Cursors of outputs have no dots. */
function encode({ outputs, last }: ListPlace): string {
  return [outputs ?? '-', ...(last ? [last.createdAt, last.id] : [])].join('.');
}

function decode(cursor: string): ListPlace {
  const [, outputs = '', createdAt, id = ''] =
    /^([\w-]*)(?:\.(\d{1,15})\.([\da-f-]{36}))?$/.exec(cursor) ?? [];
  if (outputs === '' && createdAt === undefined) {
    throw new GatewayError(
      'invalid_request',
      "'cursor' is not valid: allowed is 'next_cursor' of an earlier page.",
      { details: { field: 'cursor' } },
    );
  }
  return {
    outputs: outputs === '-' ? null : outputs,
    last: createdAt === undefined ? null : { createdAt: Number(createdAt), id },
  };
}
