/** Workflows by name: run, run again with changes, or only tried. What REST and MCP call for whatever has a workflow in it. */
import type { ObjectInfo } from '../comfyui/client.ts';
import { parseLossless } from '../comfyui/json.ts';
import type { ObjectInfoReader } from '../comfyui/object-info.ts';
import type { NodeFaults } from '../comfyui/rejection.ts';
import { GatewayError } from '../errors.ts';
import { bindGraph, type BindOptions, type Bound } from '../workflows/bind.ts';
import type { Catalogue } from '../workflows/catalogue.ts';
import type { ValueFault } from '../workflows/check-value.ts';
import type { Descriptions } from '../workflows/descriptions.ts';
import { dryRun } from '../workflows/dry-run.ts';
import type { Graph } from '../workflows/graph-text.ts';
import { missingPlace } from '../workflows/parameters.ts';
import { parseWorkflow } from '../workflows/parse.ts';
import { isSeedName, type Parameter, type Workflow } from '../workflows/workflow.ts';
import { checkGraph } from './graph.ts';
import type { Job } from './job.ts';
import type { Caller } from './caller.ts';
import type { JobService } from './service.ts';
import type { Submission, Submitted } from './submission.ts';

/** What a submission takes besides its graph. */
export type RunOptions = Omit<
  Submission,
  'graphText' | 'graph' | 'workflow' | 'inputs' | 'regeneratedFrom'
> & {
  /** Inputs that the workflow does not have are left out and reported in `dropped`, instead of refused. */
  dropUnknown?: boolean;
};

/** What is different when a job is run again. */
export interface Changes {
  /** Undefined or null draws new ones, -1 keeps those of the job. */
  seed?: unknown;
  /** By parameter or `node.input`. */
  overrides?: Readonly<Record<string, unknown>>;
  /** The job may be one that is not shown any more, as long as its outputs are assets. */
  kept?: boolean;
}

/** A submission, with the values that were used (seeds drawn included) and why others were not. */
export type Ran = Submitted & { applied: Record<string, unknown>; dropped: Record<string, string> };

/** What a submission would meet, without making it. */
export interface DryRunReport {
  /** Whether ComfyUI would take it, as far as its object_info tells. */
  valid: boolean;
  /** Faults of the inputs of a named workflow. */
  inputFaults: ValueFault[];
  nodeFaults: NodeFaults;
  /** Output nodes that ComfyUI would leave out. */
  dropped: string[];
  /** The values that would be used, of a named workflow. */
  applied?: Record<string, unknown>;
  /** When object_info was read, in ms since 1970. */
  asOf: number;
}

export interface RunsDeps {
  service: JobService;
  catalogue: Catalogue;
  descriptions: Descriptions;
  objectInfo: ObjectInfoReader;
}

export type Runs = ReturnType<typeof createRuns>;

/** How old object_info may be for a submission, which asks again before it refuses, in ms. */
const RUN_MS = 120_000;

