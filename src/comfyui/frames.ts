/**
 * ComfyUI's WebSocket frames as values. Pure: text or bytes in, one `Frame` or null out. What is malformed, unknown
 * or from a buggy custom node is null, never an exception.
 */
import { isObject, parsePython, type JsonObject } from './json.ts';

/** State of one node in a `progress_state` frame; `value` of `max` steps. */
export interface NodeState {
  state: 'pending' | 'running' | 'finished' | 'error';
  value: number;
  max: number;
}

/** A frame of interest. `promptId` is the prompt that it names; `executing` after a reconnect names none. */
export type Frame =
  | { type: 'status'; queueRemaining: number }
  | { type: 'execution_start'; promptId: string; at: number | undefined }
  | { type: 'execution_cached'; promptId: string; nodes: string[] }
  | { type: 'executing'; promptId: string | undefined; node: string | null }
  | { type: 'progress'; promptId: string | undefined; node: string | undefined; value: number; max: number }
  | { type: 'progress_state'; promptId: string; nodes: Map<string, NodeState> }
  | { type: 'executed'; promptId: string; node: string; displayNode: string; output: JsonObject }
  /** Success, error or interruption: the truth about it is in the history. */
  | { type: 'execution_end'; promptId: string }
  | PreviewFrame
  | { type: 'text'; node: string; text: string };

/** A picture of a run. The old form names neither prompt nor node. */
export interface PreviewFrame {
  type: 'preview';
  promptId: string | undefined;
  node: string | undefined;
  contentType: string;
  image: Uint8Array;
}

/** Parses a text frame. */
export function parseTextFrame(text: string): Frame | null {
  let message: unknown;
  try {
    message = parsePython(text);
  } catch {
    // Not JSON: some custom node wrote to the socket itself. Nothing of ours is in it.
    return null;
  }
  if (!isObject(message) || !isObject(message['data'])) return null;
  const data = message['data'];
  const promptId = string(data['prompt_id']);
  switch (message['type']) {
    case 'status': {
      const info = isObject(data['status']) ? data['status']['exec_info'] : undefined;
      const remaining = isObject(info) ? info['queue_remaining'] : undefined;
      return typeof remaining === 'number' ? { type: 'status', queueRemaining: remaining } : null;
    }
    case 'execution_start':
      return promptId === undefined
        ? null
        : { type: 'execution_start', promptId, at: number(data['timestamp']) };
    case 'execution_cached':
      return promptId === undefined
        ? null
        : { type: 'execution_cached', promptId, nodes: strings(data['nodes']) };
    case 'executing':
      return { type: 'executing', promptId, node: string(data['node']) ?? null };
    case 'progress':
      return {
        type: 'progress',
        promptId,
        node: string(data['node']),
        value: number(data['value']) ?? 0,
        max: number(data['max']) ?? 1,
      };
    case 'progress_state':
      return promptId === undefined
        ? null
        : { type: 'progress_state', promptId, nodes: nodeStates(data['nodes']) };
    case 'executed': {
      const node = string(data['node']);
      if (promptId === undefined || node === undefined || !isObject(data['output'])) return null;
      return {
        type: 'executed',
        promptId,
        node,
        displayNode: string(data['display_node']) ?? node,
        output: data['output'],
      };
    }
    case 'execution_success':
    case 'execution_error':
    case 'execution_interrupted':
      return promptId === undefined ? null : { type: 'execution_end', promptId };
    default:
      return null;
  }
}

/** Parses a binary frame: big-endian u32 type, then 1 preview, 2 unencoded preview (never sent), 3 text, 4 preview with metadata. */
export function parseBinaryFrame(bytes: Uint8Array): Frame | null {
  if (bytes.byteLength < 8) return null;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const second = view.getUint32(4);
  switch (view.getUint32(0)) {
    case 1:
      return {
        type: 'preview',
        promptId: undefined,
        node: undefined,
        contentType: second === 2 ? 'image/png' : 'image/jpeg',
        image: bytes.subarray(8),
      };
    case 3: {
      if (8 + second > bytes.byteLength) return null;
      return {
        type: 'text',
        node: utf8.decode(bytes.subarray(8, 8 + second)),
        text: utf8.decode(bytes.subarray(8 + second)),
      };
    }
    case 4: {
      if (8 + second > bytes.byteLength) return null;
      const metadata = object(utf8.decode(bytes.subarray(8, 8 + second)));
      if (metadata === null) return null;
      return {
        type: 'preview',
        promptId: string(metadata['prompt_id']),
        node: string(metadata['display_node_id']) ?? string(metadata['node_id']),
        contentType: string(metadata['image_type']) ?? 'image/jpeg',
        image: bytes.subarray(8 + second),
      };
    }
    default:
      return null;
  }
}

const utf8 = new TextDecoder();

function object(text: string): JsonObject | null {
  try {
    const value: unknown = parsePython(text);
    return isObject(value) ? value : null;
  } catch {
    // A preview with broken metadata is not worth a fault.
    return null;
  }
}

function string(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

function strings(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}

function nodeStates(value: unknown): Map<string, NodeState> {
  const nodes = new Map<string, NodeState>();
  if (!isObject(value)) return nodes;
  for (const [id, node] of Object.entries(value)) {
    if (!isObject(node)) continue;
    const state = node['state'];
    if (state !== 'pending' && state !== 'running' && state !== 'finished' && state !== 'error') continue;
    nodes.set(id, { state, value: number(node['value']) ?? 0, max: number(node['max']) ?? 1 });
  }
  return nodes;
}
