/** Prompts as ComfyUI's queue and history tell them: tuples in the order of a heap, and entries around them. Pure. */
import { readHistoryEntry, type RunResult } from './history.ts';
import { isObject, type JsonObject } from './json.ts';

/** A prompt in ComfyUI's queue. `position` counts pending prompts from 1; 0 means running. */
export interface QueueItem {
  promptId: string;
  position: number;
  /** By which ComfyUI orders its queue. */
  number: number;
}

/** A prompt that ComfyUI remembers, with what was submitted: graph text and `extra_data`. */
export interface StoredPrompt {
  promptId: string;
  extraData: JsonObject;
  graphText: string;
  /** Absent while it is queued or running. */
  result?: RunResult;
}

/** `[number, prompt_id, prompt, extra_data, outputs_to_execute]` in queue and history. */
type PromptTuple = unknown[];

export function tuples(answer: unknown): { running: PromptTuple[]; pending: PromptTuple[] } {
  const list = (value: unknown): PromptTuple[] => (Array.isArray(value) ? value.filter(Array.isArray) : []);
  return isObject(answer)
    ? { running: list(answer['queue_running']), pending: list(answer['queue_pending']) }
    : { running: [], pending: [] };
}

export function queueItems({
  running,
  pending,
}: {
  running: PromptTuple[];
  pending: PromptTuple[];
}): QueueItem[] {
  return inOrder([
    ...running.map((t) => ({ id: String(t[1]), number: Number(t[0]), running: true })),
    ...pending.map((t) => ({ id: String(t[1]), number: Number(t[0]), running: false })),
  ]);
}

/** `queue_pending` is a raw heap: the order of execution is by number, then id. */
export function inOrder(entries: { id: string; number: number; running: boolean }[]): QueueItem[] {
  const pending = entries
    .filter((entry) => !entry.running)
    .sort((a, b) => a.number - b.number || (a.id < b.id ? -1 : 1))
    .map(({ id, number }, index) => ({ promptId: id, number, position: index + 1 }));
  return [
    ...entries
      .filter((entry) => entry.running)
      .map(({ id, number }) => ({ promptId: id, number, position: 0 })),
    ...pending,
  ];
}

export function fromTuple(tuple: unknown): StoredPrompt | undefined {
  if (!Array.isArray(tuple) || typeof tuple[1] !== 'string' || !isObject(tuple[3])) return undefined;
  return { promptId: tuple[1], graphText: JSON.stringify(tuple[2]), extraData: tuple[3] };
}

export function storedPrompt(entry: unknown): StoredPrompt | undefined {
  const prompt = isObject(entry) ? fromTuple(entry['prompt']) : undefined;
  const result = readHistoryEntry(entry);
  return prompt && result ? { ...prompt, result } : undefined;
}
