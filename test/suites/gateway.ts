/**
 * What every gateway does, seen from outside: the same on every runtime and store. `start` is called once; tests share
 * the gateway and the ComfyUI behind it, but each has a key of its own, and so sees only its own jobs.
 */
import { once } from 'node:events';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Comfy } from '@comfyorg/sdk';
import { EventSource } from 'eventsource';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import type * as wire from '../../src/api/answers.ts';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { checkAnswer } from '../support/contract.ts';
import {
  brief,
  checkNumbers,
  durable,
  watch as openStream,
  type SeenEvent,
  type Watch,
} from '../support/events.ts';
import { eventually, refusal, send, TERMINAL } from '../support/gateway.ts';
import {
  blobGraph,
  failingGraph,
  loadGraph,
  multiOutputGraph,
  pictureGraph,
  samplerGraph,
  sleepGraph,
  stagesGraph,
} from '../support/graphs.ts';
import { startProxy } from '../support/proxy.ts';
import { hashOf, picture, upload, uploaded } from '../support/uploads.ts';

/** Where a platform cannot do what the others do. Everything else is the same. */
export interface Differences {
  /** No sockets: no progress but the last, no previews, and outputs only when the job has ended. */
  polled?: boolean;
  /** The store has no compare-and-set: of two submissions at once with one key, both may win. */
  lateKeys?: boolean;
  /** Whatever name it is called by is its own. */
  anyHost?: boolean;
  /** Large bodies come in pieces, without their length (oven-sh/bun#10507); HEAD and ranges tell it. */
  unsized?: boolean;
  /** Texts are compressed on their way for whoever takes that. */
  compressed?: boolean;
}

export interface Target {
  url: string;
  simulator: Simulator;
  close(): Promise<unknown>;
}

/** How ComfyUI is named to a gateway under test. */
export function withCredentials(url: string): string {
  return url.replace('://', '://user:p%40ss@');
}

/** The settings that a gateway under test must have been started with, besides ComfyUI and store. */
export const SUITE_ENV = {
  API_KEYS: ['admin', ...Array.from({ length: 60 }, (_, i) => `key${i}`)]
    .map((name) => `${name}:${secretOf(name)}`)
    .join(),
  COMFYUI_HEADERS: '{"X-Access-Token":"tunnel-secret"}',
  CORS_ORIGINS: 'https://app.example',
  MAX_BODY_BYTES: '1000000',
  MAX_UPLOAD_BYTES: '20000000',
  INPUT_URL_HOSTS: '127.0.0.1',
  LOG_LEVEL: 'debug',
};

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

