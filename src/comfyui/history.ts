/**
 * A history entry as facts: how a run ended, when, with which outputs. Pure. The raw entry carries tracebacks,
 * tensors and file paths of the machine; none of that leaves this file.
 */
import { isObject, type JsonObject } from './json.ts';
import { nodeOutputs, type NodeOutput } from './outputs.ts';

/** How a run ended. Times are ComfyUI's clock, in ms since 1970. */
export interface RunResult {
  outcome: 'success' | 'error' | 'interrupted';
  startedAt: number | undefined;
  endedAt: number | undefined;
  /** Nodes that were not run because their result was cached. */
  cachedNodes: string[];
  outputs: NodeOutput[];
  error?: RunError;
}

/** Why a run failed. */
export interface RunError {
  message: string;
  nodeId: string | null;
  classType: string | null;
}

/** Reads a history entry, `undefined` if it is not one. */
export function readHistoryEntry(entry: unknown): RunResult | undefined {
  if (!isObject(entry)) return undefined;
  const status = isObject(entry['status']) ? entry['status'] : {};
  const messages = messageList(status['messages']);
  const outputs: NodeOutput[] = [];
  const meta = isObject(entry['meta']) ? entry['meta'] : {};
  for (const [node, output] of Object.entries(isObject(entry['outputs']) ? entry['outputs'] : {})) {
    if (!isObject(output)) continue;
    const nodeMeta = meta[node];
    const display = isObject(nodeMeta) ? nodeMeta['display_node'] : undefined;
    outputs.push(...nodeOutputs(node, typeof display === 'string' ? display : node, output));
  }
  // An interrupt has status_str "error" too: only the message tells them apart.
  const interrupted = messages.some(([type]) => type === 'execution_interrupted');
  const outcome = interrupted ? 'interrupted' : status['status_str'] === 'error' ? 'error' : 'success';
  const cached = messages.find(([type]) => type === 'execution_cached')?.[1]['nodes'];
  return {
    outcome,
    startedAt: timestamp(messages.find(([type]) => type === 'execution_start')),
    endedAt: timestamp(
      messages.findLast(([type]) => type !== 'execution_start' && type !== 'execution_cached'),
    ),
    cachedNodes: Array.isArray(cached) ? cached.filter((node) => typeof node === 'string') : [],
    outputs,
    ...(outcome === 'error' && {
      error: runError(messages.findLast(([type]) => type === 'execution_error')?.[1]),
    }),
  };
}

/**
 * An entry in ComfyUI's own form, for whoever wants to know how a run went: without what was submitted, and of its messages only
 * what says nothing of its machine. `undefined` if it is not one.
 */
export function shownEntry(entry: unknown): JsonObject | undefined {
  if (!isObject(entry)) return undefined;
  const { outputs = {}, status, meta } = entry;
  const { status_str: outcome, completed, messages } = isObject(status) ? status : {};
  return {
    outputs,
    status: { status_str: outcome, completed, messages: messageList(messages).map(shownMessage) },
    ...(isObject(meta) && { meta }),
  };
}

function shownMessage([type, data]: Message): Message {
  const shown = Object.entries(data).filter(([name]) => SHOWN.has(name));
  const message = data['exception_message'];
  return [
    type,
    {
      ...Object.fromEntries(shown),
      ...(typeof message === 'string' && { exception_message: withoutFolders(message.trim()) }),
    },
  ];
}

const SHOWN = new Set([
  'prompt_id',
  'timestamp',
  'nodes',
  'node_id',
  'node_type',
  'executed',
  'exception_type',
]);

type Message = [type: string, data: JsonObject];

function messageList(value: unknown): Message[] {
  return Array.isArray(value)
    ? value.filter((m): m is Message => Array.isArray(m) && typeof m[0] === 'string' && isObject(m[1]))
    : [];
}

function timestamp(message: Message | undefined): number | undefined {
  const at = message?.[1]['timestamp'];
  return typeof at === 'number' ? at : undefined;
}

function runError(data: JsonObject | undefined): RunError {
  const message = typeof data?.['exception_message'] === 'string' ? data['exception_message'].trim() : '';
  const type = typeof data?.['exception_type'] === 'string' ? data['exception_type'] : '';
  return {
    message: withoutFolders(message || type || 'ComfyUI gave no reason'),
    nodeId: typeof data?.['node_id'] === 'string' ? data['node_id'] : null,
    classType: typeof data?.['node_type'] === 'string' ? data['node_type'] : null,
  };
}

/** Leaves the file name of every absolute path, so that the layout of ComfyUI's machine stays its own. */
function withoutFolders(message: string): string {
  return message.replace(/(^|[\s'"(=:])(?:[A-Za-z]:)?[\\/](?:[^\s'"\\/:]+[\\/])+/g, '$1');
}
