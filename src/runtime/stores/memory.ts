/** `memory:`: everything in this process, gone with it. */
import { createStorage } from 'unstorage';
import { createLocalLease, createMemoryIndex } from '../../storage/memory.ts';
import type { Stores } from '../../storage/ports.ts';

export function openMemoryStores(now: () => number): Stores {
  const storage = createStorage();
  return {
    storage,
    jobs: createMemoryIndex(),
    lease: createLocalLease(storage, now),
    singleWriter: true,
    close: () => storage.dispose(),
  };
}
