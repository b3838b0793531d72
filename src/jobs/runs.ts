/** Workflows by name: described, run, run again with changes. What REST and MCP call for anything that has a workflow in it. */
import type { JsonObject } from '../comfyui/json.ts';
import type { DefaultSource, Defaults, MergedDefaults } from '../workflows/defaults.ts';
import type { SchemaFault } from '../workflows/schema.ts';
import type { Parameter, Workflow, WorkflowError } from '../workflows/workflow.ts';
import type { Caller } from './service.ts';
import type { Submission, Submitted } from './submission.ts';

/** A workflow as a caller can run it now: defaults of all tiers are applied. */
export interface DescribedWorkflow {
  workflow: Workflow;
  parameters: Parameter[];
  /** Which tier gave the default of a parameter. */
  sources: Record<string, DefaultSource>;
  /** JSON Schema 2020-12 of the inputs; write it with `schemaText`. */
  schema: JsonObject;
  /** Contradictions between the files and ComfyUI; the schema works all the same. */
  faults: SchemaFault[];
  /** When ComfyUI's object_info was read, in ms since 1970; undefined if nobody could be asked. */
  asOf?: number;
}

/** A file, service or upload that cannot be run. */
export interface BrokenWorkflow {
  name: string;
  source: Workflow['source'];
  /** File name within the workflow folder. */
  file?: string;
  error: WorkflowError;
  updatedAt: number;
}

export type ListedWorkflow = DescribedWorkflow | BrokenWorkflow;

/** What a submission takes besides its graph. */
export type RunOptions = Omit<
  Submission,
  'graphText' | 'graph' | 'workflow' | 'inputs' | 'regeneratedFrom'
> & {
  /** Inputs that the workflow does not have are left out and reported in `dropped`, instead of refused. */
  dropUnknown?: boolean;
};

/** A submission, with the values that were used (seeds drawn included) and why others were not. */
export type Ran = Submitted & { applied: Record<string, unknown>; dropped: Record<string, string> };

/** A prompt in ComfyUI's queue. `position` counts from 1 among the pending ones of its backend. */
export interface QueuedPrompt {
  promptId: string;
  number: number;
  position: number | null;
  mine: boolean;
  backend: string;
}

export interface Runs {
  /** All that the caller sees, by name; broken ones with their error. Never fails because of ComfyUI. */
  list(caller: Caller): Promise<ListedWorkflow[]>;
  /** Grows when the list of the caller may have changed; for caches of what was made from it. */
  revision(caller: Caller): Promise<string>;
  /** Throws `not_found` with the nearest names, `invalid_workflow` with the place for a broken one. */
  describe(caller: Caller, name: string): Promise<DescribedWorkflow>;
  /** Throws `invalid_request` (422) with all faults of the inputs. */
  run(
    caller: Caller,
    name: string,
    inputs: Readonly<Record<string, unknown>>,
    options?: RunOptions,
  ): Promise<Ran>;
  /** `seed`: undefined or null draws a new one, -1 keeps the original. `overrides`: by parameter or `node.input`. */
  regenerate(
    caller: Caller,
    jobId: string,
    change: { seed?: unknown; overrides?: Readonly<Record<string, unknown>> },
    options?: RunOptions,
  ): Promise<Ran>;
  defaults(caller: Caller): Promise<MergedDefaults>;
  /** All or nothing. `persist`: kept; else forgotten after 24 h. null takes a default away. */
  setDefaults(caller: Caller, patch: unknown, persist: boolean): Promise<{ updated: Defaults }>;
  /** Names of model folders; asked from ComfyUI now. */
  modelFolders(): Promise<string[]>;
  /** Models of a folder of all backends; throws `not_found` with the nearest folders. */
  models(folder: string): Promise<string[]>;
  queue(caller: Caller): Promise<{ running: QueuedPrompt[]; pending: QueuedPrompt[] }>;
}
