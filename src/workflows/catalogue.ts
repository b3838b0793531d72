/**
 * All workflows that somebody can run: files, services of config.json, uploads. A name means the file or service before an upload,
 * and one's own upload before that of the administrator.
 */
import { GatewayError } from '../errors.ts';
import { nearest } from '../comfyui/rejection.ts';
import type { Entry, WorkflowFiles } from './files.ts';
import { readWorkflow } from './files.ts';
import { checkName } from './names.ts';
import type { WorkflowUploads } from './uploads.ts';
import type { Workflow, WorkflowError } from './workflow.ts';

export interface Catalogue {
  /** By name; broken files with their error. The folder is looked at anew. */
  list(owner: string): Promise<Entry[]>;
  /** Undefined if there is none. */
  find(owner: string, name: string): Promise<Entry | undefined>;
  /** Throws `not_found` with the nearest names, `invalid_workflow` for a broken one. */
  get(owner: string, name: string): Promise<RunnableEntry>;
  /** Keeps an upload: JSON of a graph, or a picture that carries one. `created`: there was none of this name before. */
  put(
    owner: string,
    name: string,
    bytes: Uint8Array,
    metaText?: string,
  ): Promise<{ entry: RunnableEntry; created: boolean }>;
  /** Takes an upload away; throws `not_found`, or `forbidden` for what is no upload. */
  remove(owner: string, name: string): Promise<void>;
}

/** One that can be run. */
export interface RunnableEntry extends Entry {
  workflow: Workflow;
}

/** Uploads of the key of this name are for everybody. */
const SHARED_OWNER = 'admin';

/** How old the last look at the folder may be when a workflow is run, in ms. */
const FILES_MS = 1_000;

/** Uploads that one owner may have, and their characters together: a list reads them all, on Workers one call each. */
const MAX_UPLOADS = 200;
const MAX_UPLOADED_CHARS = 16 * 1024 * 1024;

export function createCatalogue(
  files: WorkflowFiles,
  uploads: WorkflowUploads,
  now: () => number,
): Catalogue {
  const ownersOf = (owner: string): string[] => [...new Set([owner, SHARED_OWNER])];

  async function uploaded(owner: string, name: string): Promise<Entry | undefined> {
    for (const candidate of ownersOf(owner)) {
      const workflow = await uploads.find(candidate, name);
      if (workflow) return uploadEntry(workflow);
    }
    return undefined;
  }

  async function find(owner: string, name: string): Promise<Entry | undefined> {
    const recent = (await files.entries(FILES_MS)).get(name);
    if (recent) return recent;
    // Keys are made of names: what is none is not looked up.
    const upload = checkName(name).ok ? await uploaded(owner, name) : undefined;
    // A file that came a moment ago.
    return upload ?? (await files.entries(0)).get(name);
  }

  async function list(owner: string): Promise<Entry[]> {
    const all = new Map(await files.entries(0));
    for (const candidate of ownersOf(owner))
      for (const workflow of await uploads.list(candidate))
        if (!all.has(workflow.name)) all.set(workflow.name, uploadEntry(workflow));
    return [...all.values()].sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async function absent(owner: string, name: string): Promise<GatewayError> {
    const names = (await list(owner)).map((entry) => entry.name);
    const near = nearest(name, names);
    const hint =
      near.length > 0
        ? ` Did you mean ${near.map((n) => `'${n}'`).join(' or ')}?`
        : ` There is ${
            names.length === 0
              ? 'none yet'
              : names
                  .slice(0, 10)
                  .map((n) => `'${n}'`)
                  .join(', ')
          }.`;
    return new GatewayError('not_found', `There is no workflow '${name.slice(0, 100)}'.${hint}`, {
      details: { workflow: name.slice(0, 100), nearest: near },
    });
  }

  return {
    list,
    find,

    async get(owner, name) {
      const entry = await find(owner, name);
      if (!entry) throw await absent(owner, name);
      const { workflow, error } = entry;
      if (!workflow) throw refusal(error!, `The workflow '${name}' cannot be run: `);
      return { ...entry, workflow };
    },

    async put(owner, name, bytes, metaText) {
      const named = checkName(name);
      if (!named.ok) throw new GatewayError('invalid_request', named.message, { details: { field: 'name' } });
      const taken = (await files.entries(0)).get(name);
      if (taken) {
        throw new GatewayError(
          'name_taken',
          `'${name}' is ${taken.file === undefined ? 'a service of config.json' : `the file ${taken.file}`} of this server, which an upload does not replace. Choose another name, such as '${name}_2'.`,
          { details: { field: 'name', given: name, source: taken.source } },
        );
      }
      const parsed = await readWorkflow({ name, bytes, metaText, source: 'upload', now: now() });
      if (!parsed.ok) throw refusal(parsed.error, '');
      const sizes = await uploads.sizes(owner);
      const created = !sizes.delete(name);
      const { graphText } = parsed.workflow;
      const chars = [...sizes.values()].reduce(
        (sum, size) => sum + size,
        graphText.length + (metaText?.length ?? 0),
      );
      const full =
        sizes.size >= MAX_UPLOADS
          ? `You have ${MAX_UPLOADS} uploaded workflows, which is the limit.`
          : chars > MAX_UPLOADED_CHARS
            ? `Your uploaded workflows would have ${chars} characters together; ${MAX_UPLOADED_CHARS} are the limit.`
            : undefined;
      if (full !== undefined) {
        throw new GatewayError('invalid_request', `${full} Delete some first.`, {
          details: { max_uploads: MAX_UPLOADS, max_characters: MAX_UPLOADED_CHARS },
        });
      }
      await uploads.put(owner, name, graphText, metaText);
      return { entry: uploadEntry(parsed.workflow), created };
    },

    async remove(owner, name) {
      if (checkName(name).ok && (await uploads.remove(owner, name))) return;
      const entry = await find(owner, name);
      if (!entry) throw await absent(owner, name);
      throw new GatewayError(
        'forbidden',
        `'${name}' is no upload of yours (it is ${entry.source === 'upload' ? "the administrator's" : entry.file === undefined ? 'a service of config.json' : `the file ${entry.file}`}); only what you uploaded can be deleted here.`,
        { details: { workflow: name, source: entry.source } },
      );
    },
  };
}

/** Why a workflow cannot be taken or run, with the place. */
function refusal(error: WorkflowError, prefix: string): GatewayError {
  const { message, line, column, file, uiFormat } = error;
  return new GatewayError(uiFormat ? 'workflow_format_ui' : 'invalid_workflow', prefix + message, {
    details: { file, ...(line !== undefined && { line }), ...(column !== undefined && { column }) },
  });
}

function uploadEntry(workflow: Workflow): RunnableEntry {
  return { name: workflow.name, source: 'upload', workflow, updatedAt: workflow.updatedAt };
}
