/** What once went wrong, or would, through HTTP: one fault never reaches another job, nothing hangs, nothing runs twice. */
import { expect, test } from 'vitest';
import { parsePython } from '../src/comfyui/json.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { startGateway, startSimulator } from './support/gateway.ts';
import { sleepGraph } from './support/graphs.ts';

const QUICK = {
  http: { submit: 300, read: 500 },
  socket: { retryMin: 20, retryMax: 100, deaf: 200, look: 100, close: 100 },
  poll: { min: 20, max: 50 },
  track: {
    tick: 20,
    settle: 500,
    absent: 50,
    look: 50,
    stopMin: 50,
    overdue: 200,
    overdueUnreachable: 400,
    late: 400,
  },
};

test.each([502, 503, 504, 524, 408])(
  'a %i of a proxy says nothing about the submission behind it',
  async (status) => {
    const simulator = await startSimulator();
    let odd = true;
    const gateway = await startGateway(
      { COMFYUI_URL: simulator.url },
      {
        waitMs: QUICK,
        fetch: async (url, init) => {
          if (!odd || !url.endsWith('/prompt') || init?.method !== 'POST') return fetch(url, init);
          odd = false;
          // It arrives only after the look-up that follows the answer.
          setTimeout(() => void fetch(url, { ...init, signal: null }), 150);
          return new Response('<html>gateway</html>', { status });
        },
      },
    );
    const headers = { 'idempotency-key': 'once' };
    const first = await gateway.request('POST', '/api/v2/jobs', { workflow: sleepGraph(2) }, headers);
    expect(first.status).toBe(503);
    const { error } = (await first.json()) as { error: { details: { job: { id: string } } } };
    const again = await gateway.request('POST', '/api/v2/jobs', { workflow: sleepGraph(2) }, headers);
    expect(again.status).toBe(422);
    const { id } = error.details.job;
    expect(await gateway.ended(id)).toMatchObject({ status: 'succeeded' });
    expect(simulator.control.stats().executions).toEqual({ [id]: 1 });
  },
);

test('a dead ComfyUI is not called in a loop', async () => {
  const simulator = await startSimulator();
  let connects = 0;
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url },
    {
      waitMs: { ...QUICK, socket: { ...QUICK.socket, retryMin: 100, retryMax: 400 } },
      connectSocket: (url) => {
        connects++;
        return new WebSocket(url);
      },
    },
  );
  const job = await gateway.submit(sleepGraph(1000, 0.02));
  await gateway.until(job.id, ({ status }) => status === 'running');
  await simulator.control.stop();
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  // 100 + 200 + 400 + 400 … ms apart, give or take a quarter.
  expect(connects).toBeLessThan(10);
});

test('a job whose ComfyUI never comes back ends at its deadline, and frees its place', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url, JOB_QUEUE_TIMEOUT_MS: '300', MAX_QUEUE_DEPTH: '1' },
    { waitMs: QUICK },
  );
  simulator.control.pause();
  const job = await gateway.submit(sleepGraph(1));
  await simulator.control.stop();
  expect(await gateway.ended(job.id)).toMatchObject({ status: 'expired', error: { code: 'queue_timeout' } });
  const next = await gateway.request('POST', '/api/v2/jobs', { workflow: sleepGraph(1) });
  expect(next.status).toBe(503);
});

test('a stop that could not be sent is sent when ComfyUI is back, although the job has expired', async () => {
  const simulator = await startSimulator();
  let away = false;
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url, COMFYUI_TRANSPORT: 'poll' },
    {
      waitMs: QUICK,
      fetch: async (url, init) => {
        if (away) throw new TypeError('fetch failed');
        return fetch(url, init);
      },
    },
  );
  const job = await gateway.submit(sleepGraph(1000, 0.02), { timeout_ms: 100 });
  await gateway.until(job.id, ({ status }) => status === 'running');
  away = true;
  expect(await gateway.ended(job.id)).toMatchObject({ status: 'expired' });
  expect(simulator.control.stats().queueRemaining).toBe(1);
  away = false;
  await expect.poll(() => simulator.control.stats().queueRemaining).toBe(0);
});

test('one history that cannot be read does not keep other jobs from ending', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url, COMFYUI_TRANSPORT: 'poll' },
    { waitMs: QUICK },
  );
  simulator.control.pause();
  const jobs = [];
  for (let i = 0; i < 20; i++) jobs.push(await gateway.submit(sleepGraph(1, 0.001)));
  simulator.control.fault({ route: `GET /history/${jobs[0]!.id}`, kind: 'status', status: 500 });
  simulator.control.resume();
  for (const { id } of jobs.slice(1)) expect(await gateway.ended(id)).toMatchObject({ status: 'succeeded' });
  simulator.control.clearFaults();
  expect(await gateway.ended(jobs[0]!.id)).toMatchObject({ status: 'succeeded' });
});

test('a submission has its whole settle time after it was given up', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url },
    { waitMs: { ...QUICK, http: { submit: 600, read: 300 } } },
  );
  simulator.control.fault({ route: 'POST /prompt', kind: 'hang', times: 1 });
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: sleepGraph(1) });
  const { error } = (await response.json()) as { error: { details: { job: { id: string } } } };
  const job = await gateway.ended(error.details.job.id);
  expect(job).toMatchObject({ status: 'failed', error: { code: 'lost' } });
  expect(Date.parse(job.completed_at!) - Date.parse(job.created_at)).toBeGreaterThan(600 + 500);
});

