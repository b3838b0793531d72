/**
 * Several gateways on one Redis and one ComfyUI are one system, whichever of them is asked, killed or frozen. Each is
 * the real entry in a process of its own; ComfyUI is the simulator, in this process.
 */
import { EventSource } from 'eventsource';
import { Redis } from 'ioredis';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { openRedisStores } from '../src/runtime/stores/redis.ts';
import type { Simulator } from '../src/simulator/simulator.ts';
import { brief, checkNumbers, durable, watch, type SeenEvent, type Watch } from './support/events.ts';
import { eventually, refusal, startGateway, startSimulator, TERMINAL } from './support/gateway.ts';
import { pictureGraph, samplerGraph, sleepGraph, stagesGraph } from './support/graphs.ts';
import { startGatewayProcess, type GatewayProcess } from './support/processes.ts';
import { startProxy } from './support/proxy.ts';
import { redisIsMissing, startRedis, type RedisServer } from './support/redis.ts';

/** Longest time without a leader, in ms. */
const TAKEOVER_MS = 10_000;

describe.skipIf(redisIsMissing)('any instance will do', () => {
  test('submitted on one, watched live on all, through one socket', async () => {
    const { simulator, gateways } = await startCluster(3);
    const [a, b, c] = gateways as [GatewayProcess, GatewayProcess, GatewayProcess];
    const everything = await watch(`${c.url}/api/v2/events`);
    // The first leads; both ways are tried.
    for (const submitter of [a, b]) {
      simulator.control.pause();
      const { id } = await submitter.submit(stagesGraph(2, 30, 0.04));
      const streams = await Promise.all(gateways.map((gateway) => watch(eventsOf(gateway, id), 0)));
      for (const stream of streams) await stream.first(({ data }) => data['queue_position'] === 1);
      simulator.control.resume();
      const seen = await Promise.all(streams.map((stream) => stream.ended));
      for (const events of seen) {
        checkNumbers(events);
        expect(statuses(durable(events))).toEqual(['queued', 'running', 'succeeded']);
        expect(durable(events).map(brief)).toEqual(durable(seen[0]!).map(brief));
        expect(new Set(stepsOf(events).map(({ data }) => data['step'])).size).toBeGreaterThan(25);
        expect(events.filter(({ event }) => event === 'preview').length).toBeGreaterThanOrEqual(3);
      }
      // Live: nobody hears of an output much later than the others.
      for (const index of [0, 1]) {
        const times = seen.map((events) => events.filter(({ event }) => event === 'output')[index]!.at);
        expect(Math.max(...times) - Math.min(...times)).toBeLessThan(500);
      }
      await everything.first(({ data }) => data['job_id'] === id && TERMINAL.has(data['status'] ?? ''));
      const told = everything.seen.filter(({ data }) => data['job_id'] === id);
      expect(new Set(told.map(({ event }) => event))).toEqual(
        new Set(['status', 'progress', 'preview', 'output']),
      );
      expect(told.filter(({ event }) => event === 'output')).toHaveLength(2);
      await checkAlike(gateways, id);
    }
    checkOneSocket(simulator);
    checkRunOnce(simulator, 2);
    for (const gateway of gateways) checkNoFaults(gateway);
  }, 30_000);

  test('a stream goes on at another instance: nothing is missed, nothing repeated', async () => {
    const { simulator, gateways } = await startCluster(3);
    simulator.control.pause();
    const { id } = await gateways[1]!.submit(stagesGraph(6, 6, 0.04, 2));
    const received: SeenEvent[] = [];
    let last = 0;
    let turns = 0;
    for (let over = false; !over; turns++) {
      const stream = await watch(eventsOf(gateways[turns % 3]!, id), last);
      if (turns === 1) simulator.control.resume();
      await Promise.race([
        stream.first((event) => durable([event]).length > 0 && (event.id ?? 0) > last),
        stream.ended,
      ]);
      checkNumbers(stream.seen, last);
      received.push(...durable(stream.seen));
      last = Math.max(last, ...stream.seen.map((event) => event.id ?? 0));
      over = TERMINAL.has(received.at(-1)?.data['status'] ?? '');
      stream.close();
    }
    expect(turns).toBeGreaterThan(6);
    const whole = await checkAlike(gateways, id);
    expect(received.map(brief)).toEqual(whole);
    expect(whole).toHaveLength(3 + 12);
    for (const gateway of gateways)
      expect((await watch(eventsOf(gateway, id), last)).response.status).toBe(204);
  }, 30_000);

  test('list, read, cancel and fetch the picture anywhere', async () => {
    const { simulator, gateways } = await startCluster(2);
    const [a, b] = gateways as [GatewayProcess, GatewayProcess];
    const running = await a.submit(sleepGraph(1000, 0.02));
    await b.until(running.id, ({ status }) => status === 'running');
    const queuedOnB = await b.submit(pictureGraph());
    const graph = JSON.stringify(samplerGraph()).replace('"seed":1', '"seed":18446744073709551615');
    const queuedOnA = (await (
      await a.request('POST', '/api/v2/jobs', `{"workflow":${graph}}`)
    ).json()) as wire.Job;
    const last = await b.submit(pictureGraph());
    const all = [last, queuedOnA, queuedOnB, running].map(({ id }) => id);
    for (const gateway of gateways) {
      expect((await list(gateway)).map(({ id }) => id)).toEqual(all);
      expect((await list(gateway, '?status=queued')).map(({ id }) => id)).toEqual(all.slice(0, 3));
      for (const id of all) expect((await gateway.job(id)).id).toBe(id);
      const workflow = await gateway.request('GET', `/api/v2/jobs/${queuedOnA.id}/workflow`);
      expect(await workflow.text()).toBe(`{"workflow":${graph},"format":"api"}`);
    }

    // A leads; B is asked to stop what was submitted on A, and the other way round.
    const streams = await Promise.all(
      [running, queuedOnA, queuedOnB].flatMap(({ id }) =>
        gateways.map((gateway) => watch(eventsOf(gateway, id), 0)),
      ),
    );
    for (const [gateway, job] of [
      [b, queuedOnA],
      [a, queuedOnB],
      [b, running],
    ] as const) {
      const answer = await gateway.request('POST', `/api/v2/jobs/${job.id}/cancel`);
      expect(answer.status).toBe(200);
      expect(['canceling', 'canceled']).toContain(((await answer.json()) as wire.Job).status);
      for (const each of gateways) expect((await each.ended(job.id)).status).toBe('canceled');
    }
    for (const stream of streams) expect(statuses(await stream.ended).at(-1)).toBe('canceled');
    for (const id of all.slice(1)) await checkAlike(gateways, id);

    // What was not cancelled runs, and its picture is there on both.
    expect((await a.ended(last.id)).status).toBe('succeeded');
    expect(simulator.control.stats().executions).toEqual({ [running.id]: 1, [last.id]: 1 });
    const pictures = await Promise.all(
      gateways.map(async (gateway) => {
        const [output] = (await gateway.job(last.id)).outputs;
        expect(output!.url).toContain(gateway.url);
        return Buffer.from(await (await fetch(output!.url)).arrayBuffer()).toString('base64');
      }),
    );
    expect(pictures[0]).toMatch(/^iVBOR/);
    expect(pictures[1]).toBe(pictures[0]);
    checkOneSocket(simulator);
  }, 30_000);

  test('of many requests with one Idempotency-Key, all over the place, one wins', async () => {
    const { simulator, gateways } = await startCluster(3);
    const won: string[] = [];
    for (const key of ['k1', 'k2', 'k3']) {
      const answers = await Promise.all(
        Array.from({ length: 18 }, (_, i) =>
          gateways[i % 3]!.request(
            'POST',
            '/api/v2/jobs',
            { workflow: pictureGraph() },
            { 'idempotency-key': key },
          ),
        ),
      );
      const winners = answers.filter(({ status }) => status === 201);
      expect(winners).toHaveLength(1);
      const { id } = (await winners[0]!.json()) as wire.Job;
      for (const answer of answers.filter(({ status }) => status !== 201)) {
        const { details } = await refusal(answer, 422, 'idempotency_key_reuse');
        expect(details).toMatchObject({ job: { id } });
      }
      won.unshift(id);
    }
    for (const gateway of gateways) {
      for (const id of won) expect((await gateway.ended(id)).status).toBe('succeeded');
      expect((await list(gateway)).map(({ id }) => id)).toEqual(won);
    }
    checkRunOnce(simulator, 3);
  }, 30_000);

  test('two clean up, and every old job is gone, with all that belonged to it', async () => {
    const { redis, gateways } = await startCluster(2, { JOB_MAX_AGE_MS: '1500', CLEANUP_INTERVAL_MS: '100' });
    const raw = rawOf(redis);
    const jobs = await Promise.all(
      Array.from({ length: 40 }, (_, i) => gateways[i % 2]!.submit(pictureGraph())),
    );
    const left = async (kind: string) => (await raw.keys(`comfygate:${kind}:*`)).length;
    expect(await left('jobs')).toBeGreaterThan(30);
    for (const kind of ['jobs', 'graphs', 'assets'])
      await expect.poll(() => left(kind), { timeout: 10_000 }).toBe(0);
    await expect.poll(() => raw.keys('comfygate-index:*'), { timeout: 5_000 }).toEqual([]);
    for (const gateway of gateways) {
      expect(await list(gateway)).toEqual([]);
      expect((await gateway.request('GET', `/api/v2/jobs/${jobs[0]!.id}`)).status).toBe(404);
      checkNoFaults(gateway);
    }
    const removed = gateways
      .flatMap(({ logged }) => logged)
      .filter(({ event }) => event === 'jobs_removed')
      .map(({ jobs: count }) => Number(count));
    // On a busy machine a round can outlast its lease; what is removed twice is counted twice.
    expect(removed.reduce((sum, count) => sum + count, 0)).toBeGreaterThanOrEqual(40);
  }, 30_000);
});

