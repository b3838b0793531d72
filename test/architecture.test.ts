/** The layers of DESIGN §3, checked from the source. */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { expect, test } from 'vitest';
import { VERSION } from '../src/version.ts';

const ROOT = join(import.meta.dirname, '..', 'src');

/** What each layer may import, besides itself. A file in src/ itself is a layer of its own. */
const LAYERS: Record<string, string[]> = {
  'errors.ts': [],
  'log.ts': [],
  'version.ts': [],
  'config.ts': ['config-parsers.ts', 'errors.ts'],
  // Types of the settings only.
  'config-parsers.ts': ['config.ts'],
  api: ['errors.ts'],
  storage: [],
  comfyui: ['errors.ts'],
  workflows: ['comfyui', 'storage', 'errors.ts'],
  jobs: ['workflows', 'comfyui', 'storage', 'errors.ts', 'log.ts'],
  assets: ['jobs', 'workflows', 'comfyui', 'storage', 'errors.ts'],
  http: ['jobs', 'assets', 'workflows', 'comfyui', 'api', 'errors.ts', 'log.ts', 'version.ts'],
  mcp: ['jobs', 'assets', 'workflows', 'comfyui', 'api', 'errors.ts', 'log.ts'],
  'app.ts': ['http', 'mcp', 'jobs', 'assets', 'workflows', 'config.ts', 'log.ts'],
  'gateway.ts': [
    'app.ts',
    'http',
    'mcp',
    'jobs',
    'assets',
    'workflows',
    'comfyui',
    'storage',
    'config.ts',
    'log.ts',
    'version.ts',
  ],
  'index.ts': [
    'gateway.ts',
    'assets',
    'workflows',
    'jobs',
    'comfyui',
    'config.ts',
    'errors.ts',
    'log.ts',
    'storage',
    'runtime',
  ],
  simulator: [],
  runtime: [
    'gateway.ts',
    'simulator',
    'assets',
    'workflows',
    'comfyui',
    'storage',
    'config.ts',
    'errors.ts',
    'log.ts',
  ],
};

/** Names that tie code to one runtime. */
const RUNTIME_NAMES =
  /\b(?:process|Bun|Deno)\.|['"](?:node|bun|cloudflare):|(?:from|import\()\s*['"](?:ioredis|ws|undici|@hono\/node-server|db0|unstorage\/drivers)/;

const files = readdirSync(ROOT, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));

test.each(files)('%s imports only from its own layer and those below', (file) => {
  const layer = layerOf(file);
  expect(LAYERS).toHaveProperty([layer]);
  const allowed = [layer, ...LAYERS[layer]!];
  for (const target of importsOf(file))
    expect(allowed, `${file} imports ${target}`).toContain(layerOf(target));
});

test.each(files.filter((file) => !['runtime', 'simulator'].includes(layerOf(file))))(
  '%s knows no runtime',
  (file) => {
    const lines = readFileSync(join(ROOT, file), 'utf8').split('\n');
    const code = lines.filter((line) => !/^\s*(?:\/\/|\*|\/\*)/.test(line));
    expect(code.filter((line) => RUNTIME_NAMES.test(line))).toEqual([]);
  },
);

test('the files were found', () => {
  expect(files.length).toBeGreaterThan(40);
});

function layerOf(file: string): string {
  return file.split('/')[0]!;
}

/** Own files that a file imports, relative to src/. */
function importsOf(file: string): string[] {
  const source = readFileSync(join(ROOT, file), 'utf8');
  const targets = [...source.matchAll(/(?:from|import\()\s*['"](\.[^'"]+)['"]/g)].map((match) => match[1]!);
  return targets.map((target) => relative(ROOT, join(ROOT, dirname(file), target)));
}

test('the version that is told is that of the package', () => {
  const { version } = JSON.parse(readFileSync(join(ROOT, '..', 'package.json'), 'utf8')) as {
    version: string;
  };
  expect(VERSION).toBe(version);
});
