/**
 * What a file is, from its first bytes: what a client or a server says of it is not believed where the bytes tell. Only
 * kinds that ComfyUI reads and browsers show. Pure.
 */
import { bytesToHex } from '@noble/hashes/utils.js';
import { lookup, mimes } from 'mrmime';

/** First bytes that are enough. */
export const HEAD_BYTES = 512;

/** Media type of a file that begins with these bytes; undefined if they do not tell. */
export function sniff(head: Uint8Array): string | undefined {
  const digits = bytesToHex(head.subarray(0, 20));
  const found = SIGNATURES.find(([pattern]) => pattern.test(digits))?.[1];
  return typeof found === 'function' ? found(String.fromCharCode(...head.subarray(0, HEAD_BYTES))) : found;
}

/**
 * The media type to keep: what the bytes tell; else what was claimed, unless its bytes would have told, in which case nobody
 * knows.
 */
export function contentTypeOf(sniffed: string | undefined, claimed: string): string {
  if (sniffed !== undefined) return sniffed;
  const type = claimed.split(';')[0]?.trim().toLowerCase() ?? '';
  return /^[\w.+-]+\/[\w.+-]+$/.test(type) && !TELLING.has(type) ? type : UNKNOWN;
}

/** Extension for a file of this type: that of `name` unless the bytes tell otherwise, else the usual one. Letters and digits. */
export function extensionFor(contentType: string, name: string): string {
  const [, own = ''] = /\.([A-Za-z0-9]{1,12})$/.exec(name) ?? [];
  const extension = own.toLowerCase();
  const fits = !TELLING.has(contentType) || familyOf(lookup(extension)) === familyOf(contentType);
  if (extension !== '' && fits) return extension;
  return USUAL[contentType] ?? Object.entries(mimes).find(([, type]) => type === contentType)?.[0] ?? 'bin';
}

const UNKNOWN = 'application/octet-stream';

type Told = string | ((text: string) => string | undefined);

/** Over the hexadecimal digits of the first bytes. */
const SIGNATURES: readonly [RegExp, Told][] = [
  [/^89504e470d0a1a0a/, 'image/png'],
  [/^ffd8ff/, 'image/jpeg'],
  [/^47494638(?:37|39)61/, 'image/gif'],
  [/^52494646.{8}57454250/, 'image/webp'],
  [/^424d.{24}(?:0c|28|34|38|40|6c|7c)000000/, 'image/bmp'],
  [/^(?:49492a00|4d4d002a)/, 'image/tiff'],
  [/^.{8}66747970/, isoMedia],
  [/^1a45dfa3/, (text) => (text.includes('webm') ? 'video/webm' : 'video/x-matroska')],
  [/^52494646.{8}57415645/, 'audio/wav'],
  [/^52494646.{8}41564920/, 'video/x-msvideo'],
  [/^664c6143/, 'audio/flac'],
  [/^4f676753/, (text) => (text.includes('theora') ? 'video/ogg' : 'audio/ogg')],
  [/^494433/, 'audio/mpeg'],
  // A frame of MPEG layer III, and of AAC.
  [/^ff(?:e2|e3|f2|f3|fa|fb)/, 'audio/mpeg'],
  [/^ff(?:f0|f1|f8|f9)/, 'audio/aac'],
  [/^676c5446/, 'model/gltf-binary'],
  [/^255044462d/, 'application/pdf'],
  [/^504b0304/, 'application/zip'],
];

/** By the brand of an ISO media file, its bytes as Latin-1. */
function isoMedia(text: string): string {
  const brand = text.slice(8, 12);
  if (/^avi[fs]/.test(brand)) return 'image/avif';
  if (/^(?:hei[cxms]|hev[cx]|mif1|msf1)/.test(brand)) return 'image/heic';
  if (/^M4[AB]/.test(brand)) return 'audio/mp4';
  return brand === 'qt  ' ? 'video/quicktime' : 'video/mp4';
}

/** Types whose files always tell what they are. */
const TELLING = new Set([
  'image/png',
  'image/jpeg',
  'image/gif',
  'image/webp',
  'image/bmp',
  'image/tiff',
  'image/avif',
  'image/heic',
  'video/mp4',
  'video/quicktime',
  'video/webm',
  'video/x-matroska',
  'audio/wav',
  'audio/flac',
  'audio/ogg',
  'audio/mpeg',
  'model/gltf-binary',
  'application/pdf',
  'application/zip',
]);

/** Where the list of all types has another one first. */
const USUAL: Readonly<Record<string, string>> = {
  'image/jpeg': 'jpg',
  'audio/wav': 'wav',
  'audio/mpeg': 'mp3',
  'audio/flac': 'flac',
  'audio/ogg': 'ogg',
  'audio/mp4': 'm4a',
  'audio/aac': 'aac',
  'video/x-matroska': 'mkv',
  'video/x-msvideo': 'avi',
  'video/quicktime': 'mov',
  'video/mp4': 'mp4',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'model/gltf-binary': 'glb',
  'text/plain': 'txt',
  'application/octet-stream': 'bin',
};

/** Types that differ in name only, or whose extensions are used for each other. */
function familyOf(type: string | undefined): string | undefined {
  switch (type) {
    case 'audio/x-wav':
    case 'audio/wave':
      return 'audio/wav';
    case 'audio/x-flac':
      return 'audio/flac';
    case 'image/heif':
      return 'image/heic';
    default:
      return type;
  }
}