describe.skipIf(redisIsMissing)('an instance that goes', () => {
  test('the leader is killed in mid-run: another goes on with steps and previews', async () => {
    const { simulator, gateways } = await startCluster(3);
    const [a, b, c] = gateways as [GatewayProcess, GatewayProcess, GatewayProcess];
    const { id } = await a.submit(stagesGraph(3, 50, 0.07));
    const next = await a.submit(sleepGraph(5, 0.05));
    const streams = await Promise.all([b, c].map((gateway) => watch(eventsOf(gateway, id), 0)));
    for (const { seen } of streams) await eventually(() => stepsOf(seen).length > 5);
    await a.kill();
    const killedAt = performance.now();
    for (const { seen } of streams) await takenOver(seen, killedAt, 'leader killed');
    checkOneSocket(simulator);
    for (const stream of streams) checkWhole(await stream.ended, ['11', '21', '31']);
    await checkAlike([b, c], id);
    expect((await c.ended(next.id)).status).toBe('succeeded');
    checkRunOnce(simulator, 2);
    // The client id stays; the dead one's socket and one of whoever came after it.
    expect(Object.values(simulator.control.stats().socketsOpened)).toEqual([2]);

    // It comes back as one of many.
    await a.start();
    const { id: late } = await a.submit(stagesGraph(1, 10, 0.05));
    checkWhole(await (await watch(eventsOf(a, late), 0)).ended, ['11']);
    await checkAlike(gateways, late);
    checkOneSocket(simulator);
  }, 60_000);

  test('the leader freezes for 15 s in mid-run: another goes on, also when it wakes', async () => {
    const { simulator, gateways } = await startCluster(2);
    const a = gateways[0]!;
    const { id } = await a.submit(stagesGraph(4, 60, 0.1));
    const [onA, onB] = (await Promise.all(gateways.map((gateway) => watch(eventsOf(gateway, id), 0)))) as [
      Watch,
      Watch,
    ];
    await eventually(() => stepsOf(onA.seen).length > 5 && stepsOf(onB.seen).length > 5);
    a.freeze();
    const frozenAt = performance.now();
    onTestFinished(() => a.thaw());
    await takenOver(onB.seen, frozenAt, 'leader frozen');
    await until(frozenAt + 15_000);
    a.thaw();
    const thawedAt = performance.now();
    // Its socket closes, which makes the one of the healthy leader deaf.
    await until(thawedAt + 6_000);
    const pauses = pausesOf(stepsOf(onB.seen), thawedAt, thawedAt + 6_000);
    console.log(`thawed: longest pause between two steps on the other ${pauses.toFixed(0)} ms`);
    expect(pauses).toBeLessThan(3_000);
    expect(onB.seen.some(({ event, at }) => event === 'preview' && at > thawedAt + 3_000)).toBe(true);
    // It hears what happens again, from the new leader.
    expect(pausesOf(stepsOf(onA.seen), thawedAt + 3_000, thawedAt + 6_000)).toBeLessThan(2_000);
    for (const stream of [onA, onB]) checkWhole(await stream.ended, ['11', '21', '31', '41']);
    await checkAlike(gateways, id);
    checkRunOnce(simulator, 1);
    checkOneSocket(simulator);
  }, 60_000);

  test('a viewer on an instance that slept through the end is told of it when it wakes', async () => {
    const { simulator, gateways } = await startCluster(2);
    const [a, b] = gateways as [GatewayProcess, GatewayProcess];
    const { id } = await b.submit(stagesGraph(2, 10, 0.05));
    const stream = await watch(eventsOf(b, id), 0);
    await eventually(() => stepsOf(stream.seen).length > 3);
    b.freeze();
    onTestFinished(() => b.thaw());
    await a.ended(id);
    expect(durable(stream.seen).at(-1)?.data['status']).toBe('running');
    b.thaw();
    checkWhole(await stream.ended, ['11', '21']);
    await checkAlike(gateways, id);
    checkRunOnce(simulator, 1);
  }, 30_000);

  test('killed between POST and its answer: another finds the job, which runs once', async () => {
    const { simulator, gateways } = await startCluster(2);
    const [a, b] = gateways as [GatewayProcess, GatewayProcess];
    simulator.control.fault({ route: 'POST /prompt', kind: 'accept-then-hang', times: 1 });
    const lost = b.submit(stagesGraph(2, 20, 0.05)).catch(() => 'no answer');
    const id = await eventually(() => Object.keys(simulator.control.stats().executions)[0]);
    await b.kill();
    expect(await lost).toBe('no answer');
    const { status, outputs } = await a.ended(id, 15_000);
    expect({ status, nodes: outputs.map(({ node_id }) => node_id) }).toEqual({
      status: 'succeeded',
      nodes: ['11', '21'],
    });
    checkRunOnce(simulator, 1);
  }, 40_000);

  test.each(['leader', 'other'] as const)(
    'a deadline is kept once, though its submitter (the %s) is dead',
    async (role) => {
      const { simulator, gateways } = await startCluster(2);
      const [submitter, survivor] = (role === 'leader' ? gateways : gateways.toReversed()) as [
        GatewayProcess,
        GatewayProcess,
      ];
      const { id } = await submitter.submit(sleepGraph(1000, 0.05), { timeout_ms: 3_000 });
      const next = await submitter.submit(pictureGraph());
      await survivor.until(id, ({ status }) => status === 'running');
      const stream = await watch(eventsOf(survivor, id), 0);
      await submitter.kill();
      const killedAt = performance.now();
      const seen = await stream.ended;
      console.log(
        `deadline of 3 s, submitter (${role}) dead: ${((performance.now() - killedAt) / 1000).toFixed(1)} s`,
      );
      expect(performance.now() - killedAt).toBeLessThan(3_000 + (role === 'leader' ? TAKEOVER_MS : 1_000));
      expect(statuses(durable(seen))).toEqual(['queued', 'running', 'expired']);
      expect(await survivor.job(id)).toMatchObject({ status: 'expired', error: { code: 'timeout' } });
      // Nothing else was hit.
      expect((await survivor.ended(next.id)).status).toBe('succeeded');
      checkRunOnce(simulator, 2);
      expect(simulator.control.stats().requests['POST /interrupt']).toBe(1);
    },
    40_000,
  );

  test('both end in order on SIGTERM, and a third takes over at once', async () => {
    const { simulator, redis, gateways } = await startCluster(2);
    const [a, b] = gateways as [GatewayProcess, GatewayProcess];
    const { id } = await a.submit(stagesGraph(2, 40, 0.05));
    const streams = await Promise.all(gateways.map((gateway) => watch(eventsOf(gateway, id), 0)));
    for (const { seen } of streams) await eventually(() => stepsOf(seen).length > 3);
    const start = performance.now();
    expect(await Promise.all([a.terminate(), b.terminate()])).toEqual([0, 0]);
    console.log(`SIGTERM: both ended after ${(performance.now() - start).toFixed(0)} ms`);
    expect(performance.now() - start).toBeLessThan(5_000);
    for (const stream of streams) {
      expect(statuses(durable(await stream.ended))).toEqual(['queued', 'running']);
      expect(stream.retries).toEqual([1000]);
    }
    expect(simulator.control.stats().openSockets).toBe(0);
    const c = await startGatewayProcess(settings(redis, simulator));
    const last = durable(streams[0]!.seen).at(-1)!.id!;
    const rest = await (await watch(eventsOf(c, id), last)).ended;
    expect(stepsOf(rest).length).toBeGreaterThan(10);
    expect(statuses(durable(rest))).toEqual(['succeeded']);
    await checkAlike([c], id);
    checkRunOnce(simulator, 1);
  }, 30_000);
});

