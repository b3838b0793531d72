/** A workflow folder that cannot change: its files are part of the program. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import type { WorkflowFolder } from './folder.ts';

/** Files by name: texts as they are, pictures as base64 after `base64:`. */
export type WorkflowBundle = Readonly<Record<string, string>>;

export const BASE64 = 'base64:';

export function openBundle(bundle: WorkflowBundle): WorkflowFolder {
  const bytesOf = (text: string): Uint8Array =>
    text.startsWith(BASE64)
      ? Uint8Array.from(atob(text.slice(BASE64.length)), (c) => c.charCodeAt(0))
      : new TextEncoder().encode(text);
  let files: Awaited<ReturnType<WorkflowFolder['list']>> | undefined;
  return {
    async list() {
      files ??= Object.entries(bundle).map(([name, text]) => {
        const bytes = bytesOf(text);
        return { name, sizeBytes: bytes.length, modifiedAt: 0, stamp: bytesToHex(sha256(bytes)) };
      });
      return files;
    },
    read: async (name) => bytesOf(bundle[name] ?? ''),
  };
}
