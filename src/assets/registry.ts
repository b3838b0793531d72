/**
 * Outputs as assets that can be listed and described, for REST and MCP alike. A list is made from the job records, newest
 * first, so it is right after a rebuild and on every store; what a file shows (size of a picture, length of a sound) is
 * read from its head when somebody first asks for its record.
 */
import { GatewayError, notFoundIsUndefined } from '../errors.ts';
import type { Job, JobOutput } from '../jobs/job.ts';
import type { Caller } from '../jobs/caller.ts';
import type { JobService } from '../jobs/service.ts';
import { jobKey } from '../storage/keys.ts';
import type { OutputAssets } from './outputs.ts';
import type { AssetUrls, Viewer } from './urls.ts';

/** An output with all that is known of it. Times in ms since 1970. */
export interface AssetRecord {
  id: string;
  job: Job;
  output: JobOutput;
  name: string;
  /** Null where not known: no picture, video or sound, or nobody has looked yet. */
  width: number | null;
  height: number | null;
  durationMs: number | null;
  createdAt: number;
  /** When it is not found any more. */
  expiresAt: number;
  /** Of the bytes: the copy's where there is one. */
  url: string;
  /** Only of pictures. */
  thumbnailUrl?: string;
}

/** Which assets to list; all that are given must match. */
export interface AssetQuery {
  jobId?: string;
  workflow?: string;
  session?: string;
  /** A whole media type, or the part before the slash. */
  mediaType?: string;
}

export interface AssetPage {
  assets: AssetRecord[];
  /** Cursor of a page that begins with each of them. */
  cursors: string[];
  /** Cursor of the next page, null on the last. A page may be short, even empty, before that. */
  next: string | null;
}

export interface AssetMetadata extends AssetRecord {
  /** The inputs of a named workflow; null for a plain graph. */
  parameters: Record<string, unknown> | null;
  /** The submitted graph as text, every digit kept; null if it is not stored any more. */
  graphText: string | null;
  /** ComfyUI's history entry as text; null if ComfyUI has forgotten it or cannot be asked. */
  historyText: string | null;
}

export type AssetRegistry = ReturnType<typeof createAssetRegistry>;

interface RegistryDeps {
  service: Pick<JobService, 'getKept' | 'listKept' | 'keptGraph'>;
  outputs: OutputAssets;
  urls: AssetUrls;
  /** Retention of assets, from the end of their job. */
  assetTtlMs: number;
  /** Files of one list whose heads may be read, if they were not before. */
  maxExamined: number;
}

/** Jobs that are read at once, and for one page at most: a filter may match few. */
const CHUNK = 50;
const MAX_JOBS = 1_000;

/** Outputs that are looked into for whoever has made them, also where calls are counted. */
const FEW = 4;

