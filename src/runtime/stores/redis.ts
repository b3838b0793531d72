/**
 * `redis://`: unstorage's Redis driver over ioredis, for any number of instances. Every write of a record goes through
 * a Lua script that changes the index with it, so the two cannot disagree, whoever writes and in whatever order. The
 * scripts name keys as they go, so this is for one Redis (or Valkey) with replicas, not for Redis Cluster.
 */
import type { Redis } from 'ioredis';
import { createStorage, type Driver } from 'unstorage';
import redisDriver from 'unstorage/drivers/redis';
import { isObject } from '../../comfyui/json.ts';
import type { Lease, Stores } from '../../storage/ports.ts';
import { CONNECTION_OPTIONS, createConnection, type Report } from './redis-connection.ts';
import { createRedisIndex, indexSetsOf, RECORD_SCRIPTS, RECORDS, type RunScript } from './redis-index.ts';
import { createRedisPubSub } from './redis-pubsub.ts';

/**
 * Connects, and does not wait long: where Redis is away, the stores are opened all the same, and all that needs them
 * fails with `storage_unavailable` until it is there. Throws if Redis refuses what the URL says (password, database).
 * `report` hears once of each outage and of listeners that throw. Time is Redis's own.
 */
export async function openRedisStores(url: string, report: Report = () => {}): Promise<Stores> {
  if (!/^\/?\d*$/.test(new URL(url).pathname)) {
    throw new Error(
      'STORAGE_URL: what follows the host in redis:// is the number of a database, as in redis://host:6379/0.',
    );
  }
  const driver = redisDriver({ ...CONNECTION_OPTIONS, url, base: RECORDS.slice(0, -1), scanCount: 1000 });
  const redis = driver.getInstance!() as Redis; // A cluster only with the option of that name.
  const connection = createConnection(redis, report);
  const pubsub = createRedisPubSub(redis, connection.call, report);
  const close = async () => {
    pubsub.close();
    await connection.close();
  };
  const refusal = await connection.refusal();
  if (refusal !== undefined) {
    await close();
    throw new Error(
      `STORAGE_URL: Redis is there but refuses the user, password or database number of the URL (${refusal}).`,
    );
  }

  for (const [name, lua] of Object.entries({ ...RECORD_SCRIPTS, ...LEASE_SCRIPTS }))
    redis.defineCommand(`comfygate-${name}`, { lua });
  const commands = redis as unknown as Record<string, (...args: unknown[]) => Promise<unknown>>;
  const run: RunScript = (name, keys, args) =>
    connection.call(() => commands[`comfygate-${name}`]!(keys.length, ...keys, ...args));

  return {
    storage: createStorage({ driver: recordDriver(driver, connection.call, run) }),
    jobs: createRedisIndex(run),
    lease: createRedisLease(run),
    singleWriter: false,
    async swap(key, expected, value) {
      const texts = [JSON.stringify(expected ?? null), JSON.stringify(value)];
      return (await run('swap', [RECORDS + key], [...texts, indexSetsOf(key, value)])) === 1;
    },
    pubsub,
    close,
  };
}

/** What the driver of unstorage reads, and what our scripts write. */
function recordDriver(
  driver: Driver,
  call: <T>(work: () => T | Promise<T>) => Promise<T>,
  run: RunScript,
): Driver {
  type Item = { key: string; value: string; options?: { ttl?: number } };
  /** All or none: a job, its graph and its index entry appear together. */
  const write = async (items: Item[]) => {
    const values = items.map(({ key, value, options }) => [
      value,
      options?.ttl ?? '',
      indexSetsOf(key, parsed(value)),
    ]);
    await run(
      'write',
      items.map(({ key }) => RECORDS + key),
      values.flat(),
    );
  };
  return {
    name: 'comfygate-redis',
    hasItem: (key, options) => call(() => driver.hasItem(key, options)),
    getItem: (key) => call(() => driver.getItem(key)).then(parsed),
    setItem: (key, value, options) => write([{ key, value, options }]),
    setItems: (items, common) =>
      write(items.map((item) => ({ ...item, options: { ...common, ...item.options } }))),
    async removeItem(key) {
      await run('remove', [RECORDS + key], []);
    },
    getKeys: (base, options) => call(() => driver.getKeys(base, options)),
  };
}

/**
 * Objects are parsed here and every key of them is kept. unstorage would drop some (`__proto__`), and what is read
 * would then not be what `swap` finds.
 */
function parsed(text: unknown): never {
  let value: unknown = text;
  if (typeof text === 'string' && text.startsWith('{')) {
    try {
      value = JSON.parse(text);
    } catch {
      // A corrupt record; whoever reads it sees that it is not an object.
    }
  }
  return (isObject(value) ? value : text) as never; // unstorage takes what it need not parse as it is.
}

const LEASES = 'comfygate-lease:';

const LEASE_SCRIPTS = {
  acquire: `
    local holder = redis.call('GET', KEYS[1])
    if holder and holder ~= ARGV[1] then return holder end
    redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
    return ARGV[1]`,
  release: `if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end`,
};

function createRedisLease(run: RunScript): Lease {
  return {
    acquire: async (name, holder, ttlMs) =>
      String(await run('acquire', [LEASES + name], [holder, Math.max(1, Math.ceil(ttlMs))])),
    async release(name, holder) {
      await run('release', [LEASES + name], [holder]);
    },
  };
}
