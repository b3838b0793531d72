// Checks a submitted prompt as ComfyUI does, with its error shapes: every output node is checked together with all
// nodes above it; broken outputs are dropped as long as one is left. Converts inputs in place (text to numbers).

import { crash, fault, unknownClass, type PromptFault } from './prompt-faults.ts';
import { isRecord, type Graph } from './types.ts';
import { checkNode, type ValidateOptions, type Verdict } from './validate-node.ts';

interface NodeErrors {
  errors: PromptFault[];
  dependent_outputs: string[];
  class_type: string;
}

export type Validation =
  | { ok: true; outputs: string[]; nodeErrors: Record<string, NodeErrors> }
  | { ok: false; error: PromptFault; nodeErrors: Record<string, NodeErrors> };

/** Throws (a 500 of the route) where ComfyUI would: the prompt is not an object of objects. */
export function validatePrompt(prompt: unknown, only: unknown, options: ValidateOptions): Validation {
  if (!isRecord(prompt)) throw new TypeError('prompt is not an object');
  const { classes, newer } = options;
  const candidates: string[] = [];
  for (const [id, node] of Object.entries(prompt)) {
    // A text or a list can be asked for `class_type` in Python; it just does not have it.
    const fields = typeof node === 'string' || Array.isArray(node) ? {} : node;
    if (!isRecord(fields)) throw new TypeError(`node ${id} is not an object`);
    const className = fields['class_type'];
    if (typeof className === 'object' && className !== null)
      throw new TypeError(`class_type of ${id} is no text`);
    const info = typeof className === 'string' ? classes.get(className) : undefined;
    if (info === undefined) return { ok: false, error: unknownClass(id, fields, newer), nodeErrors: {} };
    if (info.output_node && (!Array.isArray(only) || only.includes(id))) candidates.push(id);
  }
  if (candidates.length === 0) {
    return { ok: false, error: fault('prompt_no_outputs', 'Prompt has no outputs', '', {}), nodeErrors: {} };
  }

  // Every node has a known class now; missing `inputs` is found on the way.
  const graph = prompt as unknown as Graph;
  const verdicts = new Map<string, Verdict>();
  const outputs: string[] = [];
  const nodeErrors: Record<string, NodeErrors> = {};
  const lines: string[] = [];
  for (const output of candidates) {
    let verdict: Verdict;
    try {
      verdict = checkNode(graph, output, verdicts, options, []);
    } catch (error) {
      verdict = { ok: false, faults: [crash(error)] };
      verdicts.set(output, verdict);
    }
    if (verdict.ok) {
      outputs.push(output);
      continue;
    }
    lines.push(...verdict.faults.map((item) => `${item.message}: ${item.details}`));
    for (const [id, { ok, faults }] of verdicts) {
      if (ok || faults.length === 0) continue;
      const entry = (nodeErrors[id] ??= {
        errors: faults,
        dependent_outputs: [],
        class_type: graph[id]?.class_type ?? '',
      });
      entry.dependent_outputs.push(output);
    }
  }
  if (outputs.length > 0) return { ok: true, outputs, nodeErrors };
  const message = 'Prompt outputs failed validation';
  return {
    ok: false,
    error: fault('prompt_outputs_failed_validation', message, lines.join('\n'), {}),
    nodeErrors,
  };
}
