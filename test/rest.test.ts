import { expect, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { document } from './support/contract.ts';
import {
  eventually,
  refusal,
  send,
  startBoth,
  startGateway,
  startSimulator,
  TERMINAL,
  type TestGateway,
} from './support/gateway.ts';
import { failingGraph, pictureGraph, samplerGraph, sleepGraph } from './support/graphs.ts';

const DAY_MS = 86_400_000;

test('a job runs to its end, and every read shows the same', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const submitted = await gateway.submit(samplerGraph(1));
  simulator.control.resume();
  expect(submitted).toMatchObject({ status: 'queued', started_at: null, outputs: [], backend: 'comfyui-1' });
  const job = await gateway.ended(submitted.id);
  expect(job).toMatchObject({ id: submitted.id, status: 'succeeded', error: null, outputs_reused: false });
  expect(job.progress).toMatchObject({ value: 1, nodes_done: 7, nodes_total: 7 });
  expect(job.outputs).toMatchObject([
    { node_id: '9', type: 'image', content_type: 'image/png', job_id: job.id },
  ]);
  expect(job.outputs[0]?.size_bytes).toBeGreaterThan(100);
  const times = [job.created_at, job.started_at, job.completed_at].map((time) => Date.parse(time ?? ''));
  expect(times).toEqual([...times].sort((a, b) => a - b));
  expect(job.metrics).toEqual({ queue_ms: times[1]! - times[0]!, execution_ms: times[2]! - times[1]! });
  const listed = (await list(gateway)).jobs.map(undated);
  expect(listed).toEqual([undated(job)]);
});

test('links are absolute, on the origin that the client used, whatever X-Forwarded-* say', async () => {
  const { gateway } = await startBoth();
  const { id } = await gateway.submit(pictureGraph());
  const { port } = new URL(gateway.url);
  await gateway.ended(id);
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'evil.example' };
  for (const host of [`127.0.0.1:${port}`, `localhost:${port}`]) {
    const answer = await send('GET', `${gateway.url}/api/v2/jobs/${id}`, { host, ...forwarded });
    const job = JSON.parse(answer.text) as wire.Job;
    const self = `http://${host}/api/v2/jobs/${id}`;
    expect(job.urls).toEqual({ self, events: `${self}/events`, cancel: `${self}/cancel` });
    expect(job.outputs[0]?.url).toBe(`http://${host}/api/v2/assets/${job.outputs[0]?.id}/content`);
  }
});

test('TRUST_PROXY takes the origin of links from X-Forwarded-*', async () => {
  const { gateway } = await startBoth({ TRUST_PROXY: 'true', ALLOWED_HOSTS: 'gate.example,127.0.0.1' });
  const forwarded = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'gate.example, inner' };
  const job = await gateway.submit(pictureGraph(), {}, forwarded);
  expect(job.urls.self).toBe(`https://gate.example/api/v2/jobs/${job.id}`);
  await refusal(
    await gateway.request('GET', '/api/v2/jobs', undefined, {
      ...forwarded,
      'x-forwarded-host': 'evil.example',
    }),
    403,
    'forbidden',
  );
});

test('PUBLIC_URL is the base of links', async () => {
  const { gateway } = await startBoth({ PUBLIC_URL: 'https://gate.example' });
  const job = await gateway.submit(pictureGraph());
  expect(job.urls.events).toBe(`https://gate.example/api/v2/jobs/${job.id}/events`);
});

test('TLS in front that nobody told us of is logged once', async () => {
  const { gateway } = await startBoth();
  for (let i = 0; i < 3; i++)
    await gateway.request('GET', '/api/v2/jobs', undefined, { 'x-forwarded-proto': 'https' });
  const hints = gateway.logged.filter(({ event }) => event === 'behind_tls');
  expect(hints).toHaveLength(1);
  expect(hints[0]?.['message']).toMatch(/PUBLIC_URL.*TRUST_PROXY/);
});

test('a job expires a day after it was made, at first, and a day after it ended, at last', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const job = await gateway.submit(pictureGraph());
  expect(Date.parse(job.expires_at) - Date.parse(job.created_at)).toBe(DAY_MS);
  simulator.control.resume();
  const ended = await gateway.ended(job.id);
  expect(Date.parse(ended.expires_at) - Date.parse(ended.completed_at ?? '')).toBe(DAY_MS);
  const left = Date.parse(ended.outputs[0]?.url_expires_at ?? '') - Date.now();
  expect(left).toBeGreaterThan(DAY_MS - 10_000);
  // Links are made for whole minutes.
  expect(left).toBeLessThanOrEqual(DAY_MS + 60_000);
});

test('a cached run is said to be one, and its outputs have ids of their own', async () => {
  const { gateway } = await startBoth();
  const graph = pictureGraph();
  const first = await gateway.ended((await gateway.submit(graph)).id);
  const second = await gateway.ended((await gateway.submit(graph)).id);
  expect([first.outputs_reused, second.outputs_reused]).toEqual([false, true]);
  expect(second.outputs[0]?.name).toBe(first.outputs[0]?.name);
  expect(second.outputs[0]?.id).not.toBe(first.outputs[0]?.id);
});

