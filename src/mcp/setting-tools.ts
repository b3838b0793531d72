/** Tools about the catalogue, models, defaults and the queue. */
import type { JsonObject } from '../comfyui/json.ts';
import type { DefaultsService } from '../jobs/defaults.ts';
import type { QueuedPrompt, Upstream } from '../jobs/upstream.ts';
import type { Descriptions, ListedWorkflow } from '../workflows/descriptions.ts';
import { badArgument } from './arguments.ts';
import { A, B, I, listOf, NI, NS, O, objectOf, S } from './shapes.ts';
import { READS, type Field, type Tool } from './tool.ts';
import { isoOrNull } from './words.ts';

export interface SettingToolDeps {
  descriptions: Descriptions;
  upstream: Upstream;
  defaults: DefaultsService;
  /** Where workflow files are, for people. */
  workflowDir: string;
}

const NAMESPACES: Field[] = ['image', 'audio', 'video'].map((name) => ({
  name,
  type: 'object',
  description: `Defaults of ${name} by name; null takes one away.`,
}));

export function settingTools(deps: SettingToolDeps): Tool[] {
  return [queueStatus(deps), listModels(deps), getDefaults(deps), setDefaults(deps), listWorkflows(deps)];
}

function queueStatus({ upstream }: SettingToolDeps): Tool {
  const items = listOf({ prompt_id: S, number: I, position: NI, mine: B });
  return {
    name: 'get_queue_status',
    title: 'Queue',
    description: "What runs and what waits in ComfyUI's queue.",
    annotations: READS,
    inputs: [],
    output: { status: S, running_count: I, pending_count: I, queue_running: items, queue_pending: items },
    async run(_args, { caller }) {
      const { running, pending } = await upstream.queue(caller);
      return {
        content: {
          status: 'success',
          running_count: running.length,
          pending_count: pending.length,
          queue_running: running.map(queuedWords),
          queue_pending: pending.map(queuedWords),
        },
      };
    },
  };
}

function listModels({ upstream, defaults }: SettingToolDeps): Tool {
  return {
    name: 'list_models',
    title: 'Models',
    description: 'Model files that ComfyUI has now.',
    annotations: READS,
    inputs: [{ name: 'folder', type: 'string', description: 'Such as loras, vae.', default: 'checkpoints' }],
    output: { models: A, count: I, default: NS, folder: S },
    async run(args, { caller }) {
      const folder = (args['folder'] as string | undefined) ?? 'checkpoints';
      const [models, { image }] = await Promise.all([upstream.models(folder), defaults.get(caller)]);
      const model = image['model'];
      const preset = folder === 'checkpoints' && typeof model === 'string' ? model : null;
      return { content: { models, count: models.length, default: preset, folder } };
    },
  };
}

function getDefaults({ defaults }: SettingToolDeps): Tool {
  return {
    name: 'get_defaults',
    title: 'Defaults',
    description: 'Values that workflows use for what is left out, and where each comes from.',
    annotations: READS,
    inputs: [],
    output: { image: O, audio: O, video: O, sources: O },
    run: async (_args, { caller }) => ({ content: { ...(await defaults.get(caller)) } }),
  };
}

function setDefaults({ defaults }: SettingToolDeps): Tool {
  return {
    name: 'set_defaults',
    title: 'Set defaults',
    description: 'Changes defaults, all or none, for 24 hours or for good.',
    annotations: { readOnlyHint: false, destructiveHint: true, idempotentHint: true, openWorldHint: false },
    inputs: [
      ...NAMESPACES,
      { name: 'persist', type: 'boolean', description: 'Keeps them for good.', default: false },
    ],
    output: { success: B, updated: O },
    async run(args, { caller }) {
      const { persist = false, ...patch } = args;
      if (Object.keys(patch).length === 0)
        throw badArgument(
          'image',
          'missing_input',
          "nothing is to be set: give at least one of 'image', 'audio' and 'video'",
        );
      const updated = await defaults.set(caller, patch, persist === true);
      return { content: { success: true, updated } };
    },
  };
}

function listWorkflows({ descriptions, workflowDir }: SettingToolDeps): Tool {
  return {
    name: 'list_workflows',
    title: 'Workflows',
    description: 'All workflows with their inputs.',
    annotations: READS,
    inputs: [],
    output: {
      workflows: listOf({
        id: S,
        name: S,
        description: S,
        available_inputs: O,
        defaults: O,
        updated_at: NS,
        hash: NS,
        file: NS,
        error: objectOf({ message: S }),
      }),
      count: I,
      workflow_dir: S,
    },
    async run(_args, { caller }) {
      const workflows = (await descriptions.list(caller.owner)).map(workflowWords);
      return { content: { workflows, count: workflows.length, workflow_dir: workflowDir } };
    },
  };
}

/** Options of an input that are listed; `list_models` and REST have them all. */
const MAX_OPTIONS = 30;

/** A workflow as `list_workflows` and its resource show it. */
export function workflowWords(entry: ListedWorkflow): JsonObject {
  const { name, described, file, error, updatedAt } = entry;
  if (!described)
    return { ...NOTHING, id: name, name, updated_at: isoOrNull(updatedAt), file: file ?? null, error };
  const { workflow, parameters } = described;
  const inputs = parameters.map((p): [string, JsonObject] => [
    p.name,
    {
      type: p.type,
      required: p.required,
      description: p.description ?? '',
      ...(p.default !== undefined && { default: p.default }),
      ...(p.minimum !== undefined && { minimum: p.minimum }),
      ...(p.maximum !== undefined && p.maximum <= Number.MAX_SAFE_INTEGER && { maximum: p.maximum }),
      ...(p.enum && p.enum.length <= MAX_OPTIONS && { enum: p.enum }),
    },
  ]);
  const defaults = parameters.filter((p) => p.default !== undefined).map((p) => [p.name, p.default]);
  return {
    id: name,
    name: workflow.title,
    description: workflow.description ?? '',
    available_inputs: Object.fromEntries(inputs),
    defaults: Object.fromEntries(defaults),
    updated_at: isoOrNull(workflow.updatedAt),
    hash: workflow.hash,
  };
}

/** What a broken workflow has of the fields of the others. */
const NOTHING = { description: '', available_inputs: {}, defaults: {}, hash: null };

function queuedWords({ promptId, number, position, mine }: QueuedPrompt): JsonObject {
  return { prompt_id: promptId, number, position, mine };
}
