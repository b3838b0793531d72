/** Opens what a STORAGE_URL names, on runtimes with a file system. */
import type { StorageConfig } from '../../config.ts';
import type { Stores } from '../../storage/ports.ts';
import { openFileStores, type ConnectSqlite } from './file.ts';
import { openMemoryStores } from './memory.ts';

export async function openStores(
  storage: StorageConfig,
  now: () => number,
  connectSqlite: ConnectSqlite,
  report: (error: unknown, stage: string) => void,
): Promise<Stores> {
  switch (storage.kind) {
    case 'memory':
      return openMemoryStores(now);
    case 'file':
      return openFileStores(storage.dir, now, connectSqlite);
    case 'redis': {
      // Loaded only where it is used: it brings the whole client.
      const { openRedisStores } = await import('./redis.ts');
      return openRedisStores(storage.url, report);
    }
    case 'kv':
      throw new Error(
        'STORAGE_URL: kv: is a binding of Cloudflare Workers. Give memory:, file:DIR or redis://HOST here.',
      );
  }
}
