/**
 * Records in the words of Comfy API v2. Links are made here, as only a request knows the origin and the caller they
 * are for.
 */
import type * as wire from '../api/schemas.ts';
import type { Upload } from '../assets/contents.ts';
import type { AssetRecord } from '../assets/registry.ts';
import type { Viewer } from '../assets/urls.ts';
import type { AssetUrls } from '../assets/urls.ts';
import type { Live } from '../jobs/feed.ts';
import { nameOf } from '../assets/registry.ts';
import { expiresAt, shownStatus, type Job, type JobOutput } from '../jobs/job.ts';
import type { CopyState } from '../jobs/output-facts.ts';
import { completed, type Progress } from '../jobs/progress.ts';

export type Presenter = ReturnType<typeof createPresenter>;

const MINUTE_MS = 60_000;

/** `maxAgeMs` is the retention of jobs; `now` in ms since 1970. */
export function createPresenter(assetUrls: AssetUrls, maxAgeMs: number, now: () => number) {
  const { links } = assetUrls;

  /** The link to the bytes, and where their copy stands. */
  function content(job: Pick<Job, 'id'>, found: JobOutput, viewer: Viewer) {
    const { url, expiresAt: until } = assetUrls.content(job, found, viewer);
    return {
      url,
      url_expires_at: iso(until),
      ...(found.copy && { copy: presentCopy(found.copy) }),
      ...(found.cached && { cached: true }),
    };
  }

  function output(job: Pick<Job, 'id'>, found: JobOutput, viewer: Viewer): wire.Output {
    return {
      node_id: found.displayNode,
      name: nameOf(found),
      type: found.kind,
      content_type: found.contentType,
      size_bytes: found.sizeBytes,
      id: found.id,
      hash: null,
      ...content(job, found, viewer),
      job_id: job.id,
      ...place(found),
    };
  }

  function urls(job: Job, { base, owner }: Viewer): wire.JobUrls {
    const self = `/api/v2/jobs/${job.id}`;
    return {
      self: base + self,
      events: base + links.sign(`${self}/events`, owner, expiresAt(job, maxAgeMs)),
      cancel: `${base}${self}/cancel`,
    };
  }

  function presentJob(job: Job, live: Live | undefined, viewer: Viewer): wire.Job {
    const { startedAt, completedAt } = job;
    return {
      id: job.id,
      status: shownStatus(job.status),
      created_at: iso(job.createdAt),
      started_at: startedAt === undefined ? null : iso(startedAt),
      completed_at: completedAt === undefined ? null : iso(completedAt),
      expires_at: iso(expiresAt(job, maxAgeMs)),
      queue_position: live?.position ?? null,
      progress: progressOf(job, live),
      outputs: job.outputs.map((found) => output(job, found, viewer)),
      error: job.error
        ? {
            code: job.error.code,
            message: job.error.message,
            node_id: job.error.nodeId,
            class_type: job.error.classType,
            traceback: null,
          }
        : null,
      metrics: {
        queue_ms: startedAt === undefined ? null : startedAt - job.createdAt,
        execution_ms: startedAt === undefined || completedAt === undefined ? null : completedAt - startedAt,
      },
      urls: urls(job, viewer),
      outputs_reused: job.reused,
      warnings: job.warnings.map(({ nodeId, classType, message }) => ({
        node_id: nodeId,
        class_type: classType,
        message,
      })),
      backend: job.backend,
      ...(job.metadata !== undefined && { metadata: job.metadata }),
      ...(job.priority !== undefined && { priority: job.priority }),
      ...(job.workflow !== undefined && { workflow_name: job.workflow }),
      ...(job.session !== undefined && { session_id: job.session }),
      ...(job.inputs !== undefined && { inputs: job.inputs }),
      ...(job.regeneratedFrom !== undefined && { regenerated_from: job.regeneratedFrom }),
    };
  }

  const thisMinute = (): number => Math.floor(now() / MINUTE_MS);

  /** What was presented of records that cannot change without becoming another object. */
  const presented = new WeakMap<Job, { viewer: string; minute: number; job: wire.Job }>();

  return {
    output,
    urls,

    /** A job with what is live of it. Not to be changed: equal reads of a minute share it. */
    job(job: Job, live: Live | undefined, viewer: Viewer): wire.Job {
      if (live) return presentJob(job, live, viewer);
      const key = `${viewer.base} ${viewer.owner}`;
      const known = presented.get(job);
      if (known && known.viewer === key && known.minute === thisMinute()) return known.job;
      const fresh = presentJob(job, undefined, viewer);
      presented.set(job, { viewer: key, minute: thisMinute(), job: fresh });
      return fresh;
    },

    /** `createdNew`: of an answer to an upload. */
    upload(upload: Upload, viewer: Viewer, createdNew?: boolean): wire.Asset {
      const { url, expiresAt: until } = assetUrls.own(upload, viewer);
      return {
        id: upload.id,
        hash: `blake3:${upload.hash}`,
        size_bytes: upload.sizeBytes,
        content_type: upload.contentType,
        file_path: upload.filePath,
        ...(createdNew !== undefined && { created_new: createdNew }),
        created_at: iso(upload.createdAt),
        url,
        url_expires_at: iso(until),
        ...(upload.contentType.startsWith('image/') && {
          thumbnail_url: assetUrls.thumbnail(upload, viewer).url,
        }),
        expires_at: iso(upload.expiresAt),
        tags: upload.tags,
      };
    },

    asset(
      { job, output: found, createdAt, expiresAt: until, thumbnailUrl, ...facts }: AssetRecord,
      viewer: Viewer,
    ): wire.Asset {
      const { width, height, durationMs } = facts;
      return {
        id: found.id,
        name: facts.name,
        type: found.kind,
        hash: null,
        size_bytes: found.sizeBytes,
        content_type: found.contentType,
        file_path: found.file
          ? [found.file.subfolder, found.file.filename].filter(Boolean).join('/')
          : facts.name,
        created_at: iso(createdAt),
        ...content(job, found, viewer),
        expires_at: iso(until),
        width,
        height,
        duration_ms: durationMs,
        ...(thumbnailUrl !== undefined && { thumbnail_url: thumbnailUrl }),
        job_id: job.id,
        ...place(found),
        ...(job.workflow !== undefined && { workflow_name: job.workflow }),
        ...(job.session !== undefined && { session_id: job.session }),
      };
    },
  };
}

function presentCopy({ state, error, retryAt }: CopyState): wire.Copy {
  return {
    state,
    ...(state === 'failed' && {
      error: error ?? null,
      retry_at: retryAt === undefined ? null : iso(retryAt),
    }),
  };
}

/** The newest snapshot of a job. */
export function progressOf(job: Job, live: Live | undefined): wire.Progress | null {
  if (job.status === 'succeeded')
    return presentProgress(completed(live?.progress ?? job.progress, job.nodeCount));
  const progress = live?.progress ?? job.progress;
  return progress ? presentProgress(progress) : null;
}

export function presentProgress(progress: Progress): wire.Progress {
  return {
    value: progress.value,
    nodes_done: progress.nodesDone,
    nodes_total: progress.nodesTotal,
    current_node: progress.currentNode,
    current_node_class: progress.currentNodeClass,
    step: progress.step,
    steps: progress.steps,
    message: progress.message,
  };
}

function place({ file }: JobOutput): { folder_type?: 'output' | 'temp' | 'input'; subfolder?: string } {
  if (!file) return {};
  const { type, subfolder } = file;
  return type === 'output' || type === 'temp' || type === 'input'
    ? { folder_type: type, subfolder }
    : { subfolder };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
