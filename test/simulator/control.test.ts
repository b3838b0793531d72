// Faults and inspection, as an object and over HTTP.

import { describe, expect, test } from 'vitest';
import { exampleGraph } from '../../src/simulator/example.ts';
import { call, finished, listen, sleepGraph, submit, until, withSimulator } from './helpers.ts';

describe('faults', () => {
  test('drop: the request is not handled', () =>
    withSimulator({}, async (simulator) => {
      simulator.control.fault({ route: 'POST /prompt', kind: 'drop', times: 1 });
      await expect(submit(simulator, 'a', sleepGraph())).rejects.toThrow('fetch failed');
      expect((await submit(simulator, 'b', sleepGraph())).json['number']).toBe(0);
      await finished(simulator, 'b');
      expect(simulator.control.stats().executions).toEqual({ b: 1 });
    }));

  test('accept-then-drop: the prompt runs, its answer is lost', () =>
    withSimulator({}, async (simulator) => {
      simulator.control.fault({ route: 'POST /prompt', kind: 'accept-then-drop', times: 1 });
      await expect(submit(simulator, 'a', sleepGraph())).rejects.toThrow('fetch failed');
      await finished(simulator, 'a');
      expect(simulator.control.stats().executions).toEqual({ a: 1 });
    }));

  test.each(['accept-then-hang', 'hang'] as const)('%s: there is no answer', (kind) =>
    withSimulator({}, async (simulator) => {
      simulator.control.fault({ route: 'POST /prompt', kind, times: 1 });
      const signal = AbortSignal.timeout(150);
      const body = JSON.stringify({ prompt: sleepGraph(), prompt_id: 'a' });
      const answer = fetch(`${simulator.url}/prompt`, { method: 'POST', body, signal });
      await expect(answer).rejects.toThrow(/timeout/);
      expect(simulator.control.stats().executions).toEqual(kind === 'hang' ? {} : { a: 1 });
    }),
  );

  test('status: an answer instead of handling, until it is cleared', () =>
    withSimulator({}, async (simulator) => {
      const id = simulator.control.fault({
        route: 'GET /history/{id}',
        kind: 'status',
        status: 503,
        body: { no: 1 },
      });
      for (const path of ['/history/x', '/api/history/y']) {
        expect(await call(simulator, 'GET', path)).toMatchObject({ status: 503, json: { no: 1 } });
      }
      expect((await call(simulator, 'GET', '/queue')).status).toBe(200);
      simulator.control.clearFaults(id);
      expect((await call(simulator, 'GET', '/history/x')).status).toBe(200);
    }));

  test('delay: handled later; one concrete path only', () =>
    withSimulator({}, async (simulator) => {
      simulator.control.fault({ route: 'GET /history/slow', kind: 'delay', delayMs: 80 });
      const start = performance.now();
      await call(simulator, 'GET', '/history/fast');
      const between = performance.now();
      await call(simulator, 'GET', '/history/slow');
      expect(between - start).toBeLessThan(70);
      expect(performance.now() - between).toBeGreaterThan(70);
    }));

  test('over HTTP', () =>
    withSimulator({}, async (simulator) => {
      const fault = { route: 'GET /queue', kind: 'status', status: 418, times: 1 };
      expect((await call(simulator, 'POST', '/__simulator/faults', fault)).json).toEqual({ id: 1 });
      expect((await call(simulator, 'GET', '/queue')).status).toBe(418);
      expect((await call(simulator, 'GET', '/queue')).status).toBe(200);
      const wrong = await call(simulator, 'POST', '/__simulator/faults', { route: '*', kind: 'explode' });
      expect(wrong).toMatchObject({ status: 400, json: { error: expect.stringContaining('explode') } });
      await call(simulator, 'POST', '/__simulator/faults', { ...fault, times: 9 });
      await call(simulator, 'DELETE', '/__simulator/faults');
      expect(simulator.control.faults()).toEqual([]);
    }));
});

describe('sockets', () => {
  test('drop, deafen, reopen', () =>
    withSimulator({}, async (simulator) => {
      const first = await listen(simulator);
      await until(() => first.types.includes('status'));
      simulator.control.sockets.deafen();
      await submit(simulator, 'a', sleepGraph());
      await finished(simulator, 'a');
      expect(first.types).toEqual(['status']);

      const closed = new Promise((resolve) => first.socket.once('close', resolve));
      simulator.control.sockets.drop();
      expect(await closed).toBe(1006);
      const second = await listen(simulator);
      await submit(simulator, 'b', sleepGraph());
      await until(() => second.types.includes('execution_success'));
      expect(simulator.control.stats()).toMatchObject({ openSockets: 1, socketsOpened: { test: 2 } });
    }));

  test('delayed frames keep their order', () =>
    withSimulator({}, async (simulator) => {
      const listener = await listen(simulator);
      await until(() => listener.types.length === 1);
      simulator.control.sockets.delay(1_000);
      await submit(simulator, 'a', sleepGraph());
      await finished(simulator, 'a');
      expect(listener.types).toHaveLength(1);
      simulator.control.sockets.delay(0);
      await submit(simulator, 'b', sleepGraph());
      await until(() => listener.types.filter((type) => type === 'execution_success').length === 2);
      expect(listener.types.slice(0, 5)).toEqual([
        'status',
        'status',
        'status',
        'execution_start',
        'execution_cached',
      ]);
    }));

  test('refused, then accepted again', () =>
    withSimulator({}, async (simulator) => {
      await call(simulator, 'POST', '/__simulator/sockets', { action: 'refuse' });
      await expect(listen(simulator)).rejects.toThrow('refused');
      await call(simulator, 'POST', '/__simulator/sockets', { action: 'accept' });
      await listen(simulator);
      simulator.control.fault({ route: 'GET /ws', kind: 'status', status: 401, times: 1 });
      await expect(listen(simulator, 'other')).rejects.toThrow('refused');
    }));
});

