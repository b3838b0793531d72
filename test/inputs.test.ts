/** Files that graphs name: asset references and ids, `data:` URLs, addresses. */
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/schemas.ts';
import { createOutside, isPublicAddress } from '../src/assets/outside.ts';
import { createFetchOutside } from '../src/runtime/outside.ts';
import { createMemoryBlobs } from '../src/runtime/blobs/memory.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { refusal, startBoth, startGateway, startSimulator, type TestGateway } from './support/gateway.ts';
import { loadGraph, pictureGraph } from './support/graphs.ts';
import { picture, uploaded } from './support/uploads.ts';

const reference = (id: unknown) => ({ __type: 'core/ASSET', info: { id, file_path: 'photo.png' } });

describe.each([
  ['with a blob store', undefined],
  ["in ComfyUI's input folder", null],
])('%s', (_, blobs) => {
  const start = (env = {}) => startBoth(env, blobs === null ? { blobs } : {});

  test('a reference and an id lead to the same file; what is kept names the asset', async () => {
    const { gateway, simulator } = await start();
    const bytes = picture();
    const { id } = await uploaded(gateway.url, bytes);
    for (const image of [reference(id), id]) {
      const job = await gateway.ended((await gateway.submit(loadGraph(image))).id);
      expect(job).toMatchObject({ status: 'succeeded', outputs: [{ type: 'image' }] });
      expect(await workflowOf(gateway, job.id)).toEqual(loadGraph(image));
      const name = await nameAt(simulator.url, job.id);
      expect(name).toMatch(/^comfygate-[0-9a-f-]{32,36}\.png$/);
      expect(await inputFile(simulator.url, name)).toEqual(bytes);
    }
  });

  test('run again from its own workflow, after ComfyUI lost the file', async () => {
    const { gateway, simulator } = await start();
    const { id } = await uploaded(gateway.url, picture());
    const job = await gateway.ended((await gateway.submit(loadGraph(id, 'gw/one'))).id);
    const name = await nameAt(simulator.url, job.id);
    simulator.control.removeFile({ type: 'input', subfolder: '', filename: name });
    const again = await gateway.request('POST', '/api/v2/jobs', {
      workflow: { ...((await workflowOf(gateway, job.id)) as object), '9': pictureGraph()['1'] },
    });
    if (blobs === null) return void (await refusal(again, 422, 'missing_asset'));
    expect(again.status).toBe(201);
    const { status } = await gateway.ended(((await again.json()) as wire.Job).id);
    expect(status).toBe('succeeded');
  });

  test('data: URLs become assets; nothing that is kept or shown holds their bytes', async () => {
    const { gateway, simulator } = await start();
    const bytes = picture();
    const url = `data:image/jpeg;base64,${Buffer.from(bytes).toString('base64')}`;
    const job = await gateway.ended((await gateway.submit(loadGraph(url))).id);
    expect(job.status).toBe('succeeded');
    const text = await (await gateway.request('GET', `/api/v2/jobs/${job.id}/workflow`)).text();
    expect(text).not.toContain('base64');
    const { workflow } = JSON.parse(text) as { workflow: ReturnType<typeof loadGraph> };
    const asset = await gateway.request('GET', `/api/v2/assets/${String(workflow['1'].inputs.image)}`);
    expect(await asset.json()).toMatchObject({ content_type: 'image/png', size_bytes: bytes.length });
    expect(await (await fetch(`${simulator.url}/history/${job.id}`)).text()).not.toContain('base64');
    const second = await gateway.ended((await gateway.submit(loadGraph(url, 'gw/again'))).id);
    expect(await nameAt(simulator.url, second.id)).toBe(await nameAt(simulator.url, job.id));
    const again = await gateway.ended((await gateway.submit(workflow)).id);
    expect(again.status).toBe('succeeded');
  });
});

