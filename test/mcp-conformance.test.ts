/**
 * The official conformance suite and the official inspector. Scenarios that need nothing of their own run against the gateway
 * itself, all others against fixtures behind the same route and middleware; what fails there is in mcp-conformance.yml.
 */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { startBoth } from './support/gateway.ts';
import { startFixtures } from './support/mcp-fixtures.ts';
import { ROOT } from './support/runtimes.ts';

const GATEWAY = [
  'server-initialize',
  'ping',
  'logging-set-level',
  'completion-complete',
  'tools-list',
  'resources-list',
  'prompts-list',
  'server-sse-multiple-streams',
  'dns-rebinding-protection',
];

test.each(GATEWAY)('the gateway passes %s', { timeout: 30_000 }, async (scenario) => {
  const { gateway } = await startBoth();
  const { code, printed } = await conformance(gateway.url, ['--scenario', scenario]);
  expect(printed).toMatch(/Passed: [1-9]\d*\/\d+, 0 failed, 0 warnings/);
  expect(code).toBe(0);
});

test(
  'with fixtures, all scenarios pass but those that are expected to fail',
  { timeout: 60_000 },
  async () => {
    const fixtures = await startFixtures();
    onTestFinished(() => fixtures.close());
    const baseline = join(ROOT, 'test/mcp-conformance.yml');
    const { code, printed } = await conformance(fixtures.url, [
      '--suite',
      'all',
      '--expected-failures',
      baseline,
    ]);
    expect(code, printed).toBe(0);
  },
);

test('the inspector lists the tools and calls one', { timeout: 30_000 }, async () => {
  const { gateway } = await startBoth();
  const list = await inspect(gateway.url, ['--method', 'tools/list']);
  expect((list['tools'] as { name: string }[]).map(({ name }) => name)).toContain('generate_image');
  const call = [
    '--method',
    'tools/call',
    '--tool-name',
    'generate_image',
    '--tool-arg',
    'prompt=a cat',
    'steps=2',
  ];
  expect(await inspect(gateway.url, call)).toMatchObject({
    structuredContent: { status: 'completed', mime_type: 'image/png' },
  });
});

/** It writes what it saw into the folder that it runs in. */
async function conformance(url: string, args: readonly string[]): Promise<{ code: number; printed: string }> {
  const cwd = await mkdtemp(join(tmpdir(), 'comfygate-conformance-'));
  onTestFinished(() => rm(cwd, { recursive: true, force: true }));
  return run(
    '@modelcontextprotocol/conformance/dist/index.js',
    ['server', '--url', `${url}/mcp`, ...args],
    cwd,
  );
}

async function inspect(url: string, args: readonly string[]): Promise<Record<string, unknown>> {
  const launcher = '@modelcontextprotocol/inspector/clients/launcher/build/index.js';
  const { printed } = await run(launcher, ['--cli', `${url}/mcp`, '--transport', 'http', ...args], ROOT);
  return JSON.parse(printed) as Record<string, unknown>;
}

async function run(
  script: string,
  args: readonly string[],
  cwd: string,
): Promise<{ code: number; printed: string }> {
  const path = join(ROOT, 'node_modules', script);
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [path, ...args], {
      cwd,
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd, NO_COLOR: '1' },
      maxBuffer: 64 * 1024 * 1024,
    });
    return { code: 0, printed: stdout };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, printed: `${stdout}\n${stderr}` };
  }
}
