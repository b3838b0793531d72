/** Jobs and assets in the words of the two seed systems. Pure. */
import type { AssetRecord } from '../assets/registry.ts';
import type { Viewer } from '../assets/urls.ts';
import type { JsonObject } from '../comfyui/json.ts';
import type { Live } from '../jobs/feed.ts';
import { shownStatus, type Job } from '../jobs/job.ts';
import type { FileLink, Visit } from './tool.ts';

export type SeedStatus = 'pending' | 'running' | 'completed' | 'failed' | 'timeout' | 'cancelled';

/** Status of seed A and the shown statuses of a job that it stands for. */
export const SEED_STATUS: Record<SeedStatus, string[]> = {
  pending: ['queued'],
  running: ['running', 'canceling'],
  completed: ['succeeded'],
  failed: ['failed'],
  timeout: ['expired'],
  cancelled: ['canceled'],
};

export const SEED_STATUSES = Object.keys(SEED_STATUS) as SeedStatus[];

export function seedStatus(job: Job): SeedStatus {
  const shown = shownStatus(job.status);
  return SEED_STATUSES.find((status) => SEED_STATUS[status].includes(shown)) ?? 'pending';
}

/** Status of seed B's `get_job`. */
export function getJobStatus(job: Job): 'queued' | 'running' | 'completed' | 'error' {
  switch (seedStatus(job)) {
    case 'pending':
      return 'queued';
    case 'running':
      return 'running';
    case 'completed':
      return 'completed';
    default:
      return 'error';
  }
}

/** One sentence about a job, for whoever reads nothing else. */
export function messageOf(job: Job, live: Live | undefined): string {
  switch (job.status) {
    case 'submitting':
    case 'queued':
      return live?.position === undefined
        ? 'The job waits in the queue.'
        : `The job waits in the queue, at position ${live.position}.`;
    case 'running':
      return `The job is running${newsOf(job, live)}.`;
    case 'canceling':
      return 'The job was told to stop, and has not stopped yet.';
    case 'succeeded':
      return job.outputs.length === 1
        ? 'The job is finished; it made 1 file.'
        : `The job is finished; it made ${job.outputs.length} files.`;
    case 'failed':
      return `The job failed: ${job.error?.message ?? 'ComfyUI gave no reason'}`;
    case 'canceled':
      return 'The job was cancelled.';
    case 'expired':
      return `The job timed out: ${job.error?.message ?? 'it took too long'}`;
  }
}

function newsOf(job: Job, live: Live | undefined): string {
  const message = (live?.progress ?? job.progress)?.message;
  return message ? `: ${message}` : '';
}

export function isoOrNull(ms: number | undefined): string | null {
  return ms === undefined ? null : new Date(ms).toISOString();
}

/** An asset, as tools that make one name it. */
export function assetWords({ output, name, url, width, height }: AssetRecord): JsonObject {
  return {
    asset_id: output.id,
    asset_url: url,
    filename: name,
    subfolder: output.file?.subfolder ?? '',
    folder_type: output.file?.type ?? 'output',
    mime_type: output.contentType,
    width,
    height,
    bytes_size: output.sizeBytes,
  };
}

/** An asset with what surrounds it. */
export function assetRecordWords(record: AssetRecord): JsonObject {
  const { job, createdAt, expiresAt } = record;
  return {
    ...assetWords(record),
    workflow_id: job.workflow ?? null,
    prompt_id: job.id,
    created_at: isoOrNull(createdAt),
    expires_at: isoOrNull(expiresAt),
    session_id: job.session ?? null,
  };
}

/** A link for `resource_link`. */
export function fileOf({ output, name, url }: AssetRecord): FileLink {
  return {
    uri: url,
    name,
    mimeType: output.contentType,
    ...(output.sizeBytes > 0 && { size: output.sizeBytes }),
  };
}

/** For whom links are made. */
export function viewerOf({ base, caller }: Visit): Viewer {
  return { base, owner: caller.owner };
}