test('each backend is given a file once, from the bytes that are kept', async () => {
  const sent: string[] = [];
  const simulators = [await startSimulator(), await startSimulator()];
  const gateway = await startGateway(
    { COMFYUI_URL: simulators.map(({ url }) => url).join() },
    {
      fetch: (url, init) => {
        if (url.endsWith('/upload/image')) sent.push(new URL(url).port);
        return fetch(url, init);
      },
    },
  );
  const bytes = picture();
  const { id } = await uploaded(gateway.url, bytes);
  for (const simulator of simulators) simulator.control.pause();
  // Each goes to the one that has less to do.
  const jobs: wire.Job[] = [];
  for (let i = 0; i < 6; i++) jobs.push(await gateway.submit(loadGraph(reference(id), `gw/p${i}`)));
  expect(new Set(jobs.map(({ backend }) => backend)).size).toBe(2);
  await Promise.all(Array.from({ length: 10 }, () => gateway.submit(loadGraph(id))));
  expect(sent.toSorted()).toEqual(simulators.map(({ port }) => String(port)).toSorted());
  // Ten at once of something new: they wait for each other.
  const other = await uploaded(gateway.url, picture());
  await Promise.all(Array.from({ length: 10 }, () => gateway.submit(loadGraph(other.id))));
  expect(sent.length).toBeLessThanOrEqual(4);
  for (const simulator of simulators) simulator.control.resume();
  for (const job of jobs) expect((await gateway.ended(job.id)).status).toBe('succeeded');
});

test('an output of one ComfyUI is an input of the other', async () => {
  const simulators = [await startSimulator(), await startSimulator()];
  const gateway = await startGateway({ COMFYUI_URL: simulators.map(({ url }) => url).join() });
  const first = await gateway.ended((await gateway.submit(pictureGraph())).id);
  const [output] = first.outputs;
  const busy = simulators.find((_, i) => first.backend === `comfyui-${i + 1}`)!;
  const other = simulators.find((simulator) => simulator !== busy)!;
  busy.control.pause();
  for (let i = 0; i < 2; i++) await gateway.submit(pictureGraph());
  const second = await gateway.ended((await gateway.submit(loadGraph(output!.id))).id);
  expect(second).toMatchObject({ status: 'succeeded' });
  expect(second.backend).not.toBe(first.backend);
  const bytes = new Uint8Array(await (await fetch(output!.url)).arrayBuffer());
  expect(await inputFile(other.url, await nameAt(other.url, second.id))).toEqual(bytes);
});

test('a backend that is away does not keep a job with a file from the other', async () => {
  const simulators = [await startSimulator(), await startSimulator()];
  const gateway = await startGateway({ COMFYUI_URL: simulators.map(({ url }) => url).join() });
  const { id } = await uploaded(gateway.url, picture());
  // It tells its load, and takes no file.
  for (const kind of ['drop', 'status'] as const) {
    simulators[0]!.control.fault({ route: 'POST /upload/image', kind, status: 500 });
    simulators[1]!.control.pause();
    await gateway.submit(pictureGraph());
    simulators[1]!.control.resume();
    const job = await gateway.ended((await gateway.submit(loadGraph(id))).id);
    expect(job).toMatchObject({ status: 'succeeded', backend: 'comfyui-2' });
    simulators[0]!.control.clearFaults();
    simulators[1]!.control.removeFile({
      type: 'input',
      subfolder: '',
      filename: await nameAt(simulators[1]!.url, job.id),
    });
  }
  await simulators[0]!.control.stop();
  const job = await gateway.ended((await gateway.submit(loadGraph(id, 'gw/last'))).id);
  expect(job).toMatchObject({ status: 'succeeded', backend: 'comfyui-2' });
  for (const simulator of simulators.slice(1))
    simulator.control.fault({ route: 'POST /upload/image', kind: 'status', status: 500 });
  const fresh = await uploaded(gateway.url, picture());
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: loadGraph(fresh.id) });
  expect([502, 503]).toContain(response.status);
  const { jobs } = (await (await gateway.request('GET', '/api/v2/jobs')).json()) as wire.JobList;
  expect(jobs.filter(({ status }) => status !== 'succeeded')).toEqual([]);
});

