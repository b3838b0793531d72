/**
 * Names of the files that are put into ComfyUI's input folder for those who uploaded them. ComfyUI lists that folder as options
 * of nodes, and whoever knows a name can load the file: so none of them is told to anybody.
 */
import { isObject } from './json.ts';

const PREFIX = 'comfygate-';

/** `id` is known only to who may use the file. */
export const inputName = (id: string, extension: string): string => `${PREFIX}${id}.${extension}`;

/** Whether a text names such a file anywhere. */
export const namesInputs = (text: string): boolean => text.includes(PREFIX);

/** A part of object_info, without such names among the options of its lists. */
export function withoutInputNames<T>(value: T): T {
  if (Array.isArray(value)) return value.filter((item) => !isInputName(item)).map(withoutInputNames) as T;
  // Numbers with all their digits stay what they are.
  if (!isObject(value) || Object.getPrototypeOf(value) !== Object.prototype) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, member]) => [key, withoutInputNames(member)]),
  ) as T;
}

/** In a folder, or not. */
function isInputName(item: unknown): boolean {
  return typeof item === 'string' && /^(?:[^/]+\/)?comfygate-/.test(item);
}
