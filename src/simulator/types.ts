// Shapes that the parts of the simulator share: graphs, queue items, history entries and the node interface.
// They mirror what ComfyUI puts on the wire; a number beyond 2^53 is a raw JSON value (see json.ts).

export interface GraphNode {
  class_type: string;
  inputs: Record<string, unknown>;
}

export type Graph = Record<string, GraphNode>;

/** `[number, prompt id, graph, extra_data, output node ids]`, as in `/queue` and `history.prompt`. */
export type QueueItem = [number, string, Graph, Record<string, unknown>, string[]];

export type StatusMessage = [string, Record<string, unknown>];

export interface HistoryEntry {
  prompt: QueueItem;
  outputs: Record<string, Record<string, unknown>>;
  status: { status_str: 'success' | 'error'; completed: boolean; messages: StatusMessage[] };
  meta: Record<string, OutputMeta>;
}

export interface OutputMeta {
  node_id: string;
  display_node: string;
  parent_node: string | null;
  real_node_id: string;
}

export type FolderType = 'output' | 'temp' | 'input';

export interface FileRef {
  filename: string;
  subfolder: string;
  type: FolderType;
}

/** Answer of a route. A `body` of `undefined` is an empty one with `content-length: 0`. */
export interface Reply {
  status: number;
  headers?: Record<string, string>;
  body?: string | Uint8Array | AsyncIterable<Uint8Array>;
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A link to another node's output. Like ComfyUI, any two-element list of a text and a number counts as one. */
export function isLink(value: unknown): value is [string, number] {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'number'
  );
}
