/**
 * `npm run start:workers`: the Worker on this machine, in workerd through `wrangler dev`, with the settings of `.env` and
 * the environment as on every other runtime. Further arguments go to wrangler.
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseConfig } from '../config.ts';
import { workerSettings } from './bindings.ts';
import { onEndSignal, readEnvironment } from './server.ts';
import { SETTINGS } from './settings.ts';

const env = readEnvironment(process.env);
let withS3 = false;
try {
  withS3 = parseConfig(workerSettings(env)).s3 !== undefined;
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

const where = ['--ip', env['HOST'] || '127.0.0.1', '--port', env['PORT'] || '8080'];
// Of the settings, it shall read what is handed over here and no file of its own, which it would read in its own way.
const settings = ['--envFile', 'none'];
// A script among the arguments comes in place of ours.
const [first = '--'] = process.argv.slice(2);
const entry =
  withS3 && first.startsWith('--') ? [fileURLToPath(new URL('cloudflare-s3.ts', import.meta.url))] : [];
const wrangler = fileURLToPath(new URL('../../node_modules/wrangler/bin/wrangler.js', import.meta.url));
const child = spawn(
  process.execPath,
  [wrangler, 'dev', ...entry, ...process.argv.slice(2), '--local', ...where, ...settings],
  {
    env: { WRANGLER_SEND_METRICS: 'false', ...handedOver(), CLOUDFLARE_INCLUDE_PROCESS_ENV: 'true' },
    // A group of its own: wrangler alone would leave workerd behind.
    detached: true,
    stdio: ['ignore', 'inherit', 'inherit'],
  },
);
let ending = false;
child.once('exit', (code) => process.exit(ending ? 0 : (code ?? 1)));

onEndSignal(() => {
  ending = true;
  end('SIGTERM');
  setTimeout(() => process.exit(0), 3_000);
});
process.once('exit', () => end('SIGKILL'));

/** The Worker gets all of wrangler's environment: settings, and what wrangler itself cannot do without. */
function handedOver(): Record<string, string> {
  const system =
    /^(PATH|HOME|USERPROFILE|\w*APPDATA|SYSTEMROOT|TE?MP|TMPDIR|(XDG|WRANGLER|CLOUDFLARE|NODE)_\w+)$/i;
  const names = new Set<string>(SETTINGS);
  return Object.fromEntries(Object.entries(env).filter(([name]) => names.has(name) || system.test(name)));
}

function end(signal: NodeJS.Signals): void {
  try {
    process.kill(-child.pid!, signal);
  } catch {
    // It has ended.
  }
}
