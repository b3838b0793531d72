/** MCP through real clients over HTTP. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { expect, test } from 'vitest';
import { startBoth } from './support/gateway.ts';

test('first look', async () => {
  const { gateway } = await startBoth({});
  const client = new Client({ name: 'test', version: '1' });
  await client.connect(new StreamableHTTPClientTransport(new URL('/mcp', gateway.url)));
  const { tools } = await client.listTools();
  console.log(JSON.stringify(tools).length, tools.map((t) => t.name).join());
  const seen: unknown[] = [];
  const made = await client.callTool(
    { name: 'generate_image', arguments: { prompt: 'a cat', steps: 5 } },
    undefined,
    {
      onprogress: (p) => void seen.push(p),
    },
  );
  console.log(JSON.stringify(made, null, 1), seen);
  for (const [name, args] of [
    ['comfyui_health_check', {}],
    ['list_jobs', {}],
    ['list_assets', { session_id: 'current' }],
    ['list_workflows', {}],
    ['get_defaults', {}],
    ['get_job', { prompt_id: 'nope' }],
    ['get_job', {}],
    ['query_job_status', { job: 3 }],
    ['get_job_result', { job_id: 'x' }],
    ['query_job_status', { job_id: 'x' }],
    ['regenerate', { asset_id: 'x', param_overrides: { prompt: 'a dog' } }],
    ['get_asset_metadata', { asset_id: 'x' }],
    ['generate_image', { promt: 'x' }],
    ['generate_image', { prompt: 3, wait_seconds: 'x' }],
  ] as const) {
    const r = await client.callTool({ name, arguments: args });
    console.log(name, JSON.stringify(r.structuredContent).slice(0, 1500), r.isError);
  }
  await expect(client.callTool({ name: 'nope' })).rejects.toThrow();
  await client.close();
});