describe.skipIf(redisIsMissing)('a Redis that goes', () => {
  test('killed for 5 s during a run: refused meanwhile, and nothing that was accepted is lost', async () => {
    const { simulator, redis, gateways } = await startCluster(2);
    const [a, b] = gateways as [GatewayProcess, GatewayProcess];
    const { id } = await b.submit(stagesGraph(3, 45, 0.07));
    const others = await Promise.all(gateways.map((gateway) => gateway.submit(stagesGraph(1, 5, 0.02))));
    const viewers = gateways.map((gateway) => follow(gateway, id));
    for (const { seen } of viewers) await eventually(() => stepsOf(seen).length > 5);
    await redis.kill();
    const killedAt = performance.now();
    for (let round = 0; round < 2; round++) {
      await Promise.all(
        gateways.flatMap((gateway) => [
          refused(gateway, 'POST', '/api/v2/jobs', { workflow: pictureGraph() }),
          refused(gateway, 'GET', `/api/v2/jobs/${id}`),
          refused(gateway, 'GET', '/api/v2/jobs'),
          refused(gateway, 'GET', `/api/v2/jobs/${id}/workflow`),
          refused(gateway, 'POST', `/api/v2/jobs/${id}/cancel`),
        ]),
      );
      // EventSource gives up for good on an error status.
      for (const gateway of gateways) {
        const stream = await watch(eventsOf(gateway, id), 1);
        expect(stream.response.status).toBe(200);
        expect(await stream.ended).toEqual([]);
        expect(stream.retries).toEqual([1000]);
        expect((await gateway.request('GET', '/healthz')).status).toBe(200);
      }
    }
    // Who was watching is not sent away for good.
    for (const { source } of viewers) expect(source.readyState).not.toBe(EventSource.CLOSED);
    await until(killedAt + 5_000);
    await redis.start();
    const backAt = performance.now();
    for (const gateway of gateways) {
      await eventually(async () => (await gateway.request('GET', `/api/v2/jobs/${id}`)).status === 200);
    }
    console.log(`Redis back: answers after ${(performance.now() - backAt).toFixed(0)} ms`);
    expect(performance.now() - backAt).toBeLessThan(5_000);
    for (const { seen } of viewers) await takenOver(seen, backAt, 'Redis back');
    for (const { seen } of viewers) {
      await eventually(() => TERMINAL.has(statuses(seen).at(-1) ?? ''));
      checkWhole(seen, ['11', '21', '31']);
    }
    const { id: late } = await a.submit(pictureGraph());
    for (const gateway of gateways)
      for (const job of [...others, { id: late }])
        expect((await gateway.ended(job.id)).status).toBe('succeeded');
    expect((await list(b)).map((job) => job.id).sort()).toEqual(
      [id, late, ...others.map((job) => job.id)].sort(),
    );
    for (const job of [id, late]) await checkAlike(gateways, job);
    checkRunOnce(simulator, 4);
    checkOneSocket(simulator);
  }, 60_000);

  test('away while a job ends: who watches is told when it is back, on every instance', async () => {
    const { simulator, redis, gateways } = await startCluster(2);
    const { id } = await gateways[1]!.submit(stagesGraph(2, 10, 0.05));
    const viewers = gateways.map((gateway) => follow(gateway, id));
    for (const { seen } of viewers) await eventually(() => stepsOf(seen).length > 3);
    await redis.kill();
    await eventually(() => simulator.control.stats().idle);
    await redis.start();
    for (const { seen } of viewers) {
      await eventually(() => TERMINAL.has(statuses(seen).at(-1) ?? ''));
      checkWhole(seen, ['11', '21']);
    }
    await checkAlike(gateways, id);
    checkRunOnce(simulator, 1);
  }, 40_000);

  test('away at the start: they listen, refuse, and work once it is there', async () => {
    const redis = await serverOf();
    const simulator = await startSimulator();
    await redis.stop();
    const gateways = await Promise.all([1, 2].map(() => startGatewayProcess(settings(redis, simulator))));
    const [a, b] = gateways as [GatewayProcess, GatewayProcess];
    for (const gateway of gateways) {
      expect((await gateway.request('GET', '/healthz')).status).toBe(200);
      await refused(gateway, 'GET', '/api/v2/jobs');
      await refused(gateway, 'POST', '/api/v2/jobs', { workflow: pictureGraph() });
    }
    await redis.start();
    for (const gateway of gateways)
      await eventually(async () => (await gateway.request('GET', '/api/v2/jobs')).status === 200);
    const { id } = await a.submit(stagesGraph(1, 20, 0.05));
    const seen = await (await watch(eventsOf(b, id), 0)).ended;
    checkWhole(seen, ['11']);
    expect(stepsOf(seen).length).toBeGreaterThan(10);
    checkOneSocket(simulator);
    checkRunOnce(simulator, 1);
  }, 30_000);

  test('away at the start: jobs of before are looked after once it is back, though nobody asks', async () => {
    const { simulator, redis, gateways } = await startCluster(1);
    const { id } = await gateways[0]!.submit(sleepGraph(1000, 0.05), { timeout_ms: 2_000 });
    await gateways[0]!.until(id, ({ status }) => status === 'running');
    await gateways[0]!.kill();
    await redis.stop();
    await startGatewayProcess(settings(redis, simulator));
    await redis.start();
    await expect.poll(() => simulator.control.stats().idle, { timeout: TAKEOVER_MS }).toBe(true);
  }, 30_000);

  test('ends in order on SIGTERM also while Redis is away', async () => {
    const { redis, gateways } = await startCluster(2);
    const { id } = await gateways[0]!.submit(sleepGraph(1000, 0.02));
    await Promise.all(gateways.map((gateway) => watch(eventsOf(gateway, id))));
    await redis.kill();
    const start = performance.now();
    expect(await Promise.all(gateways.map((gateway) => gateway.terminate()))).toEqual([0, 0]);
    expect(performance.now() - start).toBeLessThan(5_000);
  }, 20_000);

  test('a submission that ComfyUI took while Redis went is not called refused', async () => {
    const { simulator, redis, gateways } = await startCluster(1);
    simulator.control.fault({ route: 'POST /prompt', kind: 'delay', delayMs: 600, times: 1 });
    const answer = gateways[0]!.request('POST', '/api/v2/jobs', { workflow: sleepGraph(2) });
    await eventually(() => simulator.control.stats().requests['POST /prompt'] === 1);
    await redis.kill();
    const body = (await (await answer).json()) as Partial<wire.Job & wire.ErrorEnvelope>;
    const [id] = Object.keys(simulator.control.stats().executions);
    // A success or not: whoever asked must be able to find the job, and have no reason to submit it again.
    const first = (body.error?.details as { job?: { id: string } } | null | undefined)?.job;
    expect(body.id ?? first?.id).toBe(id);
    await redis.start();
    expect((await eventually(() => gateways[0]!.ended(id!).catch(() => undefined))).status).toBe('succeeded');
    checkRunOnce(simulator, 1);
  }, 20_000);
});

