/** What the workflow tests share: the real object_info, and random values from a printed seed. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { JsonObject } from '../../src/comfyui/json.ts';
import { parseWorkflow, type WorkflowFiles } from '../../src/workflows/parse.ts';
import type { Workflow, WorkflowError } from '../../src/workflows/workflow.ts';

export const ROOT = join(import.meta.dirname, '..', '..');

const OBJECT_INFO = join(ROOT, '..', 'shared', 'comfyui', 'object_info.json');
export const HAS_OBJECT_INFO = existsSync(OBJECT_INFO);

/** Skips a suite where the recording is absent; in CI that is a failure. */
export const WITHOUT_OBJECT_INFO = !HAS_OBJECT_INFO && process.env['CI'] !== 'true';

export function objectInfo(): JsonObject {
  return JSON.parse(readFileSync(OBJECT_INFO, 'utf8')) as JsonObject;
}

export function parsed(graph: unknown, meta?: unknown, more: Partial<WorkflowFiles> = {}): Workflow {
  const result = parseWorkflow(files(graph, meta, more));
  if (!result.ok) throw new Error(result.error.message);
  return result.workflow;
}

export function refused(graph: unknown, meta?: unknown): WorkflowError {
  const result = parseWorkflow(files(graph, meta));
  if (result.ok) throw new Error('it was taken');
  return result.error;
}

function files(graph: unknown, meta: unknown, more: Partial<WorkflowFiles> = {}): WorkflowFiles {
  const text = (value: unknown) => (typeof value === 'string' ? value : JSON.stringify(value));
  return {
    name: 'test',
    graphText: text(graph),
    ...(meta !== undefined && { metaText: text(meta) }),
    now: 1,
    ...more,
  };
}

export function shipped(name: string): Workflow {
  const read = (file: string) => readFileSync(join(ROOT, 'workflows', file), 'utf8');
  return parsed(read(`${name}.json`), read(`${name}.meta.json`), { name });
}

/** Repeatable randomness (mulberry32); a failing run is repeated with the number in its message. */
export function randomFrom(start: number) {
  let state = start;
  const next = () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
  const int = (below: number) => Math.floor(next() * below);
  const pick = <T>(list: readonly T[]): T => list[int(list.length)]!;
  const text = (max: number) =>
    Array.from({ length: int(max) }, () =>
      pick(['a', 'Z', '_', ' ', '"', '\\', '\n', '.', 'é', '😀', '\u2028', '0']),
    ).join('');
  return { next, int, pick, text };
}
