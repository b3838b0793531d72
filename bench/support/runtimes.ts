/** The gateway and the bare app on each runtime, as the scripts of package.json and deno.json start the gateway. */
import { readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { GATEWAY_FLAGS, makeFolder, ROOT, start, startProgram, type Child } from './processes.ts';

export const RUNTIMES = ['node', 'bun', 'deno', 'workerd'] as const;
export type Runtime = (typeof RUNTIMES)[number];

const BIN = join(ROOT, 'node_modules/.bin');
const BARE = 'bench/support/bare-runtime.ts';

/** With `memory:`, on workerd with KV. */
export function startGatewayOn(runtime: Runtime, comfyUrl: string): Promise<Child> {
  const env = {
    HOST: '127.0.0.1',
    PORT: '0',
    COMFYUI_URL: comfyUrl,
    STORAGE_URL: 'memory:',
    MAX_QUEUE_DEPTH: '1000000',
    LOG_LEVEL: 'error',
  };
  if (runtime === 'node') return start('src/runtime/node.ts', [], env);
  if (runtime === 'bun') return startProgram([join(BIN, 'bun'), 'src/runtime/bun.ts'], withHome(env));
  if (runtime === 'deno') return startProgram(denoTask(), withHome(env));
  const { PORT: _port, ...settings } = env;
  return startWorker('src/runtime/cloudflare.ts', {
    ...settings,
    STORAGE_URL: 'kv:JOBS',
    ALLOW_ANONYMOUS: 'true',
    // So that a stream stays open as long as it is measured.
    MAX_SUBREQUESTS: '10000',
  });
}

/** `answer` as JSON. */
export function startBareOn(runtime: Runtime, answer: string): Promise<Child> {
  if (runtime === 'node') return start(BARE, [answer], {}, GATEWAY_FLAGS);
  if (runtime === 'bun') return startProgram([join(BIN, 'bun'), BARE, answer], withHome({}));
  if (runtime === 'deno')
    return startProgram([join(BIN, 'deno'), 'run', '--allow-all', BARE, answer], withHome({}));
  return startWorker('bench/support/bare-worker.ts', { ANSWER: answer });
}

/** The words of the task, with the one program that it looks up. */
function denoTask(): string[] {
  const { tasks } = JSON.parse(readFileSync(join(ROOT, 'deno.json'), 'utf8')) as {
    tasks: { start: string };
  };
  return tasks.start.replace('$(which deno)', join(BIN, 'deno')).split(' ');
}

/** `wrangler dev` with the project's wrangler.toml, from a folder of its own: it writes beside its settings. */
async function startWorker(script: string, env: Record<string, string>): Promise<Child> {
  const { dir, remove } = makeFolder();
  try {
    const settings = readFileSync(join(ROOT, 'wrangler.toml'), 'utf8');
    writeFileSync(
      join(dir, 'wrangler.toml'),
      settings.replace(/^main = .*$/m, `main = ${JSON.stringify(join(ROOT, script))}`),
    );
    symlinkSync(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
    const wrangler = join(ROOT, 'node_modules/wrangler/bin/wrangler.js');
    const where = ['--ip', '127.0.0.1', '--port', '0', '--inspector-port', '0'];
    const command = [
      process.execPath,
      wrangler,
      'dev',
      '--local',
      ...where,
      '--envFile',
      'none',
      '--log-level',
      'log',
    ];
    const child = await startProgram(
      command,
      {
        ...withHome(env),
        WRANGLER_SEND_METRICS: 'false',
        CLOUDFLARE_CF_FETCH_ENABLED: 'false',
        CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true',
      },
      // The other workerd only passes on.
      { cwd: dir, find: '--inspector-addr' },
    );
    return { ...child, stop: () => child.stop().finally(remove) };
  } catch (error) {
    remove();
    throw error;
  }
}

function withHome(env: Record<string, string>): Record<string, string> {
  return { HOME: process.env['HOME'] ?? '', NO_COLOR: '1', ...env };
}
