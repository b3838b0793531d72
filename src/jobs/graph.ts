/** What can be said of a submitted graph without ComfyUI: whether it is one. ComfyUI judges the rest. Pure. */
import { isObject, type JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';

/** Throws 422 with the way out if `workflow` is no API-format graph. */
export function checkGraph(workflow: unknown): asserts workflow is JsonObject {
  if (!isObject(workflow)) {
    const given =
      workflow === undefined ? 'nothing' : Array.isArray(workflow) ? 'an array' : String(workflow);
    throw invalid(
      `'workflow' must be an object of nodes, {"<node id>": {"class_type", "inputs"}}; given: ${given.slice(0, 50)}.`,
    );
  }
  if (Array.isArray(workflow['nodes']) && 'links' in workflow) {
    throw new GatewayError(
      'workflow_format_ui',
      "This is ComfyUI's UI format (it has 'nodes' and 'links'). Export the API format: in ComfyUI choose Workflow → Export (API), and send that file's content as 'workflow'.",
    );
  }
  const nodes = Object.entries(workflow);
  if (nodes.length === 0) throw invalid("'workflow' is empty: it has no nodes.");
  for (const [id, node] of nodes) {
    if (!isObject(node)) throw invalid(`Node ${id} must be an object with 'class_type' and 'inputs'.`, id);
    if (node['class_type'] !== undefined && typeof node['class_type'] !== 'string') {
      throw invalid(`Node ${id}: 'class_type' must be the name of a node class.`, id);
    }
    // ComfyUI answers 500 to others; and where a node without any comes into its queue beside good ones, its worker dies.
    if (!isObject(node['inputs'])) {
      const given =
        node['inputs'] === undefined
          ? "is missing; without any it is 'inputs': {}"
          : 'must be an object of input names and values';
      throw invalid(`Node ${id}: 'inputs' ${given}.`, id);
    }
  }
  if (!allFinite(workflow)) {
    // Python would read infinity, and could then not write its queue as JSON any more, for anybody.
    throw invalid("'workflow' has a number that is too large, such as 1e999. The largest is about 1.8e308.");
  }
}

function invalid(message: string, node?: string): GatewayError {
  const details =
    node === undefined
      ? {}
      : {
          details: {
            node_errors: {
              [node]: { class_type: null, errors: [{ field: null, reason: 'bad_node', message }] },
            },
          },
        };
  return new GatewayError('invalid_workflow', message, details);
}

/** Whether every number in a JSON value is finite. */
export function allFinite(value: unknown): boolean {
  if (typeof value === 'number') return Number.isFinite(value);
  if (typeof value !== 'object' || value === null) return true;
  return Object.values(value).every(allFinite);
}