test('a node that raises fails the job, says where, and keeps what was saved before', async () => {
  const { gateway } = await startBoth();
  const job = await gateway.ended((await gateway.submit(failingGraph())).id);
  expect(job).toMatchObject({ status: 'failed', outputs: [{ node_id: '2' }] });
  expect(job.error).toMatchObject({ code: 'node_execution_error', node_id: '5', class_type: 'GwSleep' });
  expect(job.error?.message).toContain('gw test failure');
});

test('the reason of a failure does not tell where ComfyUI lives', async () => {
  const { gateway, simulator } = await startBoth();
  const text = new TextEncoder().encode('no picture');
  simulator.control.putFile({ type: 'input', subfolder: '', filename: 'bad.png' }, text);
  const graph = { ...pictureGraph(), '1': { class_type: 'LoadImage', inputs: { image: 'bad.png' } } };
  const { error } = await gateway.ended((await gateway.submit(graph)).id);
  expect(error).toMatchObject({ code: 'node_execution_error', node_id: '1', traceback: null });
  expect(error?.message).toContain("'bad.png'");
  expect(error?.message).not.toContain('/comfyui');
});

test('a job that failed keeps the progress that it had reached', async () => {
  const { gateway } = await startBoth();
  const job = await gateway.ended((await gateway.submit(failingGraph())).id);
  // Nodes 1 and 2 of 4 are done, and two of the three steps of node 5.
  expect(job.progress?.value).toBeGreaterThan(0.5);
  expect(job.progress?.value).toBeLessThan(1);
});

test('timeout_ms ends a run that takes longer, in ComfyUI too', async () => {
  const { gateway, simulator } = await startBoth();
  const { id } = await gateway.submit(sleepGraph(200, 0.05), { timeout_ms: 100 });
  expect(await gateway.ended(id)).toMatchObject({ status: 'expired', error: { code: 'timeout' } });
  await eventually(() => simulator.control.stats().idle);
});

test('cancel ends a queued and a running job, and changes no other', async () => {
  const { gateway, simulator } = await startBoth();
  const running = await gateway.submit(sleepGraph(200, 0.05));
  await gateway.until(running.id, ({ status }) => status === 'running');
  const waiting = await gateway.submit(pictureGraph());
  const next = await gateway.submit(pictureGraph());
  for (const { id, urls } of [waiting, running]) {
    const canceled = (await (await gateway.request('POST', urls.cancel)).json()) as wire.Job;
    expect(['canceling', 'canceled']).toContain(canceled.status);
    expect(await gateway.ended(id)).toMatchObject({ status: 'canceled', error: null });
  }
  expect(await gateway.ended(next.id)).toMatchObject({ status: 'succeeded' });
  expect(simulator.control.stats().executions[waiting.id]).toBeUndefined();
});

test('cancel of a job that has ended changes nothing', async () => {
  const { gateway } = await startBoth();
  const job = await gateway.ended((await gateway.submit(pictureGraph())).id);
  const again = await gateway.request('POST', job.urls.cancel);
  expect(undated((await again.json()) as wire.Job)).toEqual(undated(job));
});

test('the queue position counts down', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const jobs = [];
  for (let i = 0; i < 3; i++) jobs.push(await gateway.submit(pictureGraph()));
  const [first, , last] = jobs;
  await gateway.until(last!.id, (job) => job.queue_position === 3);
  await gateway.request('POST', first!.urls.cancel);
  await gateway.until(last!.id, (job) => job.queue_position === 2);
});

test('Prefer: wait=N answers when the job has ended, or after N seconds', async () => {
  const { gateway, simulator } = await startBoth();
  const submit = (prefer: string) =>
    gateway.request('POST', '/api/v2/jobs', { workflow: pictureGraph() }, { prefer });
  const ended = await submit('respond-async, wait=30');
  expect(ended.headers.get('preference-applied')).toBe('wait=30');
  expect(await ended.json()).toMatchObject({ status: 'succeeded', outputs: [{ node_id: '2' }] });
  simulator.control.pause();
  const before = performance.now();
  const waited = await submit('wait=1');
  expect(performance.now() - before).toBeGreaterThan(900);
  expect(await waited.json()).toMatchObject({ status: 'queued' });
  expect((await submit('handling=lenient')).headers.has('preference-applied')).toBe(false);
});

test('?wait=N is a long poll', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const { id } = await gateway.submit(pictureGraph());
  const answer = gateway.request('GET', `/api/v2/jobs/${id}?wait=30`);
  const short = await gateway.request('GET', `/api/v2/jobs/${id}?wait=0`);
  expect(await short.json()).toMatchObject({ status: 'queued' });
  simulator.control.resume();
  expect(await (await answer).json()).toMatchObject({ status: 'succeeded' });
  for (const wait of ['61', '-1', 'abc', '1.5'])
    await refusal(await gateway.request('GET', `/api/v2/jobs/${id}?wait=${wait}`), 400, 'invalid_request');
});

