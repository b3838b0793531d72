/**
 * Brings back jobs that ComfyUI remembers and the store does not: all of them when the store is empty, one when
 * somebody asks for it. Made-up ids must not reach ComfyUI again and again, so misses are remembered for a while.
 */
import { validate, version } from 'uuid';
import type { StoredPrompt } from '../comfyui/prompts.ts';
import { GatewayError } from '../errors.ts';
import type { Backend } from './backend.ts';
import { idTimeOf } from '../storage/keys.ts';
import { reduce, type Job } from './job.ts';
import { fromMark } from './mark.ts';
import { toEvidence } from './outputs.ts';

interface RebuildDeps {
  backends: readonly Backend[];
  /** Keeps a rebuilt job, unless one of its id is there already; returns the one that is kept, if one is wanted. */
  adopt: (job: Job, graphText: string) => Promise<Job | undefined>;
  limits: Pick<Job, 'timeoutMs' | 'queueTimeoutMs'>;
  maxAgeMs: number;
  /** Whether requests may wait for each other. */
  shared: boolean;
  /** Outputs of a job whose sizes may be asked for. */
  maxSizes: number;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string, jobId: string) => void;
  now: () => number;
}

/** How long a miss is remembered (ms), how many are, and how many ids may be asked for at once. */
const MISS_MS = 30_000;
const MISSES = 10_000;
const AT_ONCE = 32;
/** How long a reading of the queue serves, in ms. */
const QUEUE_MS = 1_000;
/** Entries of the history that are read at once. */
const PAGE = 100;

export function createRebuilder(deps: RebuildDeps) {
  const { backends, adopt, limits, maxAgeMs, shared, maxSizes, report, now } = deps;
  const misses = new Map<string, number>();
  const asking = new Map<string, Promise<Job | undefined>>();
  const queues = new Map<string, { at: number; prompts: StoredPrompt[] }>();

  /** Only a lower-case UUIDv7 from within the retention can be a job of ours. */
  function possible(id: string): boolean {
    if (!validate(id) || version(id) !== 7 || id !== id.toLowerCase()) return false;
    const age = now() - idTimeOf(id);
    return age < maxAgeMs && age > -60_000;
  }

  async function revive(prompt: StoredPrompt, backend: Backend): Promise<Job | undefined> {
    if (!possible(prompt.promptId)) return undefined;
    const job = fromMark(prompt, { backend: backend.name, backendKey: backend.key }, limits, now());
    if (!job) return undefined;
    if (!prompt.result) return adopt(job, prompt.graphText);
    const ended = reduce(job, await toEvidence(prompt.result, job, backend.client, now, maxSizes), now());
    return adopt(ended, prompt.graphText);
  }

  /** One prompt that cannot be read must not keep the others from coming back. */
  async function tryRevive(prompt: StoredPrompt, backend: Backend): Promise<boolean> {
    try {
      return (await revive(prompt, backend)) !== undefined;
    } catch (error) {
      report(error, 'rebuild', prompt.promptId);
      return false;
    }
  }

  /** The queue with its graphs is large: those who ask within a second share one reading of it. */
  async function queued(backend: Backend): Promise<{ at: number; prompts: StoredPrompt[] }> {
    const known = queues.get(backend.name);
    if (known && now() - known.at < QUEUE_MS) return known;
    const at = now();
    const reading = { at, prompts: await backend.client.queuedPrompts() };
    queues.set(backend.name, reading);
    return reading;
  }

  /** The prompt on one backend, and whether its absence is certain. */
  async function ask(
    id: string,
    backend: Backend,
  ): Promise<{ prompt: StoredPrompt | undefined; certain: boolean }> {
    const askedAt = now();
    // The cheap question first. A prompt that ends between the two others is in the history by then.
    const ended = await backend.client.storedPrompt(id);
    if (ended) return { prompt: ended, certain: true };
    const { at, prompts } = await queued(backend);
    const found = prompts.find((item) => item.promptId === id) ?? (await backend.client.storedPrompt(id));
    return { prompt: found, certain: at >= askedAt };
  }

  async function find(id: string): Promise<Job | undefined> {
    let certain = true;
    let fault: unknown;
    for (const backend of backends) {
      try {
        const answer = await ask(id, backend);
        const job = answer.prompt && (await revive(answer.prompt, backend));
        if (job) return job;
        certain &&= answer.certain;
      } catch (error) {
        // Another one may have it.
        fault ??= error;
      }
    }
    if (fault !== undefined) throw fault;
    if (!certain) return undefined;
    misses.delete(id);
    misses.set(id, now());
    if (misses.size > MISSES) misses.delete(misses.keys().next().value!);
    return undefined;
  }

  return {
    /** The job of this id, if a ComfyUI knows it. Throws if one cannot be asked. */
    async one(id: string): Promise<Job | undefined> {
      if (!possible(id) || now() - (misses.get(id) ?? Number.NEGATIVE_INFINITY) < MISS_MS) return undefined;
      if (!shared) return find(id);
      const already = asking.get(id);
      if (already) return already;
      if (asking.size >= AT_ONCE) {
        throw new GatewayError(
          'rate_limited',
          'Too many unknown jobs are being looked for. Try again in a second.',
          {
            retryAfterSeconds: 1,
          },
        );
      }
      const search = find(id).finally(() => asking.delete(id));
      asking.set(id, search);
      return search;
    },

    /** Everything of ours in a backend's queue and history. Returns how many jobs. */
    async all(backend: Backend): Promise<number> {
      let count = 0;
      for (const prompt of await backend.client.queuedPrompts())
        if (await tryRevive(prompt, backend)) count++;
      for (let offset = 0; ; offset += PAGE) {
        const { size, prompts } = await backend.client.historyPage(offset, PAGE);
        for (const prompt of prompts) if (await tryRevive(prompt, backend)) count++;
        if (size < PAGE) return count;
      }
    },
  };
}
