/** ComfyUI lists its input folder to everybody, and whoever knows a name can load the file. */
import { expect, test } from 'vitest';
import type * as wire from '../src/api/schemas.ts';
import { startBoth } from './support/gateway.ts';
import { loadGraph } from './support/graphs.ts';
import { picture, uploaded } from './support/uploads.ts';

test('no answer names the files that others uploaded', async () => {
  const { gateway, simulator } = await startBoth({ API_KEYS: 'ann:ann-long-secret,bob:bob-long-secret' });
  const [ann, bob] = ['ann', 'bob'].map((name) => ({ authorization: `Bearer ${name}-long-secret` }));
  const { id } = await uploaded(gateway.url, picture(), 'a.png', { headers: ann! });
  const job = await gateway.submit(loadGraph(id), {}, ann);
  await gateway.ended(job.id, ann);
  const info = (await (await fetch(`${simulator.url}/object_info/LoadImage`)).text()) as string;
  expect(info).toMatch(/comfygate-[\da-f]+\.png/);

  const put = await gateway.request('PUT', '/api/v2/workflows/show', loadGraph('PARAM_PHOTO'), bob);
  expect(put.status).toBeLessThan(300);
  const seen: string[] = [];
  const ask = async (method: string, path: string, body?: unknown): Promise<wire.ErrorEnvelope> => {
    const text = await (await gateway.request(method, path, body, bob)).text();
    seen.push(text);
    return JSON.parse(text) as wire.ErrorEnvelope;
  };
  await ask('GET', '/api/v2/workflows/show');
  await ask('GET', '/api/v2/workflows');
  const refused = await ask('POST', '/api/v2/jobs', { workflow: loadGraph('nope.png') });
  expect(refused.error.code).toBe('invalid_workflow');
  expect(JSON.stringify(refused.error.details)).toContain('allowed');
  await ask('POST', '/api/v2/workflows/show/jobs', { inputs: { photo: 'comfygate-.png' } });
  await ask('GET', '/api/v2/queue');
  expect(seen.join('\n')).not.toMatch(/comfygate-[\da-f]+\.png/);
});
