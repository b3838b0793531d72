/** Uploading through a gateway. */
import { blake3 } from '@noble/hashes/blake3.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type * as wire from '../../src/api/answers.ts';
import { encodePng } from '../../src/simulator/png.ts';
import { checkAnswer } from './contract.ts';

export interface UploadOptions {
  /** Fields after the file, in place of those before it. */
  late?: boolean;
  fields?: Record<string, string | string[]>;
  headers?: Record<string, string>;
  /** The form itself, to be changed. */
  change?: (form: FormData) => void;
}

/** `POST /api/v2/assets`; fails if the answer is not as /openapi.json says. */
export async function upload(
  url: string,
  bytes: Uint8Array<ArrayBuffer>,
  name = 'photo.png',
  { late = false, fields = {}, headers = {}, change }: UploadOptions = {},
): Promise<Response> {
  const form = new FormData();
  const file = () => form.append('file', new Blob([bytes]), name);
  if (late) file();
  for (const [field, values] of Object.entries({ file_path: name, ...fields }))
    for (const value of [values].flat()) form.append(field, value);
  if (!late) file();
  change?.(form);
  const response = await fetch(`${url}/api/v2/assets`, { method: 'POST', body: form, headers });
  await checkAnswer('POST', '/api/v2/assets', response);
  return response;
}

/** The same, which must succeed. */
export async function uploaded(...args: Parameters<typeof upload>): Promise<wire.Asset> {
  const response = await upload(...args);
  const text = await response.text();
  if (!response.ok) throw new Error(`${response.status}: ${text}`);
  return JSON.parse(text) as wire.Asset;
}

export function hashOf(bytes: Uint8Array): string {
  return `blake3:${bytesToHex(blake3(bytes))}`;
}

let pictures = 0;

/** A small PNG that no other test has. */
export function picture(width = 8, height = 8): Uint8Array<ArrayBuffer> {
  const data = new Uint8Array(width * height * 3);
  const seed = ++pictures * 7919 + Math.floor(Math.random() * 1e9);
  for (let i = 0; i < data.length; i++) data[i] = (seed >> (i % 24)) ^ (i * 31);
  return new Uint8Array(encodePng({ width, height, channels: 3, data }));
}
