// Runs one prompt: cached nodes first, then node by node in ComfyUI's order, with its events and its history entry.

import type { NodeCache } from './cache.ts';
import { createReadyList, createRunningGraph } from './graph.ts';
import type { NodeContext, NodeResult, NodeRun, PreviewPicture, Value } from './node-types.ts';
import type { Progress } from './progress.ts';
import { createProgress } from './progress.ts';
import { formatTrace, isPythonError, str } from './python.ts';
import { signatureKeys } from './cache.ts';
import type { SocketHub } from './sockets.ts';
import { errorInput } from './tensor-text.ts';
import { isLink, type HistoryEntry, type OutputMeta, type QueueItem, type StatusMessage } from './types.ts';

export interface NodeCaches {
  values: NodeCache<Value[]>;
  ui: NodeCache<{ output: Record<string, unknown[]>; meta: OutputMeta }>;
  memory: NodeCache<Map<string, string>>;
}

/** What a run needs from around it. */
export interface RunHost {
  hub: SocketHub;
  caches: NodeCaches;
  classes: {
    isOutput(name: string): boolean;
    usesOwnId(name: string): boolean;
    hidden(name: string): Record<string, unknown>;
    run(name: string): NodeRun;
  };
  /** What a node reads besides its inputs (a file, the clock), as text. */
  fingerprint(className: string, inputs: Record<string, unknown>): string;
  now(): number;
  interrupted(): boolean;
  pause(ms: number): Promise<void>;
  /** Lets the server breathe between two nodes. */
  yield(): Promise<void>;
  /** Called with the node that is shown as running, and with undefined at the end. */
  onNode(node: string | undefined): void;
  context: Pick<NodeContext, 'files' | 'timing' | 'previews' | 'random'>;
}

/** Thrown inside a node that was interrupted. */
const interruption = new Error('interrupted');

