/** One tool per workflow of the caller, and those that run or repeat any workflow. */
import type { OutputAssets } from '../assets/outputs.ts';
import { isObject, type JsonObject } from '../comfyui/json.ts';
import type { RunOptions, Runs } from '../jobs/runs.ts';
import type { DescribedWorkflow, Descriptions, ListedWorkflow } from '../workflows/descriptions.ts';
import { uniqueName } from '../workflows/names.ts';
import { PREVIEW_FIELD, SESSION_FIELD, sessionOf, USUAL_WAIT_S, waitField, type Running } from './running.ts';
import { O, RUN, S } from './shapes.ts';
import { MAKES, type Arguments, type Field, type Tool, type ToolContext } from './tool.ts';

export interface WorkflowToolDeps {
  runs: Runs;
  descriptions: Descriptions;
  running: Running;
  outputs: Pick<OutputAssets, 'find'>;
}

/** Longer lists of options are left to `list_models` and REST: every client would pay for them. */
const MAX_OPTIONS = 30;
const MAX_OPTION_CHARS = 1_200;

/** Some models refuse all tools if one has a longer name. */
const MAX_NAME = 64;

/** A tool of its own for each workflow that can be run; names that are taken get `_2`, long ones are cut. */
export function toolsOfWorkflows(
  listed: readonly ListedWorkflow[],
  taken: ReadonlySet<string>,
  deps: WorkflowToolDeps,
): Tool[] {
  const names = new Set(taken);
  return listed.flatMap(({ name: id, described }) => {
    if (!described) return [];
    const name = uniqueName(id.length > MAX_NAME ? id.slice(0, MAX_NAME - 4) : id, names);
    names.add(name);
    return workflowTool(name, id, described, deps);
  });
}

function workflowTool(
  name: string,
  id: string,
  { workflow, parameters, schema }: DescribedWorkflow,
  { runs, running }: WorkflowToolDeps,
): Tool {
  const wait = waitOf(workflow.source);
  const properties = isObject(schema['properties']) ? schema['properties'] : {};
  const own = new Set(parameters.map((parameter) => parameter.name));
  const controls = controlFields(wait).filter((field) => !own.has(field.name));
  const foreign = parameters.map((parameter) =>
    fieldOf(parameter.name, parameter.required, properties[parameter.name]),
  );
  return {
    name,
    title: workflow.title,
    description:
      workflow.description ?? `Runs the workflow '${workflow.title}'. ${makes(workflow.namespace)}`,
    annotations: MAKES,
    inputs: controls,
    foreign,
    output: RUN,
    async run(args, context) {
      const [control, values] = split(args, (key) => controls.some((field) => field.name === key));
      const ran = await runs.run(context.caller, id, values, runOptions(control, context));
      return running.answer(name, ran, controlsOf(control, wait), context);
    },
  };
}

export function runTools(deps: WorkflowToolDeps): Tool[] {
  return [runWorkflow(deps), regenerate(deps)];
}

function runWorkflow({ runs, descriptions, running }: WorkflowToolDeps): Tool {
  return {
    name: 'run_workflow',
    title: 'Run a workflow',
    description: 'Runs any workflow of list_workflows by its id.',
    annotations: MAKES,
    inputs: [
      { name: 'workflow_id', type: 'string', description: 'Id of the workflow.', required: true },
      { name: 'overrides', type: 'object', description: 'Inputs of the workflow by name.' },
      SESSION_FIELD,
      waitField(),
      PREVIEW_FIELD,
    ],
    output: { ...RUN, overrides_applied: O, overrides_dropped: O },
    async run(args, context) {
      const name = args['workflow_id'] as string;
      const { workflow } = await descriptions.describe(context.caller.owner, name);
      const overrides = (args['overrides'] ?? {}) as JsonObject;
      const options = { ...runOptions(args, context), dropUnknown: true };
      const ran = await runs.run(context.caller, name, overrides, options);
      const more = overrideWords(overrides, ran);
      return running.answer('run_workflow', ran, controlsOf(args, waitOf(workflow.source)), context, more);
    },
  };
}

