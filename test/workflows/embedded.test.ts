/** Graphs in pictures: every kind of chunk, and files that are damaged or lie. */
import { deflateSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { embeddedGraph, isPicture } from '../../src/workflows/embedded.ts';
import { randomFrom } from './helpers.ts';

const GRAPH = '{"3":{"class_type":"KSampler","inputs":{"seed":18446744073709551615}}}';
const SIGNATURE = Buffer.from('89504e470d0a1a0a', 'hex');

function chunk(type: string, data: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32BE(data.length);
  return Buffer.concat([head, Buffer.from(type, 'latin1'), data, Buffer.alloc(4)]);
}

const png = (...chunks: Buffer[]) =>
  Buffer.concat([SIGNATURE, chunk('IHDR', Buffer.alloc(13)), ...chunks, chunk('IEND', Buffer.alloc(0))]);

function webp(texts: Record<number, string>, { big = true, prefix = false } = {}): Buffer {
  const u16 = (n: number) => (big ? Buffer.from([n >> 8, n & 255]) : Buffer.from([n & 255, n >> 8]));
  const u32 = (n: number) =>
    big ? Buffer.concat([u16(n >>> 16), u16(n & 65535)]) : Buffer.concat([u16(n & 65535), u16(n >>> 16)]);
  const entries = Object.entries(texts).map(([tag, text]) => ({
    tag: Number(tag),
    text: Buffer.from(`${text}\0`),
  }));
  let at = 8 + 2 + entries.length * 12 + 4;
  const directory = entries.map(({ tag, text }) => {
    const entry = Buffer.concat([u16(tag), u16(2), u32(text.length), u32(at)]);
    at += text.length;
    return entry;
  });
  const tiff = Buffer.concat([
    Buffer.from(big ? 'MM' : 'II'),
    u16(42),
    u32(8),
    u16(entries.length),
    ...directory,
    u32(0),
    ...entries.map((e) => e.text),
  ]);
  const exif = prefix ? Buffer.concat([Buffer.from('Exif\0\0', 'latin1'), tiff]) : tiff;
  const part = (name: string, data: Buffer) => {
    const size = Buffer.alloc(4);
    size.writeUInt32LE(data.length);
    return Buffer.concat([Buffer.from(name), size, data, Buffer.alloc(data.length % 2)]);
  };
  return Buffer.concat([
    Buffer.from('RIFF'),
    Buffer.alloc(4),
    Buffer.from('WEBP'),
    part('VP8X', Buffer.alloc(9)),
    part('EXIF', exif),
  ]);
}

const text = (value: string) => Buffer.from(value, 'latin1');
const itxt = (compressed: boolean) =>
  Buffer.concat([
    text('prompt\0'),
    Buffer.from([compressed ? 1 : 0, 0]),
    text('de\0x\0'),
    compressed ? deflateSync(GRAPH) : text(GRAPH),
  ]);

test.each([
  ['tEXt', png(chunk('tEXt', text(`workflow\0{}`)), chunk('tEXt', text(`prompt\0${GRAPH}`)))],
  ['zTXt', png(chunk('zTXt', Buffer.concat([text('prompt\0\0'), deflateSync(GRAPH)])))],
  ['iTXt', png(chunk('iTXt', itxt(false)))],
  ['compressed iTXt', png(chunk('iTXt', itxt(true)))],
  ['comf (animated)', png(chunk('IDAT', Buffer.alloc(9)), chunk('comf', text(`prompt\0${GRAPH}`)))],
  ['WebP, big-endian', webp({ 0x010f: 'workflow:{"nodes":[]}', 0x0110: `prompt:${GRAPH}` })],
  ['WebP, little-endian', webp({ 0x0110: `prompt:${GRAPH}` }, { big: false })],
  ['WebP with prefix', webp({ 0x0110: `prompt:${GRAPH}` }, { prefix: true })],
])('%s', async (_kind, bytes) => {
  expect(isPicture(bytes)).toBe(true);
  expect(await embeddedGraph(bytes)).toEqual({ ok: true, graphText: GRAPH });
});

test("Python's NaN is read as null", async () => {
  expect(await embeddedGraph(png(chunk('tEXt', text('prompt\0{"1":{"is_changed":[NaN]}}'))))).toEqual({
    ok: true,
    graphText: '{"1":{"is_changed":[null]}}',
  });
});

test.each([
  [Buffer.from('GIF89a'), 'neither PNG nor WebP'],
  [Buffer.alloc(0), 'neither PNG nor WebP'],
  [png(), 'holds no workflow'],
  [png(chunk('tEXt', text('workflow\0{}'))), 'Export (API)'],
  [webp({ 0x010f: 'workflow:{}' }), 'Export (API)'],
  [png(chunk('tEXt', text('prompt\0{"a":'))), 'not JSON'],
  [png(chunk('tEXt', text('prompt\0[]'))), 'not an object'],
  [png(chunk('tEXt', text('prompt'))), 'damaged'],
  [png(chunk('zTXt', text('prompt\0\0garbage'))), 'damaged'],
  [
    png(chunk('zTXt', Buffer.concat([text('prompt\0\0'), deflateSync(Buffer.alloc(20_000_000, 32))]))),
    'larger than 16 MB',
  ],
  [png(chunk('tEXt', text(`prompt\0${GRAPH}`))).subarray(0, 70), 'cut off'],
])('a picture without a graph (%#)', async (bytes, part) => {
  const result = await embeddedGraph(bytes);
  expect(result.ok ? '' : result.message).toContain(part);
});

test('damaged bytes never throw', async () => {
  for (let run = 0; run < 500; run++) {
    const random = randomFrom(run);
    const bytes = Buffer.from(
      random.pick([
        webp({ 0x0110: `prompt:${GRAPH}` }),
        png(
          chunk('zTXt', Buffer.concat([text('prompt\0\0'), deflateSync(GRAPH)])),
          chunk('iTXt', itxt(true)),
        ),
      ]),
    );
    for (let i = 0; i < 4; i++) bytes[12 + random.int(bytes.length - 12)] = random.int(256);
    expect(await embeddedGraph(bytes.subarray(0, random.int(bytes.length)))).toHaveProperty('ok');
    expect(await embeddedGraph(bytes)).toHaveProperty('ok');
  }
});
