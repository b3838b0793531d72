/**
 * What the catalogue is made of: a workflow is a graph (kept as the text it came in) with named, typed parameters
 * that are bound to inputs of its nodes. Plain values, so that they can be stored, listed and compared.
 */

export type ParameterType = 'string' | 'integer' | 'number' | 'boolean' | 'array' | 'object';

/** Defaults of parameters are kept apart by what a workflow makes. */
export type Namespace = 'image' | 'audio' | 'video';

/** One input of one node, which a parameter sets. */
export interface Binding {
  node: string;
  input: string;
}

export interface Parameter {
  name: string;
  type: ParameterType;
  description?: string;
  /** Whether a call must give it: the graph has no value for it, and neither has any default known so far. */
  required: boolean;
  /** Integers beyond 2^53 are strings of digits. */
  default?: unknown;
  minimum?: number;
  /** 2^64 and 2^63 stand for one less, which a JavaScript number cannot hold; `bindGraph` and `schemaText` know that. */
  maximum?: number;
  multipleOf?: number;
  /** Where the steps of `multipleOf` begin, if not at 0: lengths of videos are 1, 9, 17 … */
  stepFrom?: number;
  enum?: readonly unknown[];
  /** Every input it sets; never empty. */
  bindings: Binding[];
  /** Drawn at random when it is left out or -1. */
  seed?: true;
  /** The graph has a placeholder instead of a value, or the service demands one: without a default it is required. */
  unset?: true;
  /** `default` is what stands in the graph: when it is left out the input is not touched. */
  literal?: true;
  /** The type that the author wrote down, for telling contradictions. */
  declared?: ParameterType;
  /** Names a file that can be uploaded first; ComfyUI takes more names than it lists. */
  upload?: 'image' | 'audio' | 'video' | 'file';
  /** Long text. */
  multiline?: true;
  /** Step of the field in ComfyUI's editor, which ComfyUI itself does not enforce. */
  step?: number;
  /** Known files of an upload. */
  examples?: readonly unknown[];
}

/** Limits that `.meta.json` sets: `constraints{p: {min, max, step, enum}}`, and a text. */
export interface Constraint {
  min?: number;
  max?: number;
  step?: number;
  enum?: readonly unknown[];
  description?: string;
}

/** One of a service's `outputs[]`, as config.json says it. */
export interface ServiceOutput {
  name: string;
  type: string;
  source: { node_id: string; output_type?: string; index?: number };
}

export interface Workflow {
  name: string;
  source: 'file' | 'upload' | 'config';
  title: string;
  description?: string;
  /** API format, exactly as it came: 64-bit seeds keep their digits. */
  graphText: string;
  parameters: Parameter[];
  outputs?: ServiceOutput[];
  /** Defaults of `.meta.json` or of the service; they stand between environment and built-in ones. */
  defaults: Record<string, unknown>;
  constraints: Record<string, Constraint>;
  namespace: Namespace;
  /** Run deadline in milliseconds that `.meta.json` sets. */
  timeoutMs?: number;
  /** Remarks on the files that are no error, such as a constraint of a parameter that is not there. */
  warnings: string[];
  /** SHA-256 of graph and metadata, in hex. */
  hash: string;
  /** Milliseconds since 1970. */
  updatedAt: number;
}

/** Why a file or service is no workflow. Line and column count from 1 and belong to `file`. */
export interface WorkflowError {
  message: string;
  line?: number;
  column?: number;
  file: 'workflow' | 'meta' | 'config';
  /** It is a workflow, in the format of ComfyUI's editor. */
  uiFormat?: true;
}

export type Parsed = { ok: true; workflow: Workflow } | { ok: false; error: WorkflowError };

/** Whether the parameter must be given, from what is known of it. */
export function isRequired(parameter: Omit<Parameter, 'required'>): boolean {
  return parameter.unset === true && parameter.seed !== true && parameter.default === undefined;
}

/** Names of seeds in ComfyUI: `seed`, `noise_seed`, and what custom nodes make of it. */
export function isSeedName(name: string): boolean {
  return /(?:^|[_.])seed$/i.test(name);
}