describe('the worker', () => {
  test('pause and resume', () =>
    withSimulator({}, async (simulator) => {
      simulator.control.pause();
      await submit(simulator, 'a', sleepGraph());
      await new Promise((resolve) => setTimeout(resolve, 30));
      expect(simulator.control.stats()).toMatchObject({ executions: {}, queueRemaining: 1, idle: true });
      simulator.control.resume();
      await finished(simulator, 'a');
    }));

  test('restart: everything but outputs is gone, on the same port', () =>
    withSimulator({ delayScale: 1 }, async (simulator) => {
      await submit(simulator, 'done', sleepGraph());
      await finished(simulator, 'done');
      await submit(simulator, 'running', sleepGraph(1, 60));
      await submit(simulator, 'pending', sleepGraph());
      const { socket } = await listen(simulator);
      const closed = new Promise((resolve) => socket.once('close', resolve));
      await call(simulator, 'POST', '/__simulator/restart');
      expect(await closed).toBe(1006);
      await until(() =>
        call(simulator, 'GET', '/queue').then(
          () => true,
          () => false,
        ),
      );
      expect((await call(simulator, 'GET', '/queue')).json).toEqual({ queue_running: [], queue_pending: [] });
      expect((await call(simulator, 'GET', '/history')).json).toEqual({});
      expect((await call(simulator, 'GET', '/view?filename=test_00001_.png')).status).toBe(200);
      expect((await submit(simulator, 'again', sleepGraph())).json['number']).toBe(0);
      await finished(simulator, 'again');
    }));

  test('stats: requests, headers, reset', () =>
    withSimulator({}, async (simulator) => {
      await fetch(`${simulator.url}/api/queue`, { headers: { authorization: 'Bearer x', cookie: 'a=b' } });
      const stats = (await call(simulator, 'GET', '/__simulator/stats')).json;
      expect(stats['requests']).toEqual({ 'GET /queue': 1 });
      expect(stats['headers']).toMatchObject({ 'GET /queue': { authorization: 'Bearer x', cookie: 'a=b' } });
      await call(simulator, 'POST', '/__simulator/reset');
      expect(simulator.control.stats()).toMatchObject({ requests: {}, headers: {}, executions: {} });
    }));

  test('models: other files are known at once, everywhere', () =>
    withSimulator({}, async (simulator) => {
      const known = async () => {
        const folder = JSON.parse((await call(simulator, 'GET', '/models/checkpoints')).text) as unknown;
        const path = '/object_info/CheckpointLoaderSimple';
        const single = (await call(simulator, 'GET', path)).json;
        const all = (await call(simulator, 'GET', '/object_info')).json;
        expect(all).toMatchObject(single);
        expect(single).toMatchObject({
          CheckpointLoaderSimple: { input: { required: { ckpt_name: [folder, expect.anything()] } } },
        });
        return folder;
      };
      const run = () => submit(simulator, 'a', exampleGraph({ steps: 1 }));
      expect(await known()).toEqual(['ace_step_v1_3.5b.safetensors', 'v1-5-pruned-emaonly.safetensors']);
      const put = (body: unknown) => call(simulator, 'PUT', '/__simulator/models/checkpoints', body);
      expect((await put(['b.ckpt', 'a.ckpt'])).status).toBe(200);
      expect(await known()).toEqual(['a.ckpt', 'b.ckpt']);
      expect((await run()).json).toMatchObject({
        node_errors: { 4: { errors: [{ type: 'value_not_in_list' }] } },
      });
      expect((await put({ a: 1 })).status).toBe(400);
      simulator.control.setModels('checkpoints', ['v1-5-pruned-emaonly.safetensors']);
      expect((await run()).status).toBe(200);
    }));

  test('closing twice, with a hanging request and an open socket, ends', async () => {
    await withSimulator({}, async (simulator) => {
      simulator.control.fault({ route: '*', kind: 'hang' });
      const outcomes = Promise.allSettled([call(simulator, 'GET', '/queue'), listen(simulator)]);
      await until(() => Object.keys(simulator.control.stats().requests).length === 2);
      await simulator.close();
      await simulator.close();
      expect((await outcomes).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    });
  });
});
