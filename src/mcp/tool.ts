/** What a tool is, whatever protocol era asks: a name, schemas, and a handler that calls the same services as REST. */
import type { JsonObject } from '../comfyui/json.ts';
import type { Caller } from '../jobs/caller.ts';
import type { ParameterType } from '../workflows/workflow.ts';

/** Whoever sent a request, and where links for them must lead. */
export interface Visit {
  caller: Caller;
  /** Origin of absolute links. */
  base: string;
  /** Of the HTTP request, for the log. */
  requestId?: string;
  /** The session of this connection, where the protocol has one. */
  session?: string;
}

export interface ToolContext extends Visit {
  /** When the call began, in ms since 1970. */
  began: number;
  /** The client has gone, or cancelled the call. */
  signal: AbortSignal;
  /** Tells the client how far it is, `progress` of 100; undefined if it did not ask for that. */
  report?: (progress: number, message: string) => Promise<void>;
  /** Tells the client something beside the result, if it wants to hear such things. */
  note?: (message: string, data: JsonObject) => Promise<void>;
}

/** One argument of a tool. */
export interface Field {
  name: string;
  type: ParameterType;
  description: string;
  required?: boolean;
  /** The schema allows null, which counts as absent everywhere. */
  nullable?: true;
  default?: unknown;
  minimum?: number;
  maximum?: number;
  enum?: readonly unknown[];
}

/** A file that a result points to. */
export interface FileLink {
  uri: string;
  name: string;
  mimeType: string;
  /** Bytes; absent if not known. */
  size?: number;
}

/** What a tool answers. A refusal is thrown as a `GatewayError`. */
export interface Answer {
  content: JsonObject;
  files?: FileLink[];
  image?: { data: string; mimeType: string };
  /** The answer tells of a failure. */
  failed?: boolean;
}

export interface Annotations {
  readOnlyHint: boolean;
  destructiveHint: boolean;
  idempotentHint: boolean;
  openWorldHint: boolean;
}

export interface Tool {
  name: string;
  title: string;
  description: string;
  annotations: Annotations;
  inputs: readonly Field[];
  /** Properties of the result, types only. */
  output: JsonObject;
  /** Arguments that are listed too, and handed on unchecked, with any other, to whoever knows them. */
  foreign?: readonly Field[];
  run(args: Arguments, context: ToolContext): Promise<Answer>;
}

/** Checked arguments; null and absent ones are left out. */
export type Arguments = Readonly<Record<string, unknown>>;

/** Looks only. */
export const READS: Annotations = {
  readOnlyHint: true,
  destructiveHint: false,
  idempotentHint: true,
  openWorldHint: false,
};

/** Makes something new with each call. */
export const MAKES: Annotations = {
  readOnlyHint: false,
  destructiveHint: false,
  idempotentHint: false,
  openWorldHint: false,
};
