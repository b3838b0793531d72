/**
 * The protocol's methods over the tool table, resources and prompts: the same for both eras. A server is made for each request
 * (over HTTP) or connection (stdio); what is costly is made once, and handed in.
 */
import {
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  Server,
  SUPPORTED_PROTOCOL_VERSIONS,
} from '@modelcontextprotocol/server';
import { GatewayError, toEnvelope } from '../errors.ts';
import { causes, type Log } from '../log.ts';
import { callTool } from './call.ts';
import type { Complete } from './completion.ts';
import { MODERN } from './modern.ts';
import { getPrompt, PROMPT_LIST } from './prompts.ts';
import type { Resources } from './resources.ts';
import type { Tables } from './table.ts';
import type { ToolContext, Visit } from './tool.ts';

export interface ServerParts {
  tables: Tables;
  resources: Resources;
  complete: Complete;
  version: string;
  /** In ms since 1970. */
  now: () => number;
  log: Log;
}

export type ServerFor = (visit: Visit) => Server;

/** How long clients of 2026-07-28 may keep a list, in ms; workflows come and go. */
const LIST_MS = 10_000;

const INSTRUCTIONS = `Makes images, songs and videos with ComfyUI. Each workflow is a tool of its own; run_workflow runs any of them.
A call waits for the result up to its wait_seconds. If the job is not finished by then, call get_job with its job_id and wait_seconds 45, as often as needed: jobs go on by themselves.
Look at images with view_image; change one thing with regenerate (seed -1 keeps the seed). Give people asset_url, not base64.`;

const OPTIONS = {
  supportedProtocolVersions: [...SUPPORTED_PROTOCOL_VERSIONS, MODERN],
  capabilities: { logging: {}, tools: {}, resources: {}, prompts: {}, completions: {} },
  instructions: INSTRUCTIONS,
  cacheHints: Object.fromEntries(
    (['tools/list', 'prompts/list', 'resources/list', 'resources/templates/list'] as const).map((method) => [
      method,
      { ttlMs: LIST_MS, cacheScope: 'private' as const },
    ]),
  ),
  // Nothing is asked of clients, so there is nothing of theirs to be checked.
  jsonSchemaValidator: {
    getValidator: () => () => {
      throw new Error('no input is ever asked for');
    },
  },
};

export function createServers({ tables, resources, complete, version, now, log }: ServerParts): ServerFor {
  const info = {
    name: 'comfygate',
    title: 'comfygate',
    version,
    description: 'ComfyUI workflows as tools.',
  };

  function failed(error: unknown, what: string, { requestId }: Visit): void {
    if (error instanceof GatewayError && error.status < 500) return;
    const fields = { ...(requestId !== undefined && { request_id: requestId }), what, error: causes(error) };
    log(error instanceof GatewayError ? 'warn' : 'error', 'mcp_failed', fields);
  }

  /** A fault outside of tools, where the protocol has its own form for it. */
  function protocolError(error: unknown, what: string, visit: Visit): ProtocolError {
    failed(error, what, visit);
    const { error: refusal } = toEnvelope(error);
    const ours = error instanceof GatewayError && error.status < 500;
    const code = ours ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError;
    return new ProtocolError(code, refusal.message, refusal);
  }

  async function guarded<T>(what: string, visit: Visit, work: () => T | Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      throw protocolError(error, what, visit);
    }
  }

  return (visit) => {
    const server = new Server(info, OPTIONS);
    server.setRequestHandler('tools/list', () =>
      guarded('tools/list', visit, async () => ({ tools: (await tables.list(visit.caller)) as never })),
    );
    server.setRequestHandler('tools/call', async ({ params }, { mcpReq }) => {
      const began = now();
      const tool = await guarded(params.name, visit, () => tables.find(visit.caller, params.name));
      const token = mcpReq._meta?.progressToken;
      const report: ToolContext['report'] = (progress, message) =>
        mcpReq.notify({
          method: 'notifications/progress',
          params: { progressToken: token!, progress, total: 100, message },
        });
      const note: ToolContext['note'] = (message, data) =>
        mcpReq.log('info', { message, ...data }, 'comfygate');
      const context = {
        ...visit,
        began,
        signal: mcpReq.signal,
        note,
        ...(token !== undefined && { report }),
      };
      return callTool(tool, params.arguments, context, (error) => failed(error, params.name, visit)) as never;
    });
    server.setRequestHandler('resources/list', () =>
      guarded('resources/list', visit, async () => ({ resources: (await resources.list(visit)) as never })),
    );
    server.setRequestHandler('resources/templates/list', () => ({ resourceTemplates: resources.templates }));
    server.setRequestHandler('resources/read', async ({ params: { uri } }) => {
      try {
        return { contents: (await resources.read(uri, visit)) as never };
      } catch (error) {
        if (error instanceof GatewayError && error.code === 'not_found')
          throw new ResourceNotFoundError(uri, error.message);
        throw protocolError(error, uri, visit);
      }
    });
    server.setRequestHandler('prompts/list', () => ({ prompts: PROMPT_LIST as never }));
    server.setRequestHandler('prompts/get', ({ params }) =>
      guarded(params.name, visit, () => getPrompt(params.name, params.arguments)),
    );
    server.setRequestHandler('completion/complete', ({ params: { argument, ref } }) =>
      guarded('completion/complete', visit, async () => {
        const of = ref.type === 'ref/resource' ? ref.uri : ref.name;
        return { completion: await complete(argument.name, argument.value, of, visit) };
      }),
    );
    return server;
  };
}
