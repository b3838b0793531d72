// Reading a node's inputs, and the names and metadata of the files it saves.

import { bigDigits } from './json.ts';
import type { Frame, NodeContext, Value } from './node-types.ts';
import { joinInside } from './paths.ts';
import type { Scene } from './picture.ts';
import { pythonError, str, typeName } from './python.ts';
import { isRecord, type FileRef, type FolderType } from './types.ts';

export function isValue(input: unknown): input is Value {
  return isRecord(input) && typeof input['kind'] === 'string';
}

export function valueOf<Kind extends Value['kind']>(
  context: NodeContext,
  name: string,
  kind: Kind,
): Extract<Value, { kind: Kind }> | undefined {
  const input = context.inputs[name];
  // `kind` is what tells the members of the union apart.
  return isValue(input) && input.kind === kind ? (input as Extract<Value, { kind: Kind }>) : undefined;
}

/** A constant, or the constant that a primitive node delivers. */
function plain(context: NodeContext, name: string): unknown {
  return valueOf(context, name, 'plain')?.value ?? context.inputs[name];
}

export function numberOf(context: NodeContext, name: string, fallback = 0): number {
  const value = plain(context, name);
  if (typeof value === 'number') return value;
  const digits = bigDigits(value);
  return digits === undefined ? fallback : Number(digits);
}

export function textOf(context: NodeContext, name: string): string {
  const value = plain(context, name);
  return value === undefined ? '' : str(value);
}

/** The pictures of an input; a constant in their place fails while running, as validation lets it pass. */
export function framesOf(context: NodeContext, name: string): Frame[] {
  const value = valueOf(context, name, 'image');
  if (value !== undefined) return value.frames;
  throw pythonError('TypeError', `'${typeName(context.inputs[name])}' object is not a picture`);
}

export function sceneText(context: NodeContext, name: string): string {
  return valueOf(context, name, 'prompt')?.text ?? '';
}

export function variant(scene: Scene, index: number): Scene {
  return index === 0 ? scene : { ...scene, seed: `${scene.seed}#${index}` };
}

/** Where the files of one saving node go: `take('.png')` gives the next name in the row. */
export function saveSeries(
  context: NodeContext,
  options: { type: FolderType; prefix: string; width?: number; height?: number },
): { take: (extension: string, index?: number) => FileRef } {
  const { type, width = 0, height = 0 } = options;
  const filled = options.prefix.includes('%') ? fillIn(options.prefix, width, height) : options.prefix;
  const path = joinInside(filled);
  if (path === undefined) {
    const message = '**** ERROR: Saving image outside the output folder is not allowed.';
    throw pythonError('Exception', message, ['/comfyui/folder_paths.py:397:get_save_image_path']);
  }
  const cut = path.lastIndexOf('/');
  const subfolder = path.slice(0, Math.max(0, cut));
  const prefix = path.slice(cut + 1) || '.';
  let counter = context.files.nextCounter(type, subfolder, prefix);
  return {
    take: (extension, index = 0) => {
      const number = String(counter++).padStart(5, '0');
      const filename = `${prefix.replaceAll('%batch_num%', String(index))}_${number}_${extension}`;
      return { filename, subfolder, type };
    },
  };
}

function fillIn(prefix: string, width: number, height: number): string {
  const now = new Date();
  const two = (value: number) => String(value).padStart(2, '0');
  return prefix
    .replaceAll('%width%', String(width))
    .replaceAll('%height%', String(height))
    .replaceAll('%year%', String(now.getFullYear()))
    .replaceAll('%month%', two(now.getMonth() + 1))
    .replaceAll('%day%', two(now.getDate()))
    .replaceAll('%hour%', two(now.getHours()))
    .replaceAll('%minute%', two(now.getMinutes()))
    .replaceAll('%second%', two(now.getSeconds()));
}

/** The random part in the names of temporary files; one per node as long as the node is kept. */
export function tempPrefix(context: NodeContext): string {
  let suffix = context.memory.get('temp suffix');
  if (suffix === undefined) {
    suffix = Array.from({ length: 5 }, () =>
      'abcdefghijklmnopqrstupvxyz'.charAt(Math.floor(context.random() * 26)),
    ).join('');
    context.memory.set('temp suffix', suffix);
  }
  return `ComfyUI_temp_${suffix}`;
}

/** The texts ComfyUI writes into a PNG: the graph, and whatever `extra_pnginfo` holds (the editor's workflow). */
export function pngTexts(context: NodeContext): Record<string, string> {
  const texts: Record<string, string> = { prompt: JSON.stringify(context.graph) };
  const extra = context.extraData['extra_pnginfo'];
  if (isRecord(extra)) for (const [key, value] of Object.entries(extra)) texts[key] = JSON.stringify(value);
  return texts;
}
