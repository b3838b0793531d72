/** comfygate on Node: HTTP by node:http, calls to ComfyUI by undici, `file:` by node:sqlite. */
import { node } from './node-server.ts';
import { serveUntilSignal } from './server.ts';

await serveUntilSignal(process.env, node);
