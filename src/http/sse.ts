/**
 * Job events as Server-Sent Events. A stream is pulled: it writes only what its reader has room for, and always from
 * the latest record and snapshots. What it has to remember is one number per job, so a slow reader costs nothing and
 * resume is the same code as going on.
 */
import { toBase64, type Feed, type Live, type Wake } from '../jobs/feed.ts';
import { isTerminal, type Job, type JobOutput } from '../jobs/job.ts';
import type { Viewer } from '../assets/urls.ts';
import type { Presenter } from './present.ts';
import { presentProgress, progressOf } from './present.ts';

/** Told to EventSource: reconnect after so many ms. */
export const RETRY = 'retry: 1000\n\n';

/** A stream, and when it is over, however it ended. */
export interface EventStream {
  body: ReadableStream<Uint8Array>;
  over: Promise<void>;
}

/** Jobs with unread news that one stream may hold; a reader that falls further behind is cut off and comes back. */
const MAX_BEHIND = 10_000;

export interface SseDeps {
  feed: Feed;
  presenter: Presenter;
}

/** The events of one job after event number `after` (undefined: from the present state on), until its end. */
export function jobEvents(deps: SseDeps, job: Job, viewer: Viewer, after: number | undefined): EventStream {
  const { feed } = deps;
  const reader = createReader(deps, viewer, after, false);
  let latest = job;
  let news = true;
  return createStream(
    (wake) => feed.subscribe(job, wake),
    {
      take(wake) {
        if (wake.type !== 'job') return;
        latest = wake.job;
        news = true;
      },
      next() {
        if (!news) return { chunks: [], end: feed.ended };
        news = false;
        const chunks = reader.read(latest, feed.live(job.id));
        return { chunks, end: isTerminal(latest.status) || feed.ended };
      },
    },
    feed.ended,
  );
}

/**
 * The events of all of a viewer's jobs that `mine` accepts, from now on; no end. `begin` adds those that were live
 * before: read after the stream began, so that none falls in between.
 */
export function allEvents(
  deps: SseDeps,
  viewer: Viewer,
  mine: (job: Job) => boolean,
): EventStream & { begin: (jobs: readonly Job[]) => void } {
  const { feed } = deps;
  const readers = new Map<string, ReturnType<typeof createReader>>();
  const news = new Map<string, Job>();
  const seen = new Set<string>();
  let begun = false;
  let tooSlow = false;
  const stream = createStream(
    (wake) => feed.subscribeAll(wake),
    {
      take(wake) {
        if (wake.type !== 'job' || !mine(wake.job)) return;
        news.set(wake.job.id, wake.job);
        if (news.size > MAX_BEHIND) {
          tooSlow = true;
          news.clear();
        }
      },
      next() {
        const chunks: Uint8Array[] = [];
        for (const [id, job] of news) {
          let reader = readers.get(id);
          if (!reader) readers.set(id, (reader = createReader(deps, viewer, undefined, true)));
          chunks.push(...reader.read(job, feed.live(id)));
          if (!begun) seen.add(id);
          if (isTerminal(job.status)) readers.delete(id);
        }
        news.clear();
        return { chunks, end: tooSlow || feed.ended };
      },
    },
    feed.ended,
  );
  return {
    ...stream,
    begin(jobs) {
      for (const job of jobs) if (!seen.has(job.id) && !news.has(job.id)) news.set(job.id, job);
      begun = true;
      seen.clear();
      stream.wake();
    },
  };
}

interface Source {
  /** Something happened. */
  take(wake: Wake): void;
  /** All that is there to be written now. */
  next(): { chunks: Uint8Array[]; end: boolean };
}

/** A stream that subscribes when it is made and leaves when its reader does. */
function createStream(
  subscribe: (wake: (wake: Wake) => void) => () => void,
  source: Source,
  ended: boolean,
): EventStream & { wake: () => void } {
  /** Set while the reader waits for something to read. */
  let resume: (() => void) | undefined;
  let controller: ReadableStreamDefaultController<Uint8Array> | undefined;
  let beat = false;
  let stopped = ended;
  let finish: () => void = () => undefined;
  const over = new Promise<void>((resolve) => (finish = resolve));
  const unsubscribe = subscribe((wake) => {
    if (wake.type === 'beat') beat = true;
    else source.take(wake);
    write();
  });

  function leave(): void {
    unsubscribe();
    finish();
  }

  /** Writes what is there for a reader that waits. In the turn of the news: thousands of streams need no turns of their own. */
  function write(): void {
    if (!resume || !controller) return;
    const { chunks, end } = source.next();
    for (const chunk of chunks) controller.enqueue(chunk);
    const over = end || stopped;
    if (over) {
      leave();
      // A stream that is ended by the gateway has told from its start when to come back.
      controller.close();
    } else if (chunks.length === 0) {
      if (!beat) return;
      controller.enqueue(SIGN_OF_LIFE);
    }
    beat = false;
    resume();
    resume = undefined;
  }

  const body = new ReadableStream<Uint8Array>(
    {
      start(made) {
        controller = made;
        made.enqueue(encode(RETRY));
      },
      pull() {
        const read = new Promise<void>((resolve) => (resume = resolve));
        write();
        return read;
      },
      cancel() {
        stopped = true;
        leave();
      },
    },
    { highWaterMark: 0 },
  );
  return { body, over, wake: write };
}

