/**
 * Job records and their graphs over unstorage. Every change of a record goes through `update`, one at a time per job,
 * as a merge; an index lists them. Where this process is the only writer, recent records are remembered.
 */
import { isObject } from '../comfyui/json.ts';
import { damagedKey, graphKey, jobKey } from '../storage/keys.ts';
import { createPacedWriter } from '../storage/paced.ts';
import type { JobQuery, Stores } from '../storage/ports.ts';
import { isTerminal, shownStatus, type Job } from './job.ts';

export type JobStore = ReturnType<typeof createJobStore>;

/** Attempts at a record that others write at the same time. */
const MAX_TRIES = 100;

/** Ids that `each` asks for at once. */
const EACH = 200;

/** Records that are remembered beside the storage. */
const REMEMBERED = 2_000;

interface JobStoreOptions {
  /** Retention of jobs that are over. */
  maxAgeMs: number;
  /** Whether requests may wait for each other. */
  shared: boolean;
  /** Something is wrong with a record. Never throws. */
  report: (error: unknown, stage: string, jobId: string) => void;
  now: () => number;
}

export function createJobStore(stores: Stores, { maxAgeMs, shared, report, now }: JobStoreOptions) {
  const { storage, jobs: index, singleWriter, swap, recordOptions } = stores;
  const remembered = new Map<string, Job>();
  const turns = new Map<string, Promise<unknown>>();

  /** Where the store may tell an older state than was written here, the newer of the two counts. */
  const lagging = recordOptions !== undefined;
  const put = (key: string, job: Job) => storage.setItem(key, job as never, optionsFor(job));
  const paced =
    stores.writeIntervalMs !== undefined
      ? createPacedWriter({ put, intervalMs: stores.writeIntervalMs, now })
      : undefined;

  function remember(job: Job): void {
    if (!singleWriter && !lagging) return;
    remembered.delete(job.id);
    remembered.set(job.id, job);
    if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
  }

  /** Runs `work` when all earlier work on the same job is through. */
  function inTurn<T>(id: string, work: () => Promise<T>): Promise<T> {
    if (!shared) return work();
    const mine = (turns.get(id) ?? Promise.resolve()).then(work, work);
    turns.set(id, mine);
    const leave = () => {
      if (turns.get(id) === mine) turns.delete(id);
    };
    mine.then(leave, leave);
    return mine;
  }

  async function get(id: string): Promise<Job | undefined> {
    const recent = remembered.get(id);
    if (recent && !lagging) return recent;
    const value: unknown = await storage.getItem(jobKey(id));
    // What was written while this was read is newer.
    const known = remembered.get(id);
    if (value === null || value === undefined) return known;
    if (!isJob(value, id)) {
      await setAside(id, value);
      return known;
    }
    const job = value;
    if (known && (!lagging || known.seq >= job.seq)) return known;
    remember(job);
    return job;
  }

  function indexEntry(job: Job) {
    const { id, owner, workflow, session } = job;
    return {
      id,
      owner,
      status: shownStatus(job.status),
      ...(workflow !== undefined && { workflow }),
      ...(session !== undefined && { session }),
    };
  }

  /** A damaged record is kept for whoever can read it, out of the way of lists and other jobs. */
  async function setAside(id: string, value: unknown): Promise<void> {
    report(
      new Error(`the record of job ${id} cannot be read; it is kept under ${damagedKey(id)}`),
      'store',
      id,
    );
    await storage.setItem(damagedKey(id), { value } as never);
    await storage.removeItem(jobKey(id));
    await index.remove(id);
  }

  function optionsFor(job: Job): Record<string, unknown> | undefined {
    return recordOptions?.(indexEntry(job), isTerminal(job.status) ? maxAgeMs : undefined);
  }

  /** Whether a change is worth a write where writes of one key must be a second apart. */
  function worthWriting(before: Job, after: Job): boolean {
    return (
      !lagging ||
      after.seq !== before.seq ||
      after.facts.stop !== before.facts.stop ||
      after.outputs.some(({ copy }, i) => copy !== before.outputs[i]?.copy) ||
      after.warnings !== before.warnings
    );
  }

  /** Writes a record that is newer than what is there, and remembers it. */
  async function write(job: Job): Promise<void> {
    if (!paced) {
      await put(jobKey(job.id), job);
      return remember(job);
    }
    // Other requests go on from it while this one waits for its turn.
    remember(job);
    try {
      await paced.write(jobKey(job.id), job);
    } catch (error) {
      // What could not be written is found out again by the next look.
      if (remembered.get(job.id) === job) remembered.delete(job.id);
      throw error;
    }
  }

  return {
    get,

    /** Writes a new record with its graph. An existing record is left as it is and returned. */
    create: (job: Job, graphText: string): Promise<Job> =>
      inTurn(job.id, async () => {
        const existing = await get(job.id);
        if (existing) return existing;
        // The graph is wrapped, as unstorage would parse (and round) a text that looks like JSON.
        // Of two instances that make the same record at once, one does.
        if (swap) {
          await storage.setItem(graphKey(job.id), { text: graphText });
          if (!(await swap(jobKey(job.id), null, job))) return (await get(job.id)) ?? job;
          remember(job);
          return job;
        }
        // A graph's own life must be longer than its job can last.
        const graphOptions = recordOptions && {
          ttl: Math.ceil((job.queueTimeoutMs + job.timeoutMs + maxAgeMs) / 1000),
        };
        await Promise.all([storage.setItem(graphKey(job.id), { text: graphText }, graphOptions), write(job)]);
        await index.put(indexEntry(job));
        return job;
      }),

    /**
     * Replaces a record by `change` of it. Undefined if there is none; nothing is written if nothing changed. Where
     * others write too, `change` may be called again on what they wrote.
     */
    update: (id: string, change: (job: Job) => Job): Promise<{ before: Job; after: Job } | undefined> =>
      inTurn(id, async () => {
        for (let tries = 0; tries < MAX_TRIES; tries++) {
          const before = await get(id);
          if (!before) return undefined;
          const after = change(before);
          if (after === before) return { before, after };
          if (swap) {
            if (!(await swap(jobKey(id), before, after))) continue;
          } else if (worthWriting(before, after)) await write(after);
          else remember(after);
          if (after.status !== before.status) await index.put(indexEntry(after));
          return { before, after };
        }
        throw new Error(`job ${id} could not be written: it was changed ${MAX_TRIES} times meanwhile`);
      }),

    remove: (id: string): Promise<void> =>
      inTurn(id, async () => {
        remembered.delete(id);
        paced?.drop(jobKey(id));
        await storage.removeItem(jobKey(id));
        await storage.removeItem(graphKey(id));
        await index.remove(id);
      }),

    /** The submitted graph as text, every digit kept. */
    async graph(id: string): Promise<string | undefined> {
      const value: unknown = await storage.getItem(graphKey(id));
      return isObject(value) && typeof value['text'] === 'string' ? value['text'] : undefined;
    },

    /** Jobs newest first, from `cursor` of an earlier page on; null if that is no cursor. */
    async page(
      query: JobQuery,
      limit: number,
      cursor?: string,
    ): Promise<{ jobs: Job[]; next: string | null } | null> {
      const page = await index.page(query, limit, cursor);
      if (!page) return null;
      const jobs = await Promise.all(page.ids.map((id) => get(id)));
      return { jobs: jobs.filter((job) => job !== undefined), next: page.next };
    },

    /** All jobs that match, page by page. */
    async *each(query: JobQuery): AsyncGenerator<Job> {
      for (let cursor: string | undefined; ;) {
        const page = await index.page(query, EACH, cursor);
        for (const id of page?.ids ?? []) {
          const job = await get(id);
          if (job) yield job;
        }
        if (!page?.next) return;
        cursor = page.next;
      }
    },

    count: (query: JobQuery): Promise<number> => index.count(query),
  };
}

/** Whether a stored value is a record of this version; we wrote it, so its form tells enough. */
function isJob(value: unknown, id: string): value is Job {
  return (
    isObject(value) &&
    value['v'] === 1 &&
    value['id'] === id &&
    isObject(value['facts']) &&
    Array.isArray(value['log'])
  );
}
