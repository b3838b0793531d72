/** The rules of DESIGN §5, each through HTTP against a ComfyUI that misbehaves. */
import { describe, expect, test } from 'vitest';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { startGateway, startSimulator } from './support/gateway.ts';
import { samplerGraph, sleepGraph } from './support/graphs.ts';

const QUICK = {
  http: { submit: 300, read: 1_000 },
  socket: { retryMin: 20, retryMax: 100, deaf: 300, look: 300, close: 200 },
  track: { tick: 20, settle: 600, absent: 50, look: 50, stopMin: 50, overdue: 300, late: 2_000 },
};

describe('rule 1: the watcher is there before the prompt, and the prompt names it', () => {
  test('the socket is open before the first POST, under the client_id of the prompts', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url });
    await expect.poll(() => simulator.control.stats().openSockets).toBe(1);
    const job = await gateway.submit(sleepGraph(20, 0.05));
    const queue = await (await fetch(`${simulator.url}/queue`)).json();
    const [, id, , extra] = queue.queue_running[0];
    expect(id).toBe(job.id);
    expect(Object.keys(simulator.control.stats().socketsOpened)).toEqual([extra.client_id]);
  });
});

describe('rule 2: one socket, one client id, and a socket is only a hint', () => {
  test('twenty jobs with a viewer each need one socket', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url });
    const jobs = await Promise.all(Array.from({ length: 20 }, () => gateway.submit(sleepGraph(2, 0.01))));
    const streams = await Promise.all(
      jobs.map(({ urls }) => fetch(urls.events).then((response) => response.text())),
    );
    for (const stream of streams) expect(stream).toContain('"succeeded"');
    expect(Object.values(simulator.control.stats().socketsOpened)).toEqual([1]);
  });

  test('the client id is kept in the store, and taken again after a restart', async () => {
    const simulator = await startSimulator();
    const stores = openMemoryStores(Date.now);
    const kept = { ...stores, close: async () => undefined };
    for (const _life of [1, 2]) {
      const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { stores: kept });
      await gateway.ended((await gateway.submit(sleepGraph(1))).id);
      await gateway.close();
    }
    expect(Object.values(simulator.control.stats().socketsOpened)).toEqual([2]);
  });

  test('a cut socket is opened again, and the job comes to its end with steps', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
    const job = await gateway.submit(sleepGraph(40, 0.03));
    await gateway.until(job.id, ({ progress }) => (progress?.step ?? 0) >= 3);
    simulator.control.sockets.drop();
    await expect.poll(() => Object.values(simulator.control.stats().socketsOpened)).toEqual([2]);
    const step = (await gateway.job(job.id)).progress!.step!;
    await gateway.until(job.id, ({ progress }) => (progress?.step ?? 0) > step + 2);
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'succeeded' });
    expect(simulator.control.stats().openSockets).toBe(1);
  });

  test('while no socket can be had, jobs are followed by polling', async () => {
    const simulator = await startSimulator();
    simulator.control.sockets.refuse();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
    expect(await gateway.ended((await gateway.submit(sleepGraph(3))).id)).toMatchObject({
      status: 'succeeded',
    });
    expect(simulator.control.stats().openSockets).toBe(0);
  });

  test('a deaf socket is closed first, then opened again', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
    const job = await gateway.submit(sleepGraph(100, 0.03));
    await gateway.until(job.id, ({ progress }) => (progress?.step ?? 0) >= 1);
    simulator.control.sockets.deafen();
    await expect
      .poll(() => Object.values(simulator.control.stats().socketsOpened), { timeout: 3_000 })
      .toEqual([2]);
    const step = (await gateway.job(job.id)).progress!.step!;
    await gateway.until(job.id, ({ progress }) => (progress?.step ?? 0) > step);
    // Two sockets of one id would have made the newer one deaf.
    expect(simulator.control.stats().openSockets).toBe(1);
  });

  test('frames about the prompts of others change nothing, broadcast ones included', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url });
    await expect.poll(() => simulator.control.stats().openSockets).toBe(1);
    // Without client_id, steps and previews of the old form go to every socket.
    await prompt(simulator.url, sleepGraph(30, 0.02));
    const job = await gateway.submit(sleepGraph(2));
    const stream = await (await fetch(job.urls.events)).text();
    const before = stream.slice(0, stream.indexOf('"running"'));
    expect(before).not.toContain('event: progress');
    expect(before).not.toContain('event: preview');
    expect(await gateway.ended(job.id)).toMatchObject({ progress: { nodes_total: 3 }, status: 'succeeded' });
  });
});

