/**
 * Event streams where nothing runs between requests (Workers): the stream itself looks after its job, a little less
 * often the longer nothing happens. It may make only so many calls; then it ends, and EventSource comes back with the
 * last id and goes on.
 */
import { isTerminal, type Job } from '../jobs/job.ts';
import type { Viewer } from '../assets/urls.ts';
import { createReader, encode, RETRY, SIGN_OF_LIFE, type EventStream, type SseDeps } from './sse.ts';

export interface Polling {
  /** The jobs as they are now; those that are over once more, then no longer. */
  look: () => Promise<readonly Job[]>;
  /** Whether another look is possible. */
  affordable: () => boolean;
  /** Pauses between looks, in ms. */
  delays: () => Iterator<number, unknown>;
  now: () => number;
}

/** Time without an event after which a sign of life is sent, in ms. */
const BEAT_MS = 5_000;

/** Looks at single jobs in one stream. Each is up to three operations of KV, of which one request may make 1,000. */
const MAX_LOOKS = 300;

/** `all`: of many jobs, with their ids and without an end; else of one, after event `after`, until it is over. */
export function polledEvents(
  deps: SseDeps,
  polling: Polling,
  viewer: Viewer,
  { after, all }: { after: number | undefined; all: boolean },
): EventStream {
  const readers = new Map<string, ReturnType<typeof createReader>>();
  let delays = polling.delays();
  let looks = 0;
  let lastAt = polling.now();
  let first = true;
  let finish: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (finish = resolve));
  let stopped = false;

  async function next(): Promise<{ chunks: Uint8Array[]; end: boolean }> {
    const jobs = await polling.look();
    looks += jobs.length;
    const chunks: Uint8Array[] = [];
    for (const job of jobs) {
      let reader = readers.get(job.id);
      if (!reader) readers.set(job.id, (reader = createReader(deps, viewer, after, all)));
      chunks.push(...reader.read(job, undefined));
      if (all && isTerminal(job.status)) readers.delete(job.id);
    }
    const done = !all && jobs.every((job) => isTerminal(job.status));
    return { chunks, end: done || looks > MAX_LOOKS || !polling.affordable() };
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start: (controller) => controller.enqueue(encode(RETRY)),
      async pull(controller) {
        while (!stopped) {
          if (!first) await new Promise((resolve) => setTimeout(resolve, delays.next().value as number));
          first = false;
          if (stopped) return;
          const { chunks, end } = await next();
          for (const chunk of chunks) controller.enqueue(chunk);
          if (chunks.length > 0) {
            delays = polling.delays();
            lastAt = polling.now();
          } else if (!end && polling.now() - lastAt >= BEAT_MS) {
            lastAt = polling.now();
            controller.enqueue(SIGN_OF_LIFE);
            return;
          }
          if (end) {
            controller.close();
            finish();
            return;
          }
          if (chunks.length > 0) return;
        }
      },
      cancel() {
        stopped = true;
        finish();
      },
    },
    { highWaterMark: 0 },
  );
  return { body, over };
}
