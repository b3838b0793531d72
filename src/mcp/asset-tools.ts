/** Tools about what jobs made: looking at it, listing it, where it came from. */
import { isObject, parseLossless } from '../comfyui/json.ts';
import { shownEntry } from '../comfyui/history.ts';
import type { AssetRecord, AssetRegistry } from '../assets/registry.ts';
import type { Thumbnails } from '../assets/thumbnails.ts';
import { GatewayError } from '../errors.ts';
import { toBase64 } from '../jobs/feed.ts';
import { SESSION_FIELD, sessionOf } from './running.ts';
import { ASSET_RECORD, I, listOf, NO, NS, O } from './shapes.ts';
import { READS, type Field, type Tool } from './tool.ts';
import { assetRecordWords, fileOf, viewerOf } from './words.ts';

export interface AssetToolDeps {
  registry: AssetRegistry;
  thumbnails: Pick<Thumbnails, 'get'>;
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

function viewImage({ registry, thumbnails }: AssetToolDeps): Tool {
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
      const record = await registry.get(context.caller, args['asset_id'] as string, viewerOf(context));
      const content = assetRecordWords(record);
      const files = [fileOf(record)];
      if (mode === 'metadata') return { content, files };
      if (record.output.kind !== 'image') throw notAnImage(record);
      const limits = { maxDim: Math.min(dim, MAX_DIM), maxBase64Chars };
      try {
        const { bytes, contentType, width, height } = await thumbnails.get(context.caller, record.id, limits);
        const image = { data: toBase64(bytes), mimeType: contentType };
        return { content: { ...content, shown_width: width, shown_height: height }, image };
      } catch (error) {
        const code = error instanceof GatewayError ? error.code : undefined;
        if (code === 'unsupported_media_type') throw notAnImage(record);
        if (code !== 'payload_too_large') throw error;
        // Its facts and where it is are more than nothing.
        return { content: { ...content, message: `${TOO_LARGE} ${record.url}` }, files };
      }
    },
  };
}

function listAssets({ registry }: AssetToolDeps): Tool {
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
      const query = {
        ...(args['job_id'] !== undefined && { jobId: args['job_id'] as string }),
        ...(workflow !== undefined && { workflow }),
        ...(session !== undefined && { session }),
      };
      const page = await registry.list(context.caller, query, limit, viewerOf(context));
      const list = page.assets.map(assetRecordWords);
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

function getAssetMetadata({ registry }: AssetToolDeps): Tool {
  return {
    name: 'get_asset_metadata',
    title: 'Where an asset came from',
    description: 'All facts of an asset, with the graph that made it.',
    annotations: READS,
    inputs: [ASSET_ID],
    output: { ...ASSET_RECORD, parameters: O, submitted_workflow: NO, comfy_history: NO },
    async run(args, context) {
      const found = await registry.metadata(context.caller, args['asset_id'] as string, viewerOf(context));
      const { parameters, graphText, historyText } = found;
      const submitted = graphText === null ? null : parseLossless(graphText);
      const history = historyText === null ? undefined : shownEntry(parseLossless(historyText));
      return {
        content: {
          ...assetRecordWords(found),
          parameters: parameters ?? {},
          submitted_workflow: isObject(submitted) ? submitted : null,
          comfy_history: history ?? null,
        },
        files: [fileOf(found)],
      };
    },
  };
}

const TOO_LARGE = 'The image is too large to be made small here; open';

function notAnImage({ output, url }: AssetRecord): GatewayError {
  return new GatewayError(
    'unsupported_media_type',
    `This asset cannot be shown as an image (${output.contentType}): open ${url}, or ask for mode 'metadata'.`,
    { details: { mime_type: output.contentType, asset_url: url } },
  );
}