describe.skipIf(redisIsMissing)('messages are lost, and come late', () => {
  test('an end that an instance did not hear of reaches its viewers all the same', async () => {
    const redis = await serverOf();
    const simulator = await startSimulator();
    const a = await startGatewayProcess(settings(redis, simulator));
    const proxy = await startProxy(redis.port, /subscribe/i);
    const through = { ...settings(redis, simulator), STORAGE_URL: proxy.url.replace('http', 'redis') };
    const b = await startGatewayProcess({ ...through, MAX_QUEUE_DEPTH: '1' });
    const { id } = await a.submit(stagesGraph(2, 10, 0.05));
    const stream = await watch(eventsOf(b, id), 0);
    await eventually(() => stepsOf(stream.seen).length > 3);
    const cutting = setInterval(() => proxy.cut(), 2);
    onTestFinished(() => clearInterval(cutting));
    await a.ended(id);
    clearInterval(cutting);
    expect(TERMINAL.has(statuses(stream.seen).at(-1) ?? '')).toBe(false);
    await expect.poll(() => statuses(stream.seen).at(-1), { timeout: 15_000 }).toBe('succeeded');
    checkWhole(await stream.ended, ['11', '21']);
    // Nor does it take room in the queue for ever.
    expect((await b.request('POST', '/api/v2/jobs', { workflow: pictureGraph() })).status).toBe(201);
  }, 40_000);

  test('news that are older than the end of a job do not bring it back', async () => {
    const { simulator, redis, gateways } = await startCluster(2, { MAX_QUEUE_DEPTH: '1' });
    const heard: string[] = [];
    const listener = rawOf(redis);
    await listener.subscribe('comfygate:0');
    listener.on('message', (_channel: string, message: string) => heard.push(message));
    const { id } = await gateways[1]!.submit(sleepGraph(10, 0.05));
    for (const gateway of gateways) await gateway.ended(id);
    // As from one that froze, or was slow, between a write and its message. Then the leader looks for good.
    const old = heard.find((message) => JSON.parse(message).job?.status === 'running')!;
    await rawOf(redis).publish('comfygate:0', JSON.stringify({ ...JSON.parse(old), from: 'another' }));
    await new Promise((resolve) => setTimeout(resolve, 200));
    for (const gateway of gateways) {
      const next = await gateway.request('POST', '/api/v2/jobs', { workflow: pictureGraph() });
      expect(next.status).toBe(201);
      const { id: nextId } = (await next.json()) as wire.Job;
      for (const each of gateways) await each.ended(nextId);
    }
    await quiet(simulator, 5_500);
  }, 40_000);

  test('a submission that another instance saw before it was refused leaves nothing to be followed', async () => {
    const redis = await serverOf();
    const simulator = await startSimulator();
    const waitMs = {
      lead: { rescan: 50, renew: 50 },
      socket: { look: 100 },
      track: { settle: 200, absent: 50 },
    };
    const [, b] = [
      await startInProcess(redis, simulator, waitMs),
      await startInProcess(redis, simulator, waitMs),
    ];
    simulator.control.fault({ route: 'POST /prompt', kind: 'delay', delayMs: 500, times: 1 });
    const refused = await b.request('POST', '/api/v2/jobs', { workflow: { '1': { class_type: 'Nothing' } } });
    await refusal(refused, 422, 'invalid_workflow');
    await quiet(simulator, 2_000);
  }, 20_000);
});

