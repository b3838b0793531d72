/** Several ComfyUIs with different models: a job runs where what it names is, whatever the load. */
import { expect, test } from 'vitest';
import { startGateway, startSimulator } from './support/gateway.ts';
import { samplerGraph } from './support/graphs.ts';

async function startTwo() {
  const [first, second] = await Promise.all([
    startSimulator({ models: { checkpoints: ['one.safetensors'] } }),
    startSimulator({ models: { checkpoints: ['two.safetensors'] } }),
  ]);
  return { second, gateway: await startGateway({ COMFYUI_URL: `${first.url},${second.url}` }) };
}

function withModel(ckpt_name: string) {
  const graph = samplerGraph(Math.floor(Math.random() * 1e9), 1);
  graph['4'].inputs.ckpt_name = ckpt_name;
  return graph;
}

test('a graph that one of them refuses is given to the next', async () => {
  const { gateway } = await startTwo();
  for (const [model, backend] of Object.entries({ two: 'comfyui-2', one: 'comfyui-1' })) {
    const job = await gateway.submit(withModel(`${model}.safetensors`));
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'succeeded', backend });
  }
  const refused = await gateway.request('POST', '/api/v2/jobs', { workflow: withModel('three.safetensors') });
  expect(refused.status).toBe(422);
  expect(await refused.text()).toContain('three.safetensors');
});

test('one that would leave an output out is not the first choice', async () => {
  const { gateway } = await startTwo();
  // What they have is known from here on.
  expect((await gateway.request('GET', '/api/v2/workflows/generate_image')).status).toBe(200);
  const workflow = {
    ...withModel('two.safetensors'),
    '20': { class_type: 'PrimitiveString', inputs: { value: 'hello' } },
    '21': { class_type: 'PreviewAny', inputs: { source: ['20', 0] } },
  };
  const job = await gateway.submit(workflow);
  expect(await gateway.ended(job.id)).toMatchObject({
    status: 'succeeded',
    backend: 'comfyui-2',
    warnings: [],
  });
});

test('a named run with a model of the second runs there, also while the second has more to do', async () => {
  const { gateway, second } = await startTwo();
  second.control.pause();
  const busy = await gateway.submit(withModel('two.safetensors'));
  const run = await gateway.request('POST', '/api/v2/workflows/generate_image/jobs', {
    inputs: { prompt: 'a', model: 'two.safetensors', steps: 1, width: 64, height: 64 },
  });
  expect(run.status).toBe(201);
  second.control.resume();
  const { id } = (await run.json()) as { id: string };
  for (const job of [busy.id, id])
    expect(await gateway.ended(job)).toMatchObject({ status: 'succeeded', backend: 'comfyui-2' });
});
