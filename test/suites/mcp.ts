/**
 * MCP of every gateway, seen from outside, by real clients of both protocol eras. `start` is called once, with the settings of
 * the gateway suite; each test has a key of its own.
 */
import {
  Client as ModernClient,
  StreamableHTTPClientTransport as ModernTransport,
} from '@modelcontextprotocol/client';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { CallToolResult, Progress, Tool } from '@modelcontextprotocol/sdk/types.js';
import { afterAll, afterEach, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import type { Simulator } from '../../src/simulator/simulator.ts';
import { eventually, send } from '../support/gateway.ts';
import { blobGraph, failingGraph, pictureGraph, sleepGraph } from '../support/graphs.ts';
import { createCaller, secretOf, type Differences, type Target } from './gateway.ts';

/** Every tool of contracts/mcp-tools.md, and the two workflows that ship. */
const TOOLS = [
  'cancel_job',
  'comfyui_health_check',
  'generate_image',
  'generate_song',
  'get_asset_metadata',
  'get_defaults',
  'get_job',
  'get_job_result',
  'get_queue_status',
  'list_assets',
  'list_jobs',
  'list_models',
  'list_workflows',
  'query_job_status',
  'regenerate',
  'run_workflow',
  'set_defaults',
  'view_image',
];

const SMALL = { width: 64, height: 64, steps: 2 };

const ERAS = ['2025-11-25', '2026-07-28'] as const;
type Era = (typeof ERAS)[number];

/** What both clients can do, in one form. */
interface Agent {
  tools(): Promise<Tool[]>;
  call(name: string, args?: Record<string, unknown>, options?: CallOptions): Promise<CallToolResult>;
  /** The content of an answer that is no refusal. */
  ok<T = Record<string, unknown>>(
    name: string,
    args?: Record<string, unknown>,
    options?: CallOptions,
  ): Promise<T>;
  /** The refusal. */
  refused(
    name: string,
    args?: Record<string, unknown>,
  ): Promise<{ code: string; message: string; details: never }>;
  client: Client | ModernClient;
}

interface CallOptions {
  onprogress?: (progress: Progress) => void;
  signal?: AbortSignal;
}

interface Run {
  job_id: string;
  prompt_id: string;
  status: string;
  message: string;
  asset_id: string;
  asset_url: string;
  image_url: string;
  assets: { asset_id: string }[];
}

export function mcpSuite(name: string, start: () => Promise<Target>, differences: Differences = {}): void {
  describe(name, { timeout: 30_000 }, () => {
    const { polled = false, anyHost = false } = differences;
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

    const nextKey = () => `key${keys++}`;
    const agent = (era: Era, key = nextKey()) => connect(url, era, secretOf(key));

    test.each(ERAS)(
      '%s: every tool is listed with its title, hints and schemas, in less than 24 KB',
      async (era) => {
        const tools = await (await agent(era)).tools();
        expect(tools.map((tool) => tool.name).sort()).toEqual(TOOLS);
        for (const tool of tools) {
          expect(tool.title, tool.name).toBeTruthy();
          const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = tool.annotations ?? {};
          for (const hint of [readOnlyHint, destructiveHint, idempotentHint, openWorldHint])
            expect(typeof hint, tool.name).toBe('boolean');
          for (const [field, property] of Object.entries(tool.inputSchema.properties ?? {}))
            expect(property, `${tool.name}.${field}`).toMatchObject({
              type: expect.anything(),
              description: expect.stringMatching(/./),
            });
          expect(tool.outputSchema?.type, tool.name).toBe('object');
        }
        expect(JSON.stringify({ tools }).length).toBeLessThan(24_000);
        const image = tools.find((tool) => tool.name === 'generate_image')?.inputSchema;
        expect(image?.required).toEqual(['prompt']);
        expect(Object.keys(image?.properties ?? {})).toEqual(
          expect.arrayContaining(['seed', 'steps', 'wait_seconds', 'session_id', 'return_inline_preview']),
        );
      },
    );

    test('the story of an agent: make, look, change, list, cancel, defaults', async () => {
      const me = await agent('2025-11-25');
      const { workflows } = await me.ok<{ workflows: { id: string; available_inputs: object }[] }>(
        'list_workflows',
      );
      expect(workflows.map(({ id }) => id)).toEqual(
        expect.arrayContaining(['generate_image', 'generate_song']),
      );
      expect(workflows[0]?.available_inputs).toHaveProperty('prompt');

      const first = await me.call('generate_image', { prompt: 'a lighthouse', seed: 7, ...SMALL });
      const made = first.structuredContent as unknown as Run;
      expect(made).toMatchObject({
        width: 64,
        height: 64,
        status: 'completed',
        tool: 'generate_image',
        workflow_id: 'generate_image',
        folder_type: 'output',
        mime_type: 'image/png',
        image_url: made.asset_url,
        assets: [{ asset_id: made.asset_id }],
      });
      expect(made.prompt_id).toBe(made.job_id);
      expect(JSON.parse((first.content[0] as { text: string }).text)).toEqual(made);
      expect(first.content[1]).toMatchObject({
        type: 'resource_link',
        uri: made.asset_url,
        mimeType: 'image/png',
      });
      expect((await fetch(made.asset_url)).headers.get('content-type')).toBe('image/png');

      const facts = await me.ok('view_image', { asset_id: made.asset_id, mode: 'metadata' });
      expect(facts).toMatchObject({
        asset_id: made.asset_id,
        prompt_id: made.job_id,
        workflow_id: 'generate_image',
      });

      const warmer = await me.ok<Run & { overrides_applied: object; overrides_dropped: object }>(
        'regenerate',
        {
          asset_id: made.asset_id,
          seed: -1,
          param_overrides: { prompt: 'a lighthouse, warm light', nonsense: 1 },
        },
      );
      expect(warmer).toMatchObject({
        status: 'completed',
        workflow_id: 'generate_image',
        overrides_applied: { prompt: 'a lighthouse, warm light' },
        overrides_dropped: { nonsense: expect.any(String) },
      });
      expect(warmer.asset_id).not.toBe(made.asset_id);
      const origin = await me.ok<Record<string, never>>('get_asset_metadata', { asset_id: warmer.asset_id });
      expect(origin).toMatchObject({
        parameters: { seed: 7, prompt: 'a lighthouse, warm light', steps: 2 },
        submitted_workflow: {
          '3': { inputs: { seed: 7 } },
          '6': { inputs: { text: 'a lighthouse, warm light' } },
        },
      });

      const mine = await me.ok<{ assets: { asset_id: string }[] }>('list_assets', { session_id: 'current' });
      expect(mine).toMatchObject({
        count: 2,
        workflow_id_filter: null,
        session_id_filter: expect.any(String),
      });
      expect(mine.assets.map(({ asset_id }) => asset_id)).toEqual([warmer.asset_id, made.asset_id]);
      expect(await me.ok('list_assets', { session_id: 'another' })).toMatchObject({ count: 0, assets: [] });

      simulator.control.pause();
      const long = await me.ok<Run>('generate_image', { prompt: 'a city', wait_seconds: 0, ...SMALL });
      expect(long.message).toBe('Job created successfully. Use query_job_status to check progress.');
      expect(['pending', 'running']).toContain(long.status);
      expect(await me.ok('get_queue_status')).toMatchObject({
        status: 'success',
        queue_running: expect.any(Array),
      });
      expect(await me.ok('cancel_job', { prompt_id: long.job_id })).toMatchObject({
        status: 'cancelled',
        prompt_id: long.job_id,
      });
      simulator.control.resume();
      await eventually(
        async () => (await me.ok<Run>('query_job_status', { job_id: long.job_id })).status === 'cancelled',
      );
      expect(await me.ok('list_jobs', { status: 'completed' })).toMatchObject({
        total: 2,
        jobs: [
          { job_id: warmer.job_id },
          { job_id: made.job_id, service: 'generate_image', status: 'completed' },
        ],
      });

      expect(await me.ok('set_defaults', { image: { steps: 3 } })).toEqual({
        success: true,
        updated: { image: { steps: 3 } },
      });
      expect(await me.ok('get_defaults')).toMatchObject({
        image: { steps: 3 },
        sources: { image: { steps: 'runtime' } },
      });
      const refusal = await me.refused('set_defaults', { image: { steps: 'many' } });
      expect(refusal).toMatchObject({ code: 'invalid_request', message: expect.stringContaining('steps') });
      const models = await me.ok<{ models: string[] }>('list_models');
      expect(models).toMatchObject({ folder: 'checkpoints', count: models.models.length });
    });

    test.each(ERAS)('%s: a result by seed A, with the nodes that ran', async (era) => {
      const me = await agent(era);
      const { job_id: id } = await me.ok<Run>('run_workflow', {
        workflow_id: 'generate_image',
        overrides: { prompt: 'x', nonsense: 1, ...SMALL },
        session_id: 'a',
      });
      const answer = await me.call('get_job_result', { job_id: id });
      expect(answer.structuredContent).toMatchObject({
        job_id: id,
        prompt_id: id,
        service: 'generate_image',
        status: 'completed',
        execution_time: expect.stringMatching(/^\d+ms$/),
        total_images: 1,
        parameters: { prompt: 'x', width: 64 },
        outputs: [{ mime_type: 'image/png' }],
      });
      const { node_history: history } = answer.structuredContent as {
        node_history: { nodeId: string; cached: boolean }[];
      };
      expect(history.map(({ nodeId }) => nodeId)).toContain('9');
      if (!polled) expect(history).toHaveLength(7);
      for (const { cached } of history) expect(typeof cached).toBe('boolean');
      expect(answer.content.filter(({ type }) => type === 'resource_link')).toHaveLength(1);
      const status = await me.ok('query_job_status', { job_id: id });
      expect(status).toMatchObject({ job_id: id, status: 'completed', progress: { current: 7, maximum: 7 } });
      expect(Object.keys(status)).toEqual(
        expect.arrayContaining(['created_at', 'started_at', 'completed_at']),
      );
    });

    test.each(ERAS)(
      '%s: who waits hears how far it is; who does not gets the handle in time',
      async (era) => {
        const me = await agent(era);
        simulator.control.pause();
        const began = performance.now();
        const early = await me.ok<Run>('generate_image', { prompt: 'x', wait_seconds: 1, ...SMALL });
        expect(performance.now() - began).toBeLessThan(4_000);
        expect(['pending', 'running']).toContain(early.status);
        const seen: Progress[] = [];
        const waiting = me.ok<{ status: string; outputs: object[] }>(
          'get_job',
          { job_id: early.job_id, wait_seconds: 20 },
          { onprogress: (progress) => void seen.push(progress) },
        );
        await eventually(() => seen.length > 0);
        simulator.control.resume();
        expect(await waiting).toMatchObject({
          status: 'completed',
          prompt_id: early.job_id,
          outputs: [{ mime_type: 'image/png' }],
        });
        const values = seen.map(({ progress }) => progress);
        expect(values).toEqual([...new Set(values)].sort((a, b) => a - b));
        expect(seen[0]).toMatchObject({ total: 100, message: expect.stringMatching(/queue|running/) });
      },
    );

    test.skipIf(polled)('news of a running job come as they are', async () => {
      const key = nextKey();
      const me = await agent('2026-07-28', key);
      const { id } = await createCaller(url, key).submit(sleepGraph(40, 0.05));
      const seen: Progress[] = [];
      await me.ok(
        'get_job',
        { job_id: id, wait_seconds: 20 },
        { onprogress: (progress) => void seen.push(progress) },
      );
      expect(seen.some(({ message }) => /^GwSleep \d+\/40$/.test(message ?? ''))).toBe(true);
      expect(seen.length).toBeGreaterThan(3);
    });

    test.each(ERAS)('%s: every refusal says what would be right', async (era) => {
      const me = await agent(era);
      const wrong = async (tool: string, args: Record<string, unknown>, ...words: (string | RegExp)[]) => {
        const { code, message } = await me.refused(tool, args);
        expect([tool, code]).toEqual([tool, 'invalid_request']);
        for (const word of words) expect(message).toMatch(word);
      };
      await expect(me.call('generate_imgae')).rejects.toThrow(/no tool 'generate_imgae'.*'generate_image'/);
      await wrong('query_job_status', {}, /'job_id' is missing/);
      await wrong('query_job_status', { job_id: 7 }, /'job_id' must be a text/);
      await wrong('query_job_status', { job_id: 'x', jobid: 'y' }, /no argument 'jobid'/, /'job_id'/);
      await wrong('get_queue_status', { all: true }, /no argument 'all'.*takes none/);
      await wrong('get_job', {}, /'prompt_id' is missing/, /'job_id'/);
      await wrong('list_jobs', { status: 'done' }, /'status' is not one of/);
      await wrong('list_jobs', { limit: 1000 }, /between 1 and 100/);
      await wrong('list_assets', { session_id: '\u0007' }, /ASCII/);
      await wrong('generate_image', { ...SMALL }, /'prompt'/i);
      await wrong('generate_image', { prompt: 'x', steps: 'ten' }, /'steps' must be a whole number/);
      await wrong('generate_image', { prompt: 'x', sampler_name: 'eulr' }, /"euler"/);
      await wrong('generate_image', { prompt: 'x', promt: 'y' }, /'promt'/, /'prompt'/);
      await wrong('generate_image', { prompt: 'x', wait_seconds: 46 }, /between 0 and 45/);
      await wrong(
        'run_workflow',
        { workflow_id: 'generate_image', overrides: [1] },
        /'overrides' must be an object/,
      );
      await wrong('run_workflow', { workflow_id: 'generate_image' }, /'prompt'/i);
      await wrong('view_image', { asset_id: 'x', mode: 'big' }, /'mode' is not one of/);
      for (const [tool, args] of [
        ['query_job_status', { job_id: 'x' }],
        ['get_job_result', { job_id: '01a00000-0000-7000-8000-000000000000' }],
        ['cancel_job', { prompt_id: 'x' }],
        ['view_image', { asset_id: 'x' }],
        ['get_asset_metadata', { asset_id: 'x' }],
        ['regenerate', { asset_id: 'x' }],
        ['list_models', { folder: 'chekpoints' }],
      ] as const)
        expect([tool, (await me.refused(tool, args)).code]).toEqual([tool, 'not_found']);
      expect((await me.call('get_job', { prompt_id: 'x' })).structuredContent).toMatchObject({
        status: 'not_found',
        prompt_id: 'x',
        error: { code: 'not_found' },
      });
      expect(await me.refused('run_workflow', { workflow_id: 'generate_imag' })).toMatchObject({
        code: 'not_found',
        message: expect.stringContaining('generate_image'),
      });
    });

    test('a picture is shown within both limits, whatever its size; what is none is linked', async () => {
      const key = nextKey();
      const me = await agent('2026-07-28', key);
      const made = await me.ok<Run>('generate_image', { prompt: 'x', width: 1024, height: 512, steps: 1 });
      const look = async (args: object) => {
        const { content, structuredContent } = await me.call('view_image', {
          asset_id: made.asset_id,
          ...args,
        });
        const image = content.find(({ type }) => type === 'image') as { data: string; mimeType: string };
        const shown = structuredContent as { shown_width: number; shown_height: number };
        expect(image.mimeType).toBe('image/webp');
        expect(Buffer.from(image.data, 'base64').toString('latin1', 0, 4)).toBe('RIFF');
        return { chars: image.data.length, size: [shown.shown_width, shown.shown_height] };
      };
      expect(await look({})).toMatchObject({ size: [512, 256] });
      expect(await look({ max_dim: 100 })).toMatchObject({ size: [100, 50] });
      expect(await look({ max_dim: 5000 })).toMatchObject({ size: [1024, 512] });
      expect((await look({ max_b64_chars: 1000 })).chars).toBeLessThanOrEqual(1000);

      const inline = await me.ok<Record<string, string>>('regenerate', {
        asset_id: made.asset_id,
        return_inline_preview: true,
      });
      expect(inline['inline_preview_mime_type']).toBe('image/webp');
      expect(Buffer.from(inline['inline_preview_base64']!, 'base64').toString('latin1', 0, 4)).toBe('RIFF');

      const caller = createCaller(url, key);
      const other = await caller.ended((await caller.submit(blobGraph('gw/sound.wav', 100))).id);
      const refused = await me.refused('view_image', { asset_id: other.outputs[0]!.id });
      expect(refused).toMatchObject({
        code: 'unsupported_media_type',
        message: expect.stringMatching(/wav.*http/),
      });
    });

    test('"current" is a session of older clients; newer ones name theirs', async () => {
      const modern = await agent('2026-07-28');
      expect(await modern.refused('list_assets', { session_id: 'current' })).toMatchObject({
        message: expect.stringContaining('no session'),
      });
      const made = await modern.ok<Run>('generate_image', { prompt: 'x', session_id: 'poster', ...SMALL });
      expect(await modern.ok('list_assets', { session_id: 'poster' })).toMatchObject({
        assets: [{ asset_id: made.asset_id, session_id: 'poster' }],
      });
    });

    test('a job that fails is a failure, with the node and the words of ComfyUI', async () => {
      const key = nextKey();
      const me = await agent('2025-11-25', key);
      const { id } = await createCaller(url, key).submit(failingGraph());
      await createCaller(url, key).ended(id);
      const { error } = (await me.call('get_job', { job_id: id, wait_seconds: 20 })).structuredContent as {
        error: object;
      };
      expect(error).toMatchObject({
        code: 'node_execution_error',
        details: { job_id: id, node_id: '5', class_type: 'GwSleep' },
      });
      const result = await me.refused('get_job_result', { job_id: id });
      expect(result).toMatchObject({ code: 'job_not_completed', details: { current_status: 'failed' } });
      expect(await me.ok('query_job_status', { job_id: id })).toMatchObject({
        status: 'failed',
        error: { code: 'node_execution_error', node_id: '5', class_type: 'GwSleep' },
      });
    });

    test('a key sees only what it made, and none sees nothing', async () => {
      const [mine, other] = await Promise.all([agent('2025-11-25'), agent('2026-07-28')]);
      const { job_id: id, asset_id: asset } = await mine.ok<Run>('generate_image', { prompt: 'x', ...SMALL });
      expect((await other.refused('get_job', { job_id: id })).code).toBe('not_found');
      expect((await other.refused('cancel_job', { job_id: id })).code).toBe('not_found');
      expect((await other.refused('view_image', { asset_id: asset })).code).toBe('not_found');
      expect(await other.ok('list_jobs')).toEqual({ total: 0, jobs: [] });
      expect(await other.ok('list_assets')).toMatchObject({ count: 0 });
      const refused = await post(url, { jsonrpc: '2.0', id: 1, method: 'tools/list' }, {});
      expect([refused.status, refused.headers.get('www-authenticate')]).toEqual([
        401,
        expect.stringMatching(/^Bearer/),
      ]);
      for (const path of [
        'oauth-protected-resource',
        'oauth-protected-resource/mcp',
        'oauth-authorization-server',
      ])
        expect((await fetch(`${url}/.well-known/${path}`)).status).toBe(404);
    });

    test('resources, their templates and what completes them', async () => {
      const key = nextKey();
      const { client, ok } = await agent('2025-11-25', key);
      const me = client as Client;
      const made = await ok<Run>('generate_image', { prompt: 'x', ...SMALL });
      const { resources } = await me.listResources();
      expect(resources.map(({ uri }) => uri)).toEqual(
        expect.arrayContaining([
          'comfygate://workflows/generate_image',
          `comfygate://assets/${made.asset_id}`,
        ]),
      );
      const { resourceTemplates } = await me.listResourceTemplates();
      expect(resourceTemplates.map(({ uriTemplate }) => uriTemplate).sort()).toEqual([
        'comfygate://assets/{id}',
        'comfygate://jobs/{id}',
        'comfygate://workflows/{name}',
      ]);
      const read = async (uri: string) =>
        (await me.readResource({ uri })).contents[0] as never as { text: string; blob: string };
      expect(JSON.parse((await read('comfygate://workflows/generate_image')).text)).toMatchObject({
        id: 'generate_image',
        schema: { required: ['prompt'] },
        graph: { '9': { class_type: 'SaveImage' } },
      });
      expect(JSON.parse((await read(`comfygate://jobs/${made.job_id}`)).text)).toMatchObject({
        job_id: made.job_id,
        assets: [{ asset_id: made.asset_id }],
      });
      const bytes = new Uint8Array(await (await fetch(made.asset_url)).arrayBuffer());
      expect(Buffer.from((await read(`comfygate://assets/${made.asset_id}`)).blob, 'base64')).toEqual(
        Buffer.from(bytes),
      );
      await expect(read('comfygate://jobs/x')).rejects.toThrow(/no job 'x'/);
      await expect(read('file:///etc/passwd')).rejects.toThrow(/no resource/);

      const complete = async (uri: string, argument: string, value: string) =>
        (await me.complete({ ref: { type: 'ref/resource', uri }, argument: { name: argument, value } }))
          .completion.values;
      expect(await complete('comfygate://workflows/{name}', 'name', 'generate_i')).toEqual([
        'generate_image',
      ]);
      expect(await complete('comfygate://assets/{id}', 'id', made.asset_id.slice(0, 6))).toEqual([
        made.asset_id,
      ]);
      const models = await me.complete({
        ref: { type: 'ref/prompt', name: 'make_image' },
        argument: { name: 'model', value: 'v1-5' },
      });
      expect(models.completion.values[0]).toMatch(/^v1-5/);
    });

    test('prompts help to change one thing at a time', async () => {
      const me = (await agent('2025-11-25')).client as Client;
      const { prompts } = await me.listPrompts();
      expect(prompts.map(({ name: prompt }) => prompt)).toEqual(['make_image', 'refine_image', 'vary_image']);
      const { messages } = await me.getPrompt({
        name: 'refine_image',
        arguments: { change: 'warmer', asset_id: 'a1' },
      });
      expect(messages).toMatchObject([
        { role: 'user', content: { text: expect.stringMatching(/a1[^]*regenerate/) } },
      ]);
      await expect(me.getPrompt({ name: 'refine_image' })).rejects.toThrow(/'change' is missing/);
      await expect(me.getPrompt({ name: 'refine' })).rejects.toThrow(/no prompt 'refine'/);
    });

    test('a seed beyond 2^53 keeps every digit', async () => {
      const me = await agent('2025-11-25');
      const key = `key${keys - 1}`;
      const seed = '18446744073709551615';
      const body = JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: 'generate_image', arguments: { prompt: 'x', seed: 'SEED', ...SMALL } },
      });
      const answer = await post(url, body.replace('"SEED"', seed), {
        authorization: `Bearer ${secretOf(key)}`,
      });
      expect(await answer.text()).toContain('"status":"completed"');
      const { jobs } = await me.ok<{ jobs: { job_id: string }[] }>('list_jobs');
      const graph = await createCaller(url, key).get(`/api/v2/jobs/${jobs[0]!.job_id}/workflow`);
      expect(await graph.text()).toContain(`"seed":${seed}`);
      const verbose = await post(
        url,
        JSON.stringify({
          jsonrpc: '2.0',
          id: 2,
          method: 'tools/call',
          params: { name: 'get_job', arguments: { job_id: jobs[0]!.job_id, verbose: true } },
        }),
        { authorization: `Bearer ${secretOf(key)}` },
      );
      expect(await verbose.text()).toContain(`"seed":${seed}`);
    });

    test('who hangs up ends the wait, and not the job', async () => {
      const key = nextKey();
      const me = await agent('2025-11-25', key);
      simulator.control.pause();
      const abort = new AbortController();
      const call = post(
        url,
        {
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: 'generate_image', arguments: { prompt: 'x', ...SMALL } },
        },
        { authorization: `Bearer ${secretOf(key)}` },
        abort.signal,
      ).then((answer) => answer.text());
      call.catch(() => undefined);
      const job = await eventually(async () => (await createCaller(url, key).list()).jobs[0]);
      abort.abort();
      await expect(call).rejects.toThrow();
      simulator.control.resume();
      expect(await me.ok('get_job', { job_id: job.id, wait_seconds: 20 })).toMatchObject({
        status: 'completed',
      });
      expect(await me.ok('list_assets', { job_id: job.id })).toMatchObject({ count: 1 });
    });

    test('50 agents wait at once', async () => {
      const key = nextKey();
      const me = await agent('2026-07-28', key);
      simulator.control.pause();
      const { id } = await createCaller(url, key).submit(pictureGraph());
      const others = await Promise.all(
        Array.from({ length: 50 }, (_, i) => connect(url, ERAS[i % 2]!, secretOf(key))),
      );
      const waiting = others.map((other) => other.ok('get_job', { job_id: id, wait_seconds: 25 }));
      // Asked after all of them, and answered before any.
      expect(await me.ok('query_job_status', { job_id: id })).toMatchObject({ job_id: id });
      simulator.control.resume();
      for (const answer of await Promise.all(waiting)) expect(answer).toMatchObject({ status: 'completed' });
    });

    test('health tells of each ComfyUI and of the jobs', async () => {
      const me = await agent('2025-11-25');
      expect(await me.ok('comfyui_health_check')).toMatchObject({
        status: 'healthy',
        backends: [{ name: 'comfyui-1', reachable: true, queue_running: 0, queue_pending: 0 }],
        jobs: { total: 0, completed: 0 },
      });
    });

    test('only POST, only from our own pages and under our own name', async () => {
      const headers = {
        authorization: `Bearer ${secretOf('key0')}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
      };
      for (const method of ['GET', 'DELETE']) {
        const answer = await fetch(`${url}/mcp`, { method, headers });
        expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'POST']);
        await answer.text();
      }
      const body = JSON.stringify(INITIALIZE);
      const foreign = await send('POST', `${url}/mcp`, { ...headers, origin: 'https://evil.example' }, body);
      expect(foreign.status).toBe(403);
      if (!anyHost) {
        const rebound = await send('POST', `${url}/mcp`, { ...headers, host: 'evil.example' }, body);
        expect(rebound.status).toBe(403);
      }
      const page = { ...headers, origin: 'https://app.example' };
      const allowed = await send('POST', `${url}/mcp`, page, body);
      expect([allowed.status, allowed.headers.get('access-control-allow-origin')]).toEqual([
        200,
        'https://app.example',
      ]);
      expect(allowed.headers.get('access-control-expose-headers')).toContain('mcp-session-id');
      expect(allowed.headers.get('mcp-session-id')).toMatch(/^[\x21-\x7e]+$/);
      expect(allowed.headers.get('x-request-id')).toBeTruthy();
      const preflight = await send('OPTIONS', `${url}/mcp`, {
        origin: 'https://app.example',
        'access-control-request-method': 'POST',
        'access-control-request-headers':
          'mcp-session-id, mcp-protocol-version, last-event-id, authorization',
      });
      expect(preflight.status).toBe(204);
      for (const header of ['mcp-session-id', 'mcp-protocol-version', 'last-event-id', 'authorization'])
        expect(preflight.headers.get('access-control-allow-headers')).toContain(header);
    });

    test.each([
      ['no JSON', '{bad', 400],
      ['a batch of nothing', '[]', 400],
      ['no message', '{"hello":1}', 400],
      ['nested without end', `${'['.repeat(20_000)}${']'.repeat(20_000)}`, 400],
      [
        'too large',
        JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping', params: { x: 'x'.repeat(1_000_000) } }),
        413,
      ],
    ])('%s is refused', async (_what, body, status) => {
      const answer = await post(url, body, { authorization: `Bearer ${secretOf('key0')}` });
      expect(answer.status).toBe(status);
      expect(await answer.json()).toHaveProperty('error');
    });
  });
}

const INITIALIZE = {
  jsonrpc: '2.0',
  id: 1,
  method: 'initialize',
  params: { protocolVersion: '2025-11-25', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
};

function post(
  url: string,
  body: unknown,
  headers: Record<string, string>,
  signal?: AbortSignal,
): Promise<Response> {
  return fetch(`${url}/mcp`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      ...headers,
    },
    body: typeof body === 'string' ? body : JSON.stringify(body),
    ...(signal && { signal }),
  });
}

/** A client of one era, connected. */
export async function connect(url: string, era: Era, secret?: string): Promise<Agent> {
  const target = new URL('/mcp', url);
  const requestInit = secret === undefined ? {} : { headers: { authorization: `Bearer ${secret}` } };
  const client = await open(era, target, requestInit);
  onTestFinished(() => client.close());
  // Who knows the output schemas checks every result against them.
  await client.listTools();
  const agent: Agent = {
    client,
    tools: async () => (await client.listTools()).tools as Tool[],
    call: (name, args = {}, options = {}) =>
      client instanceof Client
        ? (client.callTool({ name, arguments: args }, undefined, options) as Promise<CallToolResult>)
        : (client.callTool({ name, arguments: args }, options) as Promise<CallToolResult>),
    async ok(name, args, options) {
      const answer = await agent.call(name, args, options);
      if (answer.isError) throw new Error(`${name} was refused: ${JSON.stringify(answer.structuredContent)}`);
      return answer.structuredContent as never;
    },
    async refused(name, args) {
      const answer = await agent.call(name, args);
      expect([name, answer.isError]).toEqual([name, true]);
      const { error } = answer.structuredContent as { error: never };
      expect(JSON.parse((answer.content[0] as { text: string }).text)).toEqual(answer.structuredContent);
      return error;
    },
  };
  return agent;
}

async function open(era: Era, url: URL, requestInit: RequestInit): Promise<Client | ModernClient> {
  const info = { name: 'test', version: '1' };
  if (era === '2025-11-25') {
    const client = new Client(info);
    await client.connect(new StreamableHTTPClientTransport(url, { requestInit }) as never);
    return client;
  }
  const client = new ModernClient(info, { versionNegotiation: { mode: { pin: era } } });
  await client.connect(new ModernTransport(url, { requestInit }));
  return client;
}
