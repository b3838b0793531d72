/**
 * Thumbnails of every kind of picture, on every runtime; what is too large, lies or is broken is refused within bounds. Most
 * pictures have a red, a green, a blue and a yellow quarter; fixtures named "turned" lie as their EXIF orientation says.
 */
import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, crc32, deflateRawSync, deflateSync } from 'node:zlib';
import { beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { createThumbnailer, type Codecs, type ThumbnailLimits } from '../src/assets/thumbnail.ts';
import { createCodecLoader } from '../src/runtime/codec-files.ts';
import { encodeJpeg } from '../src/simulator/jpeg.ts';
import { encodePng } from '../src/simulator/png.ts';
import { SUITE_ENV } from './suites/gateway.ts';
import { look, type Seen } from './support/pictures.ts';
import { isMissing, ROOT, startRuntime } from './support/runtimes.ts';

const FOLDER = join(ROOT, 'test/fixtures/pictures');
const NAMES = readdirSync(FOLDER);
const LIMITS: ThumbnailLimits = { maxDim: 24, maxBase64Chars: 1_000 };

/** What is seen of a fixture. */
function expected(name: string): Seen {
  if (name === 'cmyk.jpg') return { reason: 'unsupported' };
  const quarters =
    name === 'bits1.png'
      ? 'black white black white'
      : name.startsWith('grey')
        ? 'grey3 grey4 grey2 grey7'
        : /alpha|rgba|key/.test(name)
          ? 'red green clear yellow'
          : 'red green blue yellow';
  return { size: '24x16', base64Chars: expect.any(Number), quarters };
}

const EXPECTED = Object.fromEntries(NAMES.map((name) => [name, expected(name)]));

let codecs: Codecs;
beforeAll(async () => {
  codecs = await createCodecLoader()();
});

/** Zeros that can be put one after the other. */
const MEGABYTE = {
  unpacked: 1e6,
  packed: deflateRawSync(new Uint8Array(1e6), { finishFlush: constants.Z_FULL_FLUSH }),
};

const fixture = (name: string): Buffer => readFileSync(join(FOLDER, name));

describe('on every runtime', () => {
  test('node', async () => {
    const seen = await Promise.all(NAMES.map((name) => look(codecs, fixture(name), LIMITS)));
    expect(Object.fromEntries(NAMES.map((name, i) => [name, seen[i]]))).toEqual(EXPECTED);
  });

  const SCRIPT = join(ROOT, 'test/support/pictures-run.ts');
  test.skipIf(isMissing('bun'))('bun', async () => {
    expect(await run('bun', [SCRIPT])).toEqual(EXPECTED);
  });
  test.skipIf(isMissing('deno'))('deno, with no more than the gateway may read', async () => {
    const read = `--allow-read=${FOLDER},node_modules/@jsquash`;
    expect(await run('deno', ['run', '--no-prompt', read, SCRIPT])).toEqual(EXPECTED);
  });
  async function run(program: string, args: string[]): Promise<unknown> {
    const words = [...args, JSON.stringify([FOLDER, LIMITS])];
    const bin = join(ROOT, 'node_modules/.bin', program);
    return JSON.parse((await promisify(execFile)(bin, words, { cwd: ROOT })).stdout);
  }

  test.skipIf(isMissing('workerd'))('workerd', { timeout: 60_000 }, async () => {
    const args = [join(ROOT, 'test/support/pictures-worker.ts'), '--inspector-port', '0'];
    const worker = await startRuntime('workerd', SUITE_ENV, { args });
    onTestFinished(() => worker.end().then(() => undefined));
    const ask = async (body: BodyInit): Promise<unknown> => {
      const url = `${worker.url}/?${encodeURIComponent(JSON.stringify(LIMITS))}`;
      return (await fetch(url, { method: 'POST', body })).json();
    };
    const seen = await Promise.all(NAMES.map((name) => ask(new Uint8Array(fixture(name)))));
    expect(Object.fromEntries(NAMES.map((name, i) => [name, seen[i]]))).toEqual(EXPECTED);
    // 128 MB is all that an isolate has.
    const camera = encodeJpeg({ width: 4000, height: 2500, channels: 3, data: new Uint8Array(3e7) });
    expect(await ask(new Uint8Array(camera))).toEqual({ reason: 'too_large' });
    expect(await ask(bomb(30_000, 2_000, 30_000))).toMatchObject({ size: '24x2' });
  });
});

describe('within its limits', () => {
  test.each([
    ['wide', 3_000, 7, '512x1'],
    ['tall', 5, 900, '3x512'],
    ['small', 3, 2, '3x2'],
    ['one pixel', 1, 1, '1x1'],
  ])('%s: the shape is kept and nothing is enlarged', async (_what, width, height, size) => {
    const file = encodePng({ width, height, channels: 3, data: new Uint8Array(width * height * 3) });
    expect(await look(codecs, file, { maxDim: 512 })).toMatchObject({ size });
  });

  test.each([100_000, 20_000, 3_000, 300, 100])('noise fits into %i characters', async (maxBase64Chars) => {
    const data = noise(1_024 * 1_024 * 4);
    const file = encodePng({ width: 1_024, height: 1_024, channels: 4, data });
    const seen = await look(codecs, file, { maxDim: 1_024, maxBase64Chars });
    expect(seen.reason).toBeUndefined();
    expect(seen.base64Chars).toBeLessThanOrEqual(maxBase64Chars);
    // Room is not wasted.
    if (maxBase64Chars >= 3_000) expect(seen.base64Chars).toBeGreaterThan(maxBase64Chars / 4);
  });

  test('without room for a pixel it says so', async () => {
    expect(await look(codecs, fixture('rgb.png'), { maxDim: 24, maxBase64Chars: 20 })).toEqual({
      reason: 'no_room',
    });
  });

  test('a pixel is the mean of what it covers, by how much of it is there', async () => {
    // Opaque red, green with a third of that, and clear blue.
    const data = new Uint8Array([255, 0, 0, 255, 0, 255, 0, 85, 0, 0, 255, 0, 0, 0, 255, 0]);
    const file = encodePng({ width: 2, height: 2, channels: 4, data });
    const made = await createThumbnailer(async () => codecs)(file, { maxDim: 1 });
    const decode = await codecs.webpDecoder();
    const [red, green, blue, alpha] = decode(made.ok ? made.bytes : new Uint8Array()).data;
    expect([Math.abs(red! - 191) < 12, Math.abs(green! - 64) < 12, blue! < 12, alpha]).toEqual([
      true,
      true,
      true,
      85,
    ]);
  });
});

describe('refused, within bounds', () => {
  test.each([
    ['a PNG of 100 megapixels', bomb(10_000, 10_000, 1), 'too_large'],
    ['a PNG of 4 gigapixels', bomb(65_535, 65_535, 1), 'too_large'],
    ['a PNG with 2 ** 31 columns', bomb(2 ** 31, 1, 1), 'too_large'],
    ['a PNG without columns', bomb(0, 10, 1), 'broken'],
    ['a PNG that has fewer rows than it says', bomb(1_000, 1_000, 300), 'broken'],
    ['a PNG whose pixels are no zlib', png(8, 8, new Uint8Array(50).fill(7)), 'broken'],
    ['a PNG with an unknown filter', png(1, 1, deflateSync(Uint8Array.of(9, 1, 2, 3))), 'broken'],
    ['a JPEG of 100 megapixels', resized('baseline.jpg', [0xff, 0xc0], 5, 10_000, 10_000), 'too_large'],
    ['a WebP of 100 megapixels', resized('lossy.webp', [0x9d, 0x01, 0x2a], 3, 10_000, 10_000), 'too_large'],
    ['a WebP larger than it is', resized('lossy.webp', [0x9d, 0x01, 0x2a], 3, 2_000, 2_000), 'broken'],
    ['a GIF of 4 gigapixels', resized('still.gif', [0x47, 0x49], 6, 65_535, 65_535), 'too_large'],
    ['a GIF whose frame is', resized('still.gif', [0x2c, 0, 0, 0, 0], 5, 65_535, 65_535), 'too_large'],
    ['a GIF larger than it is', resized('still.gif', [0x2c, 0, 0, 0, 0], 5, 2_000, 2_000), 'broken'],
    ['no bytes', new Uint8Array(), 'unsupported'],
    ['text', new TextEncoder().encode('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'unsupported'],
  ])('%s', async (_what, file, reason) => {
    expect(await look(codecs, file, LIMITS)).toEqual({ reason });
  });

  test('a JPEG with a second size is not believed', async () => {
    const file = fixture('baseline.jpg');
    const at = file.indexOf(Buffer.from([0xff, 0xc0]));
    const frame = file.subarray(at, at + 19);
    const twice = Buffer.concat([file.subarray(0, at), frame, file.subarray(at)]);
    expect(await look(codecs, twice, LIMITS)).toEqual({ reason: 'broken' });
  });

  test('a zlib bomb behind the last row is not unpacked', async () => {
    const before = process.memoryUsage().rss;
    // 2 GB of rows, of which 6 KB are in the picture.
    const file = bomb(1_000, 2, 700_000);
    expect(await look(codecs, file, LIMITS)).toMatchObject({ size: '24x1' });
    expect(process.memoryUsage().rss - before).toBeLessThan(100e6);
  });

  test('64 megapixels are read in the memory of a row', async () => {
    const file = bomb(8_000, 8_000, 8_000);
    const before = process.memoryUsage().rss;
    let most = 0;
    const timer = setInterval(() => (most = Math.max(most, process.memoryUsage().rss)), 5);
    expect(await look(codecs, file, LIMITS)).toMatchObject({ size: '24x24' });
    clearInterval(timer);
    expect(most - before).toBeLessThan(64e6);
  });

  test.each(NAMES)('%s cut off or damaged anywhere: an answer, and the codecs live', async (name) => {
    const file = fixture(name);
    const thumbnail = createThumbnailer(async () => codecs);
    for (let length = 0; length < file.length; length += 1 + Math.floor(file.length / 40)) {
      const cut = await thumbnail(file.subarray(0, length), LIMITS);
      if (!cut.ok) expect(['broken', 'unsupported']).toContain(cut.reason);
      const damaged = Buffer.from(file);
      damaged[length]! ^= 0x55;
      const made = await thumbnail(damaged, LIMITS);
      expect(made.ok || made.reason.length > 0).toBe(true);
    }
    expect(await look(codecs, file, LIMITS)).toEqual(EXPECTED[name]);
  });

  test('many in a row leave no memory behind', async () => {
    const data = noise(2_000 * 1_500 * 3);
    const file = encodeJpeg({ width: 2_000, height: 1_500, channels: 3, data });
    const once = async (): Promise<unknown> => look(codecs, file, { maxDim: 64 });
    for (let i = 0; i < 5; i++) await once();
    const before = process.memoryUsage().rss;
    await Promise.all(Array.from({ length: 12 }, once));
    // Kept, they would be 12 times 45 MB.
    expect(process.memoryUsage().rss - before).toBeLessThan(300e6);
  });
});

/** The file with 2 sizes of 16 bits `offset` bytes after the mark: width first, but in a JPEG. */
function resized(name: string, mark: number[], offset: number, width: number, height: number): Buffer {
  const file = fixture(name);
  const at = file.indexOf(Buffer.from(mark)) + offset;
  if (name.endsWith('.jpg')) {
    file.writeUInt16BE(height, at);
    file.writeUInt16BE(width, at + 2);
  } else {
    file.writeUInt16LE(width, at);
    file.writeUInt16LE(height, at + 2);
  }
  return file;
}

/** A PNG that claims a size, and has so many black rows, to the next megabyte. */
function bomb(width: number, height: number, rows: number): Uint8Array<ArrayBuffer> {
  const megabytes = Math.ceil(((Math.min(width, 65_535) * 3 + 1) * rows) / MEGABYTE.unpacked);
  const pieces = Array.from({ length: megabytes }, () => MEGABYTE.packed);
  return png(width, height, Buffer.concat([Uint8Array.of(0x78, 0x9c), ...pieces]));
}

function png(width: number, height: number, packed: Uint8Array): Uint8Array<ArrayBuffer> {
  const head = Buffer.alloc(13);
  head.writeUInt32BE(width);
  head.writeUInt32BE(height, 4);
  head.set([8, 2, 0, 0, 0], 8);
  const signature = Buffer.from('\x89PNG\r\n\x1a\n', 'latin1');
  const chunks = [chunk('IHDR', head), chunk('IDAT', packed), chunk('IEND', new Uint8Array())];
  return new Uint8Array(Buffer.concat([signature, ...chunks]));
}

function chunk(name: string, data: Uint8Array): Buffer {
  const named = Buffer.concat([Buffer.from(name), data]);
  const whole = Buffer.alloc(named.length + 8);
  whole.writeUInt32BE(data.length);
  whole.set(named, 4);
  whole.writeUInt32BE(crc32(named), named.length + 4);
  return whole;
}

/** The same every time. */
function noise(length: number): Uint8Array {
  const data = new Uint8Array(length);
  for (let i = 0, state = 1; i < length; i++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    data[i] = state >>> 24;
  }
  return data;
}
