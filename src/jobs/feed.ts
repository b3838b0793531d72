/**
 * What is happening to jobs right now, for those who watch. A subscriber is only woken; it then reads the latest
 * record and snapshots itself. So durable events (they are in the record) cannot be lost, snapshots coalesce for slow
 * readers, and a subscriber costs a few words of memory however slow it is.
 */
import { startTimer } from '../comfyui/watcher.ts';
import { isTerminal, type Job } from './job.ts';
import type { Progress } from './progress.ts';

/** A picture of a running job. */
export interface Preview {
  node: string;
  contentType: string;
  image: Uint8Array;
}

/** The latest of a job: its record, and what is not in the record. Snapshots are replaced, never changed. */
export interface Live {
  job: Job;
  progress: Progress | undefined;
  preview: Preview | undefined;
  /** Place in ComfyUI's queue, from 1. */
  position: number | undefined;
}

/** What woke a subscriber: news of a job, the time for a sign of life, or the end of the feed. */
export type Wake = { type: 'job'; job: Job } | { type: 'beat' } | { type: 'end' };

/** What a feed tells other feeds of the same jobs: all that is published here, in JSON. `image` is base64. */
export type FeedMessage =
  | { type: 'job'; job: Job }
  | { type: 'progress'; id: string; progress: Progress }
  | { type: 'preview'; id: string; node: string; contentType: string; image: string }
  | { type: 'position'; id: string; position: number };

export type Feed = ReturnType<typeof createFeed>;

/** Shortest time between two previews of a job, and time between two signs of life, in ms. */
const PREVIEW_MS = 500;
/** Subscribers that can be written to in a millisecond, with room for everything else. */
const SUBSCRIBERS_PER_MS = 10;
const BEAT_MS = 5_000;

