// The node classes the simulator knows: recorded answers of GET /object_info (object_info.json), with the lists that
// depend on the machine (model files, uploaded files) filled in at the time of asking.

import { readFileSync } from 'node:fs';
import type { FileStore } from './files.ts';
import { parseJson } from './json.ts';

export interface NodeInfo {
  input: { required?: InputSpecs; optional?: InputSpecs; hidden?: Record<string, unknown> };
  output: string[];
  output_node: boolean;
  [key: string]: unknown;
}

/** `[type or list of choices, options]`, the options are left out by some nodes. */
export type InputSpec = [string | unknown[], Record<string, unknown>?];
export type InputSpecs = Record<string, InputSpec>;

export interface NodeClasses {
  get(name: string): NodeInfo | undefined;
  names(): string[];
  /** Whether results of this class also depend on the id of the node. */
  usesOwnId(name: string): boolean;
}

// Which folder of models feeds which input.
const modelInputs: [className: string, input: string, folder: string][] = [
  ['CheckpointLoaderSimple', 'ckpt_name', 'checkpoints'],
  ['UNETLoader', 'unet_name', 'diffusion_models'],
  ['DualCLIPLoader', 'clip_name1', 'text_encoders'],
  ['DualCLIPLoader', 'clip_name2', 'text_encoders'],
  ['VAELoader', 'vae_name', 'vae'],
  ['LoraLoader', 'lora_name', 'loras'],
];
const fileInputs: [className: string, input: string, names: RegExp][] = [
  ['LoadImage', 'image', /\.(png|jpe?g|webp|gif|bmp|tiff?)$/i],
  ['LoadImageMask', 'image', /\.(png|jpe?g|webp|gif|bmp|tiff?)$/i],
  ['LoadAudio', 'audio', /\.(wav|mp3|flac|ogg|opus|m4a|mp4|webm)$/i],
];

/** `models` are file names by folder, read each time that somebody asks. */
export function loadNodeClasses(
  models: Readonly<Record<string, readonly string[]>>,
  files: FileStore,
): NodeClasses {
  // The file is ours and has this shape.
  const classes = parseJson(readFileSync(new URL('object_info.json', import.meta.url), 'utf8')) as Record<
    string,
    NodeInfo
  >;
  return {
    get(name) {
      for (const [className, input, folder] of modelInputs) {
        if (className !== name) continue;
        const builtIn = folder === 'vae' ? ['pixel_space'] : [];
        setChoices(classes, className, input, [...(models[folder] ?? []), ...builtIn].sort());
      }
      for (const [className, input, pattern] of fileInputs) {
        if (className !== name) continue;
        const names = files.list('input', '').filter((file) => pattern.test(file));
        setChoices(classes, className, input, names);
      }
      return Object.hasOwn(classes, name) ? classes[name] : undefined;
    },
    names: () => Object.keys(classes),
    usesOwnId: (name) => Object.values(classes[name]?.input.hidden ?? {}).includes('UNIQUE_ID'),
  };
}

function setChoices(
  classes: Record<string, NodeInfo>,
  className: string,
  input: string,
  choices: string[],
): void {
  const spec = classes[className]?.input.required?.[input];
  if (spec === undefined) throw new Error(`object_info.json has no input ${className}.${input}`);
  spec[0] = choices;
}
