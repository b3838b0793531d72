/** What a stream says, and that whoever comes back gets what was missed: all of it, once, in order. */
import { EventSource } from 'eventsource';
import { expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { brief, checkNumbers, durable, watch, type SeenEvent, type Watch } from './support/events.ts';
import { eventually, refusal, startBoth, TERMINAL } from './support/gateway.ts';
import { failingGraph, pictureGraph, samplerGraph, sleepGraph, stagesGraph } from './support/graphs.ts';
import { startProxy } from './support/proxy.ts';

test('a job is told from its queue to its end, in order and under growing numbers', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const { id, urls } = await gateway.submit(stagesGraph());
  const stream = await watch(urls.events);
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
  expect(stream.response.headers.get('cache-control')).toMatch(/no-cache/);
  await stream.first(({ event }) => event === 'status');
  simulator.control.resume();
  const seen = await stream.ended;

  expect(stream.retries).toEqual([1000]);
  expect(seen[0]).toMatchObject({ event: 'status', data: { status: 'queued' } });
  expect(seen.at(-1)).toMatchObject({ event: 'status', data: { status: 'succeeded' } });
  expect(statuses(durable(seen))).toEqual(['queued', 'running', 'succeeded']);
  checkNumbers(seen);
  const outputs = seen.filter(({ event }) => event === 'output').map(({ data }) => data);
  expect(outputs.map(lasting)).toEqual((await gateway.job(id)).outputs.map(lasting));
  expect(outputs.map(({ node_id }) => node_id)).toEqual(['11', '21', '31']);
});

test('progress never goes back, and is 1 at the very end of success only', async () => {
  const { gateway } = await startBoth();
  for (const graph of [stagesGraph(3, 10), samplerGraph(3, 20), failingGraph()]) {
    const { urls } = await gateway.submit(graph);
    const seen = await (await watch(urls.events)).ended;
    const values = seen.filter(({ event }) => event === 'progress').map(({ data }) => Number(data['value']));
    expect(values.length).toBeGreaterThan(2);
    expect(values).toEqual([...values].sort((a, b) => a - b));
    const succeeded = seen.at(-1)?.data['status'] === 'succeeded';
    expect(values.filter((value) => value === 1)).toHaveLength(succeeded ? 1 : 0);
    if (succeeded) expect(seen.at(-2)).toMatchObject({ event: 'progress', data: { value: 1 } });
  }
});

test('previews are JPEG, and at most two a second', async () => {
  const { gateway } = await startBoth();
  const { urls } = await gateway.submit(sleepGraph(60, 0.02));
  const previews = (await (await watch(urls.events)).ended).filter(({ event }) => event === 'preview');
  expect(previews.length).toBeGreaterThanOrEqual(2);
  for (const [index, { data, at }] of previews.entries()) {
    expect(data).toMatchObject({ node_id: '2', content_type: 'image/jpeg' });
    expect([...Buffer.from(data['data_base64']!, 'base64').subarray(0, 3)]).toEqual([0xff, 0xd8, 0xff]);
    // Both ends of the way have some jitter.
    if (index > 0) expect(at - previews[index - 1]!.at).toBeGreaterThan(450);
  }
});

test('who comes in the middle sees where the job is: status, outputs, progress, preview', async () => {
  const { gateway } = await startBoth();
  const { id, urls } = await gateway.submit(stagesGraph(3, 10, 0.03));
  await gateway.until(id, ({ outputs }) => outputs.length === 1);
  const seen = await (await watch(urls.events)).ended;
  expect(seen.slice(0, 2)).toMatchObject([
    { event: 'status', data: { status: 'running' } },
    { event: 'output', data: { node_id: '11' } },
  ]);
  expect(seen.slice(2, 4).map(({ event }) => event)).toEqual(['progress', 'preview']);
  checkNumbers(seen);
  expect(seen.filter(({ event }) => event === 'output')).toHaveLength(3);
});

test('who comes after the end sees every output, and the end last', async () => {
  const { gateway } = await startBoth();
  const job = await gateway.ended((await gateway.submit(stagesGraph())).id);
  const seen = await (await watch(job.urls.events)).ended;
  expect(seen.map(({ event }) => event)).toEqual(['output', 'output', 'output', 'progress', 'status']);
  expect(seen.at(-1)?.data['status']).toBe('succeeded');
  checkNumbers(seen);
});