export function createAssetRegistry({ service, outputs, urls, assetTtlMs, maxExamined }: RegistryDeps) {
  function record(job: Job, output: JobOutput, viewer: Viewer): AssetRecord {
    const { width, height, durationMs } = output.media ?? {};
    return {
      id: output.id,
      job,
      output,
      name: nameOf(output),
      width: width ?? null,
      height: height ?? null,
      durationMs: durationMs ?? null,
      createdAt: createdAt(job, output),
      expiresAt: (job.completedAt ?? job.createdAt) + assetTtlMs,
      url: urls.content(job, output, viewer).url,
      ...(output.kind === 'image' && { thumbnailUrl: urls.thumbnail(output, viewer).url }),
    };
  }

  /** Outputs of a job that a query asks for, the last first. */
  function matching(job: Job, { mediaType }: AssetQuery): JobOutput[] {
    const found = job.outputs.filter(
      ({ contentType }) =>
        mediaType === undefined || contentType === mediaType || contentType.startsWith(`${mediaType}/`),
    );
    return found.toReversed();
  }

  /** The jobs of a query from `place` on, each with where its chunk begins. */
  async function* jobsFrom(caller: Caller, query: AssetQuery, place: Place | undefined) {
    const { jobId, workflow, session } = query;
    if (jobId !== undefined) {
      const job = await service.getKept(caller, jobId).catch(notFoundIsUndefined);
      const fits =
        job &&
        (workflow === undefined || job.workflow === workflow) &&
        (session === undefined || job.session === session);
      if (fits) yield { job, chunk: null };
      return;
    }
    const filter = { ...(workflow !== undefined && { workflow }), ...(session !== undefined && { session }) };
    for (let chunk = place?.chunk ?? null; ;) {
      const page = await service.listKept(caller, filter, CHUNK, chunk ?? undefined);
      if (!page) throw badCursor();
      for (const job of page.jobs) if (!place || jobKey(job.id) >= jobKey(place.jobId)) yield { job, chunk };
      if (page.next === null) return;
      chunk = page.next;
    }
  }

  return {
    /** Newest first. Throws 400 for a cursor that is none. */
    async list(
      caller: Caller,
      query: AssetQuery,
      limit: number,
      viewer: Viewer,
      cursor?: string,
    ): Promise<AssetPage> {
      const place = cursor === undefined ? undefined : decode(cursor);
      const found: { job: Job; output: JobOutput; place: Place }[] = [];
      const page = async (next: string | null): Promise<AssetPage> => {
        const examined = await Promise.all(
          found.map(async ({ job, output }, i) =>
            record(job, i < maxExamined ? await outputs.examined(job, output) : output, viewer),
          ),
        );
        return { assets: examined, cursors: found.map((each) => encode(each.place)), next };
      };
      let jobs = 0;
      for await (const { job, chunk } of jobsFrom(caller, query, place)) {
        const fitting = matching(job, query);
        const passed = place?.jobId === job.id ? place.passed : 0;
        const here = { chunk, jobId: job.id };
        if (++jobs > MAX_JOBS) return page(encode({ ...here, passed }));
        for (let i = passed; i < fitting.length; i++) {
          if (found.length === limit) return page(encode({ ...here, passed: i }));
          found.push({ job, output: fitting[i]!, place: { ...here, passed: i } });
        }
      }
      return page(null);
    },

    /** Throws `not_found` also for what has expired and for what is another's. */
    async get(caller: Caller, id: string, viewer: Viewer): Promise<AssetRecord> {
      const { job, output } = await outputs.find(caller, id);
      return record(job, await outputs.examined(job, output), viewer);
    },

    /** All outputs of a job in its order; sizes of the first few are looked up where they are not known yet. */
    ofJob: (job: Job, viewer: Viewer): Promise<AssetRecord[]> =>
      Promise.all(
        job.outputs.map(async (output, i) =>
          record(job, i < Math.max(maxExamined, FEW) ? await outputs.examined(job, output) : output, viewer),
        ),
      ),

    /** The same with what it was made by. */
    async metadata(caller: Caller, id: string, viewer: Viewer): Promise<AssetMetadata> {
      const found = await this.get(caller, id, viewer);
      const [graphText, historyText] = await Promise.all([
        service.keptGraph(caller, found.job.id).catch(notFoundIsUndefined),
        outputs.history(found.job),
      ]);
      return {
        ...found,
        parameters: found.job.inputs ?? null,
        graphText: graphText ?? null,
        historyText: historyText ?? null,
      };
    },
  };
}

/** File name of an output; text gets one from its node. */
export function nameOf({ file, node, contentType }: JobOutput): string {
  return (
    file?.filename ??
    `node-${node.replace(/[^\w.-]/g, '_')}.${contentType === 'application/json' ? 'json' : 'txt'}`
  );
}

/** Outputs are numbered by the ms since the creation of their job, or one more than the event before. */
function createdAt(job: Job, { seq }: JobOutput): number {
  const at = job.createdAt + seq;
  return job.completedAt === undefined ? at : Math.min(at, job.completedAt);
}

/** How far a list has come: what it read last, and how many outputs of that job were passed. */
interface Place {
  /** Cursor of the chunk of jobs, null of the first. */
  chunk: string | null;
  jobId: string;
  passed: number;
}

function encode({ chunk, jobId, passed }: Place): string {
  return btoa(JSON.stringify([chunk, jobId, passed]))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}

function decode(cursor: string): Place {
  let place: unknown;
  try {
    place = JSON.parse(atob(cursor.replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    // Not one of ours.
  }
  const [chunk, jobId, passed] = Array.isArray(place) ? (place as unknown[]) : [];
  const valid =
    (chunk === null || typeof chunk === 'string') &&
    typeof jobId === 'string' &&
    Number.isSafeInteger(passed) &&
    Number(passed) >= 0;
  if (!valid) throw badCursor();
  return { chunk, jobId, passed: Number(passed) };
}

function badCursor(): GatewayError {
  return new GatewayError(
    'invalid_request',
    "'cursor' is not valid: allowed is 'next_cursor' of an earlier page.",
    { details: { field: 'cursor' } },
  );
}
