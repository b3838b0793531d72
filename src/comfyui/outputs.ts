/**
 * What a node produced, normalised. ComfyUI's keys say little (`images` can hold an mp4, custom nodes invent their
 * own), so every entry is classified by file extension and media type, and nothing is dropped except flags.
 * Pure.
 */
import { lookup } from 'mrmime';
import { isObject, type JsonObject } from './json.ts';

/** Kind of an output as Comfy API v2 names it. */
export type OutputKind = 'image' | 'video' | 'audio' | 'text' | 'file' | 'latent';

/** A file on ComfyUI's disk, as `/view` names it. `temp` files vanish at its restart. */
export interface FileRef {
  filename: string;
  subfolder: string;
  type: string;
}

/** One thing that one node produced: a file, or text that ComfyUI keeps nowhere else. */
export interface NodeOutput {
  /** The node that ran; inside an expanded node an id like `2.0.0.1`. */
  node: string;
  /** The node of the submitted graph that it belongs to. */
  displayNode: string;
  key: string;
  index: number;
  kind: OutputKind;
  contentType: string;
  file?: FileRef;
  text?: string;
}

/** Longest text that is kept of one output, in UTF-16 units; what is beyond is cut. */
export const MAX_TEXT_LENGTH = 256 * 1024;

/** Lists all outputs in a node's `output` object, in its order. */
export function nodeOutputs(node: string, displayNode: string, output: JsonObject): NodeOutput[] {
  const found: NodeOutput[] = [];
  for (const [key, value] of Object.entries(output)) {
    const entries: unknown[] = Array.isArray(value) ? fold(value) : [value];
    for (const [index, entry] of entries.entries()) {
      const content = classify(entry);
      if (content !== null) found.push({ node, displayNode, key, index, ...content });
    }
  }
  return found;
}

/** Media type of a file name, `application/octet-stream` if the extension says nothing. */
export function contentTypeOf(filename: string): string {
  return EXTRA_TYPES[extensionOf(filename)] ?? lookup(filename) ?? 'application/octet-stream';
}

/** A long list of plain values is one text. */
function fold(list: unknown[]): unknown[] {
  return list.length > MAX_TEXTS && !list.some((entry) => isObject(entry) && 'filename' in entry)
    ? [list]
    : list;
}

/** Texts of one key that are outputs of their own. */
const MAX_TEXTS = 100;

type Content = Pick<NodeOutput, 'kind' | 'contentType' | 'file' | 'text'>;

/** Types that ComfyUI nodes write and the media type table lacks or names unusably. */
const EXTRA_TYPES: Record<string, string> = {
  latent: 'application/octet-stream',
  mkv: 'video/x-matroska',
  flac: 'audio/flac',
  m4a: 'audio/mp4',
};

function classify(entry: unknown): Content | null {
  if (typeof entry === 'string') return text(entry, 'text/plain');
  if (typeof entry === 'number') return text(String(entry), 'application/json');
  // Booleans are flags about the others (`animated: [true]`), null is "nothing".
  if (!isObject(entry)) return Array.isArray(entry) ? text(JSON.stringify(entry), 'application/json') : null;
  const { filename, subfolder, type, format } = entry;
  if (typeof filename !== 'string' || filename === '') return text(JSON.stringify(entry), 'application/json');
  const contentType = fileType(filename, format);
  return {
    kind: kindOf(filename, contentType),
    contentType,
    file: {
      filename,
      subfolder: typeof subfolder === 'string' ? subfolder : '',
      type: typeof type === 'string' ? type : 'output',
    },
  };
}

function text(value: string, contentType: string): Content {
  return { kind: 'text', contentType, text: value.slice(0, MAX_TEXT_LENGTH) };
}

/** The extension decides; a node's own `format` (VideoHelperSuite: `video/h264-mp4`) only where it says nothing. */
function fileType(filename: string, format: unknown): string {
  const type = contentTypeOf(filename);
  return type === 'application/octet-stream' &&
    typeof format === 'string' &&
    /^(image|video|audio)\/[\w.+-]+$/.test(format)
    ? format
    : type;
}

function kindOf(filename: string, contentType: string): OutputKind {
  if (extensionOf(filename) === 'latent') return 'latent';
  const family = contentType.slice(0, contentType.indexOf('/'));
  switch (family) {
    case 'image':
    case 'video':
    case 'audio':
    case 'text':
      return family;
    default:
      return contentType === 'application/json' ? 'text' : 'file';
  }
}

function extensionOf(filename: string): string {
  return filename.slice(filename.lastIndexOf('.') + 1).toLowerCase();
}
