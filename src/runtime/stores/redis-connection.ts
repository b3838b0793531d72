/**
 * How a Redis that fails shows itself: every call ends within three seconds as `storage_unavailable`, and works again
 * as soon as Redis does. The offline queue of ioredis is off, as it sends what has timed out all the same, once it can
 * (redis/ioredis#2130); instead a call waits a moment for the connection, so that a short break is not noticed.
 */
import type { Redis, RedisOptions } from 'ioredis';
import { startTimer } from '../../comfyui/watcher.ts';
import { GatewayError } from '../../errors.ts';

export type Report = (error: unknown, stage: string) => void;

/** Runs a command when there is a connection. */
export type Call = <T>(work: () => T | Promise<T>) => Promise<T>;

export const CONNECTION_OPTIONS: RedisOptions = {
  commandTimeout: 2_000,
  connectTimeout: 5_000,
  disconnectTimeout: 500,
  keepAlive: 10_000,
  enableOfflineQueue: false,
  // What was sent when the connection broke fails at once, and is not sent again: it may have been done.
  maxRetriesPerRequest: 0,
  autoResendUnfulfilledCommands: false,
  autoResubscribe: false,
  disableClientInfo: true,
  retryStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2_000),
};

/** How long calls wait for a connection that has just broken; later ones fail at once. */
const PATIENCE_MS = 1_000;

export function createConnection(redis: Redis, report: Report) {
  /** What went wrong last, and whether that was in the current attempt to connect. */
  let fault: unknown;
  let attemptFailed = false;
  let usable = false;
  let closing: Promise<void> | undefined;
  /** Whether there is a connection, told when it is known. */
  let outcome = Promise.withResolvers<boolean>();
  let timer = startTimer(giveUp, PATIENCE_MS);

  function giveUp(): void {
    outcome.resolve(false);
    if (!closing) report(unavailable(reason()), 'redis');
  }

  function lost(): void {
    if (!usable || closing) return;
    usable = false;
    outcome = Promise.withResolvers();
    timer = startTimer(giveUp, PATIENCE_MS);
  }

  const reason = () => fault ?? new Error('There is no connection to Redis.');

  redis.on('error', (error) => {
    fault = error;
    attemptFailed = true;
  });
  redis.on('connect', () => (attemptFailed = false));
  redis.on('ready', () => {
    // ioredis carries on where SELECT failed, in the wrong database.
    if (attemptFailed) return;
    clearTimeout(timer);
    fault = undefined;
    usable = true;
    outcome.resolve(true);
    outcome = Promise.withResolvers();
    outcome.resolve(true);
  });
  redis.on('close', lost);

  async function end(): Promise<void> {
    clearTimeout(timer);
    outcome.resolve(false);
    // What was asked for before this is sent by then.
    await new Promise((resolve) => setTimeout(resolve));
    try {
      if (redis.status === 'ready') await redis.quit();
    } catch (error) {
      report(error, 'redis');
    }
    redis.disconnect();
  }

  return {
    async call<T>(work: () => T | Promise<T>): Promise<T> {
      try {
        if (!(await outcome.promise)) throw reason();
        return await work();
      } catch (error) {
        if (usable && redis.status === 'ready' && isOver(error)) {
          lost();
          redis.disconnect(true);
        }
        throw unavailable(error);
      }
    },

    /** What Redis has against the URL, if it is there and has something. Known within a second. */
    async refusal(): Promise<string | undefined> {
      if (await outcome.promise) return undefined;
      return /(?:WRONGPASS|NOAUTH|NOPERM|ERR invalid password|ERR DB index).*/.exec(String(reason()))?.[0];
    },

    /** Lets what was asked for be answered, then ends the connection. May be called twice. */
    close: (): Promise<void> => (closing ??= end()),
  };
}

/**
 * Whether only another connection can help. Answers come in order: none for so long means that nobody is there, and
 * what is sent would pile up. A server that has become a replica takes no writes, and the name may lead to another.
 */
function isOver(error: unknown): boolean {
  return error instanceof Error && /^Command timed out$|READONLY/.test(error.message);
}

function unavailable(cause: unknown): GatewayError {
  return new GatewayError(
    'storage_unavailable',
    'The store of this gateway cannot be reached; nothing was accepted. Try again in a moment.',
    { retryAfterSeconds: 2, cause },
  );
}
