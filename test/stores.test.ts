import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { openFileStores } from '../src/runtime/stores/file.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { createKv } from './support/kv.ts';
import { openKvStores } from '../src/runtime/stores/kv.ts';
import { openRedisStores } from '../src/runtime/stores/redis.ts';
import type { Stores } from '../src/storage/ports.ts';
import { redisIsMissing, startRedis, type RedisServer } from './support/redis.ts';
import { storeSuite } from './suites/stores.ts';

storeSuite('memory:', async () => openMemoryStores(Date.now));
storeSuite('kv:', async () => {
  // One write of a key per second is for workers.test.ts and paced.test.ts; here it would only take time.
  const { writeIntervalMs: _pace, ...stores } = openKvStores(createKv({ perSecond: false }), Date.now);
  return stores;
});
storeSuite('file:', async () => openFile(await folder()));

describe.skipIf(redisIsMissing)('with a redis-server', () => {
  let server: RedisServer;
  let databases = 0;
  beforeAll(async () => {
    server = await startRedis(['--databases', '100']);
  });
  afterAll(() => server.close());

  storeSuite('redis:', async () => {
    const stores = await openRedisStores(`${server.url}/${databases++}`);
    onTestFinished(() => stores.close());
    return stores;
  });
});

test('file: a second process on the same folder is refused, and told what to do', async () => {
  const dir = await folder();
  await openFile(dir);
  const script = `import { openFileStores } from '${join(import.meta.dirname, '../src/runtime/stores/file.ts')}';
    await openFileStores(${JSON.stringify(dir)}, Date.now);`;
  const second = promisify(execFile)(process.execPath, ['--input-type=module', '-e', script]);
  await expect(second).rejects.toThrow(/in use by another comfygate.*redis:\/\//);
});

test('file: what was written is there after the folder is opened again', async () => {
  const dir = await folder();
  const first = await openFileStores(dir, Date.now);
  await first.storage.setItem('client:comfyui-1', { holder: 'x', until: 5 });
  await first.close();
  const second = await openFile(dir);
  expect(await second.storage.getItem('client:comfyui-1')).toEqual({ holder: 'x', until: 5 });
});

test('file: a folder that cannot be made is refused with the reason', async () => {
  const dir = await folder();
  await writeFile(join(dir, 'a-file'), '');
  await expect(openFileStores(join(dir, 'a-file', 'x'), Date.now)).rejects.toThrow(
    /STORAGE_URL: the folder .* cannot be made/,
  );
});

async function folder(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'comfygate-'));
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}

async function openFile(dir: string): Promise<Stores> {
  const stores = await openFileStores(dir, Date.now);
  onTestFinished(() => stores.close());
  return stores;
}
