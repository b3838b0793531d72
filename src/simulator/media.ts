// Files other than still pictures: recorded clips, and sounds that are made here. FLAC carries a little melody from
// words and seed; MP3 and Opus are silence of the right length, as their encoders would be out of proportion.

import { readFileSync } from 'node:fs';
import type { Scene } from './picture.ts';
import { createRandom } from './pixels.ts';

const maxSeconds = 20;

/** A 64×64 clip recorded from ComfyUI (eight frames). */
export function clip(extension: 'webm' | 'mp4' | 'webp' | 'png'): Uint8Array {
  return readFileSync(new URL(`media/clip.${extension}`, import.meta.url));
}

const rate = 22050;

/** 16-bit mono FLAC, uncompressed inside, at most 20 s long. */
export function flac(scene: Scene, seconds: number): Uint8Array {
  const samples = melody(scene, Math.min(maxSeconds, Math.max(0.1, seconds)));
  const info = Buffer.alloc(42);
  info.write('fLaC', 0, 'latin1');
  info.writeUInt32BE(0x80000022, 4); // last metadata block, STREAMINFO, 34 bytes
  info.writeUInt16BE(blockSize, 8);
  info.writeUInt16BE(blockSize, 10);
  info.writeBigUInt64BE((BigInt(rate) << 44n) | (15n << 36n) | BigInt(samples.length), 18);
  const frames: Uint8Array[] = [info];
  for (let start = 0, index = 0; start < samples.length; start += blockSize, index++) {
    frames.push(flacFrame(samples.subarray(start, start + blockSize), index));
  }
  return Buffer.concat(frames);
}

const blockSize = 4096;

function flacFrame(samples: Int16Array, index: number): Uint8Array {
  const number = index < 128 ? [index] : [0xc0 | (index >> 6), 0x80 | (index & 63)];
  const head = Buffer.from([
    0xff,
    0xf8,
    0x76,
    0x08,
    ...number,
    (samples.length - 1) >> 8,
    (samples.length - 1) & 255,
    0,
  ]);
  head[head.length - 1] = crc(head.subarray(0, -1), 8, 0x07);
  const body = Buffer.alloc(1 + samples.length * 2);
  body[0] = 0x02; // one verbatim subframe
  samples.forEach((sample, i) => body.writeInt16BE(sample, 1 + i * 2));
  const frame = Buffer.concat([head, body, Buffer.alloc(2)]);
  frame.writeUInt16BE(crc(frame.subarray(0, -2), 16, 0x8005), frame.length - 2);
  return frame;
}

function crc(bytes: Uint8Array, width: 8 | 16, polynomial: number): number {
  const top = 1 << (width - 1);
  const mask = width === 8 ? 0xff : 0xffff;
  let value = 0;
  for (const byte of bytes) {
    value ^= byte << (width - 8);
    for (let i = 0; i < 8; i++) value = (value & top ? (value << 1) ^ polynomial : value << 1) & mask;
  }
  return value;
}

function melody(scene: Scene, seconds: number): Int16Array {
  const random = createRandom(`${scene.seed}\n${scene.text}`);
  const samples = new Int16Array(Math.round(seconds * rate));
  const beat = Math.round(rate * (0.22 + random() * 0.2));
  const root = 196 * 2 ** (Math.floor(random() * 7) / 12);
  for (let start = 0; start < samples.length; start += beat) {
    const degree = [0, 2, 4, 7, 9, 12, 14][Math.floor(random() * 7)] ?? 0;
    const pitch = root * 2 ** (degree / 12);
    for (let i = 0; i < beat * 2 && start + i < samples.length; i++) {
      const time = i / rate;
      const tone = Math.sin(2 * Math.PI * pitch * time) + 0.35 * Math.sin(4 * Math.PI * pitch * time);
      samples[start + i] =
        (samples[start + i] ?? 0) + tone * 6000 * Math.exp(-time * 5) * Math.min(1, i / 60);
    }
  }
  return samples;
}

/** Silent MPEG-1 layer III frames (64 kbit/s, mono). */
export function silentMp3(seconds: number): Uint8Array {
  const frameBytes = 208;
  const count = Math.max(1, Math.round((Math.min(maxSeconds, seconds) * 44100) / 1152));
  const file = Buffer.alloc(count * frameBytes);
  for (let i = 0; i < count; i++) file.writeUInt32BE(0xfffb50c0, i * frameBytes);
  return file;
}

/** Silent Opus packets of 20 ms in Ogg pages. */
export function silentOpus(seconds: number): Uint8Array {
  const head = Buffer.from('OpusHead\x01\x01\0\0\x80\xbb\0\0\0\0\0', 'latin1');
  const tags = Buffer.from('OpusTags\x04\0\0\0comf\0\0\0\0', 'latin1');
  const pages = [oggPage(head, [head.length], 0, 0, 2), oggPage(tags, [tags.length], 1, 0, 0)];
  const packets = Math.max(1, Math.round(Math.min(maxSeconds, seconds) * 50));
  for (let done = 0, page = 2; done < packets; page++) {
    const count = Math.min(200, packets - done);
    done += count;
    const silence = Buffer.alloc(count * 3, Buffer.from([0xf8, 0xff, 0xfe]));
    pages.push(oggPage(silence, Array<number>(count).fill(3), page, done * 960, done === packets ? 4 : 0));
  }
  return Buffer.concat(pages);
}

function oggPage(
  body: Uint8Array,
  segments: number[],
  page: number,
  position: number,
  flags: number,
): Uint8Array {
  const head = Buffer.alloc(27 + segments.length);
  head.write('OggS', 0, 'latin1');
  head[5] = flags;
  head.writeBigUInt64LE(BigInt(position), 6);
  head.writeUInt32LE(1, 14);
  head.writeUInt32LE(page, 18);
  head[26] = segments.length;
  head.set(segments, 27);
  const all = Buffer.concat([head, body]);
  let value = 0;
  for (const byte of all) {
    value ^= byte << 24;
    for (let i = 0; i < 8; i++) value = value & 0x80000000 ? (value << 1) ^ 0x04c11db7 : value << 1;
  }
  all.writeUInt32LE(value >>> 0, 22);
  return all;
}
