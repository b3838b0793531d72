/**
 * What all backends together know of their node classes. Read as a whole and remembered, as schemas need it at every call;
 * a ComfyUI that does not answer leaves what was known of it.
 */
import type { ComfyClient, ObjectInfo } from './client.ts';
import { isObject, type JsonObject } from './json.ts';

export interface ObjectInfoReader {
  /**
   * At most `maxAgeMs` old where ComfyUI answers within a moment; else what is known, however old. Undefined if no backend
   * ever answered. From half of that age on it is renewed in the background, where there is one.
   */
  read(maxAgeMs: number): Promise<ObjectInfo | undefined>;
  /** Asked now, or a second ago. Throws if no backend answers. */
  fresh(): Promise<ObjectInfo>;
}

interface ObjectInfoDeps {
  clients: () => readonly ComfyClient[];
  /** Whether requests may wait for each other, and work goes on between them. */
  resident: boolean;
  now: () => number;
}

/** How long a caller waits for a renewal, and how long a backend that failed is left alone, in ms. */
const PATIENCE_MS = 3_000;
const RETRY_MS = 2_000;

/** What is younger counts as asked now, in ms: refusals must not make ComfyUI tell all it has each time. */
const FRESH_MS = 1_000;

export function createObjectInfo({ clients, resident, now }: ObjectInfoDeps): ObjectInfoReader {
  const reading = new Map<ComfyClient, Promise<unknown>>();
  const failedAt = new Map<ComfyClient, number>();
  let merged: { parts: readonly JsonObject[]; info: ObjectInfo } | undefined;

  /** Reads one backend anew; of several at once one asks. */
  async function renew(client: ComfyClient, maxAgeMs: number): Promise<void> {
    if (!resident) return ask(client, maxAgeMs);
    let asked = reading.get(client);
    if (!asked) {
      asked = ask(client, maxAgeMs).finally(() => reading.delete(client));
      reading.set(client, asked);
    }
    await asked;
  }

  async function ask(client: ComfyClient, maxAgeMs: number): Promise<void> {
    try {
      await client.objectInfo(maxAgeMs);
      failedAt.delete(client);
    } catch (error) {
      failedAt.set(client, now());
      throw error;
    }
  }

  const ageOf = (client: ComfyClient): number =>
    now() - (client.knownObjectInfo()?.at ?? Number.NEGATIVE_INFINITY);

  /** What is known of all backends, as one. The same object while nothing changed. */
  function known(): ObjectInfo | undefined {
    const infos = clients().flatMap((client) => client.knownObjectInfo() ?? []);
    if (infos.length === 0) return undefined;
    const parts = infos.map(({ classes }) => classes);
    const at = Math.min(...infos.map((info) => info.at));
    if (merged && parts.length === merged.parts.length && parts.every((p, i) => p === merged!.parts[i]))
      merged.info.at = at;
    else merged = { parts, info: { classes: parts.reduce(mergeClasses), at } };
    return merged.info;
  }

  return {
    async read(maxAgeMs) {
      const due = clients().filter((client) => now() - (failedAt.get(client) ?? -RETRY_MS) >= RETRY_MS);
      const old = due.filter((client) => ageOf(client) > maxAgeMs);
      if (old.length > 0)
        await patiently(Promise.allSettled(old.map((client) => renew(client, maxAgeMs))), PATIENCE_MS);
      else if (resident) {
        // Whoever asks next gets it; that a backend is away is reported by those who follow it.
        for (const client of due.filter((c) => ageOf(c) > maxAgeMs / 2))
          renew(client, 0).catch(() => undefined);
      }
      return known();
    },

    async fresh() {
      const results = await Promise.allSettled(clients().map((client) => renew(client, FRESH_MS)));
      const info = known();
      const [first] = results;
      if (info && results.some(({ status }) => status === 'fulfilled')) return info;
      throw first?.status === 'rejected' ? first.reason : new Error('no ComfyUI is configured');
    },
  };
}

async function patiently(work: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  await Promise.race([work, new Promise((resolve) => (timer = setTimeout(resolve, ms)))]);
  clearTimeout(timer);
}

/** Classes of both; where both have one, with the options of both: a job goes to whichever can run it. */
function mergeClasses(a: JsonObject, b: JsonObject): JsonObject {
  const merged = { ...b, ...a };
  for (const name of Object.keys(a)) {
    const [first, second] = [a[name], b[name]];
    if (isObject(first) && isObject(second)) merged[name] = mergeClass(first, second);
  }
  return merged;
}

function mergeClass(a: JsonObject, b: JsonObject): JsonObject {
  const [left, right] = [a['input'], b['input']];
  if (!isObject(left) || !isObject(right)) return a;
  const input: JsonObject = { ...left };
  for (const group of ['required', 'optional']) {
    const [first, second] = [left[group], right[group]];
    if (!isObject(first) || !isObject(second)) continue;
    input[group] = Object.fromEntries(
      Object.entries(first).map(([name, spec]) => [name, mergeSpec(spec, second[name])]),
    );
  }
  return { ...a, input };
}

/** Both forms of combos: a list as type, or `options`. Anything else is the first's. */
function mergeSpec(a: unknown, b: unknown): unknown {
  if (!Array.isArray(a) || !Array.isArray(b)) return a;
  const [type, settings] = a as [unknown, unknown];
  const [otherType, otherSettings] = b as [unknown, unknown];
  if (Array.isArray(type) && Array.isArray(otherType)) return [union(type, otherType), ...a.slice(1)];
  const [own, other] = [settings, otherSettings].map((s) => (isObject(s) ? s['options'] : undefined));
  return Array.isArray(own) && Array.isArray(other) && isObject(settings)
    ? [type, { ...settings, options: union(own, other) }]
    : a;
}

function union(a: unknown[], b: unknown[]): unknown[] {
  return [...new Set([...a, ...b])];
}