test('the list pages through 120 jobs without a gap or a repeat, newest first', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const ids: string[] = [];
  for (let i = 0; i < 120; i++) ids.unshift((await gateway.submit(pictureGraph())).id);
  for (const limit of [7, 50, 100]) {
    const found: string[] = [];
    let cursor = '';
    do {
      const page = await list(gateway, `?limit=${limit}${cursor && `&cursor=${cursor}`}`);
      expect(page.jobs.length).toBeLessThanOrEqual(limit);
      expect(page.truncated).toBe(page.next_cursor !== null);
      found.push(...page.jobs.map((job) => job.id));
      cursor = page.next_cursor ?? '';
    } while (cursor !== '');
    expect(found).toEqual(ids);
  }
  expect((await list(gateway)).jobs).toHaveLength(50);
});

test('the list filters by status, session and workflow, and pages within a filter', async () => {
  const { gateway, simulator } = await startBoth();
  const done = await gateway.submit(pictureGraph(), { session_id: 'a' });
  const failed = await gateway.submit(failingGraph(), { session_id: 'b' });
  await gateway.ended(failed.id);
  simulator.control.pause();
  const first = await gateway.submit(pictureGraph(), { session_id: 'a' });
  const second = await gateway.submit(pictureGraph());
  const ids = async (query: string) => (await list(gateway, query)).jobs.map((job) => job.id);
  expect(await ids('?status=queued')).toEqual([second.id, first.id]);
  expect(await ids('?status=succeeded,failed')).toEqual([failed.id, done.id]);
  expect(await ids('?status=canceled')).toEqual([]);
  expect(await ids('?session_id=a')).toEqual([first.id, done.id]);
  expect(await ids('?session_id=a&status=queued')).toEqual([first.id]);
  expect(await ids('?workflow=none')).toEqual([]);
  const page = await list(gateway, '?session_id=a&limit=1');
  expect(await ids(`?session_id=a&limit=1&cursor=${page.next_cursor}`)).toEqual([done.id]);
  for (const query of ['?status=done', '?limit=0', '?limit=101', '?limit=x', '?cursor=x', '?session_id='])
    await refusal(await gateway.request('GET', `/api/v2/jobs${query}`), 400, 'invalid_request');
});

test('health and healthz answer without ComfyUI, readyz says that it is gone', async () => {
  const { gateway, simulator } = await startBoth();
  const ready = (await (await gateway.request('GET', '/readyz')).json()) as wire.Ready;
  expect(ready).toMatchObject({ status: 'ready', backends: [{ name: 'comfyui-1', reachable: true }] });
  await simulator.control.stop();
  const health = await gateway.request('GET', '/api/v2/health');
  expect(await health.json()).toEqual({ status: 'healthy', upstream: 'comfyui-1' });
  expect((await gateway.request('GET', '/healthz')).status).toBe(200);
  // It asks ComfyUI once a second at most.
  const gone = await eventually(async () => {
    const answer = await gateway.request('GET', '/readyz');
    return answer.status === 503 && answer;
  });
  expect(await gone.json()).toEqual({
    status: 'unavailable',
    backends: [{ name: 'comfyui-1', reachable: false }],
  });
});

test('/openapi.json is the document that all answers of the tests are checked against', async () => {
  const { gateway } = await startBoth();
  const published = (await (await gateway.request('GET', '/openapi.json')).json()) as object;
  expect(published).toMatchObject({ openapi: '3.1.0', servers: [{ url: gateway.url }] });
  expect(published).toMatchObject(
    JSON.parse(JSON.stringify({ paths: document.paths, components: document.components })),
  );
});

test('of two backends the one with less to do gets the job, and everything about the job goes there', async () => {
  const [busy, idle] = [await startSimulator(), await startSimulator()];
  const gateway = await startGateway({ COMFYUI_URL: `${busy.url},${idle.url}` });
  busy.control.pause();
  const first = await gateway.submit(pictureGraph());
  expect(first.backend).toBe('comfyui-1');
  const second = await gateway.ended((await gateway.submit(pictureGraph())).id);
  expect(second).toMatchObject({ backend: 'comfyui-2', status: 'succeeded' });
  expect(Object.keys(idle.control.stats().executions)).toEqual([second.id]);
  const content = await gateway.request('GET', second.outputs[0]!.url);
  expect(content.status).toBe(200);
  await idle.control.stop();
  expect((await gateway.submit(pictureGraph())).backend).toBe('comfyui-1');
  await gateway.request('POST', first.urls.cancel);
  expect(TERMINAL).toContain((await gateway.ended(first.id)).status);
});

async function list(gateway: TestGateway, query = '') {
  return (await (await gateway.request('GET', `/api/v2/jobs${query}`)).json()) as wire.JobList;
}

/** A job without what counts from the moment of the read. */
function undated(job: wire.Job): wire.Job {
  return { ...job, outputs: job.outputs.map((output) => ({ ...output, url_expires_at: '' })) };
}
