/** `POST /api/v2/assets` and what can be done with uploads. */
import { connect } from 'node:net';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { extensionFor } from '../src/assets/sniff.ts';
import { createMemoryBlobs } from '../src/runtime/blobs/memory.ts';
import type { BlobStore } from '../src/storage/ports.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { openRedisStores } from '../src/runtime/stores/redis.ts';
import { eventually, refusal, send, startBoth, startGateway, startSimulator } from './support/gateway.ts';
import { loadGraph, pictureGraph } from './support/graphs.ts';
import { redisIsMissing, startRedis } from './support/redis.ts';
import { hashOf, picture, upload, uploaded } from './support/uploads.ts';

const KEYS = { API_KEYS: 'alice:alice-secret,bob:bob-secret-1,admin:admin-secret' };
const ALICE = { authorization: 'Bearer alice-secret' };
const BOB = { authorization: 'Bearer bob-secret-1' };

describe.each([
  ['with a blob store', undefined],
  ["in ComfyUI's input folder", null],
])('%s', (_, blobs) => {
  const start = (env = {}) => startBoth(env, blobs === null ? { blobs } : {});

  test('an upload is an asset, with the hash of its bytes, and comes back as it was', async () => {
    const { gateway } = await start();
    const bytes = picture();
    const response = await upload(gateway.url, bytes, 'grüße 1.png', { fields: { tags: ['input', 'b'] } });
    expect(response.status).toBe(201);
    const asset = (await response.json()) as wire.Asset;
    expect(asset).toMatchObject({
      hash: hashOf(bytes),
      size_bytes: bytes.length,
      content_type: 'image/png',
      file_path: 'grüße 1.png',
      created_new: true,
      tags: ['input', 'b'],
    });
    expect(asset.job_id).toBeUndefined();
    const day = Date.parse(asset.expires_at!) - Date.now();
    expect(day).toBeGreaterThan(86_000_000);
    expect(day).toBeLessThan(86_500_000);
    const { created_new: _new, ...rest } = asset;
    const again = await gateway.request('GET', `/api/v2/assets/${asset.id}`);
    expect(await again.json()).toEqual(rest);
    const content = await fetch(asset.url);
    expect(new Uint8Array(await content.arrayBuffer())).toEqual(bytes);
    expect(content.headers.get('content-type')).toBe('image/png');
    expect(content.headers.get('content-disposition')).toBe(
      "inline; filename*=UTF-8''gr%C3%BC%C3%9Fe%201.png",
    );
    expect(content.headers.get('content-security-policy')).toContain('sandbox');
  });

  test('ranges and conditions', async () => {
    const { gateway } = await start();
    const bytes = picture(64, 64);
    const { url } = await uploaded(gateway.url, bytes);
    const get = (headers: Record<string, string>, method = 'GET') => fetch(url, { method, headers });
    const part = await get({ range: 'bytes=10-19' });
    expect(part.status).toBe(206);
    expect(part.headers.get('content-range')).toBe(`bytes 10-19/${bytes.length}`);
    expect(new Uint8Array(await part.arrayBuffer())).toEqual(bytes.subarray(10, 20));
    const tail = await get({ range: 'bytes=-5' });
    expect(new Uint8Array(await tail.arrayBuffer())).toEqual(bytes.subarray(-5));
    await refusal(await get({ range: `bytes=${bytes.length}-` }), 416, 'range_not_satisfiable');
    const head = await get({}, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    const etag = head.headers.get('etag')!;
    expect((await get({ 'if-none-match': etag })).status).toBe(304);
    expect((await get({ 'if-range': '"other"', range: 'bytes=0-1' })).status).toBe(200);
    expect((await get({ 'if-range': etag, range: 'bytes=0-1' })).status).toBe(206);
  });

  test('the same bytes are kept once, whatever they are called', async () => {
    const { gateway, simulator } = await start();
    const bytes = picture();
    const first = await uploaded(gateway.url, bytes, 'a.png');
    const files = await inputFiles(simulator.url);
    const second = await upload(gateway.url, bytes, 'a.png');
    expect(second.status).toBe(200);
    expect(await second.json()).toMatchObject({ id: first.id, created_new: false, hash: first.hash });
    const third = await upload(gateway.url, bytes, 'b.png');
    expect(third.status).toBe(200);
    const other = (await third.json()) as wire.Asset;
    expect(other).toMatchObject({ created_new: false, file_path: 'b.png', hash: first.hash });
    expect(other.id).not.toBe(first.id);
    expect(await inputFiles(simulator.url)).toEqual(files);
    // One goes, the other stays with its bytes.
    expect((await gateway.request('DELETE', `/api/v2/assets/${first.id}`)).status).toBe(204);
    await refusal(await gateway.request('GET', `/api/v2/assets/${first.id}`), 404, 'not_found');
    await refusal(await gateway.request('DELETE', `/api/v2/assets/${first.id}`), 404, 'not_found');
    expect(new Uint8Array(await (await fetch(other.url)).arrayBuffer())).toEqual(bytes);
    expect((await gateway.request('DELETE', `/api/v2/assets/${other.id}`)).status).toBe(204);
    expect((await gateway.request('HEAD', `/api/v2/assets/by-hash/${first.hash}`)).status).toBe(404);
    expect((await upload(gateway.url, bytes)).status).toBe(201);
  });

  test('fields may stand after the file', async () => {
    const { gateway } = await start();
    const bytes = picture(64, 64);
    const fields = { content_type: 'text/plain', expected_hash: hashOf(bytes), expires_in: '3600' };
    const asset = await uploaded(gateway.url, bytes, 'x.png', { late: true, fields });
    expect(asset).toMatchObject({ file_path: 'x.png', content_type: 'image/png', created_new: true });
    expect(Date.parse(asset.expires_at!) - Date.now()).toBeLessThan(3_601_000);
    const wrong = { expected_hash: `blake3:${'0'.repeat(64)}` };
    for (const late of [false, true]) {
      const fresh = picture();
      const error = await refusal(
        await upload(gateway.url, fresh, 'y.png', { late, fields: wrong }),
        409,
        'hash_mismatch',
      );
      expect(error.details).toMatchObject({ hash: hashOf(fresh) });
      expect((await gateway.request('HEAD', `/api/v2/assets/by-hash/${hashOf(fresh)}`)).status).toBe(404);
    }
  });

  test('ten at once with the same bytes: one content, an answer for each', async () => {
    const { gateway } = await start();
    const bytes = picture(100, 100);
    const assets = await Promise.all(
      Array.from({ length: 10 }, (_, i) => uploaded(gateway.url, bytes, i % 2 ? 'a.png' : 'b.png')),
    );
    expect(new Set(assets.map(({ id }) => id)).size).toBe(2);
    expect(assets.filter((asset) => asset.created_new)).toHaveLength(1);
    for (const { url } of assets)
      expect(new Uint8Array(await (await fetch(url)).arrayBuffer())).toEqual(bytes);
  });

  test('from-hash and by-hash: only what the caller has', async () => {
    const { gateway } = await start(KEYS);
    const bytes = picture();
    const hash = hashOf(bytes);
    const asset = await uploaded(gateway.url, bytes, 'a.png', { headers: ALICE });
    const head = (headers: Record<string, string>) =>
      gateway.request('HEAD', `/api/v2/assets/by-hash/${hash}`, undefined, headers);
    const mint = (body: object, headers: Record<string, string>) =>
      gateway.request('POST', '/api/v2/assets/from-hash', body, headers);
    expect([(await head(ALICE)).status, (await head(BOB)).status]).toEqual([200, 404]);
    const read = await gateway.request('GET', `/api/v2/assets/by-hash/${hash}`, undefined, ALICE);
    await refusal(read, 405, 'method_not_allowed');
    const { message } = await refusal(await mint({ hash }, BOB), 404, 'blob_not_found');
    expect(message).toContain(hash);
    const same = await mint({ hash, file_path: 'a.png' }, ALICE);
    expect(same.status).toBe(200);
    expect(await same.json()).toMatchObject({ id: asset.id, created_new: false });
    const other = await mint({ hash, file_path: 'input/c.png', expires_in: 60, tags: ['x'] }, ALICE);
    expect(other.status).toBe(201);
    expect(await other.json()).toMatchObject({ file_path: 'input/c.png', size_bytes: bytes.length, hash });
    await refusal(await mint({ hash: 'md5:1' }, ALICE), 422, 'invalid_request');
    await refusal(await mint({}, ALICE), 422, 'invalid_request');
    await refusal(
      await gateway.request('GET', `/api/v2/assets/${asset.id}`, undefined, BOB),
      404,
      'not_found',
    );
    await refusal(
      await gateway.request('DELETE', `/api/v2/assets/${asset.id}`, undefined, BOB),
      404,
      'not_found',
    );
    const admin = { authorization: 'Bearer admin-secret' };
    expect((await gateway.request('GET', `/api/v2/assets/${asset.id}`, undefined, admin)).status).toBe(200);
    // Bob's own copy of the same bytes is his own.
    expect((await upload(gateway.url, bytes, 'a.png', { headers: BOB })).status).toBe(201);
    await gateway.request('DELETE', `/api/v2/assets/${asset.id}`, undefined, ALICE);
    expect((await head(BOB)).status).toBe(200);
    // A signed link needs no key.
    const { url } = await uploaded(gateway.url, bytes, 'a.png', { headers: BOB });
    expect((await fetch(url)).status).toBe(200);
    expect((await fetch(url.split('?')[0]!)).status).toBe(401);
  });

  test('too large: 413, and nothing is left behind', async () => {
    const { gateway, simulator } = await start({ MAX_UPLOAD_BYTES: '100000' });
    const before = await inputFiles(simulator.url);
    for (const size of [100_001, 2_000_000]) {
      const bytes = new Uint8Array(size).fill(7);
      const error = await refusal(await upload(gateway.url, bytes, 'a.bin'), 413, 'payload_too_large');
      expect(error.details).toEqual({ max_bytes: 100_000 });
      expect((await gateway.request('HEAD', `/api/v2/assets/by-hash/${hashOf(bytes)}`)).status).toBe(404);
    }
    expect((await upload(gateway.url, new Uint8Array(100_000).fill(8), 'a.bin')).status).toBe(201);
    if (blobs !== null) expect(await inputFiles(simulator.url)).toEqual(before);
  });

  test('0 bytes', async () => {
    const { gateway, simulator } = await start();
    const before = await inputFiles(simulator.url);
    await refusal(await upload(gateway.url, new Uint8Array(0)), 422, 'invalid_request');
    expect(await inputFiles(simulator.url)).toEqual(before);
  });

  test('an upload that breaks off leaves nothing', async () => {
    const { gateway, simulator } = await start();
    const before = await inputFiles(simulator.url);
    const { port } = new URL(gateway.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write(
      'POST /api/v2/assets HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: multipart/form-data; boundary=x\r\ncontent-length: 1000000\r\n\r\n' +
        '--x\r\ncontent-disposition: form-data; name="file_path"\r\n\r\na.png\r\n--x\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n' +
        'a'.repeat(500_000),
    );
    if (blobs === null)
      await eventually(() => simulator.control.stats().requests['POST /upload/image'] === 1);
    socket.destroy();
    // What came later is through, so that what broke off is over.
    const next = await uploaded(gateway.url, picture(), 'next.png');
    const after = await inputFiles(simulator.url);
    const kept = after.filter((name) => !before.includes(name));
    expect(kept).toHaveLength(blobs === null ? 1 : 0);
    expect((await gateway.request('GET', `/api/v2/assets/${next.id}/content`)).status).toBe(200);
  });
});

test('files: bytes of refused and broken uploads are not in the blob store, nor is there a mark of them', async () => {
  const stores = openMemoryStores(Date.now);
  const { blobs, keys } = watched();
  const { gateway } = await startBoth({ MAX_UPLOAD_BYTES: '100000' }, { stores, blobs });
  await upload(gateway.url, new Uint8Array(100_001).fill(7));
  await upload(gateway.url, new Uint8Array(0));
  await upload(gateway.url, picture(), 'a.png', { fields: { expected_hash: `blake3:${'0'.repeat(64)}` } });
  await upload(gateway.url, picture(), '../a.png');
  expect([...keys]).toEqual([]);
  const bytes = picture();
  await Promise.all(Array.from({ length: 10 }, () => upload(gateway.url, bytes)));
  expect(keys.size).toBe(1);
  expect(await stores.storage.getKeys('incoming')).toEqual([]);
  const { id } = await uploaded(gateway.url, bytes);
  await gateway.request('DELETE', `/api/v2/assets/${id}`);
  expect([...keys]).toEqual([]);
  expect(await stores.storage.getKeys('uploads')).toEqual([]);
  expect(await stores.storage.getKeys('assets')).toEqual([]);
});

test('bytes that are gone from the blob store are taken in again', async () => {
  const { blobs, keys } = watched();
  const { gateway } = await startBoth({}, { blobs });
  const bytes = picture();
  const { id, url, hash } = await uploaded(gateway.url, bytes);
  await blobs.delete([...keys][0]!);
  await refusal(await fetch(url), 404, 'output_unavailable');
  expect((await gateway.request('HEAD', `/api/v2/assets/by-hash/${hash}`)).status).toBe(404);
  await refusal(await gateway.request('POST', '/api/v2/assets/from-hash', { hash }), 404, 'blob_not_found');
  const again = await uploaded(gateway.url, bytes);
  expect(again).toMatchObject({ id, created_new: true });
  expect((await fetch(url)).status).toBe(200);
});

test('what has expired is gone at once, its bytes with the next cleaning', async () => {
  let late = 0;
  const now = () => Date.now() + late;
  const { blobs, keys } = watched();
  const stores = openMemoryStores(now);
  const { gateway } = await startBoth({ CLEANUP_INTERVAL_MS: '50' }, { blobs, now, stores });
  const bytes = picture();
  const short = await uploaded(gateway.url, bytes, 'short.png', { fields: { expires_in: '60' } });
  const long = await uploaded(gateway.url, bytes, 'long.png', { fields: { expires_in: '600' } });
  late = 61_000;
  await refusal(await gateway.request('GET', `/api/v2/assets/${short.id}`), 404, 'not_found');
  expect((await fetch(long.url)).status).toBe(200);
  await eventually(async () => (await stores.storage.getKeys('assets')).length === 1);
  expect(keys.size).toBe(1);
  late = 601_000;
  await eventually(() => keys.size === 0);
  await eventually(async () => (await stores.storage.getKeys('uploads')).length === 0);
});

test('what an earlier process left behind is removed', async () => {
  const { blobs, keys } = watched();
  const stores = openMemoryStores(Date.now);
  await blobs.put('uploads/left', picture(), { contentType: 'image/png' });
  await stores.storage.setItem('incoming:left', { blob: 'uploads/left', at: Date.now() - 3 * 3_600_000 });
  await startBoth({ CLEANUP_INTERVAL_MS: '50' }, { blobs, stores });
  await eventually(() => keys.size === 0);
  await eventually(async () => (await stores.storage.getKeys('incoming')).length === 0);
});

test.each([
  '../a.png',
  'input/../../a.png',
  '/etc/passwd',
  'a\\b.png',
  'a\nb.png',
  'a\u0000.png',
  'a\u202egnp.exe',
  '',
  'models/x.safetensors',
  'checkpoints/x.safetensors',
  'input//a.png',
  `${'a'.repeat(600)}.png`,
])('file_path %j is refused', async (path) => {
  const { gateway } = await startBoth();
  const response = await upload(gateway.url, picture(), 'a.png', {
    change: (form) => form.set('file_path', path),
  });
  // Browsers and undici send line breaks of fields as CR LF.
  const error = await refusal(response, 422, 'invalid_request');
  expect(error.message).toContain('file_path');
});

test('what it is, is read from the bytes', async () => {
  const { gateway } = await startBoth();
  const type = async (bytes: Uint8Array<ArrayBuffer>, name: string, claimed: string) => {
    const asset = await uploaded(gateway.url, bytes, name, { fields: { content_type: claimed } });
    return (await gateway.request('HEAD', new URL(asset.url).pathname)).headers.get('content-type');
  };
  const text = (content: string) => new Uint8Array(new TextEncoder().encode(content));
  expect(await type(picture(), 'a.jpg', 'image/jpeg')).toBe('image/png');
  expect(await type(text('<script>alert(1)</script>'), 'a.png', 'image/png')).toBe(
    'application/octet-stream',
  );
  expect(await type(text('hello'), 'a.txt', 'text/plain')).toBe('text/plain; charset=utf-8');
  const page = await uploaded(gateway.url, text('<h1>'), 'a.html', { fields: { content_type: 'text/html' } });
  const answer = await fetch(page.url);
  expect(answer.headers.get('content-disposition')).toMatch(/^attachment/);
  expect(answer.headers.get('content-security-policy')).toContain('sandbox');
});

test.each([
  ['image/png', 'a.PNG', 'png'],
  ['image/png', 'a.jpg', 'png'],
  ['image/jpeg', 'photo.jpeg', 'jpeg'],
  ['image/jpeg', 'photo', 'jpg'],
  ['audio/flac', 'x.flac', 'flac'],
  ['video/x-matroska', 'x.png', 'mkv'],
  ['application/octet-stream', 'x.FBX', 'fbx'],
  ['application/fbx', 'x.fbx', 'fbx'],
  ['application/octet-stream', '../../x.b$n', 'bin'],
  ['text/plain', '', 'txt'],
])('%s under the name %s gets the extension %s', (type, name, extension) => {
  expect(extensionFor(type, name)).toBe(extension);
});

test('forms that are none', async () => {
  const { gateway } = await startBoth();
  const post = (body: string, type: string) =>
    send('POST', `${gateway.url}/api/v2/assets`, { 'content-type': type }, body);
  const part = (name: string, value = 'x') =>
    `--b\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
  const form = 'multipart/form-data; boundary=b';
  for (const [body, type, words] of [
    ['{}', 'application/json', 'multipart/form-data'],
    ['', form, 'broke off'],
    [`${part('file_path')}--b--\r\n`, form, "no part 'file'"],
    [part('file'), form, 'broke off'],
    [`${part('file')}--b--\r\n`, form, 'file_path'],
    [`${part('file')}${part('file')}--b--\r\n`, form, 'more than one'],
    [`${part('file')}--b--\r\n`, 'multipart/form-data; charset=utf-8', 'boundary'],
    [`--b\r\nno header\r\n\r\nx\r\n--b--\r\n`, form, ''],
    [
      `--b\r\ncontent-disposition: form-data; name="file"; filename*=UTF-8''%ff%zz\r\n\r\nx\r\n--b--\r\n`,
      form,
      '',
    ],
    [`${part('file_path', 'x'.repeat(100_000))}${part('file')}--b--\r\n`, form, '65536 bytes'],
    [`${part('a').repeat(150)}${part('file')}--b--\r\n`, form, '100 parts'],
    [`${part('file_path', 'a.png')}${part('expires_in', '5')}${part('file')}--b--\r\n`, form, 'expires_in'],
    [
      `${part('file_path', 'a.png')}${part('expected_hash', 'sha1:5')}${part('file')}--b--\r\n`,
      form,
      'expected_hash',
    ],
  ] as const) {
    const { status, text } = await post(body, type);
    expect({ status, body: body.slice(0, 60) }).toEqual({ status: 422, body: body.slice(0, 60) });
    const { error } = JSON.parse(text) as wire.ErrorEnvelope;
    expect(error.code).toBe('invalid_request');
    expect(error.message).toContain(words);
  }
});

test('outputs go with their job', async () => {
  const { gateway } = await startBoth();
  const job = await gateway.ended((await gateway.submit(pictureGraph())).id);
  const error = await refusal(
    await gateway.request('DELETE', `/api/v2/assets/${job.outputs[0]!.id}`),
    409,
    'asset_in_use',
  );
  expect(error.message).toContain(job.id);
});

/** Names of what LoadImage finds. */
async function inputFiles(url: string): Promise<string[]> {
  const answer = (await (await fetch(`${url}/object_info/LoadImage`)).json()) as {
    LoadImage: { input: { required: { image: [string[]] } } };
  };
  return answer.LoadImage.input.required.image[0];
}

function watched(): { blobs: BlobStore; keys: Set<string> } {
  const keys = new Set<string>();
  const inner = createMemoryBlobs();
  const blobs: BlobStore = {
    ...inner,
    put: async (key, ...rest) => {
      await inner.put(key, ...rest);
      keys.add(key);
      // So that of several at once none is recorded before all are kept.
      await new Promise((resolve) => setTimeout(resolve, 50));
    },
    delete: async (key) => {
      keys.delete(key);
      await inner.delete(key);
    },
  };
  return { blobs, keys };
}

describe.skipIf(redisIsMissing)('several instances on one Redis', () => {
  test.each([
    ['with a blob store that all reach', true],
    ["in ComfyUI's input folder", false],
  ])('%s: uploads of the same bytes are one content', async (_, shared) => {
    const server = await startRedis();
    onTestFinished(() => server.close());
    const simulator = await startSimulator();
    const { blobs, keys } = watched();
    const [a, b] = await Promise.all(
      [1, 2].map(async () =>
        startGateway(
          { COMFYUI_URL: simulator.url },
          { stores: await openRedisStores(server.url), blobs: shared ? blobs : null },
        ),
      ),
    );
    const bytes = picture();
    const assets = await Promise.all(
      Array.from({ length: 20 }, (_x, i) =>
        uploaded((i % 2 ? a : b)!.url, bytes, i % 4 < 2 ? 'a.png' : 'b.png'),
      ),
    );
    expect(new Set(assets.map(({ id }) => id)).size).toBe(2);
    if (shared) await eventually(() => keys.size === 1);
    for (const [i, { id }] of assets.slice(0, 4).entries()) {
      const other = i % 2 ? b! : a!;
      const content = await fetch(`${other.url}/api/v2/assets/${id}/content`);
      expect(new Uint8Array(await content.arrayBuffer())).toEqual(bytes);
      expect((await other.ended((await other.submit(loadGraph(id))).id)).status).toBe('succeeded');
    }
    const ids = [...new Set(assets.map(({ id }) => id))];
    await Promise.all(ids.map((id, i) => (i % 2 ? a : b)!.request('DELETE', `/api/v2/assets/${id}`)));
    for (const id of ids) expect((await a!.request('GET', `/api/v2/assets/${id}`)).status).toBe(404);
    expect(keys.size).toBe(0);
  });
});
