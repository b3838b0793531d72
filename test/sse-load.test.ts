/** Streams that are many, slow, cut, or met by a fault. */
import { connect } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { durable, watch } from './support/events.ts';
import { eventually, refusal, startBoth } from './support/gateway.ts';
import { pictureGraph, sleepGraph, stagesGraph } from './support/graphs.ts';

test('200 watch one job: each sees its end, and ComfyUI has one socket', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const { urls } = await gateway.submit(stagesGraph());
  const streams = await Promise.all(Array.from({ length: 200 }, () => watch(urls.events)));
  simulator.control.resume();
  for (const stream of streams) {
    const seen = durable(await stream.ended);
    expect(seen.map(({ event }) => event)).toEqual([
      'status',
      'status',
      'output',
      'output',
      'output',
      'status',
    ]);
  }
  const { openSockets, socketsOpened } = simulator.control.stats();
  expect([openSockets, Object.values(socketsOpened)]).toEqual([1, [1]]);
});

test('what a reader has not read yet is kept as a number: snapshots are replaced, durable events are not', async () => {
  const { gateway } = await startBoth();
  const { id, urls } = await gateway.submit(stagesGraph(3, 100, 0.001));
  const unread = await gateway.fetch(new Request(urls.events));
  const all = await gateway.fetch(new Request(`${gateway.url}/api/v2/events`));
  const other = await watch(urls.events);
  await other.ended;
  expect(other.seen.filter(({ event }) => event === 'progress').length).toBeGreaterThan(50);
  const text = await unread.text();
  expect(text.match(/^event: progress$/gm)?.length).toBeLessThanOrEqual(2);
  expect(text.match(/^event: output$/gm)).toHaveLength(3);
  expect(text).toMatch(/"status":"succeeded","queue_position":null\}\n\n$/);
  const reader = all.body!.getReader();
  await reader.read();
  const later = new TextDecoder().decode((await reader.read()).value);
  expect(later).toContain(id);
  await reader.cancel();
});

test('readers that never read delay nobody', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const { urls } = await gateway.submit(stagesGraph(2, 10, 0.01));
  const { port, pathname } = new URL(urls.events);
  for (let i = 0; i < 50; i++) {
    const socket = connect(Number(port), '127.0.0.1', () =>
      socket.pause().write(`GET ${pathname} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`),
    );
    socket.on('error', () => socket.destroy());
    onTestFinished(() => void socket.destroy());
  }
  const stream = await watch(urls.events);
  await stream.first(({ event }) => event === 'status');
  const before = performance.now();
  simulator.control.resume();
  await stream.ended;
  expect(performance.now() - before).toBeLessThan(2_000);
});

test('nothing is left of streams that were asked for with HEAD, or that were left', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const { urls } = await gateway.submit(pictureGraph());
  // More than an instance holds at once.
  for (let i = 0; i < 20_002; i++) {
    const method = i % 2 === 0 ? 'HEAD' : 'GET';
    const response = await gateway.fetch(new Request(urls.events, { method }));
    expect(response.status).toBe(200);
    await response.body?.cancel();
  }
  expect((await watch(urls.events)).response.status).toBe(200);
});

test('a stream where nothing happens shows a sign of life within six seconds', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.pause();
  const { urls } = await gateway.submit(pictureGraph());
  const streams = [await watch(urls.events), await watch(`${gateway.url}/api/v2/events`)];
  const before = performance.now();
  await eventually(() => streams.every(({ comments }) => comments.length > 0));
  expect(performance.now() - before).toBeLessThan(6_000);
});

test('a passing fault is no error status, which EventSource would not survive; it is logged', async () => {
  const stores = openMemoryStores(Date.now);
  const { gateway, simulator } = await startBoth({}, { stores: { ...stores, singleWriter: false } });
  simulator.control.pause();
  const { urls } = await gateway.submit(pictureGraph());
  const getItem = stores.storage.getItem.bind(stores.storage);
  stores.storage.getItem = () => Promise.reject(new Error('disk on fire'));
  const broken = await watch(urls.events, 1);
  expect([broken.response.status, await broken.ended, broken.retries]).toEqual([200, [], [1000]]);
  expect(JSON.stringify(gateway.logged)).toContain('disk on fire');
  stores.storage.getItem = getItem;
  expect((await (await watch(urls.events)).first(() => true)).data['status']).toBe('queued');
});

test('a passing fault on the stream of all jobs is no error status either', async () => {
  const stores = openMemoryStores(Date.now);
  const { gateway } = await startBoth({}, { stores });
  stores.jobs.page = () => Promise.reject(new Error('disk on fire'));
  const broken = await watch(`${gateway.url}/api/v2/events`);
  expect([broken.response.status, await broken.ended, broken.retries]).toEqual([200, [], [1000]]);
});

test('the end of the gateway ends all streams, which then know when to come back', async () => {
  const { gateway } = await startBoth();
  const { id, urls } = await gateway.submit(sleepGraph(100, 0.05));
  await gateway.until(id, ({ status }) => status === 'running');
  const streams = [await watch(urls.events), await watch(`${gateway.url}/api/v2/events`)];
  for (const stream of streams) await stream.first(({ event }) => event === 'progress');
  const before = performance.now();
  await gateway.stop();
  for (const { ended, retries } of streams) {
    expect((await ended).at(-1)?.data['status']).not.toBe('succeeded');
    expect(retries).toEqual([1000]);
  }
  expect(performance.now() - before).toBeLessThan(1_000);
});

test('a stream of a job that ComfyUI loses ends with its end', async () => {
  const { gateway, simulator } = await startBoth({}, { waitMs: { track: { absent: 100 } } });
  const { id, urls } = await gateway.submit(sleepGraph(200, 0.05));
  await gateway.until(id, ({ status }) => status === 'running');
  const stream = await watch(urls.events);
  await simulator.control.restart();
  expect((await stream.ended).at(-1)).toMatchObject({ event: 'status', data: { status: 'failed' } });
  const { error } = await gateway.job(id);
  expect(error?.code).toBe('lost');
});

test('a stream that is asked for in vain is refused with the envelope', async () => {
  const { gateway } = await startBoth();
  const path = '/api/v2/jobs/0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee/events';
  await refusal(await gateway.request('GET', path), 404, 'not_found');
  await refusal(await gateway.request('GET', '/api/v2/events?session_id='), 400, 'invalid_request');
});
