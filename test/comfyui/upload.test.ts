/** Files to ComfyUI: streamed, whole or not at all. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { createComfyClient, overFetch, TIMEOUT_MS, type Fetch } from '../../src/comfyui/client.ts';
import { nodeFetch } from '../../src/runtime/node-fetch.ts';
import { startSimulator } from '../support/gateway.ts';
import { freePort } from '../support/port.ts';
import { bytes, stream } from '../suites/blobs.ts';

const FETCHES: [string, Fetch][] = [
  ['undici', nodeFetch],
  ['fetch', overFetch((url, init) => fetch(url, init))],
];

test.each(FETCHES)('%s: the file arrives byte for byte, under its name', async (_, fetched) => {
  const { client, url } = await start(fetched);
  const file = await client.upload({ ...FILE, body: stream(bytes(3_000_000)) });
  expect(file).toEqual({ filename: 'comfygate-1.png', subfolder: '3d', type: 'input' });
  const answer = await fetch(`${url}/view?filename=comfygate-1.png&subfolder=3d&type=input`);
  expect(digest(new Uint8Array(await answer.arrayBuffer()))).toBe(digest(bytes(3_000_000)));
  const other = await client.upload({ ...FILE, body: stream(bytes(10)) });
  expect(other.filename).toBe('comfygate-1 (1).png');
});

test.each(FETCHES)('%s: of a file that breaks off ComfyUI keeps nothing', async (_, fetched) => {
  const { client, url } = await start(fetched);
  for (const size of [0, 10, 2_000_000]) {
    const fault = new Error('the client has gone');
    await expect(client.upload({ ...FILE, body: stream(bytes(size), fault) })).rejects.toBe(fault);
    expect((await fetch(`${url}/view?filename=comfygate-1.png&subfolder=3d&type=input`)).status).toBe(404);
  }
});

test.each(FETCHES)('%s: too large for ComfyUI', async (_, fetched) => {
  const { client } = await start(fetched);
  const piece = new Uint8Array(1 << 20);
  let sent = 0;
  const body = new ReadableStream<Uint8Array>({
    pull: (controller) => (sent++ < 101 ? controller.enqueue(piece.slice()) : controller.close()),
  });
  await expect(client.upload({ ...FILE, body })).rejects.toMatchObject({ code: 'payload_too_large' });
});

test.each(FETCHES)('%s: a ComfyUI that stops reading, and one that is away', async (_, fetched) => {
  const deaf = createServer(() => undefined).listen(0, '127.0.0.1');
  onTestFinished(() => {
    deaf.closeAllConnections();
    deaf.close();
  });
  await new Promise((resolve) => deaf.once('listening', resolve));
  const url = `http://127.0.0.1:${(deaf.address() as AddressInfo).port}`;
  const slow = clientOf(url, fetched, 200);
  await expect(slow.upload({ ...FILE, body: stream(bytes(20_000_000)) })).rejects.toMatchObject({
    code: 'upstream_unreachable',
    fate: 'unknown',
  });
  const away = clientOf(`http://127.0.0.1:${await freePort()}`, fetched, 200);
  await expect(away.upload({ ...FILE, body: stream(bytes(10)) })).rejects.toMatchObject({ fate: 'not_sent' });
});

const FILE = { filename: 'comfygate-1.png', subfolder: '3d', contentType: 'image/png' };

async function start(fetched: Fetch) {
  const { url } = await startSimulator();
  return { url, client: clientOf(url, fetched, TIMEOUT_MS.upload) };
}

function clientOf(url: string, fetched: Fetch, upload: number) {
  const address = { name: 'comfyui-1', url, headers: {} };
  return createComfyClient(address, fetched, Date.now, { ...TIMEOUT_MS, upload });
}

const digest = (all: Uint8Array) => createHash('sha256').update(all).digest('hex');
