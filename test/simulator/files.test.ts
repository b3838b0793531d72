// What is saved: virtual files of any size, pictures with their graph inside, seeds with all their digits.

import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { drawPreview, drawScene } from '../../src/simulator/picture.ts';
import { encodeFlatWebp, readImage } from '../../src/simulator/images.ts';
import { encodeJpeg } from '../../src/simulator/jpeg.ts';
import { decodePng, encodePng } from '../../src/simulator/png.ts';
import { flac } from '../../src/simulator/media.ts';
import { blobGraph, call, finished, submit, withSimulator } from './helpers.ts';

const size = 3_000_000_019;

test('GwBlob: HEAD, ranges, etag, and the same bytes from every position', () =>
  withSimulator({}, async (simulator) => {
    await submit(simulator, 'a', blobGraph(size, 'big/blob.mp4'));
    expect((await finished(simulator, 'a'))['outputs']).toEqual({
      1: { files: [{ filename: 'blob.mp4', subfolder: 'big', type: 'output' }] },
    });
    const url = `${simulator.url}/view?filename=blob.mp4&subfolder=big`;
    const head = await fetch(url, { method: 'HEAD' });
    expect(head.status).toBe(200);
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'content-length': String(size),
      'content-type': 'video/mp4',
      'accept-ranges': 'bytes',
    });
    const range = async (value: string) => {
      const response = await fetch(url, { headers: { range: `bytes=${value}` } });
      const bytes = Buffer.from(await response.arrayBuffer());
      return { status: response.status, range: response.headers.get('content-range'), bytes };
    };
    const wide = await range('65000-199999');
    expect(wide).toMatchObject({ status: 206, range: `bytes 65000-199999/${size}` });
    expect(wide.bytes.byteLength).toBe(135_000);
    expect((await range('131072-131171')).bytes.equals(wide.bytes.subarray(66_072, 66_172))).toBe(true);
    expect(await range('-5')).toMatchObject({ status: 206, range: `bytes ${size - 5}-${size - 1}/${size}` });
    expect(await range(`${size}-`)).toMatchObject({ status: 416, range: `bytes */${size}` });
    const etag = head.headers.get('etag') ?? '';
    expect((await fetch(url, { headers: { 'if-none-match': etag } })).status).toBe(304);
  }));

test('GwBlob is made only as fast as it is read', () =>
  withSimulator({}, async (simulator) => {
    await submit(simulator, 'a', blobGraph(size, 'blob.bin'));
    await finished(simulator, 'a');
    const before = process.memoryUsage().rss;
    const response = await fetch(`${simulator.url}/view?filename=blob.bin`);
    const reader = response.body?.getReader();
    await reader?.read();
    await new Promise((resolve) => setTimeout(resolve, 150));
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
    await reader?.cancel();
  }));

test('a seed of 64 bits keeps its digits, in answers and in the picture', () =>
  withSimulator({}, async (simulator) => {
    const sampling = {
      seed: 'SEED',
      steps: 2,
      cfg: 8,
      sampler_name: 'euler',
      scheduler: 'normal',
      denoise: 1,
    };
    const graph = {
      1: { class_type: 'CheckpointLoaderSimple', inputs: { ckpt_name: 'v1-5-pruned-emaonly.safetensors' } },
      2: { class_type: 'CLIPTextEncode', inputs: { text: 'a röd boat', clip: ['1', 1] } },
      3: { class_type: 'EmptyLatentImage', inputs: { width: 64, height: 48, batch_size: 2 } },
      4: {
        class_type: 'KSampler',
        inputs: {
          ...sampling,
          model: ['1', 0],
          positive: ['2', 0],
          negative: ['2', 0],
          latent_image: ['3', 0],
        },
      },
      5: { class_type: 'VAEDecode', inputs: { samples: ['4', 0], vae: ['1', 2] } },
      6: { class_type: 'SaveImage', inputs: { images: ['5', 0], filename_prefix: 'seed' } },
    };
    const extra = { extra_pnginfo: { workflow: { nodes: [], title: 'röd' } } };
    const body = JSON.stringify({ prompt: graph, prompt_id: 'a', extra_data: extra });
    await fetch(`${simulator.url}/prompt`, {
      method: 'POST',
      body: body.replace('"SEED"', '18446744073709551615'),
    });
    await finished(simulator, 'a');
    expect((await call(simulator, 'GET', '/history/a')).text).toContain('"seed":18446744073709551615,');
    const pictures = await Promise.all(
      [1, 2].map(async (i) => {
        const response = await fetch(`${simulator.url}/view?filename=seed_0000${i}_.png`);
        return Buffer.from(await response.arrayBuffer());
      }),
    );
    expect(pictures[0]?.equals(pictures[1] ?? Buffer.alloc(0))).toBe(false);
    const text = pictures[0]?.toString('latin1') ?? '';
    expect(text).toContain('prompt\0{');
    expect(text).toContain('18446744073709551615');
    expect(text).toContain('workflow\0{"nodes":[],"title":"r\\u00f6d"}');
    const wanted = drawScene({ text: 'a röd boat', seed: '18446744073709551615' }, 64, 48);
    expect(decodePng(pictures[0] ?? new Uint8Array())).toEqual({
      ...wanted,
      data: new Uint8Array(wanted.data),
    });
  }));

test('pictures: encoded ones can be read, previews come close to the picture', () => {
  const scene = { text: 'sunset over the sea', seed: '1' };
  const picture = drawScene(scene, 96, 64);
  expect(decodePng(encodePng(picture))?.data).toEqual(picture.data);
  expect(readImage(encodeFlatWebp(picture))).toMatchObject({ width: 96, height: 64 });
  const read = readImage(encodeJpeg(picture));
  expect(read).toMatchObject({ width: 96, height: 64 });
  const decoded = read?.pixels();
  let difference = 0;
  for (let i = 0; i < 96 * 64; i++)
    difference += Math.abs((decoded?.data[i * 4] ?? 0) - (picture.data[i * 3] ?? 0));
  expect(difference / (96 * 64)).toBeLessThan(4);
  const roughness = (progress: number) => {
    const { data } = drawPreview(scene, 96, 64, progress);
    let sum = 0;
    for (let i = 3; i < data.length; i++) sum += Math.abs((data[i] ?? 0) - (data[i - 3] ?? 0));
    return sum;
  };
  expect(roughness(0.1)).toBeGreaterThan(2 * roughness(1));
});

test('the recorded clips and the made sounds are what they say', () => {
  const media = new URL('../../src/simulator/media/', import.meta.url);
  expect(readFileSync(new URL('clip.mp4', media)).toString('latin1', 4, 8)).toBe('ftyp');
  expect(Buffer.from(flac({ text: 'x', seed: '1' }, 1)).toString('latin1', 0, 4)).toBe('fLaC');
});