describe('rule 3: reconcile, cheap first', () => {
  test('the whole queue is not read while nothing changes', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway(
      { COMFYUI_URL: simulator.url, COMFYUI_TRANSPORT: 'poll' },
      { waitMs: { poll: { min: 20, max: 20 } } },
    );
    const job = await gateway.submit(sleepGraph(50, 0.02));
    await gateway.ended(job.id);
    const { requests } = simulator.control.stats();
    expect(requests['GET /prompt']).toBeGreaterThan(20);
    expect(requests['GET /queue']).toBeLessThan(8);
  });

  test('newer versions are asked by /api/jobs alone, and cancel in one step', async () => {
    const simulator = await startSimulator({ jobsApi: true });
    const gateway = await startGateway({ COMFYUI_URL: simulator.url, COMFYUI_TRANSPORT: 'poll' });
    const running = await gateway.submit(sleepGraph(100, 0.02));
    const queued = await gateway.submit(sleepGraph(1));
    await gateway.until(running.id, ({ status }) => status === 'running');
    await gateway.until(queued.id, ({ queue_position: position }) => position === 1);
    const before = simulator.control.stats().requests;
    await gateway.request('POST', `/api/v2/jobs/${running.id}/cancel`);
    expect(await gateway.ended(running.id)).toMatchObject({ status: 'canceled' });
    expect(await gateway.ended(queued.id)).toMatchObject({ status: 'succeeded' });
    const { requests } = simulator.control.stats();
    // The queue with its graphs was read at most by the rebuild at the start.
    expect(requests['GET /queue']).toBe(before['GET /queue']);
    expect(requests['POST /interrupt']).toBeUndefined();
  });

  test('a restarted ComfyUI has lost the job, which is said once it was looked for twice', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
    const running = await gateway.submit(sleepGraph(1000, 0.05));
    const queued = await gateway.submit(sleepGraph(1));
    await gateway.until(running.id, ({ status }) => status === 'running');
    await simulator.control.restart();
    for (const { id } of [running, queued]) {
      expect(await gateway.ended(id)).toMatchObject({ status: 'failed', error: { code: 'lost' } });
    }
  });

  test('one look that finds nothing proves nothing', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway(
      { COMFYUI_URL: simulator.url, COMFYUI_TRANSPORT: 'poll' },
      { waitMs: { ...QUICK, poll: { min: 20, max: 20 } } },
    );
    const job = await gateway.submit(sleepGraph(30, 0.02));
    await gateway.until(job.id, ({ status }) => status === 'running');
    simulator.control.fault({
      route: 'GET /queue',
      kind: 'status',
      status: 200,
      body: { queue_running: [], queue_pending: [] },
      times: 1,
    });
    simulator.control.fault({
      route: 'GET /prompt',
      kind: 'status',
      status: 200,
      body: { exec_info: { queue_remaining: 0 } },
      times: 1,
    });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'succeeded' });
  });
});

