/** Where the copy of an output lies in the bucket: the same whoever makes it and however often. */
import type { Job, JobOutput } from '../jobs/job.ts';
import { idTimeOf } from '../storage/keys.ts';

/** `comfyui-output/YYYY/MM/DD/<asset id>.<ext>`, of the day (UTC) on which the job was submitted. */
export function copyKeyOf(job: Pick<Job, 'id'>, output: JobOutput): string {
  const day = new Date(idTimeOf(job.id)).toISOString().slice(0, 10).replaceAll('-', '/');
  return `comfyui-output/${day}/${output.id}.${extensionOf(output)}`;
}

/** A name may hold anything; what is no plain extension becomes `bin`. */
function extensionOf({ file, contentType }: JobOutput): string {
  if (!file) return contentType === 'application/json' ? 'json' : 'txt';
  return /\.([a-z\d]{1,10})$/i.exec(file.filename)?.[1]?.toLowerCase() ?? 'bin';
}