test('queue positions are snapshots: under the number of the last status', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const first = await gateway.submit(pictureGraph());
  const { urls } = await gateway.submit(pictureGraph());
  const stream = await watch(urls.events);
  await stream.first(({ data }) => data['queue_position'] === 2);
  await gateway.request('POST', first.urls.cancel);
  await stream.first(({ data }) => data['queue_position'] === 1);
  expect(new Set(stream.seen.map(({ id }) => id)).size).toBe(1);
  simulator.control.resume();
  checkNumbers(await stream.ended);
});

test('a cancel is told: canceling, canceled', async () => {
  const { gateway } = await startBoth();
  const { id, urls } = await gateway.submit(sleepGraph(200, 0.05));
  await gateway.until(id, ({ status }) => status === 'running');
  const stream = await watch(urls.events, 0);
  await gateway.request('POST', urls.cancel);
  expect(statuses(durable(await stream.ended))).toEqual(['queued', 'running', 'canceling', 'canceled']);
});

test.each(['Last-Event-ID', 'starting_after'])(
  '%s: a job that has ended goes on after any number',
  async (how) => {
    const { gateway } = await startBoth();
    const job = await gateway.ended((await gateway.submit(stagesGraph(3, 5, 0.01, 3))).id);
    const all = durable(await (await resume(job, 0, how)).ended);
    expect(all).toHaveLength(12);
    // What came at once has numbers in a row.
    expect(all.filter(({ id = 0 }, i) => id === (all[i - 1]?.id ?? 0) + 1).length).toBeGreaterThan(3);
    for (const [index, { id }] of all.entries()) {
      const stream = await resume(job, id ?? 0, how);
      const rest = all.slice(index + 1).map(brief);
      expect(durable(await stream.ended).map(brief)).toEqual(rest);
      expect(stream.response.status).toBe(rest.length === 0 ? 204 : 200);
    }
    expect((await resume(job, (all.at(-1)?.id ?? 0) + 1, how)).response.status).toBe(204);
  },
);

test.each(['Last-Event-ID', 'starting_after'])(
  '%s: a job that runs goes on after any number',
  async (how) => {
    const { gateway } = await startBoth();
    const job = await gateway.submit(stagesGraph(3, 10, 0.02));
    await gateway.until(job.id, ({ outputs }) => outputs.length === 2);
    const whole = await resume(job, 0, how);
    await whole.first(({ data }) => data['node_id'] === '21');
    const sofar = durable(whole.seen);
    expect(sofar.map(({ event }) => event)).toEqual(['status', 'status', 'output', 'output']);
    const resumed = await Promise.all(sofar.map(({ id }) => resume(job, id ?? 0, how)));
    const all = durable(await whole.ended).map(brief);
    expect(all).toHaveLength(6);
    for (const [index, stream] of resumed.entries()) {
      const seen = await stream.ended;
      checkNumbers(seen, sofar[index]?.id);
      expect(durable(seen).map(brief)).toEqual(all.slice(index + 1));
    }
  },
);

test('five lost connections in one job: every status and every output once, in order', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const job = await gateway.submit(stagesGraph(5, 5, 0.02));
  const received: SeenEvent[] = [];
  let last = 0;
  for (let cut = 0; cut < 5; cut++) {
    const stream = await resume(job, last);
    const event = await stream.first(({ id = 0 }) => id > last);
    simulator.control.resume();
    stream.close();
    received.push(...durable(stream.seen));
    last = stream.seen.at(-1)?.id ?? event.id ?? 0;
  }
  received.push(...durable(await (await resume(job, last)).ended));
  const { outputs } = await gateway.job(job.id);
  expect(statuses(received)).toEqual(['queued', 'running', 'succeeded']);
  expect(received.filter(({ event }) => event === 'output').map(({ data }) => data['id'])).toEqual(
    outputs.map(({ id }) => id),
  );
  const ids = received.map(({ id }) => id ?? 0);
  expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
});