test('references that lead nowhere: all of them are named, and nothing was submitted', async () => {
  const { gateway, simulator } = await startBoth({
    API_KEYS: 'alice:alice-secret,bob:bob-secret-1',
  });
  const alice = { authorization: 'Bearer alice-secret' };
  const bob = { authorization: 'Bearer bob-secret-1' };
  const { id } = await uploaded(gateway.url, picture(), 'a.png', { headers: bob });
  const made = crypto.randomUUID();
  const graph = {
    ...loadGraph(reference(id)),
    '3': { class_type: 'LoadImage', inputs: { image: made } },
    '4': {
      class_type: 'X',
      inputs: { list: [[{ deep: reference('../../etc/passwd') }]], none: reference(5) },
    },
    '5': { class_type: 'X', inputs: { broken: { __type: 'core/ASSET' }, url: reference('data:,x') } },
  };
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: graph }, alice);
  const error = await refusal(response, 422, 'missing_asset');
  expect((error.details!['missing_ids'] as string[]).toSorted()).toEqual(
    [id, made, '../../etc/passwd', '(no id)', 'data:,x'].toSorted(),
  );
  const list = (await (
    await gateway.request('GET', '/api/v2/jobs', undefined, alice)
  ).json()) as wire.JobList;
  expect(list.jobs).toEqual([]);
  expect(simulator.control.stats().queueRemaining).toBe(0);
  const own = await gateway.submit(loadGraph(reference(id)), {}, bob);
  expect((await gateway.ended(own.id, bob)).status).toBe('succeeded');
});

test('what takes no upload is left as it is, to the last digit', async () => {
  const { gateway, simulator } = await startBoth();
  const { id } = await uploaded(gateway.url, picture());
  const text = `{"workflow":{"1":{"class_type":"LoadImage","inputs":{"image":"${id}"}},
    "2":{"class_type":"SaveImage","inputs":{"images":["1",0],"filename_prefix":"gw/x"}},
    "3":{"class_type":"PrimitiveString","inputs":{"value":"https://example.org/a.png"}},
    "4":{"class_type":"PreviewAny","inputs":{"source":["3",0]}},
    "5":{"class_type":"PrimitiveInt","inputs":{"value":18446744073709551615, "f": 1.0}}}}`;
  const response = await gateway.request('POST', '/api/v2/jobs', text);
  const { id: job } = (await response.json()) as wire.Job;
  await gateway.ended(job);
  const seen = await (await fetch(`${simulator.url}/history/${job}`)).text();
  expect(seen).toContain('https://example.org/a.png');
  expect(seen).toContain('18446744073709551615');
  expect(seen).toContain('comfygate-');
  const kept = await (await gateway.request('GET', `/api/v2/jobs/${job}/workflow`)).text();
  expect(kept).toContain('18446744073709551615, "f": 1.0');
});

test('use keeps an upload for longer, but not beyond what was asked for', async () => {
  let late = 0;
  const now = () => Date.now() + late;
  const { gateway } = await startBoth({}, { now, stores: openMemoryStores(now) });
  const { id } = await uploaded(gateway.url, picture(), 'a.png', { fields: { expires_in: '600' } });
  late = 500_000;
  await gateway.submit(loadGraph(id));
  late = 1_000_000;
  expect((await gateway.request('GET', `/api/v2/assets/${id}`)).status).toBe(200);
  late = 1_200_000;
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: loadGraph(id) });
  const error = await refusal(response, 422, 'missing_asset');
  expect(error.details).toEqual({ missing_ids: [id] });
});

test('bytes that are gone from the blob store', async () => {
  const blobs = createMemoryBlobs(1000);
  const { gateway } = await startBoth({}, { blobs });
  const { id } = await uploaded(gateway.url, picture());
  // Drives it out.
  await blobs.put('other', new Uint8Array(999), { contentType: 'image/png' });
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: loadGraph(id) });
  await refusal(response, 422, 'missing_asset');
});

test.each([
  'data:',
  'data:image/png;base64',
  'data:image/png;base64,%%%',
  'data:,',
  'data:image/png;base64,',
])('a data: URL that holds no file: %s', async (url) => {
  const { gateway } = await startBoth();
  const response = await gateway.request('POST', '/api/v2/jobs', { workflow: loadGraph(url) });
  const error = await refusal(response, 422, 'invalid_request');
  expect(error.details).toMatchObject({ field: '1.image' });
});

