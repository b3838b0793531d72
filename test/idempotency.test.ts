import { describe, expect, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import type { FaultKind } from '../src/simulator/faults.ts';
import type { Simulator } from '../src/simulator/simulator.ts';
import {
  eventually,
  refusal,
  startBoth,
  startGateway,
  startSimulator,
  type TestGateway,
} from './support/gateway.ts';
import { pictureGraph } from './support/graphs.ts';

describe('Idempotency-Key', () => {
  test('is for one request: a second one is refused and told of the first job', async () => {
    const { gateway, simulator } = await startBoth();
    const first = (await (await submit(gateway, 'once')).json()) as wire.Job;
    const error = await refusal(await submit(gateway, 'once', pictureGraph()), 422, 'idempotency_key_reuse');
    expect(error.details).toMatchObject({ job: { id: first.id, urls: first.urls } });
    expect((await submit(gateway, 'other')).status).toBe(201);
    await eventually(() => simulator.control.stats().idle);
    expect(Object.keys(simulator.control.stats().executions)).toHaveLength(2);
  });

  test.each([2, 20])('of %i requests at once one wins, and all the others name its job', async (count) => {
    const { gateway, simulator } = await startBoth();
    const answers = await Promise.all(Array.from({ length: count }, () => submit(gateway, 'race')));
    const won = answers.filter(({ status }) => status === 201);
    expect(won).toHaveLength(1);
    const { id, urls } = (await won[0]!.json()) as wire.Job;
    for (const answer of answers.filter((answer) => answer !== won[0])) {
      const { details } = await refusal(answer, 422, 'idempotency_key_reuse');
      expect(details).toMatchObject({ job: { id, urls } });
    }
    await gateway.ended(id);
    expect(simulator.control.stats().executions).toEqual({ [id]: 1 });
    expect(simulator.control.stats().requests['POST /prompt']).toBe(1);
  });

  test('has 1 to 255 characters', async () => {
    const { gateway } = await startBoth();
    for (const key of ['', 'x'.repeat(256)])
      await refusal(await submit(gateway, key), 400, 'invalid_request');
    for (const key of ['x', 'x'.repeat(255), '?a=b:c/../d'])
      expect((await submit(gateway, key)).status).toBe(201);
  });

  test('is free again after a refusal, whoever refused', async () => {
    const { gateway, simulator } = await startBoth({ MAX_QUEUE_DEPTH: '1' });
    await refusal(await submit(gateway, 'k', {}), 422, 'invalid_workflow');
    await refusal(await submit(gateway, 'k', { nodes: [], links: [] }), 422, 'workflow_format_ui');
    await refusal(await submit(gateway, 'k', { '1': { class_type: 'Nothing' } }), 422, 'invalid_workflow');
    simulator.control.pause();
    const { id } = await gateway.submit(pictureGraph());
    await refusal(await submit(gateway, 'k'), 429, 'queue_full');
    simulator.control.resume();
    await gateway.ended(id);
    expect((await submit(gateway, 'k')).status).toBe(201);
  });

  test('is free again when ComfyUI cannot be reached, or fails without taking the job', async () => {
    const { gateway, simulator } = await startBoth();
    simulator.control.fault({ route: 'POST /prompt', kind: 'status', status: 500, times: 1 });
    await refusal(await submit(gateway, 'k'), 502, 'upstream_error');
    await simulator.control.stop();
    await refusal(await submit(gateway, 'k'), 503, 'upstream_unreachable');
    expect(await jobs(gateway)).toEqual([]);
    await simulator.control.start();
    expect((await submit(gateway, 'k')).status).toBe(201);
  });

  test('a submission whose answer was lost is found by its id, not sent again', async () => {
    const { gateway, simulator } = await startBoth();
    simulator.control.fault({ route: 'POST /prompt', kind: 'accept-then-drop', times: 1 });
    const answer = await submit(gateway, 'k');
    expect(answer.status).toBe(201);
    const { id } = (await answer.json()) as wire.Job;
    expect(await gateway.ended(id)).toMatchObject({ status: 'succeeded' });
    expect(simulator.control.stats().requests['POST /prompt']).toBe(1);
    await refusal(await submit(gateway, 'k'), 422, 'idempotency_key_reuse');
  });

  test.each(['drop', 'hang'] as const)(
    'stays taken while nobody knows what became of the submission (%s), and its job is followed',
    async (how) => {
      const { gateway, simulator } = await startBoth(
        {},
        { waitMs: { http: { submit: 200, read: 200, list: 200 } } },
      );
      breakOff(simulator, `accept-then-${how}`, how);
      const lost = await submit(gateway, 'k');
      expect(lost.headers.get('retry-after')).toMatch(/^\d+$/);
      const { details } = await refusal(lost, 503, 'upstream_unreachable');
      const { job } = details as { job: Pick<wire.Job, 'id' | 'urls'> };
      const again = await refusal(await submit(gateway, 'k'), 422, 'idempotency_key_reuse');
      expect(again.details).toEqual({ job });
      simulator.control.clearFaults();
      expect(await gateway.ended(job.id)).toMatchObject({ status: 'succeeded', urls: job.urls });
      expect(simulator.control.stats().executions).toEqual({ [job.id]: 1 });
    },
  );

  test('an unknown submission that never arrived is lost in the end, not before it could have arrived', async () => {
    const simulator = await startSimulator();
    const waitMs = { track: { settle: 1_000, absent: 100 }, socket: { look: 100, deaf: 200 } };
    const gateway = await startGateway({ COMFYUI_URL: simulator.url }, { waitMs });
    breakOff(simulator, 'drop');
    const { details } = await refusal(await submit(gateway, 'k'), 503, 'upstream_unreachable');
    const { id } = (details as { job: { id: string } }).job;
    simulator.control.clearFaults();
    const job = await gateway.ended(id);
    expect(job).toMatchObject({ status: 'failed', error: { code: 'lost' } });
    expect(Date.parse(job.completed_at ?? '') - Date.parse(job.created_at)).toBeGreaterThanOrEqual(1_000);
    await refusal(await submit(gateway, 'k'), 422, 'idempotency_key_reuse');
  });

  test('IDEMPOTENCY=replay gives the first job again, and says so', async () => {
    const { gateway, simulator } = await startBoth({ IDEMPOTENCY: 'replay' });
    const first = await submit(gateway, 'k');
    expect(first.headers.has('idempotency-replayed')).toBe(false);
    const { id } = (await first.json()) as wire.Job;
    await gateway.ended(id);
    const second = await submit(gateway, 'k', pictureGraph());
    expect([second.status, second.headers.get('idempotency-replayed')]).toEqual([201, 'true']);
    expect(await second.json()).toMatchObject({ id, status: 'succeeded' });
    expect(Object.keys(simulator.control.stats().executions)).toEqual([id]);
  });

  test('IDEMPOTENCY=replay gives the same job to all of twenty at once', async () => {
    const { gateway, simulator } = await startBoth({ IDEMPOTENCY: 'replay' });
    const answers = await Promise.all(Array.from({ length: 20 }, () => submit(gateway, 'race')));
    expect(answers.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 201));
    const ids = await Promise.all(answers.map(async (answer) => ((await answer.json()) as wire.Job).id));
    expect(new Set(ids).size).toBe(1);
    expect(answers.filter((answer) => answer.headers.has('idempotency-replayed'))).toHaveLength(19);
    expect(simulator.control.stats().requests['POST /prompt']).toBe(1);
  });
});

