/**
 * Outputs as records: with an id that is the same whoever sees the output first and however often, and with their size,
 * which ComfyUI tells only when asked for the file.
 */
import { v5 } from 'uuid';
import type { ComfyClient } from '../comfyui/client.ts';
import type { RunResult } from '../comfyui/history.ts';
import type { JsonObject } from '../comfyui/json.ts';
import { nodeOutputs, type NodeOutput } from '../comfyui/outputs.ts';
import type { Evidence, Job, NewOutput } from './job.ts';

/** The outputs in a node's `output` object. */
export function toNewOutputs(
  jobId: string,
  node: string,
  displayNode: string,
  output: JsonObject,
): NewOutput[] {
  return nodeOutputs(node, displayNode, output).map((found) => toNewOutput(jobId, found));
}

/** The end of a run as evidence, with the sizes of `maxSizes` outputs at most. */
export async function toEvidence(
  result: RunResult,
  job: Job,
  client: Pick<ComfyClient, 'view'>,
  now: () => number,
  maxSizes: number,
): Promise<Extract<Evidence, { type: 'ended' }>> {
  const outputs = await measure(
    result.outputs.map((found) => {
      const output = toNewOutput(job.id, found);
      return result.cachedNodes.includes(found.node) ? { ...output, cached: true as const } : output;
    }),
    job,
    client,
    maxSizes,
  );
  return {
    type: 'ended',
    outcome: result.outcome,
    startedAt: result.startedAt,
    at: result.endedAt ?? now(),
    reused: result.cachedNodes.length > 0,
    outputs,
    ...(result.error && { error: result.error }),
  };
}

/** Fills in the sizes of those that the record does not have yet. A file that is not asked for, or in vain, keeps 0. */
export function measure(
  outputs: NewOutput[],
  job: Job,
  client: Pick<ComfyClient, 'view'>,
  maxSizes: number,
): Promise<NewOutput[]> {
  const known = new Map(job.outputs.map((output) => [output.id, output]));
  let asked = 0;
  return Promise.all(
    outputs.map(async (output) => {
      const recorded = known.get(output.id);
      if (recorded && recorded.sizeBytes > 0) return { ...output, sizeBytes: recorded.sizeBytes };
      if (!output.file || asked >= maxSizes) return output;
      asked++;
      return { ...output, sizeBytes: await fileSize(output.file, client) };
    }),
  );
}

/** Time that a size is worth waiting for, in ms. */
const SIZE_MS = 2_000;

async function fileSize(
  file: NonNullable<NewOutput['file']>,
  client: Pick<ComfyClient, 'view'>,
): Promise<number> {
  try {
    // One byte instead of HEAD, after which undici closes the connection.
    const headers = { range: 'bytes=0-0', 'accept-encoding': 'identity' };
    const response = await client.view(file, { headers, signal: AbortSignal.timeout(SIZE_MS) });
    const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
    if (response.status === 206) await response.arrayBuffer();
    else await response.discard();
    const size = Number(total ?? response.headers.get('content-length'));
    return (response.ok || response.status === 416) && Number.isSafeInteger(size) ? size : 0;
  } catch {
    // The file itself is what counts; its size is 0 ("not known") until someone can tell.
    return 0;
  }
}

function toNewOutput(jobId: string, found: NodeOutput): NewOutput {
  const { node, displayNode, key, index, kind, contentType, file, text } = found;
  const identity = [node, key, index, file?.type ?? '', file?.subfolder ?? '', file?.filename ?? ''];
  return {
    // A lone surrogate in a name has no bytes to hash.
    id: v5(identity.join('\0').toWellFormed(), jobId),
    node,
    displayNode,
    kind,
    contentType,
    sizeBytes: text === undefined ? 0 : new TextEncoder().encode(text).length,
    ...(file && { file }),
    ...(text !== undefined && { text }),
  };
}
