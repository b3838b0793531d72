/**
 * `comfygate mcp`: MCP over stdin and stdout, for a client that starts it by itself. Nothing but the protocol is written to
 * stdout. Links to files must lead somewhere, so it listens too: on a free port of this machine, with a store in memory, as
 * several clients may each start one. Jobs outlive it: the next one finds in ComfyUI what this one made.
 */
import { existsSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import type { Environment } from '../config.ts';
import { node } from './node-server.ts';
import { onEndSignal, readEnvironment, startServer } from './server.ts';

/** Time that the end may take, in ms. */
const END_MS = 4_500;

try {
  const server = await startServer(settings(process.env), node);
  const session = crypto.randomUUID();
  let ending = false;
  const end = (): void => {
    if (ending) return;
    ending = true;
    setTimeout(() => process.exit(0), END_MS);
    void server
      .close()
      .catch((error: unknown) => console.error(error))
      .then(() => process.exit(0));
  };
  onEndSignal(end);
  process.stdin.once('close', end);
  serveStdio(() => server.mcp(session), { onerror: (error) => console.error(error.message) });
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}

/** Port and store of `.env` are those of the gateway that it belongs to, which may run already. */
function settings(environment: Environment): Environment {
  const env: Environment = {
    ...readEnvironment(environment),
    PORT: environment['PORT'] ?? '0',
    STORAGE_URL: environment['STORAGE_URL'] ?? 'memory:',
  };
  const named = env['WORKFLOW_DIR'] ?? env['COMFY_MCP_WORKFLOW_DIR'];
  // A client starts it wherever it likes: then the workflows are those of the package.
  if (named !== undefined || existsSync('./workflows')) return env;
  return { ...env, WORKFLOW_DIR: fileURLToPath(new URL('../../workflows', import.meta.url)) };
}
