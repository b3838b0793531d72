/** A KV namespace in memory that keeps Cloudflare's limits, which the one of this machine does not. */
import type { KvNamespace } from '../../src/runtime/stores/kv.ts';

interface Item {
  value: string;
  metadata: unknown;
  at: number;
}

/** `perSecond`: a key takes one write a second. `items` is what is in it. */
export function createKv({ perSecond }: { perSecond: boolean }): KvNamespace & { items: Map<string, Item> } {
  const items = new Map<string, Item>();
  return {
    items,
    get: async (key) => items.get(key)?.value ?? null,
    async put(key, value, options = {}) {
      const at = performance.now();
      if (perSecond && at - (items.get(key)?.at ?? -Infinity) < 1_000)
        throw new Error('KV PUT failed: 429 Too Many Requests');
      if (Buffer.byteLength(key) > 512)
        throw new Error('KV PUT failed: 414 UTF-8 encoded length exceeds 512');
      if (Buffer.byteLength(JSON.stringify(options.metadata ?? null)) > 1024)
        throw new Error('KV PUT failed: 413 Metadata length exceeds 1024');
      items.set(key, { value, metadata: options.metadata, at });
    },
    delete: async (key) => void items.delete(key),
    async list({ prefix = '', cursor, limit = 1_000 }) {
      const all = [...items].filter(([key]) => key.startsWith(prefix)).sort(([a], [b]) => (a < b ? -1 : 1));
      const from = Number(cursor ?? 0);
      const keys = all.slice(from, from + limit).map(([name, { metadata }]) => ({ name, metadata }));
      const complete = from + limit >= all.length;
      return { keys, list_complete: complete, ...(!complete && { cursor: String(from + limit) }) };
    },
  };
}
