/** Jobs and assets in the words of the two seed systems. Pure but for the links, which the presenter makes. */
import type { Presenter } from '../assets/present.ts';
import { nameOf } from '../assets/present.ts';
import type { JsonObject } from '../comfyui/json.ts';
import type { Live } from '../jobs/feed.ts';
import { shownStatus, type Job, type JobOutput } from '../jobs/job.ts';
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

/** Width and height in pixels; null where nobody knows. */
export interface Size {
  width: number | null;
  height: number | null;
}

export type Words = ReturnType<typeof createWords>;

/** `sizeOf` reads the size of a picture, from wherever it is known. */
export function createWords(presenter: Presenter, sizeOf: (job: Job, output: JobOutput) => Promise<Size>) {
  /** An asset; `record` adds what surrounds it. */
  async function asset(job: Job, output: JobOutput, { base, caller }: Visit): Promise<JsonObject> {
    const { url } = presenter.asset(job, output, { base, owner: caller.owner });
    const { width, height } = await sizeOf(job, output);
    return {
      asset_id: output.id,
      asset_url: url,
      filename: nameOf(output),
      subfolder: output.file?.subfolder ?? '',
      folder_type: output.file?.type ?? 'output',
      mime_type: output.contentType,
      width,
      height,
      bytes_size: output.sizeBytes,
    };
  }

  return {
    asset,

    async assetRecord(job: Job, output: JobOutput, visit: Visit): Promise<JsonObject> {
      const { created_at, expires_at } = presenter.asset(job, output, {
        base: visit.base,
        owner: visit.caller.owner,
      });
      return {
        ...(await asset(job, output, visit)),
        workflow_id: job.workflow ?? null,
        prompt_id: job.id,
        created_at,
        expires_at,
        session_id: job.session ?? null,
      };
    },

    /** A link for `resource_link`. */
    file(job: Job, output: JobOutput, { base, caller }: Visit): FileLink {
      const { url } = presenter.asset(job, output, { base, owner: caller.owner });
      return {
        uri: url,
        name: nameOf(output),
        mimeType: output.contentType,
        ...(output.sizeBytes > 0 && { size: output.sizeBytes }),
      };
    },
  };
}