test('named workflows take files in the same ways; what is recorded and repeated names assets', async () => {
  const { gateway, simulator } = await startBoth();
  const workflow = loadGraph('PARAM_STR_PICTURE');
  expect((await gateway.request('PUT', '/api/v2/workflows/scale', { workflow })).status).toBe(201);
  const bytes = picture();
  const { id } = await uploaded(gateway.url, bytes);
  const data = `data:image/png;base64,${Buffer.from(picture()).toString('base64')}`;
  for (const image of [id, data]) {
    const inputs = { picture: image };
    const response = await gateway.request('POST', '/api/v2/workflows/scale/jobs', { inputs });
    const text = await response.text();
    expect(response.status, text).toBe(201);
    expect(text).not.toContain('base64');
    const job = await gateway.ended((JSON.parse(text) as wire.Job).id);
    expect(job.status).toBe('succeeded');
    const history = await (await fetch(`${simulator.url}/history/${job.id}`)).text();
    expect(history).not.toContain('base64');
    expect(history).toMatch(/"inputs": ?\{"picture": ?"[0-9a-f-]{36}"\}/);
    const again = await gateway.request('POST', `/api/v2/jobs/${job.id}/regenerate`, {});
    const repeated = (await again.json()) as wire.Job;
    expect((await gateway.ended(repeated.id)).status).toBe('succeeded');
    expect(await nameAt(simulator.url, repeated.id)).toBe(await nameAt(simulator.url, job.id));
  }
});