/** `now` in ms since 1970. */
export function createFeed(now: () => number) {
  interface Channel extends Live {
    subscribers: Set<(wake: Wake) => void>;
    nextPreview: Preview | undefined;
    previewAt: number;
    previewTimer: ReturnType<typeof setTimeout> | undefined;
    snapshotAt: number;
    snapshotTimer: ReturnType<typeof setTimeout> | undefined;
  }
  const channels = new Map<string, Channel>();
  const everything = new Set<(wake: Wake) => void>();
  let streams = 0;
  let ended = false;
  let relay: (message: FeedMessage) => void = () => undefined;
  let beat: ReturnType<typeof setInterval> | undefined;

  function channelOf(job: Job): Channel {
    let channel = channels.get(job.id);
    if (!channel) {
      channel = {
        job,
        progress: job.progress,
        preview: undefined,
        position: undefined,
        subscribers: new Set(),
        nextPreview: undefined,
        previewAt: 0,
        previewTimer: undefined,
        snapshotAt: 0,
        snapshotTimer: undefined,
      };
      channels.set(job.id, channel);
    }
    return channel;
  }

  function announce(channel: Channel): void {
    const wake: Wake = { type: 'job', job: channel.job };
    for (const subscriber of channel.subscribers) subscriber(wake);
    for (const subscriber of everything) subscriber(wake);
  }

  function drop(channel: Channel): void {
    clearTimeout(channel.previewTimer);
    clearTimeout(channel.snapshotTimer);
    if (channels.get(channel.job.id) === channel) channels.delete(channel.job.id);
  }

  /** An older record than the last is ignored. */
  function takeJob(job: Job): void {
    const channel = channelOf(job);
    if (job.seq < channel.job.seq) return;
    channel.job = job;
    if (job.status !== 'queued' && job.status !== 'submitting') channel.position = undefined;
    announce(channel);
    if (isTerminal(job.status) && channel.subscribers.size === 0) drop(channel);
  }

  /** Whether it is news. */
  function takeProgress(id: string, progress: Progress): boolean {
    const channel = channels.get(id);
    if (!channel || channel.progress === progress || isTerminal(channel.job.status)) return false;
    if (progress.value < (channel.progress?.value ?? 0)) return false;
    channel.progress = progress;
    showSnapshot(channel);
    return true;
  }

  /** The larger the audience, the rarer its snapshots, so that statuses and outputs do not queue behind them. */
  function showSnapshot(channel: Channel): void {
    if (channel.snapshotTimer !== undefined) return;
    const show = (): void => {
      channel.snapshotTimer = undefined;
      channel.snapshotAt = now();
      announce(channel);
    };
    const pause = Math.floor(channel.subscribers.size / SUBSCRIBERS_PER_MS);
    const wait = channel.snapshotAt + pause - now();
    if (wait <= 0) show();
    else channel.snapshotTimer = startTimer(show, wait);
  }

  function takePosition(id: string, position: number): boolean {
    const channel = channels.get(id);
    if (!channel || channel.position === position || channel.job.status !== 'queued') return false;
    channel.position = position;
    announce(channel);
    return true;
  }

  function takePreview(id: string, preview: Preview, shown?: (preview: Preview) => void): void {
    const channel = channels.get(id);
    if (!channel) return;
    channel.nextPreview = preview;
    const show = (): void => {
      channel.previewTimer = undefined;
      const next = channel.nextPreview;
      if (isTerminal(channel.job.status) || !next) return;
      channel.preview = next;
      channel.nextPreview = undefined;
      channel.previewAt = now();
      showSnapshot(channel);
      shown?.(next);
    };
    const wait = channel.previewAt + PREVIEW_MS - now();
    if (wait <= 0) show();
    else channel.previewTimer ??= startTimer(show, wait);
  }

  function subscribe(
    set: Set<(wake: Wake) => void>,
    wake: (wake: Wake) => void,
    leave: () => void,
  ): () => void {
    set.add(wake);
    streams++;
    beat ??= startBeat();
    return () => {
      if (!set.delete(wake)) return;
      if (--streams === 0) {
        clearInterval(beat);
        beat = undefined;
      }
      leave();
    };
  }

  function startBeat(): ReturnType<typeof setInterval> {
    const timer = setInterval(() => wakeAll({ type: 'beat' }), BEAT_MS);
    (timer as { unref?: () => void }).unref?.();
    return timer;
  }

  function wakeAll(wake: Wake): void {
    for (const subscriber of everything) subscriber(wake);
    for (const { subscribers } of channels.values()) for (const subscriber of subscribers) subscriber(wake);
  }

  return {
    /** Open subscriptions. */
    get streams(): number {
      return streams;
    },
    /** No new events will come: streams should end. */
    get ended(): boolean {
      return ended;
    },

    /** Everything that is published here goes to `send` too. */
    relay(send: (message: FeedMessage) => void): void {
      relay = send;
    },

    /** Something was published elsewhere. */
    receive(message: FeedMessage): void {
      switch (message.type) {
        case 'job':
          return takeJob(message.job);
        case 'progress':
          return void takeProgress(message.id, message.progress);
        case 'preview':
          return takePreview(message.id, { ...message, image: fromBase64(message.image) });
        case 'position':
          return void takePosition(message.id, message.position);
      }
    },

    /** A record was written. */
    publish(job: Job): void {
      takeJob(job);
      relay({ type: 'job', job });
    },

    progress(id: string, progress: Progress): void {
      if (takeProgress(id, progress)) relay({ type: 'progress', id, progress });
    },

    /** Keeps the newest; shows at most two a second. */
    preview(id: string, preview: Preview): void {
      takePreview(id, preview, ({ node, contentType, image }) =>
        relay({ type: 'preview', id, node, contentType, image: toBase64(image) }),
      );
    },

    position(id: string, position: number): void {
      if (takePosition(id, position)) relay({ type: 'position', id, position });
    },

    /** The latest of a job, if it is active or watched. */
    live: (id: string): Live | undefined => channels.get(id),

    /** A job whose record is gone. */
    forget(id: string): void {
      const channel = channels.get(id);
      if (channel) drop(channel);
    },

    /** Calls `wake` at all news of one job; returns how to stop. */
    subscribe(job: Job, wake: (wake: Wake) => void): () => void {
      const channel = channelOf(job);
      return subscribe(channel.subscribers, wake, () => {
        if (isTerminal(channel.job.status) && channel.subscribers.size === 0) drop(channel);
      });
    },

    /** Calls `wake` at all news of all jobs; returns how to stop. */
    subscribeAll: (wake: (wake: Wake) => void): (() => void) => subscribe(everything, wake, () => undefined),

    /** Ends all streams. May be called twice. */
    close(): void {
      ended = true;
      wakeAll({ type: 'end' });
      clearInterval(beat);
      for (const channel of channels.values()) drop(channel);
    },
  };
}

/** Bytes as base64, in pieces that fit the arguments of a call. */
export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let i = 0; i < bytes.length; i += 0x8000)
    binary += String.fromCharCode(...bytes.subarray(i, i + 0x8000));
  return btoa(binary);
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
}