export function gatewaySuite(
  name: string,
  start: () => Promise<Target>,
  differences: Differences = {},
): void {
  describe(name, { timeout: 30_000 }, () => {
    const { polled, lateKeys, anyHost, unsized, compressed } = withDefaults(differences);
    let target: Target | undefined;
    let url: string;
    let simulator: Simulator;
    let keys = 0;

    beforeAll(async () => {
      target = await start();
      ({ url, simulator } = target);
    }, 60_000);
    afterAll(() => target?.close());
    afterEach(() => simulator?.control.reset());

    /** Somebody with a key that nobody else has. */
    function someone(): Caller {
      return createCaller(url, `key${keys++}`);
    }

    test('a job runs to its end, and every read shows the same', async () => {
      const me = someone();
      simulator.control.pause();
      const submitted = await me.submit(samplerGraph(1), { metadata: 'grüße', priority: 3, session_id: 's' });
      expect(submitted).toMatchObject({
        status: 'queued',
        started_at: null,
        outputs: [],
        backend: 'comfyui-1',
      });
      simulator.control.resume();
      const job = await me.ended(submitted.id);
      expect(job).toMatchObject({ id: submitted.id, status: 'succeeded', error: null, metadata: 'grüße' });
      expect(job.progress).toMatchObject({ value: 1, nodes_done: 7, nodes_total: 7 });
      expect(job.outputs).toMatchObject([{ node_id: '9', type: 'image', content_type: 'image/png' }]);
      expect(job.outputs[0]?.size_bytes).toBeGreaterThan(100);
      const times = [job.created_at, job.started_at, job.completed_at].map((time) => Date.parse(time ?? ''));
      expect(times).toEqual([...times].sort((a, b) => a - b));
      expect((await me.list()).jobs.map(undated)).toEqual([undated(job)]);
      const { workflow, format } = (await (
        await me.get(`${pathOf(job)}/workflow`)
      ).json()) as wire.JobWorkflow;
      expect({ workflow, format }).toEqual({ workflow: samplerGraph(1), format: 'api' });
    });

    test('a workflow is an endpoint: described, run, changed, run again; an upload is another one', async () => {
      const me = someone();
      const { workflows } = (await (await me.get('/api/v2/workflows')).json()) as wire.WorkflowList;
      expect(workflows.map(({ name, error }) => [name, error])).toEqual([
        ['generate_image', null],
        ['generate_song', null],
      ]);
      const workflow = (await (await me.get('/api/v2/workflows/generate_image')).json()) as wire.Workflow;
      expect(workflow.schema['properties']).toMatchObject({
        prompt: { type: 'string' },
        steps: { type: 'integer', minimum: 1, maximum: 10000, default: 20 },
        model: { enum: expect.arrayContaining(['v1-5-pruned-emaonly.safetensors']) },
      });
      const wrong = await me.request('POST', '/api/v2/workflows/generate_image/jobs', {
        inputs: { prompt: 'x', steps: 0 },
      });
      expect((await refusal(wrong, 422, 'invalid_request')).message).toContain('the nearest is 1');

      const made = await me.request('POST', '/api/v2/workflows/generate_image/jobs', {
        inputs: { prompt: 'a lighthouse', steps: 2 },
        session_id: 'tour',
      });
      expect(made.status).toBe(201);
      const first = await me.ended(((await made.json()) as wire.Job).id);
      expect(first).toMatchObject({
        status: 'succeeded',
        workflow_name: 'generate_image',
        session_id: 'tour',
      });
      const change = { seed: -1, overrides: { negative_prompt: 'rain' } };
      const again = await me.request('POST', `${pathOf(first)}/regenerate`, change);
      const second = await me.ended(((await again.json()) as wire.Job).id);
      expect(second).toMatchObject({ status: 'succeeded', regenerated_from: first.id });
      expect(second.inputs).toEqual({ ...first.inputs, negative_prompt: 'rain' });

      const upload = {
        '1': {
          class_type: 'EmptyImage',
          inputs: { width: 'PARAM_INT_W', height: 16, batch_size: 1, color: 0 },
        },
        '2': { class_type: 'SaveImage', inputs: { images: ['1', 0], filename_prefix: 'up' } },
      };
      expect((await me.request('PUT', '/api/v2/workflows/mine', upload)).status).toBe(201);
      const run = await me.request('POST', '/api/v2/workflows/mine/jobs', { inputs: { w: 24 } });
      expect(await me.ended(((await run.json()) as wire.Job).id)).toMatchObject({
        status: 'succeeded',
        inputs: { w: 24 },
      });
      expect((await me.request('DELETE', '/api/v2/workflows/mine')).status).toBe(204);

      expect(
        (await me.request('PATCH', '/api/v2/defaults', { image: { steps: 3 }, persist: true })).status,
      ).toBe(200);
      const { sources } = (await (await me.get('/api/v2/defaults')).json()) as wire.Defaults;
      expect(sources).toMatchObject({ image: { steps: 'config', width: 'hardcoded' } });
      expect(await (await me.get('/api/v2/models/checkpoints')).json()).toMatchObject({ count: 2 });
      expect(await (await me.get('/api/v2/queue')).json()).toMatchObject({
        queue_running: [],
        pending_count: 0,
      });
    });

    test('links are absolute, on the origin that the client used', async () => {
      const me = someone();
      const { id, urls } = await me.submit(pictureGraph());
      expect(urls.self).toBe(`${url}/api/v2/jobs/${id}`);
      expect(new URL(urls.events).origin).toBe(url);
      const host = `localhost:${new URL(url).port}`;
      const headers = {
        ...me.headers,
        host,
        'x-forwarded-host': 'evil.example',
        'x-forwarded-proto': 'https',
      };
      const seen = JSON.parse((await send('GET', `${url}/api/v2/jobs/${id}`, headers)).text) as wire.Job;
      expect(seen.urls.self).toBe(`http://${host}/api/v2/jobs/${id}`);
    });

    test('a name that is not ours is refused, unless every name is', async () => {
      const me = someone();
      const answer = await send('GET', `${url}/api/v2/jobs`, { ...me.headers, host: 'evil.example' });
      expect(answer.status).toBe(anyHost ? 200 : 403);
    });

    test('the list pages without a gap or a repeat, newest first, and filters', async () => {
      const me = someone();
      const done = await me.ended((await me.submit(pictureGraph(), { session_id: 'x'.repeat(128) })).id);
      simulator.control.pause();
      const queued: string[] = [];
      for (let i = 0; i < 7; i++)
        queued.unshift((await me.submit(pictureGraph(), i % 2 === 0 ? { session_id: 'even' } : {})).id);
      const ids = [...queued, done.id];
      for (const limit of [3, 8, 100]) expect(await allPages(me, `limit=${limit}`)).toEqual(ids);
      expect(await allPages(me, 'status=queued&limit=2')).toEqual(queued);
      expect(await allPages(me, 'status=succeeded,failed')).toEqual([done.id]);
      expect(await allPages(me, `session_id=${'x'.repeat(128)}`)).toEqual([done.id]);
      expect(await allPages(me, 'session_id=even&limit=1')).toEqual(queued.filter((_, i) => i % 2 === 0));
      for (const query of ['status=done', 'limit=0', 'limit=101', 'cursor=x', 'session_id='])
        await refusal(await me.get(`/api/v2/jobs?${query}`), 400, 'invalid_request');
    });

    test('integers beyond 2^53 keep every digit, to ComfyUI and back', async () => {
      const me = someone();
      const seed = '18446744073709551615';
      const graph = JSON.stringify(samplerGraph(0)).replace('"seed":0', `"seed":${seed}`);
      const answer = await me.request('POST', '/api/v2/jobs', `{"workflow":${graph}}`);
      expect(answer.status).toBe(201);
      const { id } = (await answer.json()) as wire.Job;
      await me.ended(id);
      expect(await (await me.get(`/api/v2/jobs/${id}/workflow`)).text()).toContain(`"seed":${seed}`);
      expect(await (await fetch(`${simulator.url}/history/${id}`)).text()).toMatch(
        new RegExp(`"seed": ?${seed}`),
      );
    });

    test('a node that raises fails the job, says where, and keeps what was saved before', async () => {
      const me = someone();
      const job = await me.ended((await me.submit(failingGraph())).id);
      expect(job).toMatchObject({ status: 'failed', outputs: [{ node_id: '2' }] });
      expect(job.error).toMatchObject({ code: 'node_execution_error', node_id: '5', class_type: 'GwSleep' });
    });

    test('a job is told from its queue to its end, in order and under growing numbers', async () => {
      const me = someone();
      simulator.control.pause();
      const { id, urls } = await me.submit(stagesGraph(3, 10, 0.04));
      const stream = await watch(urls.events);
      expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
      await stream.first(({ event }) => event === 'status');
      simulator.control.resume();
      const seen = await stream.ended;
      expect(stream.retries).toEqual([1000]);
      expect(seen[0]).toMatchObject({ event: 'status', data: { status: 'queued' } });
      expect(statuses(durable(seen))).toEqual(['queued', 'running', 'succeeded']);
      expect(seen.at(-1)).toMatchObject({ event: 'status', data: { status: 'succeeded' } });
      checkNumbers(seen);
      const outputs = seen.filter(({ event }) => event === 'output').map(({ data }) => data);
      expect(outputs.map(lasting)).toEqual((await me.job(id)).outputs.map(lasting));
      expect(outputs.map(({ node_id }) => node_id)).toEqual(['11', '21', '31']);

      const values = seen
        .filter(({ event }) => event === 'progress')
        .map(({ data }) => Number(data['value']));
      expect(values).toEqual([...values].sort((a, b) => a - b));
      expect(values.filter((value) => value === 1)).toHaveLength(1);
      const previews = seen.filter(({ event }) => event === 'preview');
      const second = seen.findIndex(({ data }) => data['node_id'] === '21');
      const sawBetween = seen.slice(0, second).some(({ event }) => event === 'progress');
      expect([values.length > 5, previews.length > 0, sawBetween]).toEqual([!polled, !polled, !polled]);
    });

    test.each(['Last-Event-ID', 'starting_after'])(
      '%s: a job that has ended goes on after any number',
      async (how) => {
        const me = someone();
        const job = await me.ended((await me.submit(stagesGraph(2, 5, 0.06, 2))).id);
        const all = durable(await (await resume(job, 0, how)).ended);
        expect(all.at(-1)?.data['status']).toBe('succeeded');
        expect(all.filter(({ event }) => event === 'output')).toHaveLength(4);
        for (const [index, { id }] of all.entries()) {
          const stream = await resume(job, id ?? 0, how);
          const rest = all.slice(index + 1).map(brief);
          expect(durable(await stream.ended).map(brief)).toEqual(rest);
          expect(stream.response.status).toBe(rest.length === 0 ? 204 : 200);
        }
      },
    );

    test('a job that runs goes on after any number', async () => {
      const me = someone();
      const job = await me.submit(stagesGraph(3, 10, 0.05));
      const whole = await resume(job, 0);
      await whole.first(({ data }) => data['status'] === 'running');
      if (!polled) await whole.first(({ data }) => data['node_id'] === '21');
      const sofar = durable(whole.seen);
      const resumed = await Promise.all(sofar.map(({ id }) => resume(job, id ?? 0)));
      const all = durable(await whole.ended).map(brief);
      expect(all).toHaveLength(6);
      for (const [index, stream] of resumed.entries()) {
        const seen = await stream.ended;
        checkNumbers(seen, sofar[index]?.id);
        expect(durable(seen).map(brief)).toEqual(all.slice(index + 1));
      }
    });

    test('lost connections in one job: every status and every output once, in order', async () => {
      const me = someone();
      simulator.control.pause();
      const job = await me.submit(stagesGraph(4, 5, 0.05));
      const received: SeenEvent[] = [];
      let last = 0;
      for (let cut = 0; cut < 4; cut++) {
        const stream = await resume(job, last);
        await stream.first(({ id = 0 }) => id > last);
        simulator.control.resume();
        stream.close();
        received.push(...durable(stream.seen));
        last = durable(stream.seen).at(-1)?.id ?? last;
        if (TERMINAL.has(String(received.at(-1)?.data['status']))) break;
      }
      if (!TERMINAL.has(String(received.at(-1)?.data['status'])))
        received.push(...durable(await (await resume(job, last)).ended));
      expect(statuses(received)).toEqual(['queued', 'running', 'succeeded']);
      const { outputs } = await me.job(job.id);
      expect(outputs).toHaveLength(4);
      expect(received.filter(({ event }) => event === 'output').map(({ data }) => data['id'])).toEqual(
        outputs.map(({ id }) => id),
      );
      const ids = received.map(({ id }) => id ?? 0);
      expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    });

    test('EventSource comes back by itself over a signed link, and stops for good after the end', async () => {
      const me = someone();
      const proxy = await startProxy(Number(new URL(url).port));
      const job = await me.submit(stagesGraph(3, 10, 0.06));
      const source = new EventSource(job.urls.events.replace(url, proxy.url));
      onTestFinished(() => source.close());
      const outputs: string[] = [];
      const seen: string[] = [];
      const refusals: (number | undefined)[] = [];
      source.addEventListener('output', ({ data }) =>
        outputs.push((JSON.parse(data) as wire.Output).node_id),
      );
      source.addEventListener('status', ({ data }) => {
        const { status, queue_position } = JSON.parse(data) as wire.StatusEvent;
        if (queue_position === null) seen.push(status);
        if (status === 'running') proxy.cut();
      });
      source.addEventListener('error', ({ code }) => refusals.push(code));
      await eventually(() => source.readyState === EventSource.CLOSED);
      expect(outputs).toEqual(['11', '21', '31']);
      expect(seen.slice(-2)).toEqual(['running', 'succeeded']);
      expect(refusals.at(-1)).toBe(204);
    });

    test('the stream of all jobs names the job of each event, has no numbers, and goes by session', async () => {
      const me = someone();
      const all = await watch(`${url}/api/v2/events`, undefined, me.headers);
      const mine = await watch(`${url}/api/v2/events?session_id=mine`, undefined, me.headers);
      const jobs = [
        await me.submit(stagesGraph(1, 5, 0.06), { session_id: 'mine' }),
        await me.submit(stagesGraph(1, 5, 0.06)),
      ];
      for (const { id } of jobs)
        await all.first(({ data }) => data['job_id'] === id && data['status'] === 'succeeded');
      await mine.first(({ data }) => data['status'] === 'succeeded');
      expect(new Set(mine.seen.map(({ data }) => data['job_id']))).toEqual(new Set([jobs[0]?.id]));
      expect(all.seen.filter(({ event }) => event === 'output')).toHaveLength(2);
      expect(
        [...all.seen, ...mine.seen].filter(({ id, data }) => id !== undefined || !data['job_id']),
      ).toEqual([]);
    });

    test('cancel ends a queued and a running job, and changes no other', async () => {
      const me = someone();
      const running = await me.submit(sleepGraph(200, 0.05));
      await me.until(running.id, ({ status }) => status === 'running');
      const waiting = await me.submit(pictureGraph());
      const next = await me.submit(pictureGraph());
      const stream = await watch(running.urls.events, 0);
      for (const { id, urls } of [waiting, running]) {
        const canceled = (await (await me.request('POST', urls.cancel)).json()) as wire.Job;
        expect(['canceling', 'canceled']).toContain(canceled.status);
        expect(await me.ended(id)).toMatchObject({ status: 'canceled', error: null });
      }
      expect(statuses(durable(await stream.ended))).toEqual(['queued', 'running', 'canceling', 'canceled']);
      expect(await me.ended(next.id)).toMatchObject({ status: 'succeeded' });
      expect(simulator.control.stats().executions[waiting.id]).toBeUndefined();
      const again = (await (await me.request('POST', next.urls.cancel)).json()) as wire.Job;
      expect(again.status).toBe('succeeded');
    });

    test('timeout_ms ends a run that takes longer, in ComfyUI too', async () => {
      const me = someone();
      const { id } = await me.submit(sleepGraph(400, 0.05), { timeout_ms: 300 });
      expect(await me.ended(id)).toMatchObject({ status: 'expired', error: { code: 'timeout' } });
      await eventually(() => simulator.control.stats().idle);
    });

    test('pictures, text and latents can be fetched: whole, by range, and not again', async () => {
      const me = someone();
      const { outputs } = await me.ended((await me.submit(multiOutputGraph())).id);
      expect(outputs).toHaveLength(11);
      const picture = outputs.find(({ type }) => type === 'image')!;
      const text = outputs.find(({ type }) => type === 'text')!;
      expect(await (await me.get(text.url)).text()).toBe('hello gateway');
      for (const output of [picture, text]) {
        const { size_bytes: size } = output;
        const whole = await me.get(output.url, { 'accept-encoding': 'gzip, br' });
        const all = new Uint8Array(await whole.arrayBuffer());
        expect([whole.status, all.length]).toEqual([200, size]);
        expect(whole.headers.get('content-encoding')).toBe(compressed && output === text ? 'gzip' : null);
        expect(whole.headers.get('content-type')).toContain(output.content_type);
        if (output === picture) expect([...all.subarray(0, 8)]).toEqual(PNG);

        const head = await me.request('HEAD', output.url);
        expect([head.status, head.headers.get('content-length'), head.headers.get('accept-ranges')]).toEqual([
          200,
          String(size),
          'bytes',
        ]);
        for (const [range, first, last] of [
          ['bytes=2-5', 2, 5],
          ['bytes=-3', size - 3, size - 1],
          ['bytes=4-', 4, size - 1],
        ] as const) {
          const part = await me.get(output.url, { range });
          expect([part.status, part.headers.get('content-range')]).toEqual([
            206,
            `bytes ${first}-${last}/${size}`,
          ]);
          expect(part.headers.get('content-length')).toBe(String(last - first + 1));
          expect(new Uint8Array(await part.arrayBuffer())).toEqual(all.slice(first, last + 1));
        }
        const beyond = await me.get(output.url, { range: `bytes=${size}-` });
        expect(beyond.headers.get('content-range')).toBe(`bytes */${size}`);
        await refusal(beyond, 416, 'range_not_satisfiable');
        const etag = whole.headers.get('etag') ?? '';
        expect(etag).toMatch(/^(W\/)?".+"$/);
        const same = await me.get(output.url, { 'if-none-match': etag });
        expect([same.status, await same.text(), same.headers.get('etag')]).toEqual([304, '', etag]);
      }
      const asset = (await (await me.get(`/api/v2/assets/${picture.id}`)).json()) as wire.Asset;
      expect(asset).toMatchObject({ id: picture.id, size_bytes: picture.size_bytes });
    });

    test('megabytes come through whole, and a file that is gone is said to be', async () => {
      const me = someone();
      const size = 5_000_000;
      const [output] = (await me.ended((await me.submit(blobGraph('gw/large.bin', size))).id)).outputs;
      const response = await me.get(output!.url);
      expect(response.headers.get('content-length')).toBe(unsized ? null : String(size));
      expect((await me.request('HEAD', output!.url)).headers.get('content-length')).toBe(String(size));
      expect(response.headers.get('content-disposition')).toContain('attachment');
      expect((await response.arrayBuffer()).byteLength).toBe(size);
      simulator.control.removeFile({ type: 'output', subfolder: 'gw', filename: output!.name });
      await refusal(await me.get(output!.url), 404, 'output_unavailable');
    });

    test('a file that breaks off at ComfyUI breaks off here, and is not a short one', async () => {
      const me = someone();
      const [output] = (await me.ended((await me.submit(blobGraph('gw/broken.bin', 60_000_000))).id)).outputs;
      const response = await me.get(output!.url);
      await simulator.control.restart();
      await expect(response.arrayBuffer()).rejects.toThrow();
      await eventually(async () => (await me.get('/readyz')).status === 200);
    });

    test('without a key nothing is shown, and with one only what it made', async () => {
      const [alice, bob, admin] = [someone(), someone(), createCaller(url, 'admin')];
      const job = await alice.ended((await alice.submit(pictureGraph())).id);
      const { id, outputs } = job;
      const paths = [
        ['GET', `/api/v2/jobs/${id}`],
        ['GET', `/api/v2/jobs/${id}/workflow`],
        ['GET', `/api/v2/jobs/${id}/events`],
        ['POST', `/api/v2/jobs/${id}/cancel`],
        ['GET', `/api/v2/assets/${outputs[0]!.id}`],
        ['GET', `/api/v2/assets/${outputs[0]!.id}/content`],
      ] as const;
      for (const authorization of ['', 'Bearer wrong-secret', `Basic ${btoa(`key0:${secretOf('key0')}`)}`]) {
        for (const [method, path] of [
          ...paths,
          ['GET', '/api/v2/jobs'],
          ['GET', '/api/v2/events'],
        ] as const) {
          const answer = await bob.request(method, path, undefined, { authorization });
          expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer/);
          await refusal(answer, 401, 'unauthorized');
        }
      }
      for (const [method, path] of paths) await refusal(await bob.request(method, path), 404, 'not_found');
      expect((await bob.list()).jobs).toEqual([]);
      expect((await admin.job(id)).id).toBe(id);
      expect((await admin.list()).jobs.map((listed) => listed.id)).toContain(id);
    });

    test('signed links need no key, and only as they were made', async () => {
      const me = someone();
      const job = await me.ended((await me.submit(pictureGraph())).id);
      const [output] = job.outputs;
      expect((await fetch(output!.url)).status).toBe(200);
      const stream = await watch(job.urls.events);
      expect(statuses(durable(await stream.ended))).toEqual(['succeeded']);
      const other = await me.ended((await me.submit(pictureGraph())).id);
      const { search } = new URL(output!.url);
      for (const forged of [
        output!.url.replace(/.$/, (last) => (last === 'A' ? 'B' : 'A')),
        `${url}/api/v2/assets/${other.outputs[0]!.id}/content${search}`,
        `${url}/api/v2/jobs/${job.id}${search}`,
      ])
        await refusal(await fetch(forged), 401, 'unauthorized');
    });

    test.each<[string, string, string, string | undefined, number, string]>([
      ['an unknown route', 'GET', '/api/v2/nothing', undefined, 404, 'not_found'],
      ['a route of ComfyUI', 'GET', '/view?filename=x.png', undefined, 404, 'not_found'],
      ['a wrong method', 'DELETE', '/api/v2/jobs', undefined, 405, 'method_not_allowed'],
      [
        'an unknown job',
        'GET',
        '/api/v2/jobs/0199aaaa-bbbb-7ccc-8ddd-eeeeeeeeeeee',
        undefined,
        404,
        'not_found',
      ],
      ['an id that is none', 'GET', '/api/v2/jobs/..%2f..%2fqueue', undefined, 404, 'not_found'],
      ['a broken escape', 'GET', '/api/v2/jobs/%E0%A4%A', undefined, 404, 'not_found'],
      ['no body', 'POST', '/api/v2/jobs', '', 400, 'invalid_request'],
      ['bad JSON', 'POST', '/api/v2/jobs', '{"workflow": {', 400, 'invalid_request'],
      ['a list', 'POST', '/api/v2/jobs', '[]', 400, 'invalid_request'],
      ['no workflow', 'POST', '/api/v2/jobs', '{}', 422, 'invalid_workflow'],
      ['an empty graph', 'POST', '/api/v2/jobs', '{"workflow":{}}', 422, 'invalid_workflow'],
      ['inputs', 'POST', '/api/v2/jobs', '{"workflow":{"1":{}},"inputs":{}}', 422, 'invalid_workflow'],
      [
        'the UI format',
        'POST',
        '/api/v2/jobs',
        '{"workflow":{"nodes":[{"id":1}],"links":[],"version":0.4}}',
        422,
        'workflow_format_ui',
      ],
      [
        'an unknown node',
        'POST',
        '/api/v2/jobs',
        '{"workflow":{"1":{"class_type":"SaveImag","inputs":{}}}}',
        422,
        'invalid_workflow',
      ],
      [
        'a bad timeout_ms',
        'POST',
        '/api/v2/jobs',
        JSON.stringify({ workflow: pictureGraph(), timeout_ms: -1 }),
        422,
        'invalid_request',
      ],
      [
        'unknown extra_data',
        'POST',
        '/api/v2/jobs',
        JSON.stringify({ workflow: pictureGraph(), extra_data: { x: 1 } }),
        400,
        'invalid_request',
      ],
      ['a wait that is too long', 'GET', '/api/v2/jobs/{id}?wait=61', undefined, 400, 'invalid_request'],
      [
        'an event id that is none',
        'GET',
        '/api/v2/jobs/{id}/events?starting_after=x',
        undefined,
        400,
        'invalid_request',
      ],
    ])('%s is refused in words', async (_what, method, path, body, status, code) => {
      const me = someone();
      const { id } = path.includes('{id}') ? await me.submit(pictureGraph()) : { id: '' };
      const answer = await me.request(method, path.replace('{id}', id), body);
      if (status === 405) expect(answer.headers.get('allow')).toMatch(/GET.*POST|POST.*GET/);
      expect((await refusal(answer, status, code)).message).not.toMatch(/127\.0\.0\.1|\n\s+at /);
    });

    test.each(['declared', 'chunked'])('a body that is too large is 413, its length %s', async (how) => {
      const me = someone();
      const headers = {
        ...me.headers,
        'content-type': 'application/json',
        ...(how === 'chunked' && { 'transfer-encoding': 'chunked' }),
      };
      const body = (bytes: number) => JSON.stringify({ workflow: pictureGraph() }).padEnd(bytes, ' ');
      const submit = (bytes: number) => send('POST', `${url}/api/v2/jobs`, headers, body(bytes));
      expect((await submit(1_000_000)).status).toBe(201);
      const answer = await submit(1_000_001);
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.text).error).toMatchObject({
        code: 'payload_too_large',
        details: { max_bytes: 1_000_000 },
      });
    });

    test('an Idempotency-Key is for one request', async () => {
      const me = someone();
      const submit = (key: string, workflow: unknown = pictureGraph()) =>
        me.request('POST', '/api/v2/jobs', { workflow }, { 'idempotency-key': key });
      const first = (await (await submit('once')).json()) as wire.Job;
      const { details } = await refusal(await submit('once'), 422, 'idempotency_key_reuse');
      expect(details).toMatchObject({ job: { id: first.id } });
      // A submission that failed for sure gives its key back.
      await refusal(
        await submit('twice', { '1': { class_type: 'No', inputs: {} } }),
        422,
        'invalid_workflow',
      );
      expect((await submit('twice')).status).toBe(201);
      await refusal(await submit('x'.repeat(256)), 400, 'invalid_request');
      const race = await Promise.all(Array.from({ length: 8 }, () => submit('race')));
      const won = race.filter(({ status }) => status === 201).length;
      if (lateKeys) expect(won).toBeGreaterThanOrEqual(1);
      else expect(won).toBe(1);
      expect(new Set(race.map(({ status }) => status))).toEqual(new Set(won === 8 ? [201] : [201, 422]));
    });

    test('Prefer: wait=N answers when the job has ended, or after N seconds', async () => {
      const me = someone();
      const submit = (prefer: string) =>
        me.request('POST', '/api/v2/jobs', { workflow: pictureGraph() }, { prefer });
      const ended = await submit('respond-async, wait=20');
      expect(ended.headers.get('preference-applied')).toBe('wait=20');
      expect(await ended.json()).toMatchObject({ status: 'succeeded', outputs: [{ node_id: '2' }] });
      simulator.control.pause();
      const before = performance.now();
      expect(await (await submit('wait=1')).json()).toMatchObject({ status: 'queued' });
      expect(performance.now() - before).toBeGreaterThan(900);
    });

    test('?wait=N is a long poll', async () => {
      const me = someone();
      simulator.control.pause();
      const { id } = await me.submit(pictureGraph());
      const answer = me.get(`/api/v2/jobs/${id}?wait=20`);
      expect(await (await me.get(`/api/v2/jobs/${id}?wait=0`)).json()).toMatchObject({ status: 'queued' });
      simulator.control.resume();
      expect(await (await answer).json()).toMatchObject({ status: 'succeeded' });
    });

    test('a ComfyUI that is away is 503, and what it missed comes right when it is back', async () => {
      const me = someone();
      const before = await me.ended((await me.submit(pictureGraph())).id);
      await simulator.control.stop();
      let back: Promise<void> | undefined;
      const comeBack = () => (back ??= simulator.control.start());
      onTestFinished(comeBack);
      const refused = await me.request('POST', '/api/v2/jobs', { workflow: pictureGraph() });
      expect(refused.headers.get('retry-after')).toMatch(/^\d+$/);
      await refusal(refused, 503, 'upstream_unreachable');
      expect((await me.get('/healthz')).status).toBe(200);
      expect((await me.get('/api/v2/health')).status).toBe(200);
      const gone = await eventually(async () => {
        const answer = await me.get('/readyz');
        return answer.status === 503 && answer;
      });
      expect(await gone.json()).toMatchObject({ status: 'unavailable' });
      expect(await me.job(before.id)).toMatchObject({ status: 'succeeded' });
      await refusal(await me.get(before.outputs[0]!.url), 503, 'upstream_unreachable');
      await comeBack();
      expect((await me.ended((await me.submit(pictureGraph())).id)).status).toBe('succeeded');
      await eventually(async () => (await me.get('/readyz')).status === 200);
    });

    test('a ComfyUI that answers badly is 502', async () => {
      const me = someone();
      simulator.control.fault({ route: 'POST /prompt', kind: 'status', status: 500 });
      const answer = await me.request('POST', '/api/v2/jobs', { workflow: pictureGraph() });
      await refusal(answer, 502, 'upstream_error');
    });

    test('a job that ComfyUI forgot is lost, not waited for', async () => {
      const me = someone();
      simulator.control.pause();
      const { id } = await me.submit(pictureGraph());
      await simulator.control.restart();
      expect(await me.ended(id)).toMatchObject({ status: 'failed', error: { code: 'lost' } });
    });

    test('every answer has the headers that keep browsers from guessing, framing and telling', async () => {
      const me = someone();
      const job = await me.ended((await me.submit(pictureGraph())).id);
      const content = job.outputs[0]!.url;
      const requests: [string, string, number, Record<string, string>?][] = [
        ...['/', '/docs', '/openapi.json', '/healthz', '/readyz', '/api/v2/health', '/api/v2/jobs'].map(
          (path) => ['GET', path, 200] as [string, string, number],
        ),
        ['GET', job.urls.events, 200],
        ['GET', job.urls.events, 204, { 'last-event-id': '999999999' }],
        ['HEAD', content, 200],
        ['GET', content, 206, { range: 'bytes=0-3' }],
        ['GET', '/nothing', 404],
        ['GET', '/api/v2/jobs', 401, { authorization: '' }],
        ['POST', '/api/v2/jobs', 400],
        ['GET', '/api/v2/jobs', 403, { origin: 'https://evil.example' }],
      ];
      for (const [method, path, status, headers] of requests) {
        const { headers: sent, ...answer } = await send(method, new URL(path, url).href, {
          ...me.headers,
          ...headers,
        });
        expect([
          `${method} ${path}`,
          answer.status,
          sent.get('x-content-type-options'),
          sent.get('x-frame-options'),
          sent.get('referrer-policy'),
        ]).toEqual([`${method} ${path}`, status, 'nosniff', 'DENY', 'no-referrer']);
        expect(sent.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
      }
    });

    test('pages of CORS_ORIGINS may call, others may not', async () => {
      const me = someone();
      const from = (origin: string) => ({ origin, 'sec-fetch-site': 'cross-site' });
      const preflight = await send('OPTIONS', `${url}/api/v2/jobs`, {
        ...from('https://app.example'),
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type',
      });
      expect(preflight.status).toBe(204);
      expect(preflight.headers.get('access-control-allow-methods')).toContain('POST');
      const read = await me.get('/api/v2/jobs', from('https://app.example'));
      expect([read.status, read.headers.get('access-control-allow-origin')]).toEqual([
        200,
        'https://app.example',
      ]);
      expect(read.headers.get('access-control-expose-headers')?.toLowerCase()).toContain('retry-after');
      const other = await me.get('/api/v2/jobs', from('https://evil.example'));
      expect(other.headers.get('access-control-allow-origin')).toBeNull();
      await refusal(other, 403, 'forbidden_origin');
    });

    test('whatever goes to ComfyUI has its credentials and headers, and nothing of the caller', async () => {
      const me = someone();
      if (!polled) simulator.control.sockets.drop();
      const { outputs, urls } = await me.ended((await me.submit(pictureGraph())).id);
      await me.request('GET', outputs[0]!.url, undefined, { cookie: 'mark', referer: `${url}/mark` });
      await me.request('POST', urls.cancel, undefined, { 'user-agent': 'mark' });
      const routes = ['POST /prompt', 'GET /queue', 'GET /history/{id}', 'GET /view'];
      for (const route of polled ? routes : [...routes, 'GET /ws']) {
        const sent = await eventually(() => simulator.control.stats().headers[route]);
        expect([route, sent['authorization'], sent['x-access-token']]).toEqual([
          route,
          `Basic ${btoa('user:p@ss')}`,
          'tunnel-secret',
        ]);
        expect(JSON.stringify(sent)).not.toMatch(/mark|key\d/);
        expect(sent['origin']).toBeUndefined();
      }
    });

    test('20 submissions at once are 20 jobs', async () => {
      const me = someone();
      const jobs = await Promise.all(Array.from({ length: 20 }, () => me.submit(pictureGraph())));
      const ended = await Promise.all(jobs.map(({ id }) => me.ended(id)));
      expect(ended.map(({ status }) => status)).toEqual(Array.from({ length: 20 }, () => 'succeeded'));
      expect(new Set(ended.map(({ outputs }) => outputs[0]?.id)).size).toBe(20);
      expect((await me.list('?limit=100')).jobs).toHaveLength(20);
    });

    test('an upload by the official client: kept once, used by a job, its output in a file', async () => {
      const name = `key${keys++}`;
      vi.stubEnv('COMFY_BASE_URL', url);
      onTestFinished(() => void vi.unstubAllEnvs());
      const client = new Comfy({ apiKey: secretOf(name) });
      const dir = await mkdtemp(join(tmpdir(), 'comfygate-suite-'));
      onTestFinished(() => rm(dir, { recursive: true, force: true }));
      const path = join(dir, 'photo 1.png');
      const bytes = picture(300, 300);
      await writeFile(path, bytes);
      const first = client.assets.fromFile(path);
      const workflow = client.workflows.fromJson(loadGraph(''));
      workflow.setInput('1', 'image', first);
      const job = await client.run(workflow);
      expect(job.status).toBe('succeeded');
      expect(first.createdNew).toBe(true);
      const second = client.assets.fromFile(path);
      await second.commit();
      expect([second.id, second.createdNew]).toEqual([first.id, false]);
      const [output] = job.getOutputs('2');
      const saved = await output!.toFile(join(dir, 'out.png'));
      expect([...(await readFile(saved)).subarray(0, 8)]).toEqual(PNG);
      const me = createCaller(url, name);
      const { url: link } = await output!.getDownloadUrl();
      const linked = await fetch(link, { headers: me.headers });
      expect((await linked.arrayBuffer()).byteLength).toBe(output!.sizeBytes);
      const asset = (await (await me.get(`/api/v2/assets/${first.id}`)).json()) as wire.Asset;
      expect(new Uint8Array(await (await fetch(asset.url)).arrayBuffer())).toEqual(bytes);
      const part = await fetch(asset.url, { headers: { range: 'bytes=5-9' } });
      expect([part.status, ...new Uint8Array(await part.arrayBuffer())]).toEqual([
        206,
        ...bytes.subarray(5, 10),
      ]);
      const uploads = await me.get('/api/v2/assets?source=upload&media_type=image&limit=100');
      expect(((await uploads.json()) as wire.AssetList).assets.map(({ id }) => id)).toContain(first.id);
      await first.delete();
      expect((await me.get(`/api/v2/assets/${asset.id}`)).status).toBe(404);
    });

    test('a large upload comes back byte for byte; ten at once of one content are one asset', async () => {
      const me = someone();
      const large = new Uint8Array(12_000_000).map((_, i) => (i * 31 + (i >> 8) * 17) & 255);
      const asset = await uploaded(url, large, 'large.bin', { headers: me.headers });
      expect(asset).toMatchObject({ size_bytes: large.length, hash: hashOf(large), created_new: true });
      const content = await (await fetch(asset.url)).arrayBuffer();
      expect(Buffer.compare(Buffer.from(content), large)).toBe(0);
      const same = picture(64, 64);
      const ten = await Promise.all(
        Array.from({ length: 10 }, () => uploaded(url, same, 'a.png', { late: true, headers: me.headers })),
      );
      expect(new Set(ten.map(({ id }) => id)).size).toBe(1);
      expect(new Uint8Array(await (await fetch(ten[0]!.url)).arrayBuffer())).toEqual(same);
    });

    test('uploads that are refused leave nothing', async () => {
      const { headers, request } = someone();
      const bytes = picture();
      const wrong = { expected_hash: `blake3:${'0'.repeat(64)}` };
      await refusal(await upload(url, bytes, 'a.png', { headers, fields: wrong }), 409, 'hash_mismatch');
      await refusal(await upload(url, bytes, '../a.png', { headers }), 422, 'invalid_request');
      await refusal(await upload(url, new Uint8Array(0), 'a.png', { headers }), 422, 'invalid_request');
      expect((await request('HEAD', `/api/v2/assets/by-hash/${hashOf(bytes)}`)).status).toBe(404);
      for (const size of [20_000_001, 22_000_000]) {
        const large = new Uint8Array(size);
        await refusal(await upload(url, large, 'a.bin', { headers }), 413, 'payload_too_large');
        expect((await request('HEAD', `/api/v2/assets/by-hash/${hashOf(large)}`)).status).toBe(404);
      }
      await breakOff(url, headers);
      expect((await upload(url, bytes, 'a.png', { headers })).status).toBe(201);
    });

    test('inputs by data: URL and by address; none of the own network', async () => {
      const me = someone();
      const bytes = picture();
      const files = createServer((_, response) => response.end(bytes)).listen(0, '127.0.0.1');
      await once(files, 'listening');
      onTestFinished(() => void files.close());
      const data = `data:image/png;base64,${Buffer.from(bytes).toString('base64')}`;
      const address = `http://127.0.0.1:${(files.address() as AddressInfo).port}/a.png`;
      const ids: unknown[] = [];
      for (const image of [data, address]) {
        const job = await me.ended((await me.submit(loadGraph(image))).id);
        expect(job.status).toBe('succeeded');
        const { workflow } = (await (await me.get(`${pathOf(job)}/workflow`)).json()) as {
          workflow: ReturnType<typeof loadGraph>;
        };
        ids.push(workflow['1'].inputs.image);
        const again = await me.ended((await me.submit(workflow)).id);
        expect(again.status).toBe('succeeded');
      }
      expect(ids[0]).toBe(ids[1]);
      for (const image of ['https://10.0.0.1/a.png', 'https://localhost/a.png', 'http://example.org/a.png']) {
        const refused = await me.request('POST', '/api/v2/jobs', { workflow: loadGraph(image) });
        await refusal(refused, 422, 'invalid_request');
      }
    });
  });
}

