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
  // After a failover the name leads to another server: https://github.com/redis/ioredis#reconnect-on-error
  reconnectOnError: (error) => error.message.includes('READONLY'),
};

/** How long calls wait for a connection that has just broken; later ones fail at once. */
const PATIENCE_MS = 1_000;

export function createConnection(redis: Redis, report: Report) {
  /** What went wrong last; undefined while all is well. */
  let fault: unknown;
  let usable = false;
  let closed = false;
  /** Whether there is a connection, told when it is known. */
  let outcome = Promise.withResolvers<boolean>();
  let timer = startTimer(giveUp, PATIENCE_MS);

  function giveUp(): void {
    outcome.resolve(false);
    if (!closed) report(unavailable(reason()), 'redis');
  }

  const reason = () => fault ?? new Error('There is no connection to Redis.');

  redis.on('error', (error) => (fault = error));
  redis.on('connect', () => (fault = undefined));
  redis.on('ready', () => {
    // ioredis carries on where SELECT failed, in the wrong database.
    if (fault !== undefined) return;
    clearTimeout(timer);
    usable = true;
    outcome.resolve(true);
    outcome = Promise.withResolvers();
    outcome.resolve(true);
  });
  redis.on('close', () => {
    if (!usable) return;
    usable = false;
    outcome = Promise.withResolvers();
    timer = startTimer(giveUp, PATIENCE_MS);
  });

  return {
    async call<T>(work: () => T | Promise<T>): Promise<T> {
      try {
        if (!(await outcome.promise)) throw reason();
        return await work();
      } catch (error) {
        // Answers come in order: none for so long means that nobody is there. What is not sent cannot pile up.
        if (isTimeout(error) && redis.status === 'ready') redis.disconnect(true);
        throw unavailable(error);
      }
    },

    /** What Redis has against the URL, if it is there and has something. Known within a second. */
    async refusal(): Promise<string | undefined> {
      if (await outcome.promise) return undefined;
      return /(?:WRONGPASS|NOAUTH|NOPERM|ERR invalid password|DB index)[^"]*/.exec(String(reason()))?.[0];
    },

    /** Lets what was sent be answered, then ends the connection. May be called twice. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      outcome.resolve(false);
      try {
        if (redis.status === 'ready') await redis.quit();
      } catch (error) {
        report(error, 'redis');
      }
      redis.disconnect();
    },
  };
}

function unavailable(cause: unknown): GatewayError {
  return new GatewayError(
    'storage_unavailable',
    'The store of this gateway cannot be reached; nothing was accepted. Try again in a moment.',
    { retryAfterSeconds: 2, cause },
  );
}

/** ioredis gives this error no class and no code. */
function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out';
}
