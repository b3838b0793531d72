/** Jobs, assets and workflows as resources, for clients that attach things to a conversation. */
import type { OutputAssets } from '../assets/outputs.ts';
import { parseLossless, type JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';
import { toBase64, type Feed } from '../jobs/feed.ts';
import type { Job, JobOutput } from '../jobs/job.ts';
import type { JobService } from '../jobs/service.ts';
import type { Descriptions } from '../workflows/descriptions.ts';
import { schemaText } from '../workflows/schema.ts';
import { workflowWords } from './setting-tools.ts';
import type { Visit } from './tool.ts';
import { identity } from './running.ts';
import { messageOf, type Words } from './words.ts';

export interface ResourceDeps {
  service: JobService;
  descriptions: Descriptions;
  feed: Feed;
  assets: Pick<OutputAssets, 'find' | 'fetch'>;
  words: Words;
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

export function createResources({ service, descriptions, feed, assets, words }: ResourceDeps) {
  async function workflow(uri: string, name: string, { caller }: Visit): Promise<ResourceContent[]> {
    const described = await descriptions.describe(caller.owner, name);
    const graph = parseLossless(described.workflow.graphText);
    const { updatedAt, source } = described.workflow;
    const entry = workflowWords({ name, source, updatedAt, described });
    return [json(uri, { ...entry, schema: described.schema, graph })];
  }

  async function job(uri: string, id: string, visit: Visit): Promise<ResourceContent[]> {
    const found = await service.get(visit.caller, id);
    const files = await Promise.all(found.outputs.map((output) => words.assetRecord(found, output, visit)));
    const message = messageOf(found, feed.live(id));
    const { workflow: workflowId = null, inputs = {} } = found;
    return [
      json(uri, { ...identity(found), message, workflow_id: workflowId, parameters: inputs, assets: files }),
    ];
  }

  async function asset(uri: string, id: string, visit: Visit): Promise<ResourceContent[]> {
    const { job: of, output } = await assets.find(visit.caller, id);
    if (output.text !== undefined) return [{ uri, mimeType: output.contentType, text: output.text }];
    const bytes = await small(of, output);
    if (bytes) return [{ uri, mimeType: output.contentType, blob: toBase64(bytes) }];
    const record = await words.assetRecord(of, output, visit);
    return [json(uri, { ...record, note: 'The file is large: fetch it from asset_url.' })];
  }

  /** The bytes of a file that is small enough, undefined of any other. */
  async function small(job: Job, output: JobOutput): Promise<Uint8Array | undefined> {
    if (output.sizeBytes > MAX_BLOB_BYTES) return undefined;
    const range = `bytes=0-${MAX_BLOB_BYTES}`;
    const response = await assets.fetch(
      job,
      output,
      'GET',
      (name) => (name === 'range' ? range : undefined),
      AbortSignal.timeout(READ_MS),
    );
    const declared = Number(response.headers.get('content-length') ?? 0);
    if (declared > MAX_BLOB_BYTES) {
      await response.discard();
      return undefined;
    }
    const bytes = new Uint8Array(await response.arrayBuffer());
    return bytes.length > MAX_BLOB_BYTES ? undefined : bytes;
  }

  return {
    templates: TEMPLATES,

    /** Workflows and the latest assets. */
    async list(visit: Visit): Promise<JsonObject[]> {
      const [workflows, page] = await Promise.all([
        descriptions.list(visit.caller.owner),
        service.list(visit.caller, {}, LISTED_ASSETS),
      ]);
      const outputs = (page?.jobs ?? []).flatMap((of) => of.outputs.map((output) => ({ of, output })));
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
        ...outputs.slice(0, LISTED_ASSETS).map(({ of, output }) => {
          const { name, mimeType, size } = words.file(of, output, visit);
          return { ...entryOf('assets', output.id), name, mimeType, ...(size !== undefined && { size }) };
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

/** Time that a small file may take, in ms. */
const READ_MS = 30_000;

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
