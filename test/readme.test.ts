/** The examples of the README, run as they stand. */
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { startGateway, startSimulator } from './support/gateway.ts';

const ROOT = join(import.meta.dirname, '..');
const readme = await readFile(join(ROOT, 'README.md'), 'utf8');

test('the first curl gives a job that has ended, with its picture', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url });
  const [, headers, body] = /curl -s http:\/\/127\.0\.0\.1:8080\/api\/v2\/jobs (.*?) -d '(.*?)'\n/s.exec(
    readme,
  )!;
  expect(headers).toContain("-H 'prefer: wait=30'");
  const response = await gateway.request('POST', '/api/v2/jobs', body, { prefer: 'wait=30' });
  expect(response.status).toBe(201);
  const job = (await response.json()) as wire.Job;
  expect(job.status).toBe('succeeded');
  expect((await fetch(job.outputs[0]!.url)).headers.get('content-type')).toBe('image/png');
});

test('the Worker of ten lines runs a job', async () => {
  const simulator = await startSimulator();
  const source = /```ts\n(\/\/ A Worker of its own.*?)```/s.exec(readme)![1]!;
  const dir = await mkdtemp(join(ROOT, 'test/.readme-'));
  onTestFinished(() => rm(dir, { recursive: true }));
  const file = join(dir, 'worker.mjs');
  await writeFile(file, source.replace("from 'comfygate'", `from '${join(ROOT, 'src/index.ts')}'`));
  const worker = ((await import(file)) as { default: { fetch(r: Request, env: object): Promise<Response> } })
    .default;
  const env = { JOBS: fakeKv(), COMFYUI_URL: simulator.url, API_KEYS: 'me:a-long-secret' };
  const [, body] = /-d '(.*?)'\n/s.exec(readme)!;
  const headers = {
    authorization: 'Bearer a-long-secret',
    'content-type': 'application/json',
    prefer: 'wait=10',
  };
  const request = new Request('https://gate.example/api/v2/jobs', { method: 'POST', body: body!, headers });
  const response = await worker.fetch(request, env);
  expect(response.status).toBe(201);
  expect(await response.json()).toMatchObject({ status: 'succeeded', outputs: [{ type: 'image' }] });
});

/** A KV namespace in memory. */
function fakeKv() {
  const items = new Map<string, { value: string; metadata: unknown }>();
  return {
    get: async (key: string) => items.get(key)?.value ?? null,
    put: async (key: string, value: string, options?: { metadata?: unknown }) =>
      void items.set(key, { value, metadata: options?.metadata }),
    delete: async (key: string) => void items.delete(key),
    list: async ({ prefix = '' }: { prefix?: string }) => ({
      keys: [...items]
        .filter(([name]) => name.startsWith(prefix))
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, { metadata }]) => ({ name, metadata })),
      list_complete: true,
    }),
  };
}