export async function runPrompt(host: RunHost, item: QueueItem): Promise<Omit<HistoryEntry, 'prompt'>> {
  const [, promptId, original, extraData, outputs] = item;
  const { hub, caches, classes } = host;
  const clientId = clientIdOf(extraData);
  const graph = createRunningGraph(original);
  const messages: StatusMessage[] = [];
  const tell = (type: string, data: Record<string, unknown>, toAll = false) => {
    const message = { ...data, timestamp: host.now() };
    messages.push([type, message]);
    if (clientId !== null || toAll) hub.send(type, message, clientId);
  };
  const own = (type: string, data: unknown) => {
    if (clientId !== null) hub.send(type, data, clientId);
  };

  tell('execution_start', { prompt_id: promptId });
  const progress = createProgress({ promptId, clientId, graph, hub });
  const keyOf = signatureKeys({
    graph,
    fingerprint: (id) => host.fingerprint(graph.node(id).class_type, graph.node(id).inputs),
    ownId: (id) => classes.usesOwnId(graph.node(id).class_type),
  });
  caches.values.begin(graph, keyOf);
  caches.ui.begin(graph, keyOf);
  caches.memory.begin(graph, (id) => `${id}\n${graph.node(id).class_type}`);
  const isCached = (id: string) => caches.values.get(id) !== undefined;
  const cached = Object.keys(original).filter(isCached);
  tell('execution_cached', { nodes: cached, prompt_id: promptId });

  const isOutput = (id: string) => classes.isOutput(graph.node(id).class_type);
  const ready = createReadyList({ graph, isCached, isOutput });
  const executed: string[] = [];
  const expanded = new Map<string, [string, number][]>();
  let current = '';
  let inputs: Record<string, unknown> | undefined;
  let success = true;

  const showUi = (id: string, output: Record<string, unknown[]> | null) => {
    own('executed', { node: id, display_node: graph.root(id), output, prompt_id: promptId });
  };

  const runNode = async (id: string): Promise<boolean> => {
    inputs = undefined;
    if (isCached(id)) {
      showUi(id, caches.ui.get(id)?.output ?? null);
      progress.finish(id);
      return true;
    }
    const links = expanded.get(id);
    let values: Value[];
    if (links !== undefined) {
      values = links.flatMap(([from, slot]) => caches.values.get(from)?.[slot] ?? []);
    } else {
      const result = await startNode(id);
      if (result.ui !== undefined) {
        caches.ui.set(id, { output: result.ui, meta: metaOf(id) });
        showUi(id, result.ui);
      }
      if (result.expand !== undefined) {
        const { nodes, links } = result.expand;
        for (const [inner, node] of Object.entries(nodes)) graph.add(inner, node, id);
        for (const cache of Object.values(caches)) cache.expand(id, Object.keys(nodes));
        for (const inner of Object.keys(nodes)) if (isOutput(inner)) ready.add(inner);
        for (const [from] of links) ready.link(from, id);
        expanded.set(id, links);
        return false;
      }
      values = result.values ?? [];
    }
    caches.values.set(id, values);
    progress.finish(id);
    executed.push(id);
    return true;
  };

  const startNode = async (id: string): Promise<NodeResult> => {
    progress.start(id);
    const { class_type: className, inputs: given } = graph.node(id);
    inputs = {};
    for (const [name, value] of Object.entries(given)) {
      inputs[name] = isLink(value) ? caches.values.get(value[0])?.at(value[1]) : value;
    }
    if (clientId !== null) host.onNode(graph.root(id));
    own('executing', { node: id, display_node: graph.root(id), prompt_id: promptId });
    let memory = caches.memory.get(id);
    if (memory === undefined) caches.memory.set(id, (memory = new Map<string, string>()));
    checkInterrupt();
    await host.yield();
    return classes.run(className)({
      ...host.context,
      id,
      className,
      inputs,
      graph: original,
      extraData,
      memory,
      pause: (ms) => host.pause(ms),
      checkInterrupt,
      step: (value, max, preview) => step(progress, id, value, max, preview),
    });
  };

  const checkInterrupt = () => {
    if (host.interrupted()) throw interruption;
  };
  const step = (to: Progress, id: string, value: number, max: number, preview?: PreviewPicture) => {
    checkInterrupt();
    to.step(id, value, max, preview);
  };
  const metaOf = (id: string): OutputMeta => ({
    node_id: id,
    display_node: graph.root(id),
    parent_node: graph.parent(id),
    real_node_id: graph.root(id),
  });

  try {
    for (const id of outputs) ready.add(id);
    for (let id = ready.next(); id !== undefined; id = ready.next()) {
      current = id;
      if (await runNode(id)) ready.complete(id);
    }
    tell('execution_success', { prompt_id: promptId });
  } catch (error) {
    if (error === stopped) throw error;
    success = false;
    const node = graph.root(current);
    const where = { prompt_id: promptId, node_id: node, node_type: original[node]?.class_type, executed };
    if (error === interruption) tell('execution_interrupted', where, true);
    else
      tell('execution_error', {
        ...where,
        ...errorFields(error, inputs, graph.node(current)),
        current_outputs: caches.values.ids(),
      });
  }
  host.onNode(undefined);

  const result: Omit<HistoryEntry, 'prompt'> = {
    outputs: {},
    status: { status_str: success ? 'success' : 'error', completed: success, messages },
    meta: {},
  };
  for (const id of caches.ui.ids()) {
    const entry = graph.has(id) ? caches.ui.get(id) : undefined;
    if (entry === undefined) continue;
    result.outputs[id] = entry.output;
    result.meta[id] = entry.meta;
  }
  return result;

  function errorFields(
    error: unknown,
    given: Record<string, unknown> | undefined,
    node: { class_type: string },
  ): Record<string, unknown> {
    const message = error instanceof Error ? error.message : String(error);
    const shown: Record<string, unknown[]> = {};
    for (const [name, value] of Object.entries(given ?? {})) shown[name] = [errorInput(value)];
    for (const [name, kind] of given === undefined ? [] : Object.entries(classes.hidden(node.class_type))) {
      if (kind === 'UNIQUE_ID') shown[name] = [current];
      if (kind === 'PROMPT') shown[name] = [str(original)];
      if (kind === 'EXTRA_PNGINFO') shown[name] = [printed(extraData['extra_pnginfo'])];
    }
    const trace = isPythonError(error) ? error.trace : [];
    return {
      exception_message: `${message}\n`,
      exception_type: isPythonError(error) ? error.pythonType : 'RuntimeError',
      traceback: formatTrace([...callers, ...trace]),
      current_inputs: shown,
    };
  }
}

/** Thrown by `pause` when the server is stopped: the run ends without a trace. */
export const stopped = new Error('stopped');

export function clientIdOf(extraData: Record<string, unknown>): string | null {
  const id = extraData['client_id'];
  return typeof id === 'string' ? id : null;
}

function printed(value: unknown): unknown {
  return typeof value === 'object' && value !== null ? str(value) : (value ?? null);
}

const callers = [
  '/comfyui/execution.py:496:execute',
  '/comfyui/execution.py:315:get_output_data',
  '/comfyui/execution.py:289:_async_map_node_over_list:1',
  '/comfyui/execution.py:277:process_inputs',
];
