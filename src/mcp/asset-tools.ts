/** Tools about what jobs made: looking at it, listing it, where it came from. */
import { isObject, parseLossless, type JsonObject } from '../comfyui/json.ts';
import type { RunResult } from '../comfyui/history.ts';
import type { OutputAssets } from '../assets/outputs.ts';
import { GatewayError, notFoundIsUndefined } from '../errors.ts';
import type { Job, JobOutput } from '../jobs/job.ts';
import type { JobService } from '../jobs/service.ts';
import { SESSION_FIELD, sessionOf, type Thumbnail } from './running.ts';
import { ASSET_RECORD, I, listOf, NO, NS, O } from './shapes.ts';
import { READS, type Arguments, type Field, type Tool, type ToolContext } from './tool.ts';
import { isoOrNull, type Words } from './words.ts';

export interface AssetToolDeps {
  service: JobService;
  assets: Pick<OutputAssets, 'find'>;
  words: Words;
  thumbnail: Thumbnail;
}

/** Largest edge of a thumbnail. */
const MAX_DIM = 1024;

const ASSET_ID: Field = {
  name: 'asset_id',
  type: 'string',
  description: 'The id of the asset.',
  required: true,
};

export function assetTools(deps: AssetToolDeps): Tool[] {
  return [viewImage(deps), listAssets(deps), getAssetMetadata(deps)];
}

function viewImage({ assets, words, thumbnail }: AssetToolDeps): Tool {
  return {
    name: 'view_image',
    title: 'Look at an image',
    description: 'Shows an image made small enough to look at, or its facts.',
    annotations: READS,
    inputs: [
      ASSET_ID,
      {
        name: 'mode',
        type: 'string',
        description: 'Picture or facts.',
        enum: ['thumb', 'metadata'],
        default: 'thumb',
      },
      {
        name: 'max_dim',
        type: 'integer',
        description: `Longest edge in pixels; at most ${MAX_DIM} count.`,
        default: 512,
        minimum: 16,
      },
      {
        name: 'max_b64_chars',
        type: 'integer',
        description: 'Most base64 characters.',
        default: 100_000,
        minimum: 1_000,
        maximum: 5_000_000,
      },
    ],
    output: ASSET_RECORD,
    async run(args, context) {
      const {
        mode = 'thumb',
        max_dim: dim = 512,
        max_b64_chars: maxBase64Chars = 100_000,
      } = args as {
        mode?: string;
        max_dim?: number;
        max_b64_chars?: number;
      };
      const { job, output } = await assets.find(context.caller, args['asset_id'] as string);
      const content = await words.assetRecord(job, output, context);
      if (mode === 'metadata') return { content, files: [words.file(job, output, context)] };
      if (output.kind !== 'image') throw notAnImage(output, content);
      const limits = { maxDim: Math.min(dim, MAX_DIM), maxBase64Chars };
      const { data, mimeType, width, height } = await thumbnail(context, output.id, limits);
      return { content: { ...content, shown_width: width, shown_height: height }, image: { data, mimeType } };
    },
  };
}

function listAssets({ service, words }: AssetToolDeps): Tool {
  return {
    name: 'list_assets',
    title: 'List assets',
    description: 'Files that your jobs made, newest first.',
    annotations: READS,
    inputs: [
      {
        name: 'limit',
        type: 'integer',
        description: 'Most assets to list.',
        default: 10,
        minimum: 1,
        maximum: 100,
      },
      { name: 'workflow_id', type: 'string', description: 'Only of this workflow.' },
      { ...SESSION_FIELD, description: "Only of this session; 'current': this one." },
      { name: 'job_id', type: 'string', description: 'Only of this job.' },
    ],
    output: { assets: listOf(ASSET_RECORD), count: I, workflow_id_filter: NS, session_id_filter: NS },
    async run(args, context) {
      const { limit = 10, workflow_id: workflow } = args as { limit?: number; workflow_id?: string };
      const session = args['session_id'] === undefined ? undefined : sessionOf(args, context);
      const found: [Job, JobOutput][] = [];
      for await (const job of jobsOf(service, args, session, context)) {
        for (const output of job.outputs) if (found.length < limit) found.push([job, output]);
        if (found.length >= limit) break;
      }
      const list = await Promise.all(found.map(([job, output]) => words.assetRecord(job, output, context)));
      return {
        content: {
          assets: list,
          count: list.length,
          workflow_id_filter: workflow ?? null,
          session_id_filter: session ?? null,
        },
      };
    },
  };
}

function getAssetMetadata({ service, assets, words }: AssetToolDeps): Tool {
  return {
    name: 'get_asset_metadata',
    title: 'Where an asset came from',
    description: 'All facts of an asset, with the graph that made it.',
    annotations: READS,
    inputs: [ASSET_ID],
    output: { ...ASSET_RECORD, parameters: O, submitted_workflow: NO, comfy_history: NO },
    async run(args, context) {
      const { job, output } = await assets.find(context.caller, args['asset_id'] as string);
      const [record, graph, history] = await Promise.all([
        words.assetRecord(job, output, context),
        service.graph(context.caller, job.id).catch(notFoundIsUndefined),
        // ComfyUI may be away or have forgotten it; what is asked for first is ours.
        service.history(job).catch(() => undefined),
      ]);
      const submitted = graph === undefined ? null : parseLossless(graph);
      return {
        content: {
          ...record,
          parameters: job.inputs ?? {},
          submitted_workflow: isObject(submitted) ? submitted : null,
          comfy_history: history ? historyWords(history) : null,
        },
        files: [words.file(job, output, context)],
      };
    },
  };
}

/** Jobs to look through, newest first; not without end. */
async function* jobsOf(
  service: JobService,
  args: Arguments,
  session: string | undefined,
  { caller }: ToolContext,
): AsyncGenerator<Job> {
  const { job_id: id, workflow_id: workflow } = args as { job_id?: string; workflow_id?: string };
  if (id !== undefined) {
    const job = await service.get(caller, id);
    const fits =
      (workflow === undefined || job.workflow === workflow) &&
      (session === undefined || job.session === session);
    if (fits) yield job;
    return;
  }
  const query = { ...(workflow !== undefined && { workflow }), ...(session !== undefined && { session }) };
  let cursor: string | undefined;
  for (let pages = 0; pages < MAX_PAGES; pages++) {
    const page = await service.list(caller, query, PAGE, cursor);
    yield* page?.jobs ?? [];
    if (!page?.next) return;
    cursor = page.next;
  }
}

const PAGE = 50;
const MAX_PAGES = 20;

/** What ComfyUI's history says of a run; the entry itself has tracebacks and paths of its machine. */
function historyWords({ outcome, startedAt, endedAt, cachedNodes, outputs, error }: RunResult): JsonObject {
  return {
    status: outcome,
    started_at: isoOrNull(startedAt),
    ended_at: isoOrNull(endedAt),
    cached_nodes: cachedNodes,
    outputs: outputs.map(({ node, key, file }) => ({ node, key, ...file })),
    ...(error && { error: { message: error.message, node_id: error.nodeId, class_type: error.classType } }),
  };
}

function notAnImage(output: JobOutput, content: JsonObject): GatewayError {
  const { asset_url: url } = content;
  return new GatewayError(
    'unsupported_media_type',
    `This asset is no image but ${output.contentType}: open ${String(url)}, or ask for mode 'metadata'.`,
    { details: { mime_type: output.contentType, asset_url: url } },
  );
}
