import { expect, test, vi } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import {
  eventually,
  refusal,
  startBoth,
  startGateway,
  startSimulator,
  type TestGateway,
} from './support/gateway.ts';
import { audioGraph, blobGraph, multiOutputGraph, pictureGraph, videoGraph } from './support/graphs.ts';
import { startProxy } from './support/proxy.ts';

const PNG = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

test('pictures, previews, text and latents are all there, each as what it is', async () => {
  const { gateway } = await startBoth();
  const { outputs } = await run(gateway, multiOutputGraph());
  const shown = outputs.map(
    (o) => `${o.node_id} ${o.type} ${o.content_type} ${o.folder_type} ${o.subfolder}`,
  );
  expect(shown.sort()).toEqual([
    '10 image image/png output gw/second',
    '10 image image/png output gw/second',
    '10 image image/png output gw/second',
    '11 image image/png temp ',
    '11 image image/png temp ',
    '11 image image/png temp ',
    '13 text text/plain undefined undefined',
    '14 latent application/octet-stream output latents',
    '9 image image/png output gw/first',
    '9 image image/png output gw/first',
    '9 image image/png output gw/first',
  ]);
  expect(new Set(outputs.map(({ id }) => id)).size).toBe(outputs.length);
  await fetchAll(gateway, outputs);
});

test('films and sounds have their own types, whatever key they came under', async () => {
  const { gateway, simulator } = await startBoth();
  simulator.control.putFile({ type: 'input', subfolder: '', filename: 'tone.wav' }, new Uint8Array(44));
  const films = (await run(gateway, videoGraph())).outputs;
  const sounds = (await run(gateway, audioGraph())).outputs;
  expect(Object.fromEntries([...films, ...sounds].map((o) => [o.node_id + o.type, o.content_type]))).toEqual({
    '2video': 'video/webm',
    '4video': 'video/mp4',
    '5image': 'image/webp',
    '6image': 'image/png',
    '2audio': 'audio/flac',
    '3audio': 'audio/mpeg',
    '4audio': 'audio/flac',
  });
  await fetchAll(gateway, [...films, ...sounds]);
});

test('an asset record says where it came from, and links to the same bytes', async () => {
  const { gateway } = await startBoth();
  const job = await run(gateway, pictureGraph('gw/asset'));
  const [output] = job.outputs as [wire.Output];
  const record = (await (await gateway.request('GET', `/api/v2/assets/${output.id}`)).json()) as wire.Asset;
  const { id, hash, size_bytes, content_type, url, folder_type } = output;
  expect(record).toMatchObject({ id, hash, size_bytes, content_type, url, folder_type, job_id: job.id });
  expect(record).toMatchObject({ file_path: `gw/${output.name}`, expires_at: job.expires_at });
  const bytes = new Uint8Array(await (await gateway.request('GET', url)).arrayBuffer());
  expect([...bytes.subarray(0, 8)]).toEqual(PNG);
});