function withDefaults(given: Differences): Required<Differences> {
  const none = { polled: false, lateKeys: false, anyHost: false, unsized: false, compressed: false };
  return { ...none, ...given };
}

export interface Caller {
  headers: Record<string, string>;
  /** `body` is sent as JSON, or as it is if it is a string. Fails if the answer is not as /openapi.json says. */
  request(method: string, path: string, body?: unknown, headers?: Record<string, string>): Promise<Response>;
  get(path: string, headers?: Record<string, string>): Promise<Response>;
  submit(workflow: unknown, more?: Record<string, unknown>): Promise<wire.Job>;
  job(id: string): Promise<wire.Job>;
  list(query?: string): Promise<wire.JobList>;
  /** The job once `done` holds; fails with the job as it is after 15 seconds. */
  until(id: string, done: (job: wire.Job) => boolean | Promise<boolean>): Promise<wire.Job>;
  ended(id: string): Promise<wire.Job>;
}

/** Somebody who calls the gateway at `url` with the key of this name. */
export function createCaller(url: string, name: string): Caller {
  const own = { authorization: `Bearer ${secretOf(name)}` };
  const caller: Caller = {
    headers: own,
    async request(method, path, body, headers) {
      const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
      const target = new URL(path, url);
      const response = await fetch(target, {
        method,
        headers: { ...(text !== undefined && { 'content-type': 'application/json' }), ...own, ...headers },
        ...(text !== undefined && { body: text }),
      });
      await checkAnswer(method, target.pathname, response);
      return response;
    },
    get: (path, headers) => caller.request('GET', path, undefined, headers),
    async submit(workflow, more) {
      return read(await caller.request('POST', '/api/v2/jobs', { workflow, ...more }), 201);
    },
    job: async (id) => read(await caller.get(`/api/v2/jobs/${id}`), 200),
    list: async (query = '') => read(await caller.get(`/api/v2/jobs${query}`), 200),
    async until(id, done) {
      const deadline = Date.now() + 15_000;
      for (;;) {
        const job = await caller.job(id);
        if (await done(job)) return job;
        if (Date.now() > deadline) throw new Error(`not so after 15 s: ${JSON.stringify(job)}`);
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    ended: (id) => caller.until(id, ({ status }) => TERMINAL.has(status)),
  };
  return caller;
}

/** An upload that ends in the middle of its file. */
async function breakOff(url: string, headers: Record<string, string>): Promise<void> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  const fields = Object.entries({
    host: `${hostname}:${port}`,
    ...headers,
    'content-type': 'multipart/form-data; boundary=b',
    'content-length': '1000000',
  });
  const part = (disposition: string) => `--b\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`;
  socket.write(
    `POST /api/v2/assets HTTP/1.1\r\n${fields.map(([name, value]) => `${name}: ${value}\r\n`).join('')}\r\n` +
      `${part('name="file_path"')}a.png\r\n${part('name="file"; filename="a.png"')}${'a'.repeat(500_000)}`,
    () => socket.destroy(),
  );
  await once(socket, 'close');
}

export function secretOf(name: string): string {
  return `${name}-long-$ecret`;
}

async function read<T>(response: Response, status: number): Promise<T> {
  const text = await response.text();
  if (response.status !== status) throw new Error(`expected ${status}, got ${response.status}: ${text}`);
  return JSON.parse(text) as T;
}

async function allPages(me: Caller, query: string): Promise<string[]> {
  const ids: string[] = [];
  let cursor: string | null = '';
  do {
    const page: wire.JobList = await me.list(`?${query}${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
    expect(page.truncated).toBe(page.next_cursor !== null);
    ids.push(...page.jobs.map(({ id }) => id));
    cursor = page.next_cursor;
  } while (cursor !== null);
  return ids;
}

function watch(url: string, after?: number, headers?: Record<string, string>): Promise<Watch> {
  return openStream(url, after, headers);
}

function resume(job: wire.Job, after: number, how = 'Last-Event-ID'): Promise<Watch> {
  if (how === 'Last-Event-ID') return watch(job.urls.events, after);
  const url = new URL(job.urls.events);
  url.searchParams.set('starting_after', String(after));
  return watch(url.href);
}

function statuses(events: SeenEvent[]): string[] {
  return events.filter(({ event }) => event === 'status').map(({ data }) => String(data['status']));
}

function pathOf(job: wire.Job): string {
  return `/api/v2/jobs/${job.id}`;
}

/** A job without what counts from the moment of the read. */
function undated(job: wire.Job): object {
  return { ...job, urls: '', outputs: job.outputs.map(lasting) };
}

/** An output without what counts from the moment of the read. */
function lasting(output: object): object {
  return { ...output, url: '', url_expires_at: '' };
}
