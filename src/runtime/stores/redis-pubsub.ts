/**
 * Messages between the instances on one Redis, over one channel per database (Redis keeps no channels apart by
 * database). The connection for listening is made with the first listener; a connection that listens can do no more.
 */
import type { Redis } from 'ioredis';
import { startTimer } from '../../comfyui/watcher.ts';
import type { PubSub } from '../../storage/ports.ts';
import type { Call, Report } from './redis-connection.ts';

const RETRY_MS = 2_000;

export function createRedisPubSub(redis: Redis, call: Call, report: Report): PubSub & { close(): void } {
  const channel = `comfygate:${redis.options.db ?? 0}`;
  const listeners = new Set<{ tell: (message: string) => void }>();
  let subscriber: Redis | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  function connect(): Redis {
    const connection = redis.duplicate();
    // Told of by the other connection, which goes to the same server.
    connection.on('error', () => {});
    connection.on('ready', () => void follow(connection));
    connection.on('message', (_channel: string, message: string) => {
      for (const { tell } of listeners) {
        try {
          tell(message);
        } catch (error) {
          report(error, 'pubsub');
        }
      }
    });
    return connection;
  }

  /** Asks for the messages, on each new connection. */
  async function follow(connection: Redis): Promise<void> {
    clearTimeout(timer);
    try {
      await connection.subscribe(channel);
    } catch (error) {
      if (closed || connection.status !== 'ready') return; // The next connection asks again.
      report(error, 'pubsub');
      timer = startTimer(() => void follow(connection), RETRY_MS);
    }
  }

  return {
    async publish(message) {
      await call(() => redis.publish(channel, message));
    },
    subscribe(listener) {
      const entry = { tell: listener };
      listeners.add(entry);
      if (!closed) subscriber ??= connect();
      return () => void listeners.delete(entry);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      subscriber?.disconnect();
    },
  };
}