test('HEAD tells size and type without the bytes', async () => {
  const { gateway } = await startBoth();
  for (const graph of [pictureGraph(), textGraph('grüße')]) {
    const [output] = (await run(gateway, graph)).outputs as [wire.Output];
    const response = await gateway.request('HEAD', output.url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-length')).toBe(String(output.size_bytes));
    expect(response.headers.get('content-type')).toContain(output.content_type);
    expect(response.headers.get('accept-ranges')).toBe('bytes');
    expect(await response.text()).toBe('');
  }
});

test.each(['a file', 'a text'])('of %s a range is exactly that range', async (what) => {
  const { gateway } = await startBoth();
  const graph = what === 'a file' ? pictureGraph() : textGraph('0123456789');
  const [{ url, size_bytes: size }] = (await run(gateway, graph)).outputs as [wire.Output];
  const all = new Uint8Array(await (await gateway.request('GET', url)).arrayBuffer());
  const ranges: [string, number, number][] = [
    ['bytes=2-5', 2, 5],
    ['bytes=0-0', 0, 0],
    ['bytes=-3', size - 3, size - 1],
    ['bytes=4-', 4, size - 1],
    [`bytes=1-${size + 100}`, 1, size - 1],
  ];
  for (const [range, first, last] of ranges) {
    const response = await gateway.request('GET', url, undefined, { range });
    expect(response.status).toBe(206);
    expect(response.headers.get('content-range')).toBe(`bytes ${first}-${last}/${size}`);
    expect(new Uint8Array(await response.arrayBuffer())).toEqual(all.slice(first, last + 1));
  }
});

test.each(['a file', 'a text'])('of %s a range beyond its end is 416 with the size', async (what) => {
  const { gateway } = await startBoth();
  const graph = what === 'a file' ? pictureGraph() : textGraph('0123456789');
  const [{ url, size_bytes: size }] = (await run(gateway, graph)).outputs as [wire.Output];
  const response = await gateway.request('GET', url, undefined, { range: `bytes=${size}-` });
  expect(response.status).toBe(416);
  expect(response.headers.get('content-range')).toBe(`bytes */${size}`);
  await refusal(response, 416, 'range_not_satisfiable');
});

test.each(['a file', 'a text'])('%s that the client has already is 304', async (what) => {
  const { gateway } = await startBoth();
  const graph = what === 'a file' ? pictureGraph() : textGraph('0123456789');
  const [{ url }] = (await run(gateway, graph)).outputs as [wire.Output];
  const first = await gateway.request('GET', url);
  const etag = first.headers.get('etag') ?? '';
  expect(etag).toMatch(/^(W\/)?".+"$/);
  const again = await gateway.request('GET', url, undefined, { 'if-none-match': etag });
  expect([again.status, await again.text()]).toEqual([304, '']);
  expect(again.headers.get('etag')).toBe(etag);
  expect((await gateway.request('GET', url, undefined, { 'if-none-match': '"other"' })).status).toBe(200);
  const changed = await gateway.request('GET', url, undefined, { range: 'bytes=0-1', 'if-range': '"other"' });
  expect(changed.status).toBe(200);
});

test.each(['page.html', 'picture.svg', 'page.xhtml', 'code.js', 'sheet.xml', 'unknown.bin', 'paper.pdf'])(
  '%s is only ever downloaded, never run in our origin',
  async (filename) => {
    const { gateway } = await startBoth();
    const [output] = (await run(gateway, blobGraph(`gw/${filename}`, 20))).outputs as [wire.Output];
    const { headers } = await gateway.request('GET', output.url);
    expect(headers.get('content-disposition')).toBe(`attachment; filename*=UTF-8''${filename}`);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('content-security-policy')).toContain('sandbox');
  },
);

test('a picture is shown in place, under its name even if that is a strange one', async () => {
  const { gateway } = await startBoth();
  const strange = `"Größe"; (1)'*%2F.png`;
  const [output] = (await run(gateway, blobGraph(strange, 20))).outputs as [wire.Output];
  expect(output).toMatchObject({ name: strange, type: 'image' });
  const { headers, status } = await gateway.request('GET', output.url);
  expect(status).toBe(200);
  const [, name] =
    /^inline; filename\*=UTF-8''([\w%.-]+)$/.exec(headers.get('content-disposition') ?? '') ?? [];
  expect(decodeURIComponent(name ?? '')).toBe(strange);
});

test('bytes that are gone are output_unavailable; the record stays', async () => {
  const { gateway, simulator } = await startBoth();
  const [output] = (await run(gateway, pictureGraph())).outputs as [wire.Output];
  const { name: filename, subfolder } = output;
  expect(simulator.control.removeFile({ type: 'output', subfolder: subfolder ?? '', filename })).toBe(true);
  await refusal(await gateway.request('GET', output.url), 404, 'output_unavailable');
  expect((await gateway.request('HEAD', output.url)).status).toBe(404);
  expect((await gateway.request('GET', `/api/v2/assets/${output.id}`)).status).toBe(200);
});

test('a preview in temp is gone with the next start of ComfyUI, an output stays', async () => {
  const { gateway, simulator } = await startBoth();
  const { outputs } = await run(gateway, multiOutputGraph());
  await simulator.control.restart();
  const status = async (type: string) => {
    const found = outputs.find(({ folder_type }) => folder_type === type);
    return (await gateway.request('GET', found?.url ?? '')).status;
  };
  expect([await status('output'), await status('temp')]).toEqual([200, 404]);
});

