/**
 * What users install: the npm package from its tarball, and the image by the steps of the Dockerfile, run one by one
 * in plain folders because a Docker engine is not at hand. Both are made from a copy of the checkout with secrets
 * planted in it, and both need the npm registry.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { chmod, cp, mkdir, mkdtemp, realpath, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { builtinModules } from 'node:module';
import { freePort } from './support/port.ts';
import { tmpdir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { parseConfig, type Environment } from '../src/config.ts';
import { pictureGraph } from './support/graphs.ts';

const ROOT = join(import.meta.dirname, '..');
const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const SECRET = 'planted-secret-that-must-not-get-out';

let folder: string;
/** The checkout, without its modules and without what was made in it. */
let checkout: string;
/** Has only `node`, the one of the project; first in every PATH, whatever the machine has. */
let bin: string;
/** Where no ComfyUI is; what listens on the usual port of this machine is not ours to talk to. */
let nowhere: string;

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'comfygate-package-')));
  await chmod(folder, 0o755);
  nowhere = `http://127.0.0.1:${await freePort()}`;
  bin = join(folder, 'bin');
  await mkdir(bin);
  await symlink(await realpath(join(ROOT, 'node_modules/.bin/node')), join(bin, 'node'));
  checkout = join(folder, 'checkout');
  const unwanted = /(^|\/)(node_modules|\.git|\.comfygate|\.wrangler|dist|\.env)$/;
  await cp(ROOT, checkout, { recursive: true, filter: (path) => !unwanted.test(path.slice(ROOT.length)) });
  for (const name of ['.env', 'config.json', 'src/.env', 'server.key', 'notes.log'])
    await writeFile(join(checkout, name), `API_KEYS=me:${SECRET}\n`);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('the npm package', () => {
  let home: string;
  let installed: string;
  let cli: string;
  let pack: { files: { path: string; size: number }[]; unpackedSize: number; filename: string };

  beforeAll(async () => {
    await symlink(join(ROOT, 'node_modules'), join(checkout, 'node_modules'));
    const packed = await run('npm', ['pack', '--json', '--pack-destination', folder], { cwd: checkout });
    expect(packed.code, packed.stderr).toBe(0);
    await rm(join(checkout, 'node_modules'));
    // npm 12 answers with an object by name; before it was a list. The build prints before either.
    const answer = JSON.parse(packed.stdout.slice(packed.stdout.search(/^[[{]/m))) as Record<
      string,
      typeof pack
    >;
    pack = Object.values(answer)[0]!;
    home = join(folder, 'empty');
    await mkdir(home);
    const tarball = join(folder, pack.filename);
    const added = await run('npm', ['install', '--no-audit', '--no-fund', tarball], { cwd: home });
    expect(added.code, added.stderr).toBe(0);
    installed = join(home, 'node_modules/comfygate');
    cli = join(home, 'node_modules/.bin/comfygate');
  }, 180_000);

  test('holds what runs and what explains it, and nothing else', () => {
    const files = pack.files.map(({ path }) => path);
    const wanted =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|workflows\/[\w.-]+\.json|dist\/[\w/-]+(\.d\.ts|\.js))$/;
    expect(files.filter((path) => !wanted.test(path))).toEqual([]);
    expect(files.filter((path) => /simulator|demo|test|bench/.test(path))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining(['LICENSE', 'README.md', 'CHANGELOG.md', 'dist/index.js', 'dist/index.d.ts']),
    );
    for (const name of readdirSync(join(ROOT, 'workflows')).filter((name) => name.endsWith('.json')))
      expect(files).toContain(`workflows/${name}`);
    for (const path of files) expect(readFileSync(join(installed, path), 'utf8')).not.toContain(SECRET);
    console.log(`npm package: ${files.length} files, ${(pack.unpackedSize / 1024).toFixed(0)} KiB unpacked`);
    expect(pack.unpackedSize).toBeLessThan(2 * 1024 * 1024);
  });

  test('imports only what it depends on', () => {
    const imported = new Map<string, string>();
    for (const { path } of pack.files.filter(({ path }) => path.startsWith('dist/')))
      for (const name of importedBy(readFileSync(join(installed, path), 'utf8'))) imported.set(name, path);
    for (const [name, path] of imported)
      expect(Object.keys(manifest.dependencies), `${path} imports ${name}`).toContain(name);
    expect([...imported.keys()]).toContain('hono');
  });

  test('every export is there, and every runtime entry is exported', async () => {
    for (const target of Object.values(manifest.exports).flatMap(targetsOf))
      expect(existsSync(join(installed, target)), target).toBe(true);
    const entries = ['bun', 'cloudflare', 'cloudflare-s3', 'deno'].filter((name) =>
      existsSync(join(ROOT, `src/runtime/${name}.ts`)),
    );
    const exported = Object.keys(manifest.exports).filter((name) => !['.', './package.json'].includes(name));
    expect(exported.sort()).toEqual(entries.map((name) => `./${name}`));
    const script = "console.log(Object.keys(await import('comfygate')).sort().join())";
    const { stdout } = await run('node', ['--input-type=module', '-e', script], { cwd: home });
    const names = stdout.trim().split(',');
    expect(names).toEqual(expect.arrayContaining(['createGateway', 'parseConfig']));
  });

  test('npx comfygate starts the gateway in an empty folder', async () => {
    const gateway = await start('npx', ['--no', 'comfygate'], {
      cwd: home,
      env: { PORT: '0' },
    });
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    const page = await fetch(`${gateway.url}/`);
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
    const submitted = await fetch(`${gateway.url}/api/v2/jobs`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ workflow: pictureGraph() }),
    });
    expect(submitted.status).toBe(503);
    expect(await submitted.json()).toMatchObject({ error: { code: 'upstream_unreachable' } });
    expect(existsSync(join(home, '.comfygate/comfygate.sqlite'))).toBe(true);
  }, 60_000);

  test('the command ends with 0 on SIGTERM, and prints only its log', async () => {
    const gateway = await start(cli, [], { cwd: home, env: { PORT: '0' } });
    expect((await fetch(`${gateway.url}/healthz`)).status).toBe(200);
    expect(await gateway.end('SIGTERM')).toBe(0);
    const events = gateway
      .stderr()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(events.at(0)).toMatchObject({ level: 'info', url: gateway.url });
  });

  test('of the warnings of Node, only that about SQLite is hidden', async () => {
    const warn = (what: string) =>
      `process.emitWarning('${what} is an experimental feature and might change at any time', 'ExperimentalWarning');`;
    const preload = `data:text/javascript,setTimeout(() => {${warn('SQLite')}${warn('Warp')}}, 300)`;
    const gateway = await start('node', ['--import', preload, cli], { cwd: home, env: { PORT: '0' } });
    await expect.poll(gateway.stderr).toContain('Warp is an experimental feature');
    expect(gateway.stderr()).not.toContain('SQLite');
  });

  test('--version and --help', async () => {
    for (const name of ['--version', '-v'])
      expect(await run(cli, [name], { cwd: home })).toEqual({
        code: 0,
        stdout: `${manifest.version}\n`,
        stderr: '',
      });
    const { code, stdout } = await run(cli, ['--help'], { cwd: home });
    expect(code).toBe(0);
    const lines = stdout.trimEnd().split('\n');
    expect(lines.length).toBeLessThanOrEqual(40);
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  test('--help names the settings of the README, with the defaults that hold', async () => {
    const { stdout } = await run(cli, ['--help'], { cwd: home });
    const shown = [...stdout.matchAll(/^ {2}([A-Z][A-Z_]+) {2,}(.+?) {2,}/gm)].map(
      ([, name, preset]) => [name!, preset!] as const,
    );
    const section = readFileSync(join(ROOT, 'README.md'), 'utf8').split('## Settings')[1]!.split('\n## ')[0]!;
    const rows = [...section.matchAll(/^\| (`[^|]+) \|/gm)].map(([, names]) => names!);
    expect(rows.length).toBeGreaterThan(10);
    const documented = rows.flatMap((names) => [...names.matchAll(/`([A-Z_]+)`/g)].map(([, name]) => name!));
    const names = shown.map(([name]) => name);
    for (const name of documented.filter((name) => !ELSEWHERE.has(name))) expect(names).toContain(name);
    for (const name of names) expect(section).toContain(name);
    for (const [name, preset] of shown)
      if (!/ |^none$|^\.\/config/.test(preset))
        expect(parseConfig({ [name]: preset }), name).toEqual(parseConfig({}));
  });

  test.each([
    [['serve'], /unknown argument "serve".*--help.*--version/],
    [['--port=9000'], /unknown argument "--port=9000".*PORT=… comfygate/],
    [['--help', 'me'], /2 arguments are too many/],
  ])('%j is refused with what is known', async (args, fault) => {
    const { code, stdout, stderr } = await run(cli, args, { cwd: home });
    expect([code, stdout]).toEqual([2, '']);
    expect(stderr).toMatch(fault);
  });

  test('bad settings stop the start, all at once', async () => {
    const { code, stderr } = await run(cli, [], { cwd: home, env: { PORT: 'x', HOST: '0.0.0.0' } });
    expect(code).toBe(1);
    expect(stderr).toMatch(/HOST: .*API_KEYS/);
    expect(stderr).toMatch(/PORT: "x"/);
  });

  test('an older Node is told what is needed', async () => {
    const old = "data:text/javascript,Object.defineProperty(process.versions,'node',{value:'23.9.1'})";
    const { code, stdout, stderr } = await run('node', ['--import', old, cli], { cwd: home });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^comfygate needs Node 24 or newer; this is Node 23\.9\.1 \(.*\)\. Install .*\n$/);
  });

  test('a real older Node can read the command', async (context) => {
    const node = await olderNode();
    if (node === undefined) return context.skip('no Node older than 24 on this machine');
    const { code, stdout, stderr } = await run(node, [cli], { cwd: home });
    expect([code, stdout]).toEqual([1, '']);
    expect(stderr).toMatch(/^comfygate needs Node 24 or newer; this is Node [\d.]+ .*\n$/);
    expect((await run(node, [cli, '--version'], { cwd: home })).stdout).toBe(`${manifest.version}\n`);
  });

  test('a strict TypeScript user gets its types', async () => {
    const project = join(home, 'typed');
    await mkdir(project);
    await writeFile(
      join(project, 'tsconfig.json'),
      JSON.stringify({ compilerOptions: CONSUMER, files: ['a.ts'] }),
    );
    await writeFile(
      join(project, 'a.ts'),
      `import { createGateway, parseConfig, type Config, type Gateway, type Ports } from 'comfygate';
      export default function serve(ports: Ports): (request: Request) => Response | Promise<Response> {
        const config: Config = parseConfig({ COMFYUI_URL: 'http://127.0.0.1:8188' });
        const gateway: Gateway = createGateway(config, ports);
        return gateway.fetch;
      }
      // @ts-expect-error an environment has texts
      parseConfig({ PORT: 8080 });
      // @ts-expect-error a gateway needs ports
      createGateway(parseConfig({}));
      `,
    );
    const tsc = [join(ROOT, 'node_modules/.bin/tsc'), '-p', project];
    expect(await run('node', [...tsc, '--skipLibCheck'], { cwd: project })).toEqual({
      code: 0,
      stdout: '',
      stderr: '',
    });
    // Unchecked, the types of unstorage want those of every service that it can use; ours have no fault.
    const { stdout } = await run('node', tsc, { cwd: project });
    expect(stdout.split('\n').filter((line) => /^(a\.ts|\S*\bcomfygate\/)/.test(line))).toEqual([]);
  });
});

describe('the image', () => {
  const file = parseDockerfile(readFileSync(join(ROOT, 'Dockerfile'), 'utf8'));
  const last = file.filter(({ stage }) => stage === file.at(-1)!.stage);
  const only = (name: string) => last.find((step) => step.name === name)?.text ?? '';
  let image: Image;
  let user: { uid?: number; gid?: number };

  beforeAll(async () => {
    user = await unprivileged();
    image = await build(file, user);
  }, 300_000);

  test('is pinned, small, not root, and its command needs no shell', () => {
    const from = file.filter(({ name }) => name === 'FROM').map(({ text }) => text.split(' ')[0]!);
    const bases = from.filter((base) => !file.some(({ stage }) => stage === base));
    expect(bases).toEqual([expect.stringMatching(/^node:24\.\d+\.\d+-alpine\d/)]);
    const names = last.map(({ name }) => name);
    expect(only('USER')).toBe('node');
    expect(names.indexOf('USER')).toBeGreaterThan(names.lastIndexOf('RUN'));
    expect([only('EXPOSE'), only('VOLUME')]).toEqual(['8080', '/data']);
    expect(image.env).toMatchObject({ HOST: '0.0.0.0', NODE_ENV: 'production' });
    expect(JSON.parse(only('CMD'))).toEqual(['node', 'dist/runtime/cli.js']);
    expect(only('HEALTHCHECK')).toContain('PORT || 8080');
  });

  test('has the compiled gateway, its dependencies, the workflows, and nothing else', () => {
    const app = join(image.root, 'app');
    const own = ['LICENSE', 'dist', 'node_modules', 'package-lock.json', 'package.json', 'workflows'];
    expect(readdirSync(app).sort()).toEqual(own);
    const dist = readdirSync(join(app, 'dist'), { recursive: true, encoding: 'utf8' });
    expect(dist).toContain('runtime/cli.js');
    expect(dist.filter((name) => /simulator|demo|\.env/.test(name))).toEqual([]);
    const modules = readdirSync(join(app, 'node_modules'));
    expect(modules).toContain('hono');
    for (const name of ['typescript', 'vitest', 'node', 'wrangler']) expect(modules).not.toContain(name);
  });

  test('the context has no secrets and no modules', () => {
    const context = readdirSync(join(folder, 'context'));
    expect(context).toEqual(expect.arrayContaining(['package.json', 'src']));
    for (const name of ['.env', 'config.json', 'server.key', 'notes.log', 'node_modules', 'test'])
      expect(context).not.toContain(name);
    expect(existsSync(join(folder, 'context/src/simulator'))).toBe(false);
  });

  test('its command serves, its health check sees that, and SIGTERM ends it with 0', async () => {
    const port = await freePort();
    const env = {
      ...image.env,
      HOST: '127.0.0.1',
      PORT: String(port),
    };
    const [command, ...args] = JSON.parse(only('CMD')) as [string, ...string[]];
    const [probe, ...probeArgs] = healthCommand(only('HEALTHCHECK'));
    const cwd = join(image.root, 'app');
    const gateway = await start(command, args, { cwd, env, ...user });
    expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
    expect(await run(probe, probeArgs, { cwd, env })).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(join(image.root, 'data/comfygate.sqlite'))).toBe(true);
    expect(await gateway.end('SIGTERM')).toBe(0);
    expect((await run(probe, probeArgs, { cwd, env })).code).toBe(1);
  });

  test('without keys it refuses to listen, and says what to set', async () => {
    const [command, ...args] = JSON.parse(only('CMD')) as [string, ...string[]];
    const { code, stderr } = await run(command, args, { cwd: join(image.root, 'app'), env: image.env });
    expect(code).toBe(1);
    expect(stderr).toContain('API_KEYS=');
  });
});

describe('docker-compose.yml', () => {
  const text = readFileSync(join(ROOT, 'docker-compose.yml'), 'utf8');
  const compose = parseYaml(text) as Compose;
  const { gateway, redis } = compose.services as { gateway: Service; redis: Service };

  test('has the gateway and its Redis, each with a health check', () => {
    expect(Object.keys(compose.services)).toEqual(['gateway', 'redis']);
    expect(gateway.build).toBe('.');
    // The probe itself is the image's.
    expect(gateway.healthcheck).toEqual({ interval: '10s' });
    expect(gateway.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
    expect(redis.image).toMatch(/^redis:\d+\.\d+\.\d+-alpine/);
    expect(redis.healthcheck?.test).toEqual(['CMD-SHELL', expect.stringContaining('redis-cli ping')]);
    const volumes = redis.volumes!.map((volume) => volume.split(':')[0]!);
    expect(Object.keys(compose.volumes)).toEqual(volumes);
  });

  test('its settings are accepted, and API_KEYS must be set', () => {
    const environment = (env: Environment) =>
      Object.fromEntries(
        Object.entries(gateway.environment!).map(([name, value]) => [name, interpolate(String(value), env)]),
      );
    expect(() => environment({})).toThrow(/API_KEYS=me:/);
    const config = parseConfig(environment({ API_KEYS: 'me:a-long-random-secret' }));
    expect(config).toMatchObject({
      host: '0.0.0.0',
      port: 8080,
      storage: { kind: 'redis', url: 'redis://redis:6379' },
      allowAnonymous: false,
    });
    expect(interpolate(gateway.ports![0]!, {})).toBe('127.0.0.1:8080:8080');
  });

  test('the ComfyUI in comments is a service, too', () => {
    const whole = parseYaml(text.replace(/^ {2}# ( {2}|comfyui:)/gm, '  $1')) as Compose;
    expect(Object.keys(whole.services)).toEqual(['gateway', 'redis', 'comfyui']);
    const { image, healthcheck } = whole.services['comfyui']!;
    expect([typeof image, healthcheck?.test?.[0]]).toEqual(['string', 'CMD-SHELL']);
  });
});

interface Manifest {
  version: string;
  dependencies: Record<string, string>;
  exports: Record<string, string | Record<string, string>>;
}

interface Service {
  image?: string;
  build?: string;
  ports?: string[];
  environment?: Record<string, string | number>;
  depends_on?: Record<string, { condition: string }>;
  healthcheck?: { test?: string[] };
  volumes?: string[];
}

interface Compose {
  services: Record<string, Service>;
  volumes: Record<string, null>;
}

interface Place {
  cwd: string;
  env?: Environment;
  uid?: number;
  gid?: number;
}

interface Step {
  stage: string;
  name: string;
  text: string;
}

interface Image {
  root: string;
  env: Record<string, string>;
}

/** Settings of the README that `--help` leaves out: a second name, what only Workers read, what only S3 needs. */
const ELSEWHERE = new Set([
  'COMFY_MCP_WORKFLOW_DIR',
  'COMFYUI_ADDRESS',
  'MAX_SUBREQUESTS',
  'S3_BUCKET',
  'S3_REGION',
  'S3_ENDPOINT',
  'S3_PUBLIC_DOMAIN',
  'S3_ENABLE_PATH_STYLE',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
]);

const CONSUMER = {
  strict: true,
  exactOptionalPropertyTypes: true,
  target: 'es2024',
  module: 'nodenext',
  lib: ['es2024', 'dom', 'dom.iterable'],
  types: [],
  noEmit: true,
};

/** The environment of a user: ours without what npm and the tests put there, and with the Node of the project. */
function environment(more: Environment = {}): NodeJS.ProcessEnv {
  const own =
    /^(PATH|HOME|TMPDIR|NODE_EXTRA_CA_CERTS|https?_proxy|no_proxy|npm_config_(registry|cache|userconfig))$/i;
  const kept = Object.entries(process.env).filter(([name]) => own.test(name));
  const path = (process.env['PATH'] ?? '').split(delimiter).filter((dir) => !dir.includes('node_modules'));
  return { ...Object.fromEntries(kept), COMFYUI_URL: nowhere, ...more, PATH: [bin, ...path].join(delimiter) };
}

function run(
  command: string,
  args: string[],
  { env, ...place }: Place,
): Promise<{ code: number | string; stdout: string; stderr: string }> {
  const options = { ...place, env: environment(env), timeout: 240_000, maxBuffer: 64 * 1024 * 1024 };
  return new Promise((resolve) => {
    execFile(command, args, options, (error, stdout, stderr) =>
      resolve({ code: error ? (error.code ?? String(error.signal)) : 0, stdout, stderr }),
    );
  });
}

/** A gateway in a process group of its own, ended with the test. */
async function start(command: string, args: string[], { env, ...place }: Place) {
  const child = spawn(command, args, {
    ...place,
    env: environment(env),
    detached: true,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  const ended = new Promise<number | string | null>((resolve) => {
    child.once('error', (error) => resolve(String(error)));
    child.once('close', (code, signal) => resolve(code ?? signal));
  });
  onTestFinished(async () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    } catch {
      // The whole group has ended already.
    }
    await ended;
  });
  const url = await Promise.race([
    new Promise<string>((resolve) =>
      child.stdout.on('data', () => {
        const found = /^comfygate listens on (\S+)$/m.exec(stdout)?.[1];
        if (found !== undefined) resolve(found);
      }),
    ),
    ended.then((code) => {
      throw new Error(`${command} ended with ${code} before it listened: ${stdout}${stderr}`);
    }),
  ]);
  return {
    url,
    stderr: () => stderr,
    end(signal: NodeJS.Signals) {
      child.kill(signal);
      return ended;
    },
  };
}

/** A Node below 24 that this machine has beside ours. */
async function olderNode(): Promise<string | undefined> {
  const found = (process.env['PATH'] ?? '')
    .split(delimiter)
    .filter((dir) => !dir.includes('node_modules'))
    .map((dir) => join(dir, 'node'))
    .filter((path) => existsSync(path));
  for (const path of found) {
    const { stdout } = await run(path, ['--version'], { cwd: folder });
    if (Number(/^v(\d+)/.exec(stdout)?.[1] ?? 24) < 24) return path;
  }
  return undefined;
}

/** For root: the ids of the image's user, if it may run our Node where that lies. */
async function unprivileged(): Promise<{ uid?: number; gid?: number }> {
  if (process.getuid?.() !== 0) return {};
  const user = { uid: 1000, gid: 1000 };
  const { code } = await run('node', ['--version'], { cwd: folder, ...user });
  return code === 0 ? user : {};
}

/** Packages that a compiled file or its types import. */
function importedBy(code: string): string[] {
  const names = code.matchAll(
    /(?:\bfrom|\bimport\(|^import)\s*['"]([@\w][\w@:/.-]*)['"]|<reference types="([^"]+)"/gm,
  );
  return [...names]
    .map(([, name, types]) => (name ?? types)!)
    .filter((name) => !/^(node|bun|cloudflare):/.test(name) && !builtinModules.includes(name))
    .map((name) => name.split('/', name.startsWith('@') ? 2 : 1).join('/'));
}

function targetsOf(target: string | Record<string, string>): string[] {
  return typeof target === 'string' ? [target] : Object.values(target);
}

/** `${NAME:-default}` and `${NAME:?message}`, as Compose fills them in. */
function interpolate(text: string, env: Environment): string {
  return text.replace(/\$\{(\w+):([-?])([^}]*)\}/g, (_, name: string, kind: string, rest: string) => {
    if (env[name]) return env[name];
    if (kind === '?') throw new Error(rest);
    return rest;
  });
}

function parseDockerfile(text: string): Step[] {
  const lines = text
    .replace(/^\s*#.*\n/gm, '')
    .replace(/\\\n/g, ' ')
    .split('\n');
  let stage = '';
  return lines
    .filter((line) => line.trim() !== '')
    .map((line) => {
      const [, name = '', rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
      if (name === 'FROM') stage = / AS (\w+)$/.exec(rest)?.[1] ?? 'last';
      return { stage, name, text: rest.trim() };
    });
}

/** The exec form after the flags. */
function healthCommand(text: string): [string, ...string[]] {
  return JSON.parse(/CMD (\[.*\])$/.exec(text)?.[1] ?? 'null') as [string, ...string[]];
}

/**
 * Runs the steps with one folder per stage in place of its root. What the base image gives is what this machine has;
 * /data is moved into the folder, and the user `node` is `user` or oneself.
 */
async function build(file: Step[], user: { uid?: number; gid?: number }): Promise<Image> {
  const context = join(folder, 'context');
  const ignored = dockerIgnored(readFileSync(join(checkout, '.dockerignore'), 'utf8'));
  const isContext = (path: string) => path === checkout || !ignored(path.slice(checkout.length + 1));
  await cp(checkout, context, { recursive: true, filter: isContext });
  const owner = `${user.uid ?? process.getuid?.()}:${user.gid ?? process.getgid?.()}`;
  const images = new Map<string, Image & { workdir: string }>();
  for (const { stage, name, text } of file) {
    const root = join(folder, 'stages', stage);
    const image = images.get(stage) ?? { root, env: {}, workdir: '/' };
    const inRoot = (value: string) => value.replace(/(^|[\s:])\/(?=(app|data)\b)/g, `$1${root}/`);
    images.set(stage, image);
    switch (name) {
      case 'FROM': {
        const base = images.get(text.split(' ')[0]!);
        await mkdir(root, { recursive: true });
        if (!base) break;
        await cp(base.root, root, { recursive: true, verbatimSymlinks: true });
        images.set(stage, { ...base, root, env: { ...base.env } });
        break;
      }
      case 'WORKDIR':
        image.workdir = text;
        await mkdir(join(root, text), { recursive: true });
        break;
      case 'ENV':
        for (const [, key, value] of text.matchAll(/(\w+)=(\S+)/g)) image.env[key!] = inRoot(value!);
        break;
      case 'COPY': {
        const words = text.split(/\s+/);
        const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
        const paths = words.filter((word) => !word.startsWith('--'));
        const target = join(root, image.workdir, paths.at(-1)!);
        const source = from === undefined ? context : images.get(from)!.root;
        for (const path of paths.slice(0, -1)) {
          const isFolder = (await stat(join(source, path))).isDirectory();
          const to = isFolder ? target : join(target, basename(path));
          await cp(join(source, path), to, { recursive: true, verbatimSymlinks: true });
        }
        break;
      }
      case 'RUN': {
        const script = inRoot(text).replace('chown node:node', `chown ${owner}`);
        const place = { cwd: join(root, image.workdir), env: image.env };
        const { code, stdout, stderr } = await run('sh', ['-c', script], place);
        if (code !== 0) throw new Error(`RUN ${text} ended with ${code}\n${stdout}${stderr}`);
        break;
      }
      default:
        expect(['USER', 'VOLUME', 'EXPOSE', 'HEALTHCHECK', 'CMD']).toContain(name);
    }
  }
  return images.get(file.at(-1)!.stage)!;
}

/** Plain names and `*`, the last that fits wins; the folders above an exception are walked. */
function dockerIgnored(text: string): (path: string) => boolean {
  const rules = text.split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return (path) => {
    let ignored = false;
    for (const rule of rules) {
      const pattern = rule.replace(/^!/, '');
      if (pattern === '*' || path === pattern || path.startsWith(`${pattern}/`))
        ignored = !rule.startsWith('!');
    }
    return ignored;
  };
}
