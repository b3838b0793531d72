/** Width, height and duration: of every kind of file, from few reads, and without harm from broken ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { mediaFacts } from '../src/assets/media-facts.ts';

const FIXTURES = join(import.meta.dirname, 'fixtures');

const VIDEO = { width: 64, height: 48, durationMs: 2_000 };
const AUDIO = { durationMs: 1_500 };
const MEDIA: Record<string, object> = {
  'front.mp4': VIDEO,
  'end.mp4': VIDEO,
  'turned.mp4': { width: 48, height: 64, durationMs: 2_000 },
  'fragments.mp4': { width: 64, height: 48 },
  'vp9.webm': VIDEO,
  'h264.mkv': VIDEO,
  'live.webm': { width: 64, height: 48 },
  'aac.m4a': AUDIO,
  'silence.flac': AUDIO,
  'sine.wav': { durationMs: 250 },
  'vorbis.ogg': AUDIO,
  'opus.opus': AUDIO,
  // With what the encoder put before and after it.
  'info.mp3': { durationMs: 1_656 },
  'cbr.mp3': { durationMs: 235 },
};

const typeOf = (name: string): string => (/\.(mp4|webm|mkv)$/.test(name) ? 'video/x' : 'audio/x');

/** Of bytes in memory. */
function factsOf(type: string, bytes: Uint8Array, sizeBytes = bytes.length): Promise<object> {
  return mediaFacts(type, sizeBytes, (start, end) => Promise.resolve(bytes.subarray(start, end)));
}

const fixture = (folder: string, name: string): Buffer => readFileSync(join(FIXTURES, folder, name));

test('every fixture is looked at', () => {
  expect(readdirSync(join(FIXTURES, 'media')).sort()).toEqual(Object.keys(MEDIA).sort());
});

test.each(Object.entries(MEDIA))('%s', async (name, facts) => {
  expect(await factsOf(typeOf(name), fixture('media', name))).toEqual(facts);
});

test.each(readdirSync(join(FIXTURES, 'pictures')))('%s, upright', async (name) => {
  expect(await factsOf('image/x', fixture('pictures', name))).toEqual({ width: 48, height: 32 });
});

describe('of a large file', () => {
  /** A file that is zeros but for some pieces, and what was read of it. */
  function sparse(sizeBytes: number, pieces: [at: number, bytes: Uint8Array][]) {
    const reads: number[] = [];
    const read = (start: number, end: number): Promise<Uint8Array> => {
      reads.push(end - start);
      const bytes = new Uint8Array(end - start);
      for (const [at, piece] of pieces) {
        const part = piece.subarray(Math.max(0, start - at), Math.max(0, end - at));
        if (part.length > 0) bytes.set(part, Math.max(0, at - start));
      }
      return Promise.resolve(bytes);
    };
    return { sizeBytes, read, reads };
  }

  test('an index at its end is found without what lies before it', async () => {
    const file = fixture('media', 'end.mp4');
    const moov = file.subarray(file.indexOf('moov') - 4);
    const mdat = Buffer.from(file.subarray(0, file.indexOf('mdat') + 4));
    const end = 6e9;
    // Lengths of more than 4 GB are said in 8 bytes behind the name.
    mdat.writeUInt32BE(1, mdat.length - 8);
    const length = Buffer.alloc(8);
    length.writeBigUInt64BE(BigInt(end - (mdat.length - 8)));
    const { read, reads, sizeBytes } = sparse(end + moov.length, [
      [0, Buffer.concat([mdat, length])],
      [end, moov],
    ]);
    expect(await mediaFacts('video/mp4', sizeBytes, read)).toEqual(VIDEO);
    expect(reads.length).toBeLessThanOrEqual(3);
  });

  test('the last page of a recording is found', async () => {
    const file = fixture('media', 'vorbis.ogg');
    const last = file.lastIndexOf('OggS');
    const { read, reads, sizeBytes } = sparse(5e7, [
      [0, file.subarray(0, last)],
      [5e7 - (file.length - last), file.subarray(last)],
    ]);
    expect(await mediaFacts('audio/ogg', sizeBytes, read)).toEqual(AUDIO);
    expect(reads.length).toBeLessThanOrEqual(3);
  });

  test('the size of a photograph is found behind its notes', async () => {
    const file = fixture('pictures', 'baseline.jpg');
    const notes = Buffer.alloc(60_000);
    notes.set([0xff, 0xe2]);
    notes.writeUInt16BE(notes.length - 2, 2);
    const long = Buffer.concat([file.subarray(0, 2), notes, notes, notes, file.subarray(2)]);
    const { read, sizeBytes } = sparse(1e7, [[0, long]]);
    expect(await mediaFacts('image/jpeg', sizeBytes, read)).toEqual({ width: 48, height: 32 });
  });

  test.each(['video/mp4', 'image/png', 'audio/mpeg'])('of %s no more than 2 MB are read', async (type) => {
    // Boxes of 70 KB, so that every look needs another page.
    const box = Uint8Array.of(0, 1, 0x11, 0x70, ...Buffer.from('free'));
    const { read, reads, sizeBytes } = sparse(
      1e8,
      Array.from({ length: 1_000 }, (_, i) => [i * 70_000, box]),
    );
    expect(await mediaFacts(type, sizeBytes, read)).toEqual({});
    expect(reads.length).toBeLessThanOrEqual(32);
    expect(reads.reduce((sum, length) => sum + length, 0)).toBeLessThanOrEqual(2 * 1024 * 1024);
  });
});

describe('nothing is known, and nothing is thrown', () => {
  test('of a file that cannot be read', async () => {
    const away = (): Promise<never> => Promise.reject(new Error('away'));
    expect(await mediaFacts('video/mp4', 1_000, away)).toEqual({});
    expect(await mediaFacts('image/png', 1_000, away)).toEqual({});
  });

  test('of no bytes, of text, and of what is shorter than it was said to be', async () => {
    for (const type of ['image/png', 'video/mp4', 'audio/mpeg', 'text/plain']) {
      expect(await factsOf(type, new Uint8Array())).toEqual({});
      expect(await factsOf(type, Buffer.from('no such file'))).toEqual({});
      expect(await factsOf(type, new Uint8Array(20), 1e6)).toEqual({});
    }
  });

  const ALL = ['media', 'pictures'].flatMap((folder) =>
    readdirSync(join(FIXTURES, folder)).map((name) => [folder, name] as const),
  );
  test.each(ALL)('of %s/%s, whatever is damaged in it', async (folder, name) => {
    const file = fixture(folder, name);
    const type = folder === 'pictures' ? 'image/x' : typeOf(name);
    const began = performance.now();
    let looks = 0;
    for (let at = 0; at < file.length; at += 1 + Math.floor(file.length / 300)) {
      for (const value of [0, 1, 0x7f, 0xff]) {
        const damaged = new Uint8Array(file);
        damaged.fill(value, at, at + (value === 1 ? 1 : 4));
        const facts = await factsOf(type, damaged);
        for (const number of Object.values(facts)) expect(Number.isSafeInteger(number)).toBe(true);
        looks++;
      }
      await factsOf(type, file.subarray(0, at));
    }
    expect((performance.now() - began) / looks).toBeLessThan(20);
  });
});
