/** `GET /api/v2/assets`: what jobs made and what was uploaded, as one list. */
import { expect, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { refusal, startBoth, type TestGateway } from './support/gateway.ts';
import { listAssets, pagedIds } from './support/assets.ts';
import { loadGraph, pictureGraph } from './support/graphs.ts';
import { picture, uploaded } from './support/uploads.ts';

type Query = Record<string, string>;

const ids = async (...args: Parameters<typeof listAssets>) =>
  (await listAssets(...args)).assets.map(({ id }) => id);

async function run(gateway: TestGateway, graph: unknown, headers: Query = {}): Promise<string[]> {
  const { id } = await gateway.submit(graph, {}, headers);
  return (await gateway.ended(id, headers)).outputs.map((output) => output.id).toReversed();
}

test('uploads stand among the outputs, newest first, page by page without gap or repeat', async () => {
  const { gateway } = await startBoth();
  const all: string[] = [];
  for (let i = 0; i < 3; i++) {
    all.unshift((await uploaded(gateway.url, picture(), `${i}.png`)).id);
    all.unshift((await uploaded(gateway.url, picture(), `${i}.png`)).id);
    all.unshift(...(await run(gateway, pictureGraph('gw/test', 2))));
  }
  const oldest = all.at(-1)!;
  const { assets } = await listAssets(gateway);
  const times = assets.map(({ created_at: at }) => Date.parse(at));
  expect(times).toEqual(times.toSorted((a, b) => b - a));
  expect(assets.map(({ id }) => id).toSorted()).toEqual(all.toSorted());
  expect(assets.at(-1)!.id).toBe(oldest);
  for (const limit of [1, 2, 3, 5, 11, 12])
    expect(await pagedIds(gateway, limit)).toEqual(assets.map(({ id }) => id));
});

test('an upload is listed as it is read, and goes when it is deleted', async () => {
  const { gateway } = await startBoth();
  const { id } = await uploaded(gateway.url, picture(), 'a.png', { fields: { tags: ['input'] } });
  const one = (await (await gateway.request('GET', `/api/v2/assets/${id}`)).json()) as wire.Asset;
  expect((await listAssets(gateway)).assets).toEqual([one]);
  expect((await fetch(one.url)).status).toBe(200);
  await gateway.request('DELETE', `/api/v2/assets/${id}`);
  expect((await listAssets(gateway)).assets).toEqual([]);
});

test('filters: by where it came from, and by media type; what belongs to a job is no upload', async () => {
  const { gateway } = await startBoth();
  const { id } = await uploaded(gateway.url, picture(), 'a.png');
  const text = (await uploaded(gateway.url, new TextEncoder().encode('hello'), 'a.txt')).id;
  const { id: job } = await gateway.submit(loadGraph(id), { session_id: 'one' });
  const outputs = (await gateway.ended(job)).outputs.map((output) => output.id);
  expect(await ids(gateway, { source: 'output' })).toEqual(outputs);
  expect((await ids(gateway, { source: 'upload' })).toSorted()).toEqual([id, text].toSorted());
  expect(await ids(gateway, { source: 'upload', media_type: 'image' })).toEqual([id]);
  expect(await ids(gateway, { media_type: 'image' })).toEqual([...outputs, id]);
  expect(await ids(gateway, { session_id: 'one' })).toEqual(outputs);
  expect(await ids(gateway, { job_id: job })).toEqual(outputs);
  expect(await ids(gateway, { job_id: job, source: 'upload' })).toEqual([]);
  const wrong = await gateway.request('GET', '/api/v2/assets?source=both');
  expect((await refusal(wrong, 400, 'invalid_request')).message).toContain("'source'");
  for (const cursor of ['a.b', '.', '-.5', 'x.1.y'])
    await refusal(await gateway.request('GET', `/api/v2/assets?cursor=${cursor}`), 400, 'invalid_request');
});

test('with keys, everybody lists what is theirs only', async () => {
  const { gateway } = await startBoth({
    API_KEYS: 'ann:ann-long-secret,bob:bob-long-secret,admin:admin-long-secret',
  });
  const as = (name: string) => ({ authorization: `Bearer ${name}-long-secret` });
  const bytes = picture();
  const ann = (await uploaded(gateway.url, bytes, 'a.png', { headers: as('ann') })).id;
  const bob = (await uploaded(gateway.url, bytes, 'a.png', { headers: as('bob') })).id;
  expect(await ids(gateway, {}, as('ann'))).toEqual([ann]);
  expect(await ids(gateway, {}, as('bob'))).toEqual([bob]);
  expect((await ids(gateway, {}, as('admin'))).toSorted()).toEqual([ann, bob].toSorted());
});