export function createRuns({ service, catalogue, descriptions, objectInfo }: RunsDeps) {
  const templates = new WeakMap<Workflow, Graph>();

  /** The graph of a workflow, read once. */
  function templateOf(workflow: Workflow): Graph {
    let graph = templates.get(workflow);
    if (!graph) templates.set(workflow, (graph = parseLossless(workflow.graphText) as Graph));
    return graph;
  }

  /**
   * Values into a graph. What object_info says may be out of date, so that a value is refused only by what ComfyUI says now.
   * @throws invalid_request (422) with all faults
   */
  async function bind(
    source: string | Graph,
    parameters: (info: ObjectInfo | undefined) => Promise<readonly Parameter[]>,
    values: Readonly<Record<string, unknown>>,
    options: BindOptions & { dropUnknown: boolean },
  ): Promise<{ bound: Bound; dropped: Record<string, string> }> {
    const bindBy = async (info: ObjectInfo | undefined) =>
      bindKnown(source, await parameters(info), values, { ...options, objectInfo: info?.classes });
    const faultsOf = ({ bound }: { bound: Bound }) => (bound.ok ? [] : bound.error.faults);
    const first = await bindBy(await objectInfo.read(RUN_MS));
    if (!faultsOf(first).some(mayBeOutOfDate)) return first;
    let fresh: ObjectInfo | undefined;
    let unasked: unknown;
    try {
      fresh = await objectInfo.fresh();
    } catch (error) {
      unasked = error;
    }
    // Where ComfyUI cannot be asked, what binds without its limits is left to the submission; nothing else can be judged.
    const second = await bindBy(fresh);
    if (!fresh && !second.bound.ok && faultsOf(second).every(mayBeOutOfDate)) throw unasked;
    return second;
  }

  /** The parameters of the workflow that a job was made from, as far as they are in its graph; else its literal inputs. */
  async function repeatable(caller: Caller, job: Job, graphText: string): Promise<Workflow> {
    const parsed = parseWorkflow({ name: job.workflow ?? 'workflow', graphText, now: job.createdAt });
    if (!parsed.ok) throw new GatewayError('invalid_workflow', parsed.error.message);
    const named = job.workflow === undefined ? undefined : await catalogue.find(caller.owner, job.workflow);
    if (!named?.workflow) return parsed.workflow;
    const graph = JSON.parse(graphText) as Graph;
    const parameters = named.workflow.parameters.filter((parameter) =>
      parameter.bindings.every(({ node, input }) => missingPlace(graph, node, input) === undefined),
    );
    // A workflow of that name that has nothing in common with the graph is another one.
    if (parameters.length === 0) return parsed.workflow;
    // Without a seed among its parameters, "again with another seed" means those that stand in the graph.
    const seeds = parameters.some((p) => p.seed === true || isSeedName(p.name))
      ? []
      : literalSeeds(parsed.workflow);
    return { ...named.workflow, parameters: [...parameters, ...seeds] };
  }

  async function submit(
    caller: Caller,
    { bound, dropped }: { bound: Bound; dropped: Record<string, string> },
    submission: Omit<Submission, 'graphText' | 'graph' | 'inputs'>,
    before: Record<string, unknown> = {},
  ): Promise<Ran> {
    if (!bound.ok) throw refusal(bound.error);
    const inputs = { ...before, ...bound.values };
    const { graphText, graph } = bound;
    const submitted = await service.submit(caller, { ...submission, graphText, graph, inputs });
    // Files that came with the inputs are assets by now.
    const recorded = 'job' in submitted ? submitted.job.inputs : undefined;
    const applied = Object.entries(bound.values).map(([name, value]) => [name, recorded?.[name] ?? value]);
    return { ...submitted, applied: Object.fromEntries(applied), dropped };
  }

  return {
    /** Throws as `Catalogue.get`, and `invalid_request` (422) with all faults of the inputs. */
    async run(
      caller: Caller,
      name: string,
      inputs: Readonly<Record<string, unknown>>,
      { dropUnknown = false, ...options }: RunOptions = {},
    ): Promise<Ran> {
      const { workflow } = await catalogue.get(caller.owner, name);
      const binding = await bind(
        templateOf(workflow),
        (info) => descriptions.parameters(caller.owner, workflow, info),
        inputs,
        { seed: drawSeed, dropUnknown },
      );
      const { timeoutMs = workflow.timeoutMs, ...rest } = options;
      return submit(caller, binding, {
        ...rest,
        ...(timeoutMs !== undefined && { timeoutMs }),
        workflow: workflow.name,
      });
    },

    /** Runs a job's graph again with changes, in the same session if none is given. */
    async regenerate(
      caller: Caller,
      jobId: string,
      { seed, overrides = {}, kept = false }: Changes,
      { dropUnknown = false, ...options }: RunOptions = {},
    ): Promise<Ran> {
      const job = await (kept ? service.getKept : service.get)(caller, jobId);
      const graphText = await (kept ? service.keptGraph : service.graph)(caller, jobId);
      const workflow = await repeatable(caller, job, graphText);
      const given = seed !== undefined && seed !== null;
      if (given && overrides['seed'] !== undefined) {
        throw new GatewayError(
          'invalid_request',
          "'seed' is given twice: by itself and among the overrides. Give one of them.",
          { status: 422, details: { field: 'seed' } },
        );
      }
      const binding = await bind(
        graphText,
        async (info) => descriptions.describedBy(workflow, info).parameters,
        { ...overrides, ...(given && { seed }) },
        { seed: drawSeed, keepSeeds: true, dropUnknown },
      );
      const { session = job.session, timeoutMs = job.timeoutMs } = options;
      return submit(
        caller,
        binding,
        {
          ...options,
          timeoutMs,
          ...(session !== undefined && { session }),
          ...(job.workflow !== undefined && { workflow: job.workflow }),
          regeneratedFrom: job.id,
        },
        binding.bound.ok ? recordBefore(job.inputs, workflow.parameters, binding.bound.values) : {},
      );
    },

    /** What ComfyUI would say of a graph, from what it has now. Throws `upstream_unreachable` if it cannot be asked. */
    async dryRun({ graph, graphText }: Pick<Submission, 'graph' | 'graphText'>): Promise<DryRunReport> {
      checkGraph(graph);
      const info = await objectInfo.fresh();
      const { valid, faults, dropped } = dryRun(parseLossless(graphText) as Graph, info.classes);
      return { valid, inputFaults: [], nodeFaults: faults, dropped, asOf: info.at };
    },

    /** The same of a named workflow with these inputs. */
    async dryRunNamed(
      { owner }: Caller,
      name: string,
      inputs: Readonly<Record<string, unknown>>,
    ): Promise<DryRunReport> {
      const { workflow } = await catalogue.get(owner, name);
      const info = await objectInfo.fresh();
      const parameters = await descriptions.parameters(owner, workflow, info);
      const options = { seed: drawSeed, objectInfo: info.classes };
      const bound = bindGraph(templateOf(workflow), parameters, inputs, options);
      if (!bound.ok) {
        const { faults } = bound.error;
        return { valid: false, inputFaults: faults, nodeFaults: {}, dropped: [], asOf: info.at };
      }
      const { valid, faults, dropped } = dryRun(bound.graph, info.classes);
      return {
        valid,
        inputFaults: [],
        nodeFaults: faults,
        dropped,
        applied: bound.values,
        asOf: info.at,
      };
    },
  };
}

