// `jobsApi`: what a gateway meets on ComfyUI 0.38.

import { expect, test } from 'vitest';
import { call, finished, sleepGraph, submit, until, withSimulator } from './helpers.ts';

const id = (n: number) => `00000000-0000-4000-8000-00000000000${n}`;

test('list, one, cancel pending and running', () =>
  withSimulator({ jobsApi: true, delayScale: 1 }, async (simulator) => {
    const extra = { extra_data: { extra_pnginfo: { workflow: { id: 'w1' } }, api_key_comfy_org: 'secret' } };
    await submit(simulator, id(1), sleepGraph(), extra);
    await finished(simulator, id(1));
    await submit(simulator, id(2), sleepGraph(50, 0.02));
    await submit(simulator, id(3), sleepGraph());
    await until(() => simulator.control.stats().executions[id(2)] === 1);

    const list = (await call(simulator, 'GET', '/api/jobs?sort_order=asc')).json;
    const time = expect.any(Number);
    const empty = { outputs_count: 0, previewable_outputs_count: 0, create_time: time };
    expect(list).toEqual({
      jobs: expect.arrayContaining([
        { id: id(2), status: 'in_progress', priority: 1, ...empty },
        { id: id(3), status: 'pending', priority: 2, ...empty },
        {
          id: id(1),
          status: 'completed',
          priority: 0,
          create_time: time,
          workflow_id: 'w1',
          execution_start_time: time,
          execution_end_time: time,
          outputs_count: 1,
          previewable_outputs_count: 1,
          preview_output: {
            filename: 'test_00001_.png',
            subfolder: '',
            type: 'output',
            nodeId: '3',
            mediaType: 'images',
          },
        },
      ]),
      pagination: { offset: 0, limit: null, total: 3, has_more: false },
    });
    const page = (await call(simulator, 'GET', '/api/jobs?status=pending,in_progress&limit=1')).json;
    expect(page['pagination']).toEqual({ offset: 0, limit: 1, total: 2, has_more: true });
    expect((await call(simulator, 'GET', '/api/jobs?status=odd')).status).toBe(400);

    const one = (await call(simulator, 'GET', `/api/jobs/${id(1)}`)).json;
    expect(one).toMatchObject({
      execution_status: { status_str: 'success' },
      outputs: { 3: {} },
      workflow: { prompt: {} },
    });
    expect(JSON.stringify(one)).not.toContain('secret');
    expect(await call(simulator, 'GET', `/api/jobs/${id(9)}`)).toMatchObject({
      status: 404,
      json: { error: 'Job not found' },
    });

    for (const [n, cancelled] of [
      [3, true],
      [2, true],
      [1, false],
      [9, false],
    ] as const) {
      expect((await call(simulator, 'POST', `/api/jobs/${id(n)}/cancel`)).json).toEqual({ cancelled });
    }
    await finished(simulator, id(2));
    expect((await call(simulator, 'GET', `/api/jobs/${id(2)}`)).json['status']).toBe('cancelled');
    expect((await call(simulator, 'GET', `/api/jobs/${id(3)}`)).status).toBe(404);
  }));

test('ids are UUIDs, unknown classes and cycles have errors of their own', () =>
  withSimulator({ jobsApi: true }, async (simulator) => {
    const refused = await submit(simulator, 'not-a-uuid', sleepGraph());
    expect(refused).toMatchObject({
      status: 400,
      json: { error: { type: 'invalid_prompt_id' }, node_errors: {} },
    });
    const unknown = await submit(simulator, id(1), {
      1: { class_type: 'Nope', inputs: {}, _meta: { title: 'My node' } },
    });
    expect(unknown.json['error']).toEqual({
      type: 'missing_node_type',
      message: "Node 'My node' not found. The custom node may not be installed.",
      details: "Node ID '#1'",
      extra_info: { node_id: '1', class_type: 'Nope', node_title: 'My node' },
    });
    const scale = { upscale_method: 'bilinear', width: 8, height: 8, crop: 'disabled' };
    const loop = await submit(simulator, id(1), {
      1: { class_type: 'ImageScale', inputs: { image: ['2', 0], ...scale } },
      2: { class_type: 'ImageScale', inputs: { image: ['1', 0], ...scale } },
      3: { class_type: 'PreviewImage', inputs: { images: ['1', 0] } },
    });
    expect(loop.status).toBe(400);
    expect(loop.text).toContain('dependency_cycle');
  }));