/** Turns a job's state into the frames that one stream has not sent yet. `all`: of one job among many. */
export function createReader(
  { presenter }: SseDeps,
  viewer: Viewer,
  after: number | undefined,
  all: boolean,
) {
  let seq = after ?? 0;
  /** A stream that begins shows where the job is; one that resumes shows only what is new. */
  let fresh = after === undefined;
  let position: number | undefined;
  let progress: object | undefined;
  let preview: object | undefined;

  function frame(key: object, event: string, id: number, data: () => object, jobId: string): Uint8Array {
    return shared(key, `${event} ${all ? 'all' : id} ${viewer.base} ${viewer.owner}`, () => {
      const payload = JSON.stringify(all ? { job_id: jobId, ...data() } : data());
      return `${all || id === 0 ? '' : `id: ${id}\n`}event: ${event}\ndata: ${payload}\n\n`;
    });
  }

  return {
    read(job: Job, live: Live | undefined): Uint8Array[] {
      const chunks: Uint8Array[] = [];
      const durable = (event: Durable): void => {
        seq = event.seq;
        chunks.push(
          'status' in event
            ? frame(event, 'status', seq, () => ({ status: event.status, queue_position: null }), job.id)
            : frame(event, 'output', seq, () => presenter.output(job, event, viewer), job.id),
        );
      };
      const events = durableEvents(job, fresh ? 0 : seq, fresh);
      const last = isTerminal(job.status) ? events.pop() : undefined;
      for (const event of events) durable(event);
      fresh = false;

      const shown = live?.progress ?? (last ? job.progress : undefined);
      if (shown && shown !== progress && !last) {
        progress = shown;
        chunks.push(frame(shown, 'progress', seq, () => presentProgress(shown), job.id));
      }
      if (live?.preview && live.preview !== preview && !last) {
        const { node, contentType, image } = live.preview;
        preview = live.preview;
        const data = () => ({ node_id: node, content_type: contentType, data_base64: toBase64(image) });
        chunks.push(frame(preview, 'preview', seq, data, job.id));
      }
      if (live?.position !== undefined && live.position !== position && job.status === 'queued') {
        position = live.position;
        const data = JSON.stringify({
          ...(all && { job_id: job.id }),
          status: 'queued',
          queue_position: position,
        });
        chunks.push(encode(`${all ? '' : `id: ${seq}\n`}event: status\ndata: ${data}\n\n`));
      }
      if (last) {
        const final = job.status === 'succeeded' ? progressOf(job, live) : null;
        if (final) chunks.push(frame(last, 'progress', seq, () => final, job.id));
        durable(last);
      }
      return chunks;
    },
  };
}

type Durable = { seq: number; status: string } | JobOutput;

/**
 * Durable events after `seq`, in order. A fresh reader gets the present status instead of all that went before, at its
 * place among the outputs.
 */
function durableEvents(job: Job, seq: number, fresh: boolean): Durable[] {
  const statuses = fresh ? job.log.slice(-1) : job.log.filter((entry) => entry.seq > seq);
  return [...statuses, ...job.outputs.filter((output) => output.seq > seq)].sort((a, b) => a.seq - b.seq);
}

/** Links in frames are renewed after so many ms. */
const SHARE_MS = 1_000;
const sharedFrames = new WeakMap<object, { name: string; at: number; bytes: Uint8Array }>();

/** All streams that show the same thing to the same viewer share its bytes: made once, however many watch. */
function shared(key: object, name: string, make: () => string): Uint8Array {
  const at = performance.now();
  const known = sharedFrames.get(key);
  if (known && known.name === name && at - known.at < SHARE_MS) return known.bytes;
  const bytes = encode(make());
  sharedFrames.set(key, { name, at, bytes });
  return bytes;
}

const encoder = new TextEncoder();
export const encode = (text: string): Uint8Array => encoder.encode(text);
export const SIGN_OF_LIFE = encode(':\n\n');
