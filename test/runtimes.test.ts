/**
 * The gateway on every runtime, by the entry that its users start: one suite over the whole HTTP surface, each with its
 * own store, then starts and ends.
 */
import { execFile, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { createServer as createHttpsServer } from 'node:https';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { SETTINGS } from '../src/runtime/settings.ts';
import { createSimulator, type Simulator } from '../src/simulator/simulator.ts';
import {
  createCaller,
  gatewaySuite,
  SUITE_ENV,
  withCredentials,
  type Differences,
} from './suites/gateway.ts';
import { durable, watch } from './support/events.ts';
import { refusal } from './support/gateway.ts';
import { loadGraph, pictureGraph, stagesGraph } from './support/graphs.ts';
import {
  buildWorker,
  isMissing,
  ROOT,
  startRuntime,
  storeFolder,
  type BuiltWorker,
  type RunningGateway,
  type Runtime,
} from './support/runtimes.ts';
import { picture } from './support/uploads.ts';

const FAST = { stepMs: 5, loadMs: 5, encodeMs: 1, decodeMs: 1, nodeMs: 1 };

/** What Bun's server cannot do, and what Workers with KV cannot (README, table of platforms). */
const BUN: Differences = { unsized: true };
const WORKERS: Differences = { polled: true, lateKeys: true, anyHost: true, compressed: true };

const RUNS: [Runtime, 'file' | 'memory' | 'kv', Differences][] = [
  ['node', 'file', {}],
  ['bun', 'file', BUN],
  ['bun', 'memory', BUN],
  ['deno', 'file', {}],
  ['workerd', 'kv', WORKERS],
];
const ALL: Runtime[] = ['node', 'bun', 'deno', 'workerd'];
const PRESENT = ALL.filter((runtime) => !isMissing(runtime));
/** Those with files and signals. */
const SERVERS = PRESENT.filter((runtime) => runtime !== 'workerd');

let worker: BuiltWorker | undefined;
beforeAll(async () => {
  if (PRESENT.includes('workerd')) worker = await buildWorker();
}, 60_000);
afterAll(() => worker?.remove());

for (const [runtime, store, differences] of RUNS) {
  describe.skipIf(!PRESENT.includes(runtime))('every gateway', () => {
    gatewaySuite(
      `${runtime}, ${store}:`,
      async () => {
        const simulator = await createSimulator(FAST);
        const folder = await storeFolder(runtime);
        const kv = await mkdtemp(join(tmpdir(), 'comfygate-kv-'));
        const env = {
          ...SUITE_ENV,
          COMFYUI_URL: withCredentials(simulator.url),
          ...(store !== 'kv' && { STORAGE_URL: store === 'file' ? folder.url : 'memory:' }),
        };
        const args = runtime === 'workerd' ? [...worker!.args, '--persist-to', kv] : [];
        const gateway = await startRuntime(runtime, env, { args });
        return {
          url: gateway.url,
          simulator,
          async close() {
            await gateway.end();
            await simulator.close();
            await folder.remove();
            await rm(kv, { recursive: true, force: true });
          },
        };
      },
      differences,
    );
  });
}

describe.each(SERVERS)('%s', (runtime) => {
  test('SIGTERM ends streams and waits in order, within 5 s, with 0; the next start has every job', async () => {
    const simulator = await startSimulator();
    const env = { ...SUITE_ENV, COMFYUI_URL: simulator.url, STORAGE_URL: await folder(runtime) };
    const first = await start(runtime, env);
    const me = createCaller(first.url, 'key0');
    const done = await me.ended((await me.submit(pictureGraph())).id);
    simulator.control.pause();
    const waiting = await me.submit(pictureGraph());
    const stream = await watch(waiting.urls.events);
    await stream.first(({ event }) => event === 'status');
    const all = await watch(`${first.url}/api/v2/events`, undefined, me.headers);
    const answer = me.get(`/api/v2/jobs/${waiting.id}?wait=30`);
    await new Promise((resolve) => setTimeout(resolve, 200));

    const { code, ms } = await first.end('SIGTERM');
    expect(code, first.output()).toBe(0);
    expect(ms).toBeLessThan(5_000);
    expect(durable(await stream.ended).map(({ data }) => data['status'])).toEqual(['queued']);
    await all.ended;
    expect(await (await answer).json()).toMatchObject({ id: waiting.id, status: 'queued' });
    expect(first.output()).toContain('"event":"stopped"');

    await simulator.control.stop();
    const second = await start(runtime, env);
    const still = createCaller(second.url, 'key0');
    expect((await still.list()).jobs).toMatchObject([
      { id: waiting.id },
      { id: done.id, status: 'succeeded' },
    ]);
  });

  test('SIGKILL loses nothing that was answered', async () => {
    const simulator = await startSimulator();
    const env = { ...SUITE_ENV, COMFYUI_URL: simulator.url, STORAGE_URL: await folder(runtime) };
    const first = await start(runtime, env);
    const job = await createCaller(first.url, 'key0').submit(stagesGraph(1, 5, 0.1), { metadata: 'mine' });
    await first.end('SIGKILL');
    const second = await start(runtime, env);
    expect(await createCaller(second.url, 'key0').ended(job.id)).toMatchObject({
      status: 'succeeded',
      metadata: 'mine',
      outputs: [{ node_id: '11' }],
    });
  });

  test('readers that have left make room for others', async () => {
    const simulator = await startSimulator();
    simulator.control.pause();
    const gateway = await start(runtime, {
      ...SUITE_ENV,
      COMFYUI_URL: simulator.url,
      STORAGE_URL: 'memory:',
    });
    const { urls } = await createCaller(gateway.url, 'key0').submit(pictureGraph());
    // More than one key may have open at once.
    let left = 2_600;
    const come = async (): Promise<void> => {
      while (left-- > 0) {
        const abort = new AbortController();
        const response = await fetch(urls.events, { signal: abort.signal });
        expect(response.status).toBe(200);
        await response.body?.getReader().read();
        abort.abort();
      }
    };
    await Promise.all(Array.from({ length: 40 }, come));
    expect((await watch(urls.events)).response.status).toBe(200);
  });

  test('a second process on the same folder is refused, and told what to do', async () => {
    const env = { ...SUITE_ENV, STORAGE_URL: await folder(runtime) };
    await start(runtime, env);
    await expect(startRuntime(runtime, env)).rejects.toThrow(
      /ended with 1:\n[^]*STORAGE_URL: .* is in use by another comfygate.*redis:\/\//,
    );
  });

  test.each([
    [
      'an unknown store',
      { STORAGE_URL: 'mongo://x' },
      /STORAGE_URL: "mongo:\/\/x" is none of memory:, file:DIR/,
    ],
    [
      'a store of another platform',
      { STORAGE_URL: 'kv:JOBS' },
      /STORAGE_URL: kv: is a binding of Cloudflare Workers/,
    ],
    [
      'a folder that cannot be',
      { STORAGE_URL: `file:${ROOT}/README.md/x` },
      /STORAGE_URL: the folder .* cannot be made/,
    ],
    ['all faults at once', { PORT: 'x', LOG_LEVEL: 'y' }, /PORT: "x"[^]*LOG_LEVEL: "y"/],
    ['no keys beyond loopback', { HOST: '0.0.0.0', API_KEYS: '' }, /HOST: "0\.0\.0\.0" with no API_KEYS/],
    [
      'an address of another machine',
      { HOST: '192.0.2.1' },
      /HOST, PORT: 192\.0\.2\.1:0 cannot be listened on/,
    ],
    [
      'a config file that is not there',
      { CONFIG_FILE: './no.json' },
      /CONFIG_FILE: \.\/no\.json cannot be read/,
    ],
  ])('%s: the start fails in words', async (_what, env, words) => {
    const given = { ...SUITE_ENV, STORAGE_URL: 'memory:', ...env };
    const error: Error = await startRuntime(runtime, given).then(
      () => expect.unreachable('it started'),
      (reason) => reason,
    );
    expect(error.message).toMatch(words);
    expect(error.message).toMatch(/ended with 1:/);
    expect(error.message).not.toMatch(/^\s+at .*\.(ts|js):\d+/m);
  });

  test('a port that is taken is named', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void other.close());
    await once(other, 'listening');
    const { port } = other.address() as AddressInfo;
    const env = { ...SUITE_ENV, STORAGE_URL: 'memory:', PORT: String(port) };
    await expect(startRuntime(runtime, env)).rejects.toThrow(`PORT: ${port} on 127.0.0.1 is in use.`);
  });

  test('.env is read as it is, and the store is made beside it for its owner only', async () => {
    const cwd = await mkdtemp(join(tmpdir(), 'comfygate-cwd-'));
    onTestFinished(() => rm(cwd, { recursive: true, force: true }));
    await writeFile(join(cwd, '.env'), `${'API_KEYS'}=${SUITE_ENV.API_KEYS}\nHOME=/elsewhere\n`);
    await copyFile(join(ROOT, 'bunfig.toml'), join(cwd, 'bunfig.toml'));
    const gateway = runtime === 'deno' ? await startDenoIn(cwd) : await start(runtime, {}, cwd);
    expect((await createCaller(gateway.url, 'key0').list()).jobs).toEqual([]);
    expect((await stat(join(cwd, '.comfygate'))).mode & 0o777).toBe(0o700);
  });
});

