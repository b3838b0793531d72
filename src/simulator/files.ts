// The output, temp and input folders, in memory and bounded: beyond the limit the oldest files go first. A file's bytes
// may be made on first read (pictures nobody looks at cost nothing) or, for huge ones, only while they are sent.

import type { FileRef, FolderType } from './types.ts';

export interface StoredFile extends FileRef {
  modifiedMs: number;
  /** Bytes in the file; makes them if that has not happened yet. */
  size(): number;
  /** The bytes from `start` up to, not including, `end`. */
  read(start: number, end: number): Iterable<Uint8Array>;
  /** All bytes; undefined for virtual files. */
  bytes(): Uint8Array | undefined;
}

export interface FileStore {
  put(ref: FileRef, content: Uint8Array | (() => Uint8Array), estimatedBytes?: number): void;
  /** A file of any size whose content is computed from the position. */
  putVirtual(ref: FileRef, sizeBytes: number): void;
  get(ref: FileRef): StoredFile | undefined;
  remove(ref: FileRef): boolean;
  hasFolder(type: FolderType, subfolder: string): boolean;
  /** Names at the top level of a folder, sorted. */
  list(type: FolderType, subfolder: string): string[];
  /** Next free number of `prefix_00001_.ext` in that folder. */
  nextCounter(type: FolderType, subfolder: string, prefix: string): number;
  clear(type: FolderType): void;
}

interface Entry extends StoredFile {
  weight: number;
}

// What a file holds on to before it is made (its graph) is not in its weight, so the number is bounded as well.
const maxFiles = 20_000;
const maxCounters = 100_000;

const counted = /^(.+)_(\d+)_\.?[^_]*$/;

export function createFileStore(options: { limitBytes: number; now: () => number }): FileStore {
  const { limitBytes, now } = options;
  const entries = new Map<string, Entry>();
  const counters = new Map<string, number>();
  let total = 0;

  const keyOf = (ref: FileRef) => `${ref.type}/${ref.subfolder}/${ref.filename}`;
  const folderOf = (type: FolderType, subfolder: string) => `${type}/${subfolder}/`;

  const drop = (key: string) => {
    const entry = entries.get(key);
    if (entry === undefined) return false;
    total -= entry.weight;
    return entries.delete(key);
  };

  const evict = () => {
    for (const key of entries.keys()) {
      if ((total <= limitBytes && entries.size <= maxFiles) || entries.size === 1) return;
      drop(key);
    }
  };

  const store = (entry: Entry) => {
    const key = keyOf(entry);
    drop(key);
    entries.set(key, entry);
    total += entry.weight;
    const match = counted.exec(entry.filename);
    if (match?.[1] !== undefined) {
      const counter = folderOf(entry.type, entry.subfolder) + match[1];
      counters.set(counter, Math.max(counters.get(counter) ?? 0, Number(match[2])));
    }
    if (counters.size > maxCounters) counters.delete(counters.keys().next().value ?? '');
    evict();
  };

  return {
    put(ref, content, estimatedBytes = 0) {
      let made = typeof content === 'function' ? undefined : content;
      const make = typeof content === 'function' ? content : undefined;
      const entry: Entry = {
        ...ref,
        modifiedMs: now(),
        weight: made?.byteLength ?? estimatedBytes,
        size: () => entry.bytes()?.byteLength ?? 0,
        bytes() {
          if (made === undefined && make !== undefined) {
            made = make();
            if (entries.get(keyOf(ref)) === entry) total += made.byteLength - entry.weight;
            entry.weight = made.byteLength;
          }
          return made;
        },
        *read(start, end) {
          const all = entry.bytes();
          if (all !== undefined) yield all.subarray(start, end);
        },
      };
      store(entry);
    },
    putVirtual(ref, sizeBytes) {
      store({
        ...ref,
        modifiedMs: now(),
        weight: 0,
        size: () => sizeBytes,
        bytes: () => undefined,
        read: (start, end) => pattern(start, end),
      });
    },
    get: (ref) => entries.get(keyOf(ref)),
    remove(ref) {
      const match = counted.exec(ref.filename);
      if (!drop(keyOf(ref))) return false;
      if (match?.[1] !== undefined) {
        const folder = folderOf(ref.type, ref.subfolder);
        let highest = 0;
        for (const key of entries.keys()) {
          if (!key.startsWith(folder)) continue;
          const other = counted.exec(key.slice(folder.length));
          if (other?.[1] === match[1]) highest = Math.max(highest, Number(other?.[2]));
        }
        counters.set(folder + match[1], highest);
      }
      return true;
    },
    hasFolder(type, subfolder) {
      const prefix = folderOf(type, subfolder);
      for (const key of entries.keys()) if (key.startsWith(prefix)) return true;
      return false;
    },
    list(type, subfolder) {
      const names: string[] = [];
      for (const entry of entries.values()) {
        if (entry.type === type && entry.subfolder === subfolder) names.push(entry.filename);
      }
      return names.sort();
    },
    nextCounter: (type, subfolder, prefix) => (counters.get(folderOf(type, subfolder) + prefix) ?? 0) + 1,
    clear(type) {
      for (const [key, entry] of entries) if (entry.type === type) drop(key);
      for (const key of counters.keys()) if (key.startsWith(`${type}/`)) counters.delete(key);
    },
  };
}

const patternBlock = 64 * 1024;

/** Bytes that depend only on their position: 64 KiB of xorshift output, repeated. */
function* pattern(start: number, end: number): Iterable<Uint8Array> {
  const block = new Uint8Array(patternBlock);
  let state = 0x9e3779b9;
  for (let i = 0; i < patternBlock; i++) {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    block[i] = state & 255;
  }
  for (let position = start; position < end;) {
    const from = position % patternBlock;
    const chunk = block.subarray(from, Math.min(patternBlock, from + end - position));
    position += chunk.byteLength;
    yield chunk;
  }
}
