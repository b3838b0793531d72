/**
 * A picture as a workflow: ComfyUI writes the API graph into what it saves. PNG: a text chunk `prompt` (tEXt, iTXt, zTXt; animated
 * ones have it in a chunk of their own, `comf`). WebP: EXIF tag Model (0x0110), "prompt:" and the graph.
 */
import { isObject, parseLossless, parsePython } from '../comfyui/json.ts';

export type Embedded = { ok: true; graphText: string } | { ok: false; message: string };

/** Whether bytes begin like a picture that may hold a workflow. */
export function isPicture(bytes: Uint8Array): boolean {
  return isPng(bytes) || isWebp(bytes);
}

export async function embeddedGraph(bytes: Uint8Array): Promise<Embedded> {
  if (!isPicture(bytes))
    return refuse(
      'The file is neither PNG nor WebP; only these carry a workflow of ComfyUI that is read here.',
    );
  const kind = isPng(bytes) ? 'PNG' : 'WebP';
  let texts: Map<string, string>;
  try {
    texts = isPng(bytes) ? await pngTexts(bytes) : webpTexts(bytes);
  } catch (error) {
    // A RangeError of DataView, a broken zlib stream or a text beyond the limit: the file is at fault.
    const why = (error instanceof Error && error.message) || 'broken compression';
    return refuse(`The ${kind} is damaged: its workflow cannot be read (${why}).`);
  }
  const prompt = texts.get('prompt');
  if (prompt === undefined) {
    return refuse(
      texts.has('workflow')
        ? `The ${kind} holds only the UI format ('workflow'), not the API graph ('prompt'). In ComfyUI open it and choose Workflow → Export (API).`
        : `The ${kind} holds no workflow: it was not made by ComfyUI, or was saved without metadata or edited since.`,
    );
  }
  try {
    const graph = parsePython(prompt, parseLossless);
    if (isObject(graph)) return { ok: true, graphText: JSON.stringify(graph) };
  } catch (error) {
    return refuse(
      `The workflow in the ${kind} is not JSON: ${error instanceof Error ? error.message : 'unreadable'}.`,
    );
  }
  return refuse(`The workflow in the ${kind} is not an object of nodes.`);
}

/** Longest text that is unpacked; a compressed chunk can claim a thousand times its size. */
const MAX_TEXT_BYTES = 16 * 1024 * 1024;

const LATIN1 = new TextDecoder('latin1');
const UTF8 = new TextDecoder();

function refuse(message: string): Embedded {
  return { ok: false, message };
}

function isPng(bytes: Uint8Array): boolean {
  return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a].every((byte, i) => bytes[i] === byte);
}

function isWebp(bytes: Uint8Array): boolean {
  return LATIN1.decode(bytes.subarray(0, 4)) === 'RIFF' && LATIN1.decode(bytes.subarray(8, 12)) === 'WEBP';
}

async function pngTexts(bytes: Uint8Array): Promise<Map<string, string>> {
  const texts = new Map<string, string>();
  const view = viewOf(bytes);
  for (let at = 8; at + 12 <= bytes.length;) {
    const size = view.getUint32(at);
    const type = LATIN1.decode(bytes.subarray(at + 4, at + 8));
    const data = bytes.subarray(at + 8, at + 8 + size);
    if (data.length < size) throw new Error(`chunk ${type} is cut off`);
    at += 12 + size;
    if (type === 'IEND') break;
    if (!['tEXt', 'zTXt', 'iTXt', 'comf'].includes(type)) continue;
    const key = LATIN1.decode(data.subarray(0, end(data, 0)));
    if ((key !== 'prompt' && key !== 'workflow') || texts.has(key)) continue;
    texts.set(key, await chunkText(type, data, end(data, 0) + 1));
  }
  return texts;
}

async function chunkText(type: string, data: Uint8Array, start: number): Promise<string> {
  switch (type) {
    case 'zTXt':
      return LATIN1.decode(await inflate(data.subarray(start + 1)));
    case 'iTXt': {
      const compressed = data[start] === 1;
      // Compression flag and method, then language and translated name, each closed by a zero.
      const text = data.subarray(end(data, end(data, start + 2) + 1) + 1);
      return UTF8.decode(compressed ? await inflate(text) : text);
    }
    default:
      return LATIN1.decode(data.subarray(start));
  }
}

async function inflate(data: Uint8Array): Promise<Uint8Array> {
  // A copy, as a view could lie on shared memory, which streams do not take.
  const stream = new Blob([data.slice()]).stream().pipeThrough(new DecompressionStream('deflate'));
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > MAX_TEXT_BYTES) {
      await reader.cancel();
      throw new Error('the workflow in it is larger than 16 MB');
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}

function webpTexts(bytes: Uint8Array): Map<string, string> {
  const view = viewOf(bytes);
  for (let at = 12; at + 8 <= bytes.length;) {
    const size = view.getUint32(at + 4, true);
    const data = bytes.subarray(at + 8, at + 8 + size);
    if (LATIN1.decode(bytes.subarray(at, at + 4)) === 'EXIF') {
      if (data.length < size) throw new Error('chunk EXIF is cut off');
      return exifTexts(data);
    }
    at += 8 + size + (size % 2);
  }
  return new Map();
}

/** Texts of the first directory; ComfyUI writes them as "key:JSON". */
function exifTexts(data: Uint8Array): Map<string, string> {
  const texts = new Map<string, string>();
  const tiff = LATIN1.decode(data.subarray(0, 6)) === 'Exif\0\0' ? data.subarray(6) : data;
  const view = viewOf(tiff);
  const little = view.getUint16(0) === 0x4949;
  const directory = view.getUint32(4, little);
  const count = view.getUint16(directory, little);
  for (let i = 0; i < count; i++) {
    const entry = directory + 2 + i * 12;
    if (view.getUint16(entry + 2, little) !== ASCII) continue;
    const size = view.getUint32(entry + 4, little);
    const start = size <= 4 ? entry + 8 : view.getUint32(entry + 8, little);
    if (start + size > tiff.length) throw new Error('an EXIF text is cut off');
    const text = UTF8.decode(tiff.subarray(start, start + size)).replace(/\0+$/, '');
    const colon = text.indexOf(':');
    const key = text.slice(0, colon);
    if (key === 'prompt' || key === 'workflow') texts.set(key, text.slice(colon + 1));
  }
  return texts;
}

/** EXIF's type of texts. */
const ASCII = 2;

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

/** Index of the next zero. */
function end(data: Uint8Array, from: number): number {
  const at = data.indexOf(0, from);
  if (at === -1) throw new Error('a text chunk has no end of its name');
  return at;
}
