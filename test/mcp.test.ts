/** MCP on every runtime, by the entry that its users start. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect } from 'vitest';
import { createSimulator } from '../src/simulator/simulator.ts';
import { SUITE_ENV, withCredentials, type Differences } from './suites/gateway.ts';
import { mcpSuite } from './suites/mcp.ts';
import { buildWorker, isMissing, startRuntime, type BuiltWorker, type Runtime } from './support/runtimes.ts';

const FAST = { stepMs: 5, loadMs: 5, encodeMs: 1, decodeMs: 1, nodeMs: 1 };

const RUNS: [Runtime, Differences][] = [
  ['node', {}],
  ['bun', {}],
  ['deno', {}],
  ['workerd', { polled: true, anyHost: true }],
];

let worker: BuiltWorker | undefined;
beforeAll(async () => {
  if (!isMissing('workerd')) worker = await buildWorker();
}, 60_000);
afterAll(() => worker?.remove());

for (const [runtime, differences] of RUNS) {
  describe.skipIf(isMissing(runtime))('MCP', () => {
    mcpSuite(
      `${runtime}:`,
      async () => {
        const simulator = await createSimulator(FAST);
        const kv = await mkdtemp(join(tmpdir(), 'comfygate-kv-'));
        const env = {
          ...SUITE_ENV,
          COMFYUI_URL: withCredentials(simulator.url),
          ...(runtime !== 'workerd' && { STORAGE_URL: 'memory:' }),
        };
        const args = runtime === 'workerd' ? [...worker!.args, '--persist-to', kv] : [];
        const gateway = await startRuntime(runtime, env, { args });
        return {
          url: gateway.url,
          simulator,
          async close() {
            await gateway.end();
            // What workerd says when a request waits for the work of another, or ends without an answer.
            expect(gateway.output()).not.toMatch(
              /different request|hang|never generate a response|Uncaught/i,
            );
            await simulator.close();
            await rm(kv, { recursive: true, force: true });
          },
        };
      },
      differences,
    );
  });
}