/** Binds; what the workflow does not have is left out if that is wanted. */
function bindKnown(
  source: string | Graph,
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
  { dropUnknown, ...options }: BindOptions & { dropUnknown: boolean },
): { bound: Bound; dropped: Record<string, string> } {
  const bound = bindGraph(source, parameters, values, options);
  if (bound.ok || !dropUnknown) return { bound, dropped: {} };
  const unknown = bound.error.faults.filter(
    ({ reason, parameter }) => reason === 'unknown_parameter' && Object.hasOwn(values, parameter),
  );
  if (unknown.length === 0) return { bound, dropped: {} };
  const dropped = Object.fromEntries(unknown.map(({ parameter, message }) => [parameter, message]));
  const rest = Object.fromEntries(Object.entries(values).filter(([name]) => !Object.hasOwn(dropped, name)));
  return { bound: bindGraph(source, parameters, rest, options), dropped };
}

/** The inputs of a job as they still count beside new values: of a parameter and its single inputs, only one can be used again. */
function recordBefore(
  inputs: Readonly<Record<string, unknown>> = {},
  parameters: readonly Parameter[],
  values: Readonly<Record<string, unknown>>,
): Record<string, unknown> {
  const record = new Map(Object.entries(inputs));
  for (const { name, bindings } of parameters) {
    const places = bindings.map(({ node, input }) => `${node}.${input}`).filter((place) => place !== name);
    if (Object.hasOwn(values, name)) for (const place of places) record.delete(place);
    else if (record.has(name) && places.some((place) => Object.hasOwn(values, place))) {
      for (const place of places) record.set(place, record.get(name));
      record.delete(name);
    }
  }
  return Object.fromEntries(record);
}

function literalSeeds({ parameters }: Workflow): Parameter[] {
  return parameters.filter(({ bindings }) => bindings.some(({ input }) => isSeedName(input)));
}

/** Faults that come from what ComfyUI said of its options and ranges. */
function mayBeOutOfDate({ reason }: ValueFault): boolean {
  return reason !== 'unknown_parameter' && reason !== 'conflict' && reason !== 'placeholder';
}

function refusal({ message, faults }: { message: string; faults: ValueFault[] }): GatewayError {
  return new GatewayError(
    'invalid_request',
    `${message.charAt(0).toUpperCase()}${message.slice(1).replace(/[^.?!]$/, '$&.')}`,
    {
      status: 422,
      details: { faults: faults.map(({ parameter, ...fault }) => ({ field: parameter, ...fault })) },
    },
  );
}

/** A whole number in 0 … 2^50, which JavaScript clients hold exactly. */
function drawSeed(): number {
  const [high = 0, low = 0] = crypto.getRandomValues(new Uint32Array(2));
  return (high % 2 ** 18) * 2 ** 32 + low;
}