/** Gateways in this process with other waits than the usual ones. */
async function startInProcess(redis: RedisServer, simulator: Simulator, waitMs: object) {
  const stores = await openRedisStores(redis.url);
  return startGateway({ COMFYUI_URL: simulator.url }, { stores, waitMs });
}

/** Instances on a Redis and a ComfyUI of their own; the first leads. */
async function startCluster(count: number, env: Record<string, string> = {}) {
  const redis = await serverOf();
  const simulator = await startSimulator();
  const gateways: GatewayProcess[] = [];
  while (gateways.length < count)
    gateways.push(await startGatewayProcess({ ...settings(redis, simulator), ...env }));
  return { redis, simulator, gateways };
}

function settings(redis: RedisServer, simulator: Simulator): Record<string, string> {
  return { COMFYUI_URL: simulator.url, STORAGE_URL: redis.url };
}

async function serverOf(): Promise<RedisServer> {
  const server = await startRedis();
  onTestFinished(() => server.close());
  return server;
}

/** A plain client, to look at what is stored. */
function rawOf(server: RedisServer): Redis {
  const raw = new Redis(server.port, '127.0.0.1');
  raw.on('error', () => undefined);
  onTestFinished(() => raw.disconnect());
  return raw;
}

const eventsOf = ({ url }: GatewayProcess, id: string): string => `${url}/api/v2/jobs/${id}/events`;