test('a store that fails for a while after ComfyUI took the job does not leave it open for ever', async () => {
  const simulator = await startSimulator();
  const stores = openMemoryStores(Date.now);
  let failUntil = 0;
  const { setItem } = stores.storage;
  stores.storage.setItem = async (key: string, value: never, options?: never) => {
    if (Date.now() < failUntil && key.startsWith('jobs:')) throw new Error('disk full');
    return setItem(key, value, options);
  };
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url },
    {
      waitMs: QUICK,
      stores,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (url.endsWith('/prompt') && init?.method === 'POST') failUntil = Date.now() + 200;
        return response;
      },
    },
  );
  simulator.control.pause();
  expect((await gateway.request('POST', '/api/v2/jobs', { workflow: sleepGraph(2) })).status).toBe(201);
  simulator.control.resume();
  const { jobs } = (await (await gateway.request('GET', '/api/v2/jobs')).json()) as {
    jobs: { id: string }[];
  };
  expect(jobs).toHaveLength(1);
  expect(await gateway.ended(jobs[0]!.id)).toMatchObject({ status: 'succeeded' });
});

test('jobs of a backend that is no longer configured are lost, and do not fill the queue', async () => {
  const old = await startSimulator();
  const stores = openMemoryStores(Date.now);
  const kept = { ...stores, close: async () => undefined };
  const two = await startSimulator();
  const first = await startGateway({ COMFYUI_URL: `${two.url},${old.url}` }, { stores: kept });
  await fetch(`${two.url}/prompt`, {
    method: 'POST',
    body: JSON.stringify({ prompt: sleepGraph(1000, 0.05) }),
  });
  const job = await first.submit(sleepGraph(1000, 0.05));
  expect(job.backend).toBe('comfyui-2');
  await first.close();
  const second = await startGateway({ COMFYUI_URL: two.url, MAX_QUEUE_DEPTH: '1' }, { stores: kept });
  expect(await second.job(job.id)).toMatchObject({ status: 'failed', error: { code: 'lost' } });
  await second.submit(sleepGraph(1));
});

test('backends in another order keep their jobs', async () => {
  const [a, b] = [await startSimulator(), await startSimulator()];
  const stores = openMemoryStores(Date.now);
  const kept = { ...stores, close: async () => undefined };
  const first = await startGateway({ COMFYUI_URL: `${a.url},${b.url}` }, { stores: kept });
  const job = await first.submit(sleepGraph(60, 0.02));
  await first.close();
  const second = await startGateway({ COMFYUI_URL: `${b.url},${a.url}` }, { stores: kept });
  const ended = await second.ended(job.id);
  expect(ended).toMatchObject({ status: 'succeeded' });
  expect((await fetch(ended.outputs[0]!.url.replace(/^http:\/\/[^/]+/, second.url))).status).toBe(200);
});

test('a newer ComfyUI whose /api/jobs fails is asked for its queue', async () => {
  const simulator = await startSimulator({ jobsApi: true });
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url, COMFYUI_TRANSPORT: 'poll' },
    { waitMs: QUICK },
  );
  simulator.control.fault({ route: 'GET /api/jobs', kind: 'status', status: 500 });
  expect(await gateway.ended((await gateway.submit(sleepGraph(2))).id)).toMatchObject({
    status: 'succeeded',
  });
});

test('a backend that hangs does not delay submissions to the others', async () => {
  const [hanging, good] = [await startSimulator(), await startSimulator()];
  const gateway = await startGateway({ COMFYUI_URL: `${hanging.url},${good.url}` });
  hanging.control.fault({ route: 'GET /prompt', kind: 'hang' });
  const start = Date.now();
  expect(await gateway.submit(sleepGraph(1))).toMatchObject({ backend: 'comfyui-2' });
  expect(Date.now() - start).toBeLessThan(5_000);
});

test('a dead backend does not hide jobs that another one remembers', async () => {
  const [dead, good] = [await startSimulator(), await startSimulator()];
  const first = await startGateway({ COMFYUI_URL: good.url });
  const job = await first.ended((await first.submit(sleepGraph(1))).id);
  await dead.close();
  const second = await startGateway({ COMFYUI_URL: `${dead.url},${good.url}` });
  expect(await second.job(job.id)).toMatchObject({ status: 'succeeded' });
});

test('NaN in the prompt of somebody else does not blind the gateway', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url, COMFYUI_TRANSPORT: 'poll' },
    {
      waitMs: QUICK,
      fetch: async (url, init) => {
        const response = await fetch(url, init);
        if (!/\/(queue|history)/.test(url) || init?.method === 'POST') return response;
        // As Python writes it.
        return new Response(
          (await response.text()).replace(/"inputs": ?\{/g, '"inputs":{"odd": NaN, "far": -Infinity, '),
        );
      },
    },
  );
  expect(await gateway.ended((await gateway.submit(sleepGraph(2))).id)).toMatchObject({
    status: 'succeeded',
  });
});

test('a number that Python would read as infinity is refused before it gets there', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url });
  const text = JSON.stringify({ workflow: sleepGraph(1) }).replace('"delay":0.02', '"delay":1e999');
  expect((await gateway.request('POST', '/api/v2/jobs', text)).status).toBe(422);
  expect(simulator.control.stats().requests['POST /prompt']).toBeUndefined();
});

test('NaN is found in any text, long strings included', () => {
  const long = 'x'.repeat(12_000_000);
  expect(parsePython(`{"a":"${long}","b":NaN,"c":"NaN \\" Infinity","d":-Infinity}`)).toEqual({
    a: long,
    b: null,
    c: 'NaN " Infinity',
    d: null,
  });
  expect(() => parsePython('{"a":')).toThrow(SyntaxError);
});
