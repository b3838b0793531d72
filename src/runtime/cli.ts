#!/usr/bin/env node
/**
 * `comfygate`, the command of the npm package. It imports the gateway only after a look at the version of Node, and
 * is itself written so that Node 18 can read it: an older Node is told what is needed instead of failing on a name.
 */
import { readFileSync } from 'node:fs';

const NEEDED_NODE = 24;

/** Name, default, meaning. One line of `--help` each. */
const SETTINGS = [
  ['COMFYUI_URL', 'http://127.0.0.1:8188', 'one or more ComfyUI base URLs, by commas'],
  ['COMFYUI_HEADERS', 'none', 'JSON object of headers for every call'],
  ['COMFYUI_TRANSPORT', 'auto', 'auto, socket or poll'],
  ['HOST', '127.0.0.1', 'address to listen on'],
  ['PORT', '8080', 'port to listen on; 0 lets the system choose'],
  ['STORAGE_URL', 'file:./.comfygate', 'memory:, file:DIR or redis://HOST:PORT'],
  ['WORKFLOW_DIR', './workflows', 'workflow files; without it, those that ship'],
  ['COMFY_MCP_DEFAULT_IMAGE_MODEL', 'none', 'and …_AUDIO_…, …_VIDEO_…: a checkpoint'],
  ['CONFIG_FILE', './config.json', 'read if it is there'],
  ['API_KEYS', 'none', 'name:secret, by commas; admin sees all'],
  ['ALLOW_ANONYMOUS', 'only on loopback', 'true: serve everybody who can reach it'],
  ['PUBLIC_URL', 'from the request', 'base of absolute links'],
  ['TRUST_PROXY', 'false', 'true: base of links from X-Forwarded-*'],
  ['SIGNING_SECRET', "from the caller's key", 'signs links'],
  ['CORS_ORIGINS', 'same origin', 'web pages that may call, by commas'],
  ['ALLOWED_HOSTS', 'loopback, PUBLIC_URL', 'Host names that are ours, by commas'],
  ['MAX_BODY_BYTES', '10485760', 'longer requests are answered 413'],
  ['MAX_UPLOAD_BYTES', '104857600', 'largest file; beyond it 413'],
  ['INPUT_URL_HOSTS', 'none', 'own hosts that inputs may come from'],
  ['JOB_TIMEOUT_MS', '600000', 'longest run of a job'],
  ['JOB_QUEUE_TIMEOUT_MS', '86400000', 'longest wait in the queue'],
  ['JOB_MAX_AGE_MS', '86400000', 'how long an ended job is kept'],
  ['MAX_JOBS', 'no limit', 'how many jobs are kept'],
  ['CLEANUP_INTERVAL_MS', '3600000', 'how often the store is cleaned'],
  ['MAX_QUEUE_DEPTH', '1000', 'unfinished jobs; beyond it 429'],
  ['IDEMPOTENCY', 'reject', 'or replay: a repeated key gets the first job'],
  ['COMFY_MCP_ASSET_TTL_HOURS', '24', 'how long uploads and outputs are assets'],
  ['S3_ENABLE', 'false', 'true: copy outputs to S3 or R2 (README)'],
  ['LOG_LEVEL', 'info', 'debug, info, warn, error or silent'],
] as const;

const [argument, ...others] = process.argv.slice(2);
if (others.length > 0) refuse(`${process.argv.length - 2} arguments are too many`);
else if (argument === undefined) await start(() => import('./node.ts'));
else if (argument === 'mcp') await start(() => import('./mcp-stdio.ts'));
else if (argument === '--help' || argument === '-h') console.log(help());
else if (argument === '--version' || argument === '-v') console.log(version());
else refuse(`unknown argument "${argument}"`);

async function start(open: () => Promise<unknown>): Promise<void> {
  const major = Number.parseInt(process.versions.node, 10);
  if (major < NEEDED_NODE) {
    console.error(
      `comfygate needs Node ${NEEDED_NODE} or newer; this is Node ${process.versions.node} (${process.execPath}). ` +
        `Install it from https://nodejs.org/, or with a version manager: nvm install ${NEEDED_NODE}`,
    );
    process.exitCode = 1;
    return;
  }
  hideSqliteWarning();
  await open();
}

/** Some Node 24 call their SQLite experimental. It is what `file:` is built on; other warnings are shown as ever. */
function hideSqliteWarning(): void {
  const emitWarning = process.emitWarning.bind(process) as (...args: unknown[]) => void;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (rest[0] !== 'ExperimentalWarning' || !String(warning).startsWith('SQLite '))
      emitWarning(warning, ...rest);
  };
}

function refuse(fault: string): void {
  const name = (argument ?? '').replace(/^-+/, '').replace(/=.*/, '').replaceAll('-', '_').toUpperCase();
  const isSetting = SETTINGS.some(([setting]) => setting === name);
  const remedy = isSetting
    ? `${name} is an environment variable: ${name}=… comfygate`
    : 'Without arguments it starts the gateway; settings are environment variables.';
  console.error(`comfygate: ${fault}. Known are mcp, --help (-h) and --version (-v). ${remedy}`);
  process.exitCode = 2;
}

function help(): string {
  const lines = SETTINGS.map(
    ([name, preset, meaning]) => `  ${name.padEnd(30)} ${preset.padEnd(21)} ${meaning}`,
  );
  return `comfygate ${version()}: puts ComfyUI on the network as an API

  comfygate            start the gateway; Ctrl-C or SIGTERM ends it
  comfygate mcp        speak MCP on stdin and stdout, for a client that starts it
  comfygate --help     show this (-h); --version (-v): the version

Settings are environment variables, also read from ./.env:

${lines.join('\n')}

Beyond loopback it asks for keys: HOST=0.0.0.0 API_KEYS=me:a-long-random-secret comfygate
It runs on Node ${NEEDED_NODE} or newer. Once it is up, http://127.0.0.1:8080/docs lists every route.`;
}

/** The package.json is two folders up, in the repository as in the package. */
function version(): string {
  const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
  return (JSON.parse(text) as { version: string }).version;
}