test.skipIf(spawnSync('openssl', ['version']).status !== 0).each(SERVERS)(
  '%s fetches inputs by https:, and only from who proves to be the one that was named',
  { timeout: 60_000 },
  async (runtime) => {
    const dir = await mkdtemp(join(tmpdir(), 'comfygate-tls-'));
    onTestFinished(() => rm(dir, { recursive: true, force: true }));
    const openssl = (...args: string[]) => promisify(execFile)('openssl', args, { cwd: dir });
    const fresh = ['-newkey', 'rsa:2048', '-nodes', '-days', '2'];
    await openssl('req', '-x509', ...fresh, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=test');
    await openssl('req', ...fresh, '-keyout', 'key.pem', '-out', 'csr.pem', '-subj', '/CN=localhost');
    await writeFile(join(dir, 'ext'), 'subjectAltName=DNS:localhost\nbasicConstraints=CA:FALSE\n');
    const signing = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-days', '2', '-extfile', 'ext'];
    await openssl('x509', '-req', '-in', 'csr.pem', ...signing, '-out', 'cert.pem');
    const [key, cert] = await Promise.all(['key.pem', 'cert.pem'].map((name) => readFile(join(dir, name))));
    const bytes = picture(200, 200);
    const files = createHttpsServer({ key: key!, cert: cert! }, (_, response) => response.end(bytes));
    onTestFinished(() => void files.close());
    await once(files.listen(0), 'listening');
    const { port } = files.address() as AddressInfo;

    const simulator = await startSimulator();
    const gateway = await start(runtime, {
      ...SUITE_ENV,
      COMFYUI_URL: simulator.url,
      STORAGE_URL: 'memory:',
      INPUT_URL_HOSTS: 'localhost,127.0.0.1',
      NODE_EXTRA_CA_CERTS: join(dir, 'ca.pem'),
      DENO_CERT: join(dir, 'ca.pem'),
    });
    const me = createCaller(gateway.url, 'key0');
    const job = await me.ended((await me.submit(loadGraph(`https://localhost:${port}/a.png`))).id);
    expect(job.status).toBe('succeeded');
    const workflow = loadGraph(`https://127.0.0.1:${port}/a.png`);
    await refusal(await me.request('POST', '/api/v2/jobs', { workflow }), 422, 'invalid_request');
  },
);

test('who waits for 12 s is not cut off, on any runtime', { timeout: 60_000 }, async () => {
  await Promise.all(
    PRESENT.map(async (runtime) => {
      const simulator = await startSimulator();
      const kv = await mkdtemp(join(tmpdir(), 'comfygate-kv-'));
      const store = runtime === 'workerd' ? undefined : { STORAGE_URL: 'memory:' };
      const args = runtime === 'workerd' ? [...worker!.args, '--persist-to', kv] : [];
      const env = { ...SUITE_ENV, COMFYUI_URL: simulator.url, ...store };
      const gateway = await startRuntime(runtime, env, { args });
      onTestFinished(async () => {
        await gateway.end('SIGKILL');
        await rm(kv, { recursive: true, force: true });
      });
      const me = createCaller(gateway.url, 'key0');
      simulator.control.pause();
      const { id, urls } = await me.submit(pictureGraph());
      const stream = await watch(urls.events);
      const began = performance.now();
      const answer = await me.get(`/api/v2/jobs/${id}?wait=12`);
      expect(await answer.json()).toMatchObject({ status: 'queued' });
      expect(performance.now() - began).toBeGreaterThan(11_900);
      // Every 5 s at the latest; a stream that polls looks no more often than every 2 s.
      expect([runtime, stream.comments.length >= 1]).toEqual([runtime, true]);
      simulator.control.resume();
      expect((await stream.ended).at(-1)?.data['status']).toBe('succeeded');
    }),
  );
});

test.skipIf(!PRESENT.includes('workerd'))('SIGTERM leaves nothing of wrangler behind', async () => {
  const gateway = await startRuntime('workerd', SUITE_ENV, { args: worker!.args });
  const { code, ms } = await gateway.end('SIGTERM');
  expect([code, ms < 5_000]).toEqual([0, true]);
  await expect(fetch(gateway.url)).rejects.toThrow();
});

test('Deno may read every setting by its name, and nothing else', async () => {
  const config = await readFile(join(ROOT, 'src/config.ts'), 'utf8');
  const read = [...config.matchAll(/\bread\(\s*'([^']+)'/g)].flatMap((match) => match[1]!.split(' '));
  expect(SETTINGS).toEqual(expect.arrayContaining(read.filter((name) => /^[A-Z_\d]+$/.test(name))));
  const words = await denoTask();
  expect(words.find((word) => word.startsWith('--allow-env'))).toBe(`--allow-env=${SETTINGS.join()}`);
  expect(words.filter((word) => /^-|allow/.test(word))).toEqual([
    '--allow-net',
    expect.stringMatching(/^--allow-env=/),
    // What the S3 client would look up is not there, instead of a fault.
    '--ignore-env',
    '--allow-read=.comfygate,workflows,.env,config.json,$HOME/.config/comfy-mcp,node_modules/@jsquash',
    '--allow-write=.comfygate',
  ]);
});

/** `deno task` would go to the folder of deno.json: its command, in another folder. */
async function startDenoIn(cwd: string): Promise<{ url: string }> {
  const [, ...words] = await denoTask();
  const args = words.map((word) => (word.startsWith('src/') ? join(ROOT, word) : word));
  const env = { PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', PORT: '0' };
  const child = spawn(join(ROOT, 'node_modules/.bin/deno'), args, { cwd, env });
  onTestFinished(() => void child.kill('SIGKILL'));
  let printed = '';
  child.stderr.on('data', (chunk: Buffer) => (printed += String(chunk)));
  return new Promise((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      const url = /listens on (\S+)/.exec(String(chunk))?.[1];
      if (url !== undefined) resolve({ url });
    });
    child.once('close', () => reject(new Error(printed)));
  });
}

/** The words of the task, the program itself as one. */
async function denoTask(): Promise<string[]> {
  const { tasks } = JSON.parse(await readFile(join(ROOT, 'deno.json'), 'utf8')) as {
    tasks: { start: string };
  };
  return tasks.start.replace('$(which deno)', 'deno').split(' ');
}

async function startSimulator(): Promise<Simulator> {
  const simulator = await createSimulator(FAST);
  onTestFinished(() => simulator.close());
  return simulator;
}

async function folder(runtime: Runtime): Promise<string> {
  const { url, remove } = await storeFolder(runtime);
  onTestFinished(remove);
  return url;
}

async function start(runtime: Runtime, env: Record<string, string>, cwd = ROOT): Promise<RunningGateway> {
  const gateway = await startRuntime(runtime, env, { cwd });
  onTestFinished(() => gateway.end('SIGKILL').then(() => undefined));
  return gateway;
}