test('a ComfyUI that fails or is away is not the same as bytes that are gone', async () => {
  const { gateway, simulator } = await startBoth();
  const [{ url }] = (await run(gateway, pictureGraph())).outputs as [wire.Output];
  for (const status of [500, 403, 302]) {
    simulator.control.fault({
      route: 'GET /view',
      kind: 'status',
      status,
      body: 'secret path /comfyui',
      times: 1,
    });
    const { message } = await refusal(await gateway.request('GET', url), 502, 'upstream_error');
    expect(message).not.toContain('/comfyui');
  }
  await simulator.control.stop();
  const away = await gateway.request('GET', url);
  expect(away.headers.get('retry-after')).toMatch(/^\d+$/);
  await refusal(away, 503, 'upstream_unreachable');
});

test('50 MB are passed on as they are read, not collected', async () => {
  const { gateway } = await startBoth();
  const size = 50 * 1024 * 1024;
  const [{ url, size_bytes }] = (await run(gateway, blobGraph('big.bin', size))).outputs as [wire.Output];
  expect(size_bytes).toBe(size);
  const before = process.memoryUsage().arrayBuffers;
  const reader = (await fetch(url)).body!.getReader();
  let read = (await reader.read()).value!.byteLength;
  // Nobody reads for a while: what is still fetched now would be held in memory.
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(24 * 1024 * 1024);
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    read += value.byteLength;
  }
  expect(read).toBe(size);
});

test('a download that is given up before ComfyUI answers is given up there, too', async () => {
  const simulator = await startSimulator();
  const proxy = await startProxy(simulator.port, /^GET \/view(?!.*\nrange:)/is);
  const gateway = await startGateway({ COMFYUI_URL: proxy.url });
  const [{ url }] = (await run(gateway, pictureGraph())).outputs as [wire.Output];
  simulator.control.fault({ route: 'GET /view', kind: 'hang' });
  const abort = new AbortController();
  const answer = fetch(url, { signal: abort.signal });
  await eventually(() => proxy.open() === 1);
  abort.abort();
  await expect(answer).rejects.toThrow();
  await eventually(() => proxy.open() === 0);
});

test('a download that is broken off is broken off at ComfyUI, too', async () => {
  const simulator = await startSimulator();
  const proxy = await startProxy(simulator.port, /^GET \/view(?!.*\nrange:)/is);
  const gateway = await startGateway({ COMFYUI_URL: proxy.url });
  const [{ url }] = (await run(gateway, blobGraph('huge.bin', 1e12))).outputs as [wire.Output];
  const abort = new AbortController();
  const reader = (await fetch(url, { signal: abort.signal })).body!.getReader();
  await reader.read();
  expect(proxy.open()).toBe(1);
  const printed = vi.spyOn(console, 'error').mockImplementation(() => undefined);
  abort.abort();
  await expect(reader.read()).rejects.toThrow();
  await eventually(() => proxy.open() === 0);
  expect((await run(gateway, pictureGraph())).status).toBe('succeeded');
  // That a client goes away is no fault; and what is said goes through the log.
  expect(printed.mock.calls).toEqual([]);
});

async function run(gateway: TestGateway, graph: unknown): Promise<wire.Job> {
  const job = await gateway.ended((await gateway.submit(graph)).id);
  expect(job).toMatchObject({ status: 'succeeded', error: null });
  return job;
}

/** Every output can be fetched and is of the type and size that it says. */
async function fetchAll(gateway: TestGateway, outputs: wire.Output[]): Promise<void> {
  for (const { url, content_type, size_bytes } of outputs) {
    const response = await gateway.request('GET', url);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')?.split(';')[0]).toBe(content_type);
    expect(response.headers.get('content-length')).toBe(String(size_bytes));
    expect((await response.arrayBuffer()).byteLength).toBe(size_bytes);
  }
}

function textGraph(value: string) {
  return {
    '12': { class_type: 'PrimitiveString', inputs: { value } },
    '13': { class_type: 'PreviewAny', inputs: { source: ['12', 0] } },
  };
}
