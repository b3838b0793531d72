/** Jobs, assets and workflows as resources, for clients that attach things to a conversation. */
import type { OutputAssets } from '../assets/outputs.ts';
import type { AssetRegistry } from '../assets/registry.ts';
import { parseLossless, type JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';
import { toBase64, type Feed } from '../jobs/feed.ts';
import type { JobService } from '../jobs/service.ts';
import type { Descriptions } from '../workflows/descriptions.ts';
import { schemaText } from '../workflows/schema.ts';
import { workflowWords } from './setting-tools.ts';
import type { Visit } from './tool.ts';
import { identity } from './running.ts';
import { assetRecordWords, fileOf, messageOf, viewerOf } from './words.ts';

export interface ResourceDeps {
  service: JobService;
  descriptions: Descriptions;
  feed: Feed;
  registry: AssetRegistry;
  outputs: Pick<OutputAssets, 'read'>;
}

export interface ResourceContent {
  uri: string;
  mimeType: string;
  text?: string;
  blob?: string;
}

export type Resources = ReturnType<typeof createResources>;

/** Larger files are linked instead. */
const MAX_BLOB_BYTES = 1024 * 1024;

/** The latest assets that are listed. */
const LISTED_ASSETS = 20;

export const TEMPLATES = [
  {
    uriTemplate: 'comfygate://workflows/{name}',
    name: 'workflow',
    title: 'Workflow',
    description: 'A workflow with its inputs and its graph.',
    mimeType: 'application/json',
  },
  {
    uriTemplate: 'comfygate://jobs/{id}',
    name: 'job',
    title: 'Job',
    description: 'A job with its files.',
    mimeType: 'application/json',
  },
  {
    uriTemplate: 'comfygate://assets/{id}',
    name: 'asset',
    title: 'Asset',
    description: 'A file that a job made; a large one as a link.',
  },
];

export function createResources({ service, descriptions, feed, registry, outputs }: ResourceDeps) {
  async function workflow(uri: string, name: string, { caller }: Visit): Promise<ResourceContent[]> {
    const described = await descriptions.describe(caller.owner, name);
    const graph = parseLossless(described.workflow.graphText);
    const { updatedAt, source } = described.workflow;
    const entry = workflowWords({ name, source, updatedAt, described });
    return [json(uri, { ...entry, schema: described.schema, graph })];
  }

  async function job(uri: string, id: string, visit: Visit): Promise<ResourceContent[]> {
    const found = await service.get(visit.caller, id);
    const files = (await registry.ofJob(found, viewerOf(visit))).map(assetRecordWords);
    const message = messageOf(found, feed.live(id));
    const { workflow: workflowId = null, inputs = {} } = found;
    return [
      json(uri, { ...identity(found), message, workflow_id: workflowId, parameters: inputs, assets: files }),
    ];
  }

  async function asset(uri: string, id: string, visit: Visit): Promise<ResourceContent[]> {
    const record = await registry.get(visit.caller, id, viewerOf(visit));
    const { output } = record;
    if (output.text !== undefined) return [{ uri, mimeType: output.contentType, text: output.text }];
    const bytes = await outputs.read(record.job, output, MAX_BLOB_BYTES);
    if (bytes) return [{ uri, mimeType: output.contentType, blob: toBase64(bytes) }];
    return [json(uri, { ...assetRecordWords(record), note: 'The file is large: fetch it from asset_url.' })];
  }

  return {
    templates: TEMPLATES,

    /** Workflows and the latest assets. */
    async list(visit: Visit): Promise<JsonObject[]> {
      const [workflows, { assets }] = await Promise.all([
        descriptions.list(visit.caller.owner),
        registry.list(visit.caller, {}, LISTED_ASSETS, viewerOf(visit)),
      ]);
      return [
        ...workflows.flatMap(({ name, described }) =>
          described
            ? [
                {
                  ...entryOf('workflows', name),
                  title: described.workflow.title,
                  mimeType: 'application/json',
                },
              ]
            : [],
        ),
        ...assets.map((record) => {
          const { name, mimeType, size } = fileOf(record);
          return { ...entryOf('assets', record.id), name, mimeType, ...(size !== undefined && { size }) };
        }),
      ];
    },

    /** Throws `not_found` for what is not there or not the caller's. */
    async read(uri: string, visit: Visit): Promise<ResourceContent[]> {
      const [, kind, id] = /^comfygate:\/\/(jobs|assets|workflows)\/([^/?#]+)$/.exec(uri) ?? [];
      if (id === undefined) {
        throw new GatewayError(
          'not_found',
          `There is no resource '${uri.slice(0, 120)}'. There are comfygate://jobs/{id}, comfygate://assets/{id} and comfygate://workflows/{name}.`,
        );
      }
      const name = decode(id);
      if (kind === 'jobs') return job(uri, name, visit);
      return kind === 'assets' ? asset(uri, name, visit) : workflow(uri, name, visit);
    },
  };
}

function entryOf(kind: string, id: string): { uri: string; name: string } {
  return { uri: `comfygate://${kind}/${encodeURIComponent(id)}`, name: id };
}

function json(uri: string, value: JsonObject): ResourceContent {
  return { uri, mimeType: 'application/json', text: schemaText(value) };
}

function decode(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    // Not encoded at all: then it is what it says.
    return part;
  }
}