describe('ComfyUI is away or full', () => {
  test('submit says when to come back, and leaves nothing behind', async () => {
    const { gateway, simulator } = await startBoth();
    await simulator.control.stop();
    const answer = await submit(gateway);
    expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
    const error = await refusal(answer, 503, 'upstream_unreachable');
    expect(error.message).not.toContain(new URL(simulator.url).port);
    expect(await jobs(gateway)).toEqual([]);
  });

  test('the gateway starts without ComfyUI, and heals when it comes', async () => {
    const simulator = await startSimulator();
    await simulator.control.stop();
    const gateway = await startGateway({ COMFYUI_URL: simulator.url });
    await refusal(await submit(gateway), 503, 'upstream_unreachable');
    await simulator.control.start();
    const job = (await (await submit(gateway)).json()) as wire.Job;
    expect(await gateway.ended(job.id)).toMatchObject({ status: 'succeeded' });
  });

  test.each([{ status: 500, body: 'Internal Server Error at /comfyui/x' }, { status: 403 }])(
    'a ComfyUI that answers $status has not taken it: upstream_error, and nothing is left',
    async (fault) => {
      const { gateway, simulator } = await startBoth();
      simulator.control.fault({ route: 'POST /prompt', kind: 'status', times: 1, ...fault });
      const { message } = await refusal(await submit(gateway), 502, 'upstream_error');
      expect(message).not.toContain('/comfyui');
      expect(await jobs(gateway)).toEqual([]);
    },
  );

  test.each([
    { status: 502, body: '<html>bad gateway at http://10.0.0.7:8188</html>' },
    { status: 200, body: '<html>log in first</html>' },
    { status: 200, body: [1] },
    { status: 302, headers: { location: 'http://169.254.169.254/' } },
  ])(
    '$status $body is not ComfyUI speaking: the job is named and followed until it is clear',
    async (fault) => {
      const waitMs = { track: { settle: 300, absent: 100 }, socket: { look: 100, deaf: 200 } };
      const { gateway, simulator } = await startBoth({}, { waitMs });
      simulator.control.fault({ route: 'POST /prompt', kind: 'status', times: 1, ...fault });
      const { message, details } = await refusal(await submit(gateway), 503, 'upstream_unreachable');
      expect(message).not.toMatch(/10\.0\.0\.7|169\.254|<html>/);
      const { id } = (details as { job: { id: string } }).job;
      expect(await gateway.ended(id)).toMatchObject({ status: 'failed', error: { code: 'lost' } });
    },
  );

  test('beyond MAX_QUEUE_DEPTH submit is refused until there is room', async () => {
    const { gateway, simulator } = await startBoth({ MAX_QUEUE_DEPTH: '2' });
    simulator.control.pause();
    const first = await gateway.submit(pictureGraph());
    await gateway.submit(pictureGraph());
    const full = await submit(gateway);
    expect(full.headers.get('retry-after')).toMatch(/^\d+$/);
    await refusal(full, 429, 'queue_full');
    await gateway.request('POST', first.urls.cancel);
    await gateway.ended(first.id);
    expect((await submit(gateway)).status).toBe(201);
  });

  test('of many at once no more than MAX_QUEUE_DEPTH get in, and refused ones leave no mark', async () => {
    const { gateway, simulator } = await startBoth({ MAX_QUEUE_DEPTH: '3' });
    simulator.control.pause();
    const answers = await Promise.all(Array.from({ length: 10 }, () => submit(gateway)));
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(3);
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(7);
    simulator.control.resume();
    for (const job of await jobs(gateway)) await gateway.ended(job.id);
    for (let i = 0; i < 5; i++) await refusal(await submit(gateway, undefined, {}), 422, 'invalid_workflow');
    expect((await submit(gateway)).status).toBe(201);
  });
});

/** ComfyUI answers nothing any more, the submission first. */
function breakOff({ control }: Simulator, submission: FaultKind, rest: FaultKind = 'drop'): void {
  control.fault({ route: 'POST /prompt', kind: submission, times: 1 });
  control.fault({ route: '*', kind: rest });
}

function submit(gateway: TestGateway, key?: string, workflow: unknown = pictureGraph()): Promise<Response> {
  const headers = { ...(key !== undefined && { 'idempotency-key': key }) };
  return gateway.request('POST', '/api/v2/jobs', { workflow }, headers);
}

async function jobs(gateway: TestGateway): Promise<wire.Job[]> {
  return ((await (await gateway.request('GET', '/api/v2/jobs')).json()) as wire.JobList).jobs;
}