test('EventSource comes back by itself, misses nothing, and stops for good after the end', async () => {
  const { gateway } = await startBoth();
  const proxy = await startProxy(Number(new URL(gateway.url).port));
  const job = await gateway.submit(stagesGraph(4, 5, 0.03));
  const source = new EventSource(job.urls.events.replace(gateway.url, proxy.url));
  onTestFinished(() => source.close());
  const outputs: string[] = [];
  const ends: string[] = [];
  const refusals: (number | undefined)[] = [];
  source.addEventListener('output', ({ data }) => {
    const { node_id } = JSON.parse(data) as wire.Output;
    outputs.push(node_id);
    if (node_id === '21') proxy.cut();
  });
  source.addEventListener('status', ({ data }) => {
    const { status } = JSON.parse(data) as wire.StatusEvent;
    if (TERMINAL.has(status)) ends.push(status);
  });
  source.addEventListener('error', ({ code }) => refusals.push(code));
  await eventually(() => source.readyState === EventSource.CLOSED);
  expect(outputs).toEqual(['11', '21', '31', '41']);
  expect(ends).toEqual(['succeeded']);
  expect(refusals.at(-1)).toBe(204);
});

test.each(['abc', '-1', '1.5', '1e3', '9'.repeat(20), '0x1f'])('%j is no number', async (given) => {
  const { gateway } = await startBoth();
  const { urls } = await gateway.submit(pictureGraph());
  const asked = await gateway.request('GET', `${urls.events}?starting_after=${given}`);
  expect((await refusal(asked, 400, 'invalid_request')).message).toContain(`'${given}'`);
  // EventSource sends what another server gave it, and would not survive a refusal: it begins anew.
  const stream = await watch(urls.events, undefined, { 'last-event-id': given });
  expect((await stream.first(() => true)).event).toBe('status');
});

test('the stream of all jobs names the job of each event, has no numbers, and goes by session', async () => {
  const { gateway } = await startBoth();
  const all = await watch(`${gateway.url}/api/v2/events`);
  const mine = await watch(`${gateway.url}/api/v2/events?session_id=mine`);
  const jobs = [
    await gateway.submit(stagesGraph(1), { session_id: 'mine' }),
    await gateway.submit(stagesGraph(1), { session_id: 'other' }),
    await gateway.submit(stagesGraph(1)),
  ];
  for (const { id } of jobs) {
    await all.first(({ data }) => data['job_id'] === id && TERMINAL.has(data['status'] ?? ''));
    const own = all.seen.filter(({ data }) => data['job_id'] === id);
    expect(new Set(own.map(({ event }) => event))).toEqual(
      new Set(['status', 'progress', 'preview', 'output']),
    );
    expect(own[0]?.event).toBe('status');
    expect(own.at(-1)?.data['status']).toBe('succeeded');
  }
  await mine.first(({ data }) => TERMINAL.has(data['status'] ?? ''));
  expect(new Set(mine.seen.map(({ data }) => data['job_id']))).toEqual(new Set([jobs[0]?.id]));
  expect([...all.seen, ...mine.seen].filter(({ id, data }) => id !== undefined || !data['job_id'])).toEqual(
    [],
  );
  expect([all.retries, mine.retries]).toEqual([[1000], [1000]]);
});

test('the stream of all jobs begins with those that live', async () => {
  const { gateway, simulator } = await startBoth();
  await gateway.ended((await gateway.submit(pictureGraph())).id);
  simulator.control.pause();
  const { id } = await gateway.submit(pictureGraph());
  const stream = await watch(`${gateway.url}/api/v2/events`);
  expect(await stream.first(() => true)).toMatchObject({
    event: 'status',
    data: { job_id: id, status: 'queued' },
  });
});

function resume(job: wire.Job, after: number, how = 'Last-Event-ID'): Promise<Watch> {
  return how === 'Last-Event-ID'
    ? watch(job.urls.events, after)
    : watch(`${job.urls.events}?starting_after=${after}`);
}

function statuses(events: SeenEvent[]): string[] {
  return events.filter(({ event }) => event === 'status').map(({ data }) => String(data['status']));
}

/** An output without what counts from the moment of the read. */
function lasting(output: object): object {
  return { ...output, url_expires_at: '' };
}