async function list(gateway: GatewayProcess, query = ''): Promise<wire.Job[]> {
  const response = await gateway.request('GET', `/api/v2/jobs${query}`);
  return ((await response.json()) as wire.JobList).jobs;
}

/** As a browser watches: over and over, until it is told to stop. */
function follow(gateway: GatewayProcess, id: string): { source: EventSource; seen: SeenEvent[] } {
  const source = new EventSource(`${eventsOf(gateway, id)}?starting_after=0`);
  onTestFinished(() => source.close());
  const seen: SeenEvent[] = [];
  for (const event of ['status', 'progress', 'preview', 'output']) {
    source.addEventListener(event, ({ data, lastEventId }) => {
      seen.push({ id: Number(lastEventId), event, data: JSON.parse(data), at: performance.now() });
    });
  }
  return { source, seen };
}

/** The store is away: told so soon, and when to come back. */
async function refused(gateway: GatewayProcess, method: string, path: string, body?: unknown): Promise<void> {
  const start = performance.now();
  const response = await gateway.request(method, path, body);
  expect(performance.now() - start, `${method} ${path}`).toBeLessThan(3_500);
  await refusal(response, 503, 'storage_unavailable');
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
}

/** Waits for the first step and preview after a fault at `since` (what was under way apart). */
async function takenOver(seen: SeenEvent[], since: number, what: string): Promise<void> {
  const after = (kind: (event: SeenEvent) => boolean) => () =>
    seen.find((event) => kind(event) && event.at > since + 300)?.at;
  const step = await eventually(after(isStep));
  const preview = await eventually(after(({ event }) => event === 'preview'));
  const [stepMs, previewMs] = [step - since, preview - since].map((ms) => Math.round(ms));
  console.log(`${what}: the next step after ${stepMs} ms, the next preview after ${previewMs} ms`);
  expect(stepMs).toBeLessThan(TAKEOVER_MS);
  expect(previewMs).toBeLessThan(TAKEOVER_MS);
}

