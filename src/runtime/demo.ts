/** `npm run demo`: a simulated ComfyUI and the gateway before it; one job through the public API, then it stays up. */
import { exampleGraph } from '../simulator/example.ts';
import { createSimulator } from '../simulator/simulator.ts';
import { startNode } from './node-server.ts';

const simulator = await createSimulator({ stepMs: 120, loadMs: 600 });
const env = {
  ...process.env,
  COMFYUI_URL: simulator.url,
  STORAGE_URL: 'memory:',
  LOG_LEVEL: process.env['LOG_LEVEL'] ?? 'warn',
};
const gateway = await startNode(env).catch(async (error: unknown) => {
  console.error(error instanceof Error ? error.message : error);
  await simulator.close();
  process.exit(1);
});
const stop = () => void gateway.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);

console.log(`A simulated ComfyUI runs at ${simulator.url}, comfygate in front of it at ${gateway.url}\n`);
const submitted = await fetch(`${gateway.url}/api/v2/jobs`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({ workflow: exampleGraph() }),
});
const job = (await submitted.json()) as { id: string; urls: { self: string; events: string } };
console.log(`Submitted job ${job.id}`);
await watch(job.urls.events);
const done = (await (await fetch(job.urls.self)).json()) as { status: string; outputs: { url: string }[] };
console.log(`\nThe job ${done.status}. Its picture:\n  ${done.outputs[0]?.url}\n`);
console.log(`Now try (or open ${gateway.url}/ in a browser):

  # submit a workflow; the answer has the links to follow
  curl -s ${gateway.url}/api/v2/jobs -H 'content-type: application/json' -d '{"workflow": {
    "1": {"class_type": "EmptyImage", "inputs": {"width": 256, "height": 256, "batch_size": 1, "color": 4227327}},
    "2": {"class_type": "SaveImage", "inputs": {"images": ["1", 0], "filename_prefix": "hello"}}}}'

  # follow this job (finished by now), look at it, list all
  curl -N ${job.urls.events}
  curl -s ${job.urls.self}
  curl -s ${gateway.url}/api/v2/jobs

Ctrl-C ends both.`);

/** Draws the progress events of a job as a bar until its stream ends. */
async function watch(url: string): Promise<void> {
  const response = await fetch(url);
  let text = '';
  const decoder = new TextDecoder();
  for await (const chunk of response.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    const events = text.split('\n\n');
    text = events.pop() ?? '';
    for (const event of events) {
      const data = /^event: progress\ndata: (.*)$/m.exec(event)?.[1];
      if (data !== undefined) draw(JSON.parse(data) as { value: number; message: string | null });
    }
  }
}

function draw({ value, message }: { value: number; message: string | null }): void {
  const filled = Math.round(value * 30);
  const bar = `${'█'.repeat(filled)}${'░'.repeat(30 - filled)} ${String(Math.floor(value * 100)).padStart(3)} %`;
  const line = `${bar}  ${message ?? ''}`;
  // A terminal redraws one line; a file or pipe gets one line per event.
  process.stdout.write(process.stdout.isTTY ? `\r\u001B[K${line}` : `${line}\n`);
}
