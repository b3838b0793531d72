/**
 * The mark that every submission carries in `extra_data.comfygate`: what is needed to rebuild a job from ComfyUI's own
 * queue or history. ComfyUI shows it to everybody, so it holds no secret.
 */
import * as z from 'zod';
import type { StoredPrompt } from '../comfyui/prompts.ts';
import { isObject } from '../comfyui/json.ts';
import { createJob, reduce, type Job } from './job.ts';

const Mark = z.object({
  v: z.literal(1),
  id: z.string(),
  owner: z.string(),
  workflow: z.string().optional(),
  inputs: z.record(z.string(), z.unknown()).optional(),
  session: z.string().optional(),
  metadata: z.string().optional(),
  priority: z.number().optional(),
  regenerated_from: z.string().optional(),
  created_at: z.iso.datetime(),
});

/** The mark of a job, ready for JSON. */
export function toMark(job: Job): z.infer<typeof Mark> {
  const { id, owner, workflow, inputs, session, metadata, priority, regeneratedFrom } = job;
  return {
    v: 1,
    id,
    owner,
    ...(workflow !== undefined && { workflow }),
    ...(inputs !== undefined && { inputs }),
    ...(session !== undefined && { session }),
    ...(metadata !== undefined && { metadata }),
    ...(priority !== undefined && { priority }),
    ...(regeneratedFrom !== undefined && { regenerated_from: regeneratedFrom }),
    created_at: new Date(job.createdAt).toISOString(),
  };
}

/**
 * The job behind a prompt that bears a valid mark, as accepted; null for prompts of others. Time limits are not in the
 * mark and come from the settings.
 */
export function fromMark(
  prompt: StoredPrompt,
  backend: Pick<Job, 'backend' | 'backendKey'>,
  limits: Pick<Job, 'timeoutMs' | 'queueTimeoutMs'>,
  now: number,
): Job | null {
  const parsed = Mark.safeParse(prompt.extraData['comfygate']);
  if (!parsed.success || parsed.data.id !== prompt.promptId) return null;
  const { v: _v, created_at, regenerated_from, ...rest } = parsed.data;
  const graph: unknown = JSON.parse(prompt.graphText);
  const given = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  const job = createJob(
    {
      ...(given as Pick<Job, 'id' | 'owner'>),
      ...(regenerated_from !== undefined && { regeneratedFrom: regenerated_from }),
      ...limits,
      ...backend,
      createdAt: Date.parse(created_at),
      nodeCount: isObject(graph) ? Object.keys(graph).length : 0,
    },
    now,
  );
  return reduce(job, { type: 'accepted' }, now);
}