describe('rule 4: a submission is sent once', () => {
  test.each(['accept-then-drop', 'accept-then-hang'] as const)(
    '%s: the prompt is looked up and found',
    async (kind) => {
      const simulator = await startSimulator();
      const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
      simulator.control.fault({ route: 'POST /prompt', kind, times: 1 });
      const job = await gateway.submit(sleepGraph(2));
      expect(await gateway.ended(job.id)).toMatchObject({ status: 'succeeded' });
      expect(simulator.control.stats()).toMatchObject({
        executions: { [job.id]: 1 },
        requests: { 'POST /prompt': 1 },
      });
    },
  );

  test('nobody knows: 503 names the job, which is followed to its end', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
    simulator.control.fault({ route: 'POST /prompt', kind: 'accept-then-hang', times: 1 });
    const cannotAsk = simulator.control.fault({ route: 'GET /queue', kind: 'status', status: 500 });
    const response = await gateway.request('POST', '/api/v2/jobs', { workflow: sleepGraph(2) });
    expect(response.status).toBe(503);
    const { error } = (await response.json()) as {
      error: { code: string; details: { job: { id: string } } };
    };
    expect(error.code).toBe('upstream_unreachable');
    simulator.control.clearFaults(cannotAsk);
    expect(await gateway.ended(error.details.job.id)).toMatchObject({ status: 'succeeded' });
    expect(simulator.control.stats().requests['POST /prompt']).toBe(1);
  });

  test('a submission that never arrives is lost only when it cannot arrive any more', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
    simulator.control.fault({ route: 'POST /prompt', kind: 'hang', times: 1 });
    const response = await gateway.request('POST', '/api/v2/jobs', { workflow: sleepGraph(2) });
    expect(response.status).toBe(503);
    const { error } = (await response.json()) as { error: { details: { job: { id: string } } } };
    const job = await gateway.ended(error.details.job.id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'lost' } });
    expect(Date.parse(job.completed_at!) - Date.parse(job.created_at)).toBeGreaterThanOrEqual(
      QUICK.track.settle,
    );
    expect(simulator.control.stats().executions).toEqual({});
  });

  test('no number is ever sent, with which a repeated id would kill the worker', async () => {
    const simulator = await startSimulator();
    const sent: string[] = [];
    const gateway = await startGateway(
      { COMFYUI_URL: simulator.url },
      {
        fetch: (url, init) => {
          if (url.endsWith('/prompt') && init?.method === 'POST') sent.push(String(init.body));
          return fetch(url, init);
        },
      },
    );
    await gateway.submit(sleepGraph(1), { priority: 5 });
    expect(Object.keys(JSON.parse(sent[0]!))).toEqual(['prompt', 'prompt_id', 'client_id', 'extra_data']);
  });
});

test('rule 5: outputs that ComfyUI dropped are named', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url });
  const job = await gateway.submit({ ...sleepGraph(1), '7': { class_type: 'PreviewImage', inputs: {} } });
  expect(job.warnings).toEqual([
    {
      node_id: '7',
      class_type: 'PreviewImage',
      message: expect.stringContaining("required input 'images' is missing"),
    },
  ]);
  expect(await gateway.ended(job.id)).toMatchObject({ status: 'succeeded', warnings: job.warnings });
});

test('rule 6: outputs are what their file is, all of them are kept, temp files say so', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url });
  const image = { class_type: 'EmptyImage', inputs: { width: 64, height: 64, batch_size: 2, color: 7 } };
  const job = await gateway.submit({
    '1': image,
    '2': {
      class_type: 'SaveWEBM',
      inputs: { images: ['1', 0], filename_prefix: 'w', codec: 'vp9', fps: 8, crf: 32 },
    },
    '3': { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
    '4': { class_type: 'PrimitiveString', inputs: { value: 'hello' } },
    '5': { class_type: 'PreviewAny', inputs: { source: ['4', 0] } },
  });
  const { outputs } = await gateway.ended(job.id);
  const found = outputs.map(({ node_id, type, content_type, folder_type }) => [
    node_id,
    type,
    content_type,
    folder_type,
  ]);
  expect(found.sort()).toEqual([
    ['2', 'video', 'video/webm', 'output'],
    ['3', 'image', 'image/png', 'temp'],
    ['3', 'image', 'image/png', 'temp'],
    ['5', 'text', 'text/plain', undefined],
  ]);
});

test('rule 7: a cancel deletes from the queue or interrupts by id, and touches nobody else', async () => {
  const simulator = await startSimulator();
  const bodies: string[] = [];
  const gateway = await startGateway(
    { COMFYUI_URL: simulator.url },
    {
      fetch: (url, init) => {
        if (url.endsWith('/interrupt')) bodies.push(String(init?.body));
        return fetch(url, init);
      },
    },
  );
  const foreign = await prompt(simulator.url, sleepGraph(10, 0.05));
  const queued = await gateway.submit(sleepGraph(1));
  await gateway.request('POST', `/api/v2/jobs/${queued.id}/cancel`);
  expect(await gateway.ended(queued.id)).toMatchObject({ status: 'canceled', started_at: null });
  const running = await gateway.submit(sleepGraph(1000, 0.02));
  await gateway.until(running.id, ({ status }) => status === 'running');
  await gateway.request('POST', `/api/v2/jobs/${running.id}/cancel`);
  expect(await gateway.ended(running.id)).toMatchObject({ status: 'canceled' });
  for (const body of bodies) expect(JSON.parse(body).prompt_id).toMatch(/^[0-9a-f-]{36}$/);
  const history = await (await fetch(`${simulator.url}/history/${foreign}`)).json();
  expect(history[foreign].status.status_str).toBe('success');
});

