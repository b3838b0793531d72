/**
 * The tools of a caller: the fixed ones, and one per workflow that they see. Made anew only when the catalogue says that it
 * has changed; schemas are never built for a call.
 */
import type { JsonObject } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { GatewayError } from '../errors.ts';
import type { Caller } from '../jobs/caller.ts';
import type { Descriptions } from '../workflows/descriptions.ts';
import { inputSchema } from './arguments.ts';
import type { Tool } from './tool.ts';
import { toolsOfWorkflows, type WorkflowToolDeps } from './workflow-tools.ts';

/** A tool as `tools/list` shows it. */
export type ListedTool = JsonObject & { name: string };

export interface Tables {
  list(caller: Caller): Promise<ListedTool[]>;
  /** One tool; what belongs to no workflow is found without a look at workflows. Throws `not_found` with the nearest names. */
  find(caller: Caller, name: string): Promise<Tool>;
}

/** How old may be what a tool that is called knows of ComfyUI, in ms: a run asks anew before it refuses a value. */
const CALL_MS = 120_000;

/** Callers whose tables are remembered. */
const REMEMBERED = 100;

export function createTables(
  fixed: readonly Tool[],
  descriptions: Descriptions,
  deps: WorkflowToolDeps,
): Tables {
  const own = createTable(fixed);
  const names = new Set(fixed.map((tool) => tool.name));
  const tables = new Map<string, { revision: string; table: Table }>();

  async function tableOf(caller: Caller, maxAgeMs?: number): Promise<Table> {
    const key = `${caller.admin} ${caller.owner}`;
    const revision = await descriptions.revision(caller.owner, maxAgeMs);
    const known = tables.get(key);
    if (known?.revision === revision) return known.table;
    const listed = await descriptions.list(caller.owner, maxAgeMs);
    const workflows = createTable(toolsOfWorkflows(listed, names, deps));
    const table = join(own, workflows);
    tables.delete(key);
    tables.set(key, { revision, table });
    if (tables.size > REMEMBERED) tables.delete(tables.keys().next().value!);
    return table;
  }

  return {
    list: async (caller) => (await tableOf(caller)).listed,
    async find(caller, name) {
      const fixed = own.tools.get(name);
      if (fixed) return fixed;
      const { tools } = await tableOf(caller, CALL_MS);
      const tool = tools.get(name);
      if (!tool) throw noTool(name, [...tools.keys()]);
      return tool;
    },
  };
}

interface Table {
  listed: ListedTool[];
  tools: Map<string, Tool>;
}

function createTable(tools: readonly Tool[]): Table {
  return { listed: tools.map(listed), tools: new Map(tools.map((tool) => [tool.name, tool])) };
}

/** Workflows first: they are what people come for, and some clients cut long lists. */
function join(fixed: Table, workflows: Table): Table {
  return {
    listed: [...workflows.listed, ...fixed.listed],
    tools: new Map([...workflows.tools, ...fixed.tools]),
  };
}

function noTool(name: string, names: readonly string[]): GatewayError {
  const near = nearest(name, names);
  const hint =
    near.length > 0 ? `Did you mean ${near.map((n) => `'${n}'`).join(' or ')}?` : 'tools/list has all.';
  return new GatewayError('not_found', `There is no tool '${name.slice(0, 80)}'. ${hint}`, {
    details: { tool: name.slice(0, 80), nearest: near },
  });
}

function listed(tool: Tool): ListedTool {
  const { name, title, description, annotations, output } = tool;
  return {
    name,
    title,
    description,
    inputSchema: inputSchema(tool),
    outputSchema: { type: 'object', properties: output },
    annotations,
  };
}
