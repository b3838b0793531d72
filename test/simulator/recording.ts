// Reads the recordings of a real ComfyUI and derives what a fresh simulator needs to stand where the real one stood:
// file counters, prompt numbers, the prompt that was cached, the order of output nodes.

import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseJson } from '../../src/simulator/json.ts';
import { isFolderType } from '../../src/simulator/paths.ts';
import { isRecord, type FileRef } from '../../src/simulator/types.ts';

export const recordings = fileURLToPath(new URL('../../../shared/comfyui/', import.meta.url));
export const haveRecordings = existsSync(`${recordings}traces`);

export interface FormField {
  name: string;
  value?: string;
  filename?: string;
  contentType?: string;
  bytes?: number;
  base64?: string;
}

/** One line of a trace. */
export interface TraceEvent {
  t: number;
  kind: 'ws.open' | 'ws.close' | 'ws.refused' | 'ws.send' | 'ws' | 'ws.binary' | 'http' | 'note';
  clientId?: string | null;
  conn?: number;
  by?: string;
  code?: number;
  json?: unknown;
  base64?: string;
  bytes?: number;
  sha256?: string;
  text?: string;
  method?: string;
  path?: string;
  requestJson?: unknown;
  requestText?: string;
  requestForm?: FormField[];
  requestHeaders?: Record<string, string>;
  status?: number;
  headers?: Record<string, string>;
  jsonLength?: number;
  error?: string;
  ms?: number;
}

export function traceNames(): string[] {
  if (!haveRecordings) return [];
  return readdirSync(`${recordings}traces`)
    .filter((name) => name.endsWith('.jsonl'))
    .sort();
}

export function readTrace(name: string): TraceEvent[] {
  const lines = readFileSync(`${recordings}traces/${name}`, 'utf8')
    .split('\n')
    .filter((line) => line !== '');
  return lines.map((line) => parseJson(line) as TraceEvent);
}

/** Events in the order in which they began: an HTTP line is dated by its end. The client did one thing at a time. */
export function inOrder(events: TraceEvent[]): (TraceEvent & { at: number })[] {
  let free = 0;
  const dated = events.map((event) => {
    if (event.kind === 'ws' || event.kind === 'ws.binary') return { ...event, at: event.t };
    const at = event.kind === 'http' ? Math.max(event.t - (event.ms ?? 0), free) : event.t;
    free = event.t;
    return { ...event, at };
  });
  return dated.sort((a, b) => a.at - b.at);
}

// Scenarios that went on where another one stopped: its last prompt was still cached.
const cachedFrom: Record<string, string> = {
  'cached-rerun.jsonl': 'success.jsonl',
  'success-legacy-preview.jsonl': 'cached-rerun.jsonl',
  'multi-output.jsonl': 'success-legacy-preview.jsonl',
  'no-client-id.jsonl': 'two-clients.jsonl',
};

/** Bodies of prompts to run before the trace begins. */
export function warmUp(name: string): unknown[] {
  const source = cachedFrom[name];
  if (source === undefined) return [];
  const last = prompts(readTrace(source)).at(-1)?.requestJson;
  if (!isRecord(last) || !isRecord(last['prompt'])) return [];
  const save = last['prompt']['9'];
  // Only in the plain rerun the saving itself was cached; elsewhere its file must not use up a counter.
  if (name !== 'cached-rerun.jsonl' && isRecord(save) && isRecord(save['inputs'])) {
    save['inputs']['filename_prefix'] = 'earlier';
  }
  return [{ prompt: last['prompt'] }];
}

function prompts(events: TraceEvent[]): TraceEvent[] {
  return events.filter(
    ({ kind, method, path }) => kind === 'http' && method === 'POST' && path === '/prompt',
  );
}

/** What the number counter held when the trace began. */
export function firstNumber(events: TraceEvent[]): number {
  const counted = prompts(events).filter(
    ({ requestJson }) => !(isRecord(requestJson) && 'number' in requestJson),
  );
  const index = counted.findIndex(({ json }) => isRecord(json) && typeof json['number'] === 'number');
  const answer = counted[index]?.json;
  return isRecord(answer) && typeof answer['number'] === 'number' ? Math.abs(answer['number']) - index : 0;
}

/** For each saved prefix with a counter above 1, the file that must have been there already. */
export function earlierFiles(events: TraceEvent[]): FileRef[] {
  const lowest = new Map<string, { ref: FileRef; stem: string; counter: number }>();
  walk(events, (value) => {
    if (!isRecord(value) || !isFolderType(value['type']) || typeof value['filename'] !== 'string') return;
    const match = /^(.+)_(\d{5})_\./.exec(value['filename']);
    if (match === null) return;
    const [stem = '', counter] = [match[1], Number(match[2])];
    const ref = { type: value['type'], subfolder: String(value['subfolder']), filename: '' };
    const key = `${ref.type}/${ref.subfolder}/${stem}`;
    if (counter < (lowest.get(key)?.counter ?? Infinity)) lowest.set(key, { ref, stem, counter });
  });
  return [...lowest.values()]
    .filter(({ counter }) => counter > 1)
    .map(({ ref: { type, subfolder }, stem, counter }) => {
      return { type, subfolder, filename: `${stem}_${String(counter - 1).padStart(5, '0')}_.png` };
    });
}

const suffixLetters = 'abcdefghijklmnopqrstupvxyz';

/** Random numbers that make the simulator find the recorded random parts of temporary names, in their order. */
export function recordedRandom(events: TraceEvent[]): () => number {
  const suffixes = new Set<string>();
  walk(events, (value) => {
    const suffix = typeof value === 'string' ? /^ComfyUI_temp_([a-z]{5})_/.exec(value)?.[1] : undefined;
    if (suffix !== undefined) suffixes.add(suffix);
  });
  const numbers = [...suffixes].flatMap((suffix) =>
    [...suffix].map((letter) => suffixLetters.indexOf(letter) + 0.5),
  );
  return () => (numbers.shift() ?? 0) / suffixLetters.length;
}

// Its second prompt is in no history; the next scenario of the same process shows the order of the same nodes.
const sameProcess: Record<string, string> = { 'no-client-id.jsonl': 'reconnect-mid-run.jsonl' };

/**
 * The order in which output nodes were taken. ComfyUI keeps them in a Python set, whose order depends on a random hash
 * seed of the process: it can only be read from the recording.
 */
export function recordedOutputOrder(
  name: string,
  events: TraceEvent[],
): (outputs: readonly string[]) => string[] {
  const orders = new Map<string, string[]>();
  const more = sameProcess[name];
  walk([...events, ...(more === undefined ? [] : readTrace(more))], (value) => {
    if (!Array.isArray(value) || value.length !== 5 || !isRecord(value[2]) || !Array.isArray(value[4]))
      return;
    const order = value[4].map(String);
    orders.set([...order].sort().join(), order);
  });
  return (outputs) => orders.get([...outputs].sort().join()) ?? [...outputs];
}

function walk(value: unknown, visit: (value: unknown) => void): void {
  visit(value);
  if (Array.isArray(value)) for (const item of value) walk(item, visit);
  else if (isRecord(value)) for (const item of Object.values(value)) walk(item, visit);
}