const isStep = ({ event, data }: SeenEvent): boolean => event === 'progress' && data['step'] !== null;
const stepsOf = (seen: SeenEvent[]): SeenEvent[] => seen.filter(isStep);

/** Longest time between two events in a span, in ms. */
function pausesOf(events: SeenEvent[], from: number, to: number): number {
  const times = [from, ...events.map(({ at }) => at).filter((at) => at > from && at < to), to];
  return Math.max(...times.slice(1).map((at, i) => at - times[i]!));
}

async function until(at: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, Math.max(0, at - performance.now())));
}

function statuses(events: SeenEvent[]): string[] {
  return events.filter(({ event }) => event === 'status').map(({ data }) => String(data['status']));
}

/** A stream from the beginning to a good end: every status and output once, in order, progress growing. */
function checkWhole(seen: SeenEvent[], outputs: string[]): void {
  checkNumbers(seen);
  expect(statuses(durable(seen))).toEqual(['queued', 'running', 'succeeded']);
  const nodes = seen.filter(({ event }) => event === 'output').map(({ data }) => String(data['node_id']));
  // What happened while nobody heard it comes last.
  expect(nodes.sort()).toEqual(outputs);
  const values = seen.filter(({ event }) => event === 'progress').map(({ data }) => Number(data['value']));
  expect(values).toEqual([...values].sort((x, y) => x - y));
}

