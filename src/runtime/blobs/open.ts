/** Where uploads are kept beside a STORAGE_URL, on runtimes with a file system. */
import { join } from 'node:path';
import type { StorageConfig } from '../../config.ts';
import type { BlobStore } from '../../storage/ports.ts';
import { openFileBlobs } from './file.ts';
import { createMemoryBlobs } from './memory.ts';

/** Undefined where the store has no place for bytes that all of its instances can reach. */
export function openBlobs(storage: StorageConfig): BlobStore | undefined {
  if (storage.kind === 'memory') return createMemoryBlobs();
  return storage.kind === 'file' ? openFileBlobs(join(storage.dir, 'blobs')) : undefined;
}
