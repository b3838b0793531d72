/** Copies and the registry on every runtime, by the entry that its users start: the S3 client behaves differently on each. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { createSimulator } from '../src/simulator/simulator.ts';
import { createCaller, SUITE_ENV } from './suites/gateway.ts';
import { blobGraph, multiOutputGraph } from './support/graphs.ts';
import { isMissing, startRuntime, type Runtime } from './support/runtimes.ts';
import { startBucket } from './support/s3.ts';

const FAST = { stepMs: 5, loadMs: 5, encodeMs: 1, decodeMs: 1, nodeMs: 1 };

const RUNTIMES: Runtime[] = ['node', 'bun', 'deno', 'workerd'];

describe.each(RUNTIMES)('%s', { timeout: 60_000 }, (runtime) => {
  test.skipIf(isMissing(runtime))(
    'copies small files and large ones, and serves what ComfyUI lost',
    async () => {
      const bucket = await startBucket();
      const simulator = await createSimulator(FAST);
      const kv = await mkdtemp(join(tmpdir(), 'comfygate-kv-'));
      const args = runtime === 'workerd' ? ['--persist-to', kv, '--inspector-port', '0'] : [];
      const store = runtime === 'workerd' ? {} : { STORAGE_URL: 'memory:' };
      const env = {
        ...SUITE_ENV,
        ...store,
        ...bucket.env,
        COMFYUI_URL: simulator.url,
        COMFY_MCP_ASSET_TTL_HOURS: '48',
      };
      const gateway = await startRuntime(runtime, env, { args });
      onTestFinished(async () => {
        await gateway.end();
        await simulator.close();
        await rm(kv, { recursive: true, force: true });
      });
      const me = createCaller(gateway.url, 'key0');
      const copied = (id: string) =>
        me
          .until(id, async (job) => {
            if (runtime === 'workerd') await fetch(`${gateway.url}/cdn-cgi/handler/scheduled`);
            return job.status === 'succeeded' && job.outputs.every(({ copy }) => copy?.state === 'done');
          })
          .catch((error: unknown) => {
            throw new Error(`${String(error)}\n${gateway.output().slice(-3_000)}`);
          });

      for (const graph of [multiOutputGraph(), blobGraph('large.bin', 12_000_001)]) {
        const job = await copied((await me.submit(graph)).id);
        for (const output of job.outputs) {
          expect(output.url).toContain(bucket.url);
          const linked = await fetch(output.url);
          const bytes = Buffer.from(await linked.arrayBuffer());
          expect([linked.status, linked.headers.get('content-type')?.split(';')[0]]).toEqual([
            200,
            output.content_type,
          ]);
          const { name: filename, subfolder = '', folder_type: type, id } = output;
          const whole = await me.get(`/api/v2/assets/${id}/content`);
          expect(bytes.equals(Buffer.from(await whole.arrayBuffer()))).toBe(true);
          if (!type) continue;
          simulator.control.removeFile({ filename, subfolder: subfolder ?? '', type });
          const part = await me.get(`/api/v2/assets/${id}/content`, { range: 'bytes=5-14' });
          expect([part.status, bytes.subarray(5, 15).equals(Buffer.from(await part.arrayBuffer()))]).toEqual([
            206,
            true,
          ]);
        }
      }

      // The registry, too: the newest is the last of the last job.
      const listed = (await (
        await me.get('/api/v2/assets?media_type=image&limit=2')
      ).json()) as wire.AssetList;
      expect([listed.assets.length, listed.truncated]).toEqual([2, true]);
      const { id: pictureId } = listed.assets[0]!;
      const picture = (await (await me.get(`/api/v2/assets/${pictureId}`)).json()) as wire.Asset;
      expect(picture).toMatchObject({ width: 64, height: 64, copy: { state: 'done' } });
      const small = await fetch(`${picture.thumbnail_url!}&max_dim=32`);
      expect([small.status, small.headers.get('content-type')]).toEqual([200, 'image/webp']);
      const known = { 'if-none-match': small.headers.get('etag')! };
      expect((await fetch(`${picture.thumbnail_url!}&max_dim=32`, { headers: known })).status).toBe(304);

      const failing = { method: 'PUT', kind: 403 } as const;
      bucket.fault(failing);
      const { id } = await me.submit(blobGraph('other.bin', 1_000));
      const failed = await me.until(id, async (job) => {
        if (runtime === 'workerd') await fetch(`${gateway.url}/cdn-cgi/handler/scheduled`);
        return job.outputs[0]?.copy?.state === 'failed';
      });
      expect((failed.outputs[0] as wire.Output).copy?.error).toBe('The bucket answered 403 (AccessDenied).');
      bucket.clearFaults();
      await copied(id);
      expect(gateway.output()).not.toMatch(/ReferenceError|TypeError|NotCapable|DOMParser|Uncaught/);
      for (const secret of ['S3RVER', bucket.url]) expect(gateway.output()).not.toContain(secret);
    },
  );
});
