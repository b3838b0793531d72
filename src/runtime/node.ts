/** comfygate on Node. */
import { startNode } from './node-server.ts';

try {
  const { url, close } = await startNode(process.env);
  const stop = () => void close().then(() => process.exit(0));
  process.once('SIGTERM', stop);
  process.once('SIGINT', stop);
  console.log(`comfygate listens on ${url}`);
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exit(1);
}
