/**
 * The index of jobs in Redis: sorted sets of job keys in the order of keys, which is newest first. A job is in up to
 * eight: all, and those of its status, workflow and session; the same again within its owner. A page or count by owner
 * and one other filter is one command whose cost does not depend on the number of jobs. More filters at once walk the
 * smallest set and look into the others, in steps of 500, so that Redis is not held up. That is about 1 kB per job.
 */
import { isObject } from '../../comfyui/json.ts';
import { firstKeyBefore, isJobId, jobIdOf, jobKey } from '../../storage/keys.ts';
import type { JobIndex, JobQuery } from '../../storage/ports.ts';

/** Before every key of unstorage. */
export const RECORDS = 'comfygate:';

export type RunScript = (
  name: string,
  keys: readonly string[],
  args: readonly (string | number)[],
) => Promise<unknown>;

/** Jobs that one step of a walk looks at. */
const STEP = 500;

/** Names of the sets, separated by a space, that a value under a key belongs to; empty if it is no job. */
export function indexSetsOf(key: string, value: unknown): string {
  const id = jobIdOf(key);
  if (!isJobId(id) || key !== jobKey(id) || !isObject(value)) return '';
  const { owner, status, workflow, session } = value;
  const fields = { status: status === 'submitting' ? 'queued' : status, workflow, session };
  const names = [];
  for (const scope of [{}, { owner }]) {
    names.push(setName(scope));
    for (const [field, of] of Object.entries(fields))
      if (of !== undefined) names.push(setName({ ...scope, [field]: of }));
  }
  return names.join(' ');
}

export function createRedisIndex(run: RunScript): JobIndex {
  /** Up to `size` keys that match, and where to go on from, undefined at the end. */
  async function walk(sets: string[][], from: string, size: number) {
    const [keys, last] = (await run('walk', [], [from, size, JSON.stringify(sets)])) as [string[], string];
    return { keys, next: last === '' ? undefined : `(${last}` };
  }

  return {
    // The index changes with the record, in the script that writes it.
    async put() {},
    async remove() {},

    async page(query, limit, cursor) {
      if (cursor !== undefined && !isJobId(cursor)) return null;
      const sets = setsOf(query);
      const keys: string[] = [];
      // One more than asked for tells whether there is a next page.
      for (let from: string | undefined = startOf(query, cursor); from && keys.length <= limit;) {
        const found = await walk(sets, from, sets.length === 1 ? limit + 1 : STEP);
        keys.push(...found.keys);
        from = found.next;
      }
      const ids = keys.slice(0, limit).map(jobIdOf);
      return { ids, next: keys.length > limit ? ids.at(-1)! : null };
    },

    async count(query) {
      const sets = setsOf(query);
      if (sets.length === 1) return Number(await run('count', sets[0]!.map(setKey), [startOf(query)]));
      let count = 0;
      for (let from: string | undefined = startOf(query); from;) {
        const found = await walk(sets, from, STEP);
        count += found.keys.length;
        from = found.next;
      }
      return count;
    },
  };
}

/** Per filter the sets that a job must be in one of. */
function setsOf({ owner, statuses, workflow, session }: JobQuery): string[][] {
  const scope = owner === undefined ? {} : { owner };
  const sets = [];
  if (statuses) sets.push([...new Set(statuses)].map((status) => setName({ ...scope, status })));
  if (workflow !== undefined) sets.push([setName({ ...scope, workflow })]);
  if (session !== undefined) sets.push([setName({ ...scope, session })]);
  return sets.length > 0 ? sets : [[setName(scope)]];
}

/** Escaped, so that no value can be taken for another filter. */
function setName(fields: Record<string, unknown>): string {
  const pairs = Object.entries(fields).map(([name, value]) => [name, String(value)]);
  return String(new URLSearchParams(pairs)) || 'all';
}

/** Where the keys of a query begin, as ZRANGEBYLEX takes it. */
function startOf({ before }: JobQuery, cursor?: string): string {
  const first = before === undefined ? '' : firstKeyBefore(before);
  if (cursor !== undefined && jobKey(cursor) > first) return `(${jobKey(cursor)}`;
  return first === '' ? '-' : `[${first}`;
}

const INDEX = 'comfygate-index';
const setKey = (name: string): string => `${INDEX}:${name}`;

/** Puts the job under a record key into these sets, and out of those it was in, which a hash remembers. */
const REINDEX = `
  local function reindex(record, sets)
    local key = string.sub(record, ${RECORDS.length + 1})
    local old = redis.call('HGET', '${INDEX}', key) or ''
    if old == sets then return end
    for name in string.gmatch(old, '%S+') do redis.call('ZREM', '${INDEX}:' .. name, key) end
    for name in string.gmatch(sets, '%S+') do redis.call('ZADD', '${INDEX}:' .. name, 0, key) end
    if sets == '' then redis.call('HDEL', '${INDEX}', key) else redis.call('HSET', '${INDEX}', key, sets) end
  end`;

export const RECORD_SCRIPTS = {
  /** Per key its text, seconds to live or nothing, and sets. */
  write: `${REINDEX}
    for i, record in ipairs(KEYS) do
      local text, ttl, sets = ARGV[3 * i - 2], ARGV[3 * i - 1], ARGV[3 * i]
      if ttl == '' then redis.call('SET', record, text) else redis.call('SET', record, text, 'EX', ttl) end
      reindex(record, sets)
    end`,

  /** Expected text ('null' for none), new text ('null' for none), sets. 1 if it was as expected. */
  swap: `${REINDEX}
    if (redis.call('GET', KEYS[1]) or 'null') ~= ARGV[1] then return 0 end
    if ARGV[2] == 'null' then redis.call('UNLINK', KEYS[1]) else redis.call('SET', KEYS[1], ARGV[2]) end
    reindex(KEYS[1], ARGV[3])
    return 1`,

  remove: `${REINDEX}
    redis.call('UNLINK', KEYS[1])
    reindex(KEYS[1], '')`,

  /** How many there are in disjoint sets, from a key on. */
  count: `
    local count = 0
    for _, set in ipairs(KEYS) do count = count + redis.call('ZLEXCOUNT', set, ARGV[1], '+') end
    return count`,

  /**
   * From a key on, so many steps, JSON of setsOf(). Returns the keys that are in one set of each filter, and the last
   * that was looked at, '' at the end.
   */
  walk: `
    local size, filters = tonumber(ARGV[2]), cjson.decode(ARGV[3])
    local walked, least
    for i, sets in ipairs(filters) do
      local jobs = 0
      for _, name in ipairs(sets) do jobs = jobs + redis.call('ZCARD', '${INDEX}:' .. name) end
      if not least or jobs < least then walked, least = i, jobs end
    end

    local keys = {}
    for _, name in ipairs(filters[walked]) do
      local part = redis.call('ZRANGEBYLEX', '${INDEX}:' .. name, ARGV[1], '+', 'LIMIT', 0, size)
      for _, key in ipairs(part) do keys[#keys + 1] = key end
    end
    if #filters[walked] > 1 then table.sort(keys) end

    local function fits(key)
      for i, sets in ipairs(filters) do
        local found = i == walked
        for _, name in ipairs(sets) do
          found = found or redis.call('ZSCORE', '${INDEX}:' .. name, key)
        end
        if not found then return false end
      end
      return true
    end
    local matching = {}
    for i = 1, math.min(size, #keys) do
      if fits(keys[i]) then matching[#matching + 1] = keys[i] end
    end
    return {matching, #keys >= size and keys[size] or ''}`,
};