describe('addresses', () => {
  test('a file is fetched, and becomes an asset', async () => {
    const bytes = picture();
    const { host, asked } = await serveFiles((request, response) => {
      if (request.url === '/moved') return response.writeHead(302, { location: '/b/photo.png?x=1' }).end();
      response.writeHead(200, { 'content-type': 'text/html' }).end(bytes);
    });
    const { gateway, simulator } = await startBoth({ INPUT_URL_HOSTS: host });
    const job = await gateway.ended((await gateway.submit(loadGraph(`http://${host}/moved`))).id);
    expect(job.status).toBe('succeeded');
    expect(await inputFile(simulator.url, await nameAt(simulator.url, job.id))).toEqual(bytes);
    const graph = (await workflowOf(gateway, job.id)) as ReturnType<typeof loadGraph>;
    expect(JSON.stringify(graph)).not.toContain('http');
    // The file is kept: its server is not asked again.
    const again = await gateway.ended((await gateway.submit(graph)).id);
    expect(again.status).toBe('succeeded');
    expect(asked).toEqual(['/moved', '/b/photo.png?x=1']);
  });

  test.each([
    'http://example.org/a.png',
    'https://127.0.0.1/a.png',
    'https://localhost/a.png',
    'https://LOCALHOST./a.png',
    'https://0x7f.1/a.png',
    'https://2130706433/a.png',
    'https://10.1.2.3/a.png',
    'https://192.168.0.1/a.png',
    'https://100.64.0.1/a.png',
    'https://169.254.169.254/latest/meta-data',
    'https://metadata.google.internal/',
    'https://[::1]/a.png',
    'https://[::ffff:10.0.0.1]/a.png',
    'https://[fd00::1]/a.png',
    'https://[fe80::1]/a.png',
    'https://[64:ff9b::a00:1]/a.png',
    'https://comfyui/a.png',
    'https://nas.local/a.png',
    'https://user:pass@example.org/a.png',
  ])('%s is refused before anything is asked', async (url) => {
    const { gateway } = await startBoth(
      {},
      { fetchOutside: () => Promise.reject(new Error('it was asked')) },
    );
    const response = await gateway.request('POST', '/api/v2/jobs', { workflow: loadGraph(url) });
    const error = await refusal(response, 422, 'invalid_request');
    expect(error.message).toMatch(/private network|only https|user name/);
  });

  test('names that stand for a private address are refused where names can be resolved', async () => {
    const asked: string[] = [];
    const open = createOutside({
      hosts: [],
      fetch: async (url, { isAllowed }) => {
        asked.push(url.hostname);
        // As after a change of the name: one good address does not make up for the other.
        if (!['93.184.216.34', '127.0.0.1'].every(isAllowed)) throw new Error('not allowed');
        throw new Error('it was connected to');
      },
    });
    await expect(open('https://rebinding.example.org/a.png', new AbortController().signal)).rejects.toThrow(
      /private network/,
    );
    expect(asked).toEqual(['rebinding.example.org']);
  });

  test('a server that says nothing, and one that stops in the middle', async () => {
    const { host } = await serveFiles((request, response) => {
      if (request.url === '/middle') response.writeHead(200).write('x');
    });
    const open = createOutside({ hosts: [host], fetch: createFetchOutside() });
    await expect(open(`http://${host}/silent`, AbortSignal.timeout(200))).rejects.toThrow(/not in time/);
    const { stream } = await open(`http://${host}/middle`, AbortSignal.timeout(200));
    const text = new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
    await expect(text).rejects.toThrow(/did not come in time/);
  });

  test('a redirect is looked at like the first address', async () => {
    const inner = await serveFiles((_, response) => response.end('secret'));
    const { host } = await serveFiles((request, response) => {
      const location = request.url === '/loop' ? '/loop' : `http://${inner.host}/`;
      response.writeHead(307, { location }).end();
    });
    const { gateway } = await startBoth({ INPUT_URL_HOSTS: host });
    const ask = async (url: string) =>
      refusal(
        await gateway.request('POST', '/api/v2/jobs', { workflow: loadGraph(url) }),
        422,
        'invalid_request',
      );
    expect((await ask(`http://${host}/out`)).message).toMatch(/only https/);
    expect((await ask(`http://${host}/loop`)).message).toMatch(/more than 3 redirects/);
    expect(inner.asked).toEqual([]);
  });

  test('no file: too large, empty, broken off, an error, packed, nobody there', async () => {
    const { host } = await serveFiles((request, response) => {
      if (request.url === '/large') response.end(Buffer.alloc(100_001));
      else if (request.url === '/empty') response.end();
      else if (request.url === '/gzip') response.writeHead(200, { 'content-encoding': 'gzip' }).end('x');
      else if (request.url === '/broken') {
        response.writeHead(200, { 'content-length': '5000' });
        response.write('x'.repeat(1000), () => response.destroy());
      } else response.writeHead(404).end();
    });
    const blobs = createMemoryBlobs();
    const { gateway } = await startBoth(
      { INPUT_URL_HOSTS: `${host},127.0.0.1:9`, MAX_UPLOAD_BYTES: '100000' },
      { blobs },
    );
    const ask = (url: string) => gateway.request('POST', '/api/v2/jobs', { workflow: loadGraph(url) });
    await refusal(await ask(`http://${host}/large`), 413, 'payload_too_large');
    for (const [path, words] of [
      ['empty', 'no bytes'],
      ['gzip', "encoding 'gzip'"],
      ['broken', 'broke off'],
      ['none', 'answered 404'],
    ] as const) {
      const error = await refusal(await ask(`http://${host}/${path}`), 422, 'invalid_request');
      expect(error.message).toContain(words);
    }
    await refusal(await ask('http://127.0.0.1:9/'), 422, 'invalid_request');
  });

  test.each([
    ['93.184.216.34', true],
    ['2606:2800:220:1::1', true],
    ['0.0.0.0', false],
    ['127.8.8.8', false],
    ['172.31.255.255', false],
    ['198.18.0.1', false],
    ['224.0.0.1', false],
    ['255.255.255.255', false],
    ['::', false],
    ['::127.0.0.1', false],
    ['64:ff9b:1::a00:1', false],
    ['fec0::1', false],
    ['4000::1', false],
    ['0:0:0:1::7f00:1', false],
    ['::7f00:1', false],
    ['::ffff:169.254.169.254', false],
    ['2002:7f00:1::', false],
    ['fe80::1%eth0', false],
    ['ff02::1', false],
    ['not an address', false],
  ])('%s', (address, expected) => {
    expect(isPublicAddress(address)).toBe(expected);
  });
});

async function workflowOf(gateway: TestGateway, id: string): Promise<unknown> {
  const answer = await gateway.request('GET', `/api/v2/jobs/${id}/workflow`);
  return ((await answer.json()) as wire.JobWorkflow).workflow;
}

/** What LoadImage was told, from ComfyUI's own history. */
async function nameAt(url: string, id: string): Promise<string> {
  const history = (await (await fetch(`${url}/history/${id}`)).json()) as Record<
    string,
    { prompt: [number, string, Record<string, { inputs: { image: string } }>] }
  >;
  return history[id]!.prompt[2]['1']!.inputs.image;
}

async function inputFile(url: string, name: string): Promise<Uint8Array> {
  const query = new URLSearchParams({ filename: name, type: 'input' });
  return new Uint8Array(await (await fetch(`${url}/view?${query}`)).arrayBuffer());
}

async function serveFiles(answer: RequestListener): Promise<{ host: string; asked: string[] }> {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(request.url ?? '');
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { host: `127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}