function regenerate({ runs, running, outputs }: WorkflowToolDeps): Tool {
  return {
    name: 'regenerate',
    title: 'Make it again, changed',
    description: 'Runs the workflow that made an asset again, with changes.',
    annotations: MAKES,
    inputs: [
      { name: 'asset_id', type: 'string', description: 'Id of the asset.', required: true },
      {
        name: 'seed',
        type: 'integer',
        nullable: true,
        description: 'Absent or null: a new one; -1: as it was.',
        minimum: -1,
      },
      {
        name: 'param_overrides',
        type: 'object',
        description: "Changed inputs by name, or 'node.input' for graphs without parameters.",
      },
      PREVIEW_FIELD,
      waitField(USUAL_WAIT_S),
      SESSION_FIELD,
    ],
    output: { ...RUN, overrides_applied: O, overrides_dropped: O, regenerated_from: S },
    async run(args, context) {
      const { job } = await outputs.find(context.caller, args['asset_id'] as string);
      const overrides = (args['param_overrides'] ?? {}) as JsonObject;
      const { seed } = args;
      const options = { ...runOptions(args, context), dropUnknown: true };
      const ran = await runs.regenerate(
        context.caller,
        job.id,
        { ...(seed !== undefined && { seed }), overrides, kept: true },
        options,
      );
      const more = { ...overrideWords(overrides, ran), regenerated_from: args['asset_id'] };
      return running.answer('regenerate', ran, controlsOf(args, USUAL_WAIT_S), context, more);
    },
  };
}

/** What config.json describes returns at once, as in seed A; a workflow file is waited for, as in seed B. */
function waitOf(source: DescribedWorkflow['workflow']['source']): number {
  return source === 'config' ? 0 : USUAL_WAIT_S;
}

function controlFields(wait: number): Field[] {
  return [waitField(wait), SESSION_FIELD, PREVIEW_FIELD];
}

function controlsOf(args: Arguments, usual: number): { wait: number; preview: boolean } {
  return {
    wait: (args['wait_seconds'] as number | undefined) ?? usual,
    preview: args['return_inline_preview'] === true,
  };
}

function split(args: Arguments, first: (name: string) => boolean): [Arguments, Arguments] {
  const entries = Object.entries(args);
  return [
    Object.fromEntries(entries.filter(([name]) => first(name))),
    Object.fromEntries(entries.filter(([name]) => !first(name))),
  ];
}

function runOptions(args: Arguments, context: ToolContext): RunOptions {
  const session = sessionOf(args, context);
  return session === undefined ? {} : { session };
}

/** Of the values that were used, those that were asked for; the others are the workflow's own. */
function overrideWords(
  overrides: JsonObject,
  { applied, dropped }: { applied: Record<string, unknown>; dropped: Record<string, string> },
): JsonObject {
  const asked = Object.entries(applied).filter(([name]) => Object.hasOwn(overrides, name));
  return { overrides_applied: Object.fromEntries(asked), overrides_dropped: dropped };
}

/** A property of the workflow's schema, as short as it may be. */
function fieldOf(name: string, required: boolean, property: unknown): Field {
  const {
    type,
    description,
    default: preset,
    minimum,
    maximum,
    multipleOf,
    enum: options,
    items,
  } = isObject(property) ? property : {};
  return {
    name,
    required,
    type: (type ?? ['string', 'number', 'boolean']) as Field['type'],
    description:
      typeof description === 'string' && description !== '' ? firstSentence(description) : titleOf(name),
    ...(preset !== undefined && { default: preset }),
    ...(typeof minimum === 'number' && { minimum }),
    // Nobody needs to be told how large a seed of 64 bits can be.
    ...(typeof maximum === 'number' && maximum <= Number.MAX_SAFE_INTEGER && { maximum }),
    ...(multipleOf !== undefined && { multipleOf }),
    ...(isShort(options) && { enum: options }),
    ...(isObject(items) && isShort(items['enum']) && { items }),
  };
}

function isShort(options: unknown): options is unknown[] {
  return (
    Array.isArray(options) &&
    options.length <= MAX_OPTIONS &&
    JSON.stringify(options).length <= MAX_OPTION_CHARS
  );
}

/** ComfyUI's tooltips can be long. */
function firstSentence(text: string): string {
  const flat = text.replace(/\s+/g, ' ').trim();
  return flat.length <= MAX_TEXT ? flat : `${flat.slice(0, MAX_TEXT - 1).replace(/\s\S*$/, '')}…`;
}

const MAX_TEXT = 120;

function titleOf(name: string): string {
  const words = name.replaceAll(/[_.]/g, ' ').trim();
  return `${words.charAt(0).toUpperCase()}${words.slice(1)}.`;
}

function makes(namespace: DescribedWorkflow['workflow']['namespace']): string {
  return namespace === 'image' ? 'It makes images.' : `It makes ${namespace}.`;
}