test('rule 8: integers keep every digit, on every way', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url });
  const seed = '18446744073709551615';
  const text = `{"workflow": ${JSON.stringify(samplerGraph(1)).replace('"seed":1', `"seed":${seed}`)}}`;
  const response = await gateway.request('POST', '/api/v2/jobs', text);
  expect(response.status).toBe(201);
  const { id } = (await response.json()) as { id: string };
  await gateway.ended(id);
  expect(await (await fetch(`${simulator.url}/history/${id}`)).text()).toMatch(
    new RegExp(`"seed": ?${seed}`),
  );
  expect(await (await gateway.request('GET', `/api/v2/jobs/${id}/workflow`)).text()).toContain(
    `"seed":${seed}`,
  );
  // Also after everything was lost but ComfyUI's history.
  const second = await startGateway({ COMFYUI_URL: simulator.url });
  expect(await second.job(id)).toMatchObject({ status: 'succeeded' });
  expect(await (await second.request('GET', `/api/v2/jobs/${id}/workflow`)).text()).toContain(
    `"seed":${seed}`,
  );
});

test('rule 9: without sockets the same job comes to the same end, and none is opened', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url, COMFYUI_TRANSPORT: 'poll' });
  const job = await gateway.submit(samplerGraph(77, 150));
  const stream = await (await fetch(job.urls.events)).text();
  expect(stream).toContain('"running"');
  expect(stream.trimEnd().split('\n').at(-1)).toContain('"succeeded"');
  expect(await gateway.ended(job.id)).toMatchObject({ outputs: [{ node_id: '9', type: 'image' }] });
  expect(simulator.control.stats().socketsOpened).toEqual({});
});

describe('several backends', () => {
  test('a job goes to the one with the fewest prompts, and all about it too', async () => {
    const busy = await startSimulator();
    const idle = await startSimulator();
    await prompt(busy.url, sleepGraph(1000, 0.05));
    const gateway = await startGateway({ COMFYUI_URL: `${busy.url},${idle.url}` });
    const job = await gateway.submit(sleepGraph(2));
    expect(job.backend).toBe('comfyui-2');
    const { outputs } = await gateway.ended(job.id);
    expect((await fetch(outputs[0]!.url)).status).toBe(200);
    expect(busy.control.stats().executions[job.id]).toBeUndefined();
  });

  test('one that is down is passed over', async () => {
    const down = await startSimulator();
    const up = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: `${down.url},${up.url}` });
    await down.close();
    const jobs = await Promise.all([1, 2, 3].map(() => gateway.submit(sleepGraph(1))));
    for (const { id } of jobs)
      expect(await gateway.ended(id)).toMatchObject({ status: 'succeeded', backend: 'comfyui-2' });
  });
});

describe('deadlines', () => {
  test('a run that takes too long is stopped and expires', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
    const job = await gateway.submit(sleepGraph(1000, 0.02), { timeout_ms: 200 });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'expired', error: { code: 'timeout' } });
    await expect.poll(() => simulator.control.stats().queueRemaining).toBe(0);
  });

  test('a wait that takes too long ends in the queue', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway(
      { COMFYUI_URL: simulator.url, JOB_QUEUE_TIMEOUT_MS: '200' },
      { waitMs: QUICK },
    );
    simulator.control.pause();
    const job = await gateway.submit(sleepGraph(1));
    expect(await gateway.ended(job.id)).toMatchObject({
      status: 'expired',
      error: { code: 'queue_timeout' },
      started_at: null,
    });
    expect(simulator.control.stats().queueRemaining).toBe(0);
  });

  test('the waiting does not count as running', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway(
      { COMFYUI_URL: simulator.url, JOB_TIMEOUT_MS: '400' },
      { waitMs: QUICK },
    );
    await prompt(simulator.url, sleepGraph(30, 0.02));
    expect(await gateway.ended((await gateway.submit(sleepGraph(2))).id)).toMatchObject({
      status: 'succeeded',
    });
  });

  test('a node that blocks does not keep the job open; what history says later counts', async () => {
    const simulator = await startSimulator();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs: QUICK });
    const job = await gateway.submit(sleepGraph(1, 1.5), { timeout_ms: 200 });
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'expired', error: { code: 'timeout' } });
  });
});

async function prompt(url: string, graph: unknown): Promise<string> {
  const body = JSON.stringify({ prompt: graph });
  const response = await fetch(`${url}/prompt`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json' },
  });
  return ((await response.json()) as { prompt_id: string }).prompt_id;
}
