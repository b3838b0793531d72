/** A small SSE client over fetch, which checks each event against the document. */
import { createParser } from 'eventsource-parser';
import { expect, onTestFinished } from 'vitest';
import { checkAnswer, checkEvent } from './contract.ts';

export interface SeenEvent {
  /** Undefined where the stream gives none. */
  id: number | undefined;
  event: string;
  // Tests read what the contract check has found to be there.
  data: Record<string, never>;
  /** When it came, in ms. */
  at: number;
}

export interface Watch {
  response: Response;
  /** All events so far. */
  seen: SeenEvent[];
  comments: string[];
  retries: number[];
  /** The first event that fits, also of those already seen; fails when the stream ends without it, or after 10 s. */
  first(fits: (event: SeenEvent) => boolean): Promise<SeenEvent>;
  /** Resolves with all events when the gateway ended the stream. */
  ended: Promise<SeenEvent[]>;
  /** Breaks the connection. */
  close(): void;
}

/** Opens a stream; `after` is sent as `Last-Event-ID`. */
export async function watch(
  url: string,
  after?: number,
  headers: Record<string, string> = {},
): Promise<Watch> {
  const abort = new AbortController();
  onTestFinished(() => abort.abort());
  const response = await fetch(url, {
    headers: {
      accept: 'text/event-stream',
      ...(after !== undefined && { 'last-event-id': String(after) }),
      ...headers,
    },
    signal: abort.signal,
  });
  const { pathname } = new URL(url);
  await checkAnswer('GET', pathname, response);
  const seen: SeenEvent[] = [];
  const comments: string[] = [];
  const retries: number[] = [];
  const waiting = new Set<() => void>();
  let fault: unknown;
  let over = false;
  const parser = createParser({
    onEvent({ id, event = 'message', data }) {
      const parsed = JSON.parse(data) as Record<string, never>;
      checkEvent(event, parsed);
      seen.push({
        id: id === undefined ? undefined : Number(id),
        event,
        data: parsed,
        at: performance.now(),
      });
    },
    onComment: (comment) => comments.push(comment),
    onRetry: (ms) => retries.push(ms),
    onError(error) {
      throw error;
    },
  });

  async function read(): Promise<SeenEvent[]> {
    const decoder = new TextDecoder();
    try {
      for await (const chunk of response.body ?? []) {
        parser.feed(decoder.decode(chunk, { stream: true }));
        for (const look of waiting) look();
      }
    } catch (error) {
      // Our own close ends it in the middle, which is no fault.
      if (!abort.signal.aborted) fault = error;
    }
    over = true;
    for (const look of waiting) look();
    if (fault !== undefined) throw fault;
    return seen;
  }
  const ended = read();
  ended.catch(() => undefined);

  return {
    response,
    seen,
    comments,
    retries,
    ended,
    first: (fits) =>
      new Promise((resolve, reject) => {
        const timer = setTimeout(() => done(new Error(`not seen in 10 s: ${JSON.stringify(seen)}`)), 10_000);
        function done(result: SeenEvent | Error): void {
          clearTimeout(timer);
          waiting.delete(look);
          if (result instanceof Error) reject(result);
          else resolve(result);
        }
        function look(): void {
          const found = seen.find((event) => fits(event));
          if (found) done(found);
          else if (over)
            done(new Error(`the stream ended without it: ${String(fault ?? JSON.stringify(seen))}`));
        }
        waiting.add(look);
        look();
      }),
    close: () => abort.abort(),
  };
}

/** The events that must never be lost: outputs, and statuses that are no queue position. */
export function durable(events: SeenEvent[]): SeenEvent[] {
  return events.filter(
    ({ event, data }) => event === 'output' || (event === 'status' && data['queue_position'] === null),
  );
}

/** A durable event in short, to compare lists of them. */
export function brief({ id, event, data }: SeenEvent): string {
  return `${id} ${event} ${event === 'status' ? data['status'] : data['id']}`;
}

/** Durable numbers grow; a snapshot has that of the durable event before it. */
export function checkNumbers(seen: SeenEvent[], after = 0): void {
  const lasting = new Set(durable(seen));
  let last = after;
  for (const event of seen) {
    if (lasting.has(event)) {
      expect(event.id).toBeGreaterThan(last);
      last = event.id ?? 0;
    } else expect({ ...event, data: '' }).toMatchObject({ id: last });
  }
}