/** All instances tell the same of a job that is over. Returns its durable events. */
async function checkAlike(gateways: GatewayProcess[], id: string): Promise<string[]> {
  const told = await Promise.all(
    gateways.map(async (gateway) => durable(await (await watch(eventsOf(gateway, id), 0)).ended).map(brief)),
  );
  const jobs = await Promise.all(gateways.map((gateway) => gateway.job(id)));
  for (const [i, { status, outputs }] of jobs.entries()) {
    expect(told[i]).toEqual(told[0]);
    expect(status).toBe(jobs[0]!.status);
    expect(outputs.map((output) => output.id)).toEqual(jobs[0]!.outputs.map((output) => output.id));
  }
  return told[0]!;
}

function checkOneSocket(simulator: Simulator): void {
  const { openSockets, socketsOpened } = simulator.control.stats();
  expect({ openSockets, clientIds: Object.keys(socketsOpened).length }).toEqual({
    openSockets: 1,
    clientIds: 1,
  });
}

function checkRunOnce(simulator: Simulator, jobs: number): void {
  expect(Object.values(simulator.control.stats().executions)).toEqual(Array.from({ length: jobs }, () => 1));
}

/** Nothing went wrong in the background. */
function checkNoFaults({ logged }: GatewayProcess): void {
  expect(logged.filter(({ level }) => level === 'warn' || level === 'error')).toEqual([]);
}

/** With all jobs over, ComfyUI is left alone: after a moment no more calls for so long. */
async function quiet(simulator: Simulator, ms: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const before = simulator.control.stats();
  await new Promise((resolve) => setTimeout(resolve, ms));
  const after = simulator.control.stats();
  expect(after.requests).toEqual(before.requests);
  expect(after.socketsOpened).toEqual(before.socketsOpened);
}
