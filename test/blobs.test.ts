/** Where bytes are kept: the same suite for every kind, and what is particular to one. */
import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { openFileBlobs } from '../src/runtime/blobs/file.ts';
import { createMemoryBlobs } from '../src/runtime/blobs/memory.ts';
import { createR2Blobs } from '../src/runtime/blobs/r2.ts';
import { parseConfig } from '../src/config.ts';
import { openS3Blobs } from '../src/runtime/blobs/s3.ts';
import { startBucket } from './support/s3.ts';
import { blobSuite, bytes, stream } from './suites/blobs.ts';
import { createBucket } from './support/r2.ts';

const PNG = { contentType: 'image/png' };

blobSuite('memory', async () => createMemoryBlobs());
blobSuite('file', async () => openFileBlobs(await folder()));
blobSuite('r2', async () => createR2Blobs(createBucket()));
blobSuite('s3', async () => openS3Blobs(parseConfig((await startBucket()).env).s3!));

test('memory: the one that was not used for the longest time makes room', async () => {
  const blobs = createMemoryBlobs(300);
  for (const key of ['a', 'b', 'c']) await blobs.put(key, bytes(100), PNG);
  await blobs.get('a');
  await blobs.put('d', stream(bytes(100)), PNG);
  const there = await Promise.all(
    ['a', 'b', 'c', 'd'].map(async (key) => (await blobs.head(key)) !== undefined),
  );
  expect(there).toEqual([true, false, true, true]);
});

test('memory: what is larger than all of it is refused, also when it comes in many streams', async () => {
  const blobs = createMemoryBlobs(100_000);
  await expect(blobs.put('a', stream(bytes(100_001)), PNG)).rejects.toMatchObject({
    code: 'storage_unavailable',
  });
  const waiting = Array.from({ length: 3 }, () => held(bytes(40_000)));
  const puts = waiting.map(({ stream: body }, i) => blobs.put(`k${i}`, body, PNG).catch(({ code }) => code));
  for (const { end } of waiting) end();
  expect((await Promise.all(puts)).filter((code) => code === 'storage_unavailable')).toHaveLength(1);
  await blobs.put('later', bytes(100_000), PNG);
  expect(await blobs.head('later')).toMatchObject({ sizeBytes: 100_000 });
});

test('file: what an earlier process left unfinished is removed, what it kept is there', async () => {
  const dir = await folder();
  await openFileBlobs(dir).put('uploads/a', bytes(10), PNG);
  await mkdir(join(dir, 'unfinished'), { recursive: true });
  await writeFile(join(dir, 'unfinished/half'), 'half');
  const blobs = openFileBlobs(dir);
  expect(await readdir(join(dir, 'unfinished'))).toEqual([]);
  expect(await blobs.head('uploads/a')).toEqual({ sizeBytes: 10, ...PNG });
});

test('file: a stream that fails leaves no file', async () => {
  const dir = await folder();
  const blobs = openFileBlobs(dir);
  await expect(blobs.put('uploads/a', stream(bytes(100_000), new Error('cut off')), PNG)).rejects.toThrow();
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  expect(files.filter((file) => file.isFile())).toEqual([]);
});

test.each(['ENOSPC', 'EDQUOT', 'EROFS'])(
  'file: a disk that takes no more is said as such: %s',
  async (code) => {
    const fault = Object.assign(new Error(`${code}: write`), { code });
    const put = openFileBlobs(await folder()).put('uploads/a', stream(bytes(10), fault), PNG);
    await expect(put).rejects.toMatchObject({ code: 'storage_unavailable', cause: fault });
  },
);

test('file: what cannot be put in its place leaves no file', async () => {
  const dir = await folder();
  const blobs = openFileBlobs(dir);
  await mkdir(join(dir, 'kept/uploads/a'), { recursive: true });
  await writeFile(join(dir, 'kept/uploads/a/b'), 'in the way');
  await expect(blobs.put('uploads/a', bytes(10), PNG)).rejects.toThrow();
  const files = await readdir(dir, { recursive: true, withFileTypes: true });
  expect(files.filter((file) => file.isFile()).map(({ name }) => name)).toEqual(['b']);
});

test.each(['../a', 'a/../b', '/a', 'a//b', '.', 'a\u0000b'])('file: no key leads out: %j', async (key) => {
  await expect(openFileBlobs(await folder()).put(key, bytes(1), PNG)).rejects.toThrow(/cannot be part/);
});

/** A stream that gives its bytes at once, and ends when told. */
function held(all: Uint8Array<ArrayBuffer>) {
  let end = () => undefined as void;
  const body = new ReadableStream<Uint8Array<ArrayBuffer>>({
    start(controller) {
      controller.enqueue(all);
      end = () => controller.close();
    },
  });
  return { stream: body, end };
}

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-blobs-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
