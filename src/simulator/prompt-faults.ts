// The shapes in which ComfyUI says what is wrong with a prompt.

import { formatTrace, isPythonError, pythonError, str } from './python.ts';
import { isRecord } from './types.ts';

export interface PromptFault {
  type: string;
  message: string;
  details: string;
  extra_info: Record<string, unknown>;
}

export function unknownClass(id: string, node: Record<string, unknown>, newer: boolean): PromptFault {
  const details = `Node ID '#${id}'`;
  const named = Object.hasOwn(node, 'class_type');
  const className = node['class_type'];
  if (!newer) {
    const message = named
      ? `Cannot execute because node ${str(className)} does not exist.`
      : 'Cannot execute because a node is missing the class_type property.';
    return fault('invalid_prompt', message, details, {});
  }
  const meta = node['_meta'];
  const title = isRecord(meta) && meta['title'] !== undefined ? meta['title'] : (className ?? null);
  const message = named
    ? `Node '${str(title)}' not found. The custom node may not be installed.`
    : `Node '${title === null ? `ID #${id}` : str(title)}' has no class_type. The workflow may be corrupted or a custom node is missing.`;
  const extra = { node_id: id, class_type: className ?? null, node_title: title };
  return fault('missing_node_type', message, details, extra);
}

export function cycle(name: string, config: unknown, link: unknown, path: string[]): PromptFault {
  const loop = path.slice(path.indexOf(path.at(-1) ?? ''));
  return fault('dependency_cycle', 'Dependency cycle detected', loop.join(' -> '), {
    input_name: name,
    input_config: config,
    linked_node: link,
    cycle_nodes: loop,
  });
}

export function fault(
  type: string,
  message: string,
  details: string,
  extra: Record<string, unknown>,
): PromptFault {
  return { type, message, details, extra_info: extra };
}

export function validationCrash(type: string, message: string, line: number): Error {
  return pythonError(type, message, [`/comfyui/execution.py:${line}:validate_inputs`]);
}

export function crash(error: unknown): PromptFault {
  if (!isPythonError(error)) throw error;
  const trace = ['/comfyui/execution.py:1010:validate_prompt', ...error.trace];
  return fault('exception_during_validation', 'Exception when validating node', error.message, {
    exception_type: error.pythonType,
    traceback: formatTrace(trace),
  });
}

export function innerCrash(error: unknown, name: string, config: unknown, link: unknown): PromptFault {
  if (!isPythonError(error)) throw error;
  const trace = ['/comfyui/execution.py:808:validate_inputs', ...error.trace];
  return fault('exception_during_inner_validation', 'Exception when validating inner node', error.message, {
    input_name: name,
    input_config: config,
    exception_message: error.message,
    exception_type: error.pythonType,
    traceback: formatTrace(trace),
    linked_node: link,
  });
}
