/**
 * Follows ComfyUI through its WebSocket: one socket, one client id. The socket is only a hint: after each connect,
 * and on a timer while jobs are active, the sink looks by HTTP; while there is no socket it polls. A socket that says
 * nothing while ComfyUI runs a job of ours is deaf (another one took its id, a proxy swallowed it) and is replaced:
 * closed, waited for, opened again, as two sockets of one id would make the newer one deaf.
 */
import { parseBinaryFrame, parseTextFrame } from './frames.ts';
import { createPollWatcher, type POLL_MS } from './poll.ts';
import { startTimer, type Watcher, type WatcherSink } from './watcher.ts';

/** The part of a WebSocket that is used; `headers` cannot be given in browsers' form, so the runtime opens it. */
export interface SocketLike {
  binaryType: string;
  send(data: string): void;
  close(code?: number): void;
  addEventListener(type: 'open' | 'close' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
}

export type ConnectSocket = (url: string, headers: Record<string, string>) => SocketLike;

/** Waits of the socket watcher, in ms. */
export const SOCKET_MS = {
  /** First and longest pause before connecting again. */
  retryMin: 250,
  retryMax: 10_000,
  /** A handshake or a close that takes longer is given up. */
  open: 10_000,
  close: 2_000,
  /** Silence of a socket while a job runs that makes it deaf; doubles up to the second while that finds nothing. */
  deaf: 5_000,
  deafMax: 60_000,
  /** Between two looks by HTTP while the socket works and jobs are active. */
  look: 5_000,
};

interface SocketOptions {
  /** `ws:` or `wss:` URL with the client id. */
  url: string;
  headers: Record<string, string>;
  connect: ConnectSocket;
  sink: WatcherSink;
  now: () => number;
  /** Waits of the polling that stands in while there is no socket. */
  pollMs: typeof POLL_MS;
  waitMs: typeof SOCKET_MS;
}

export function createSocketWatcher(options: SocketOptions): Watcher {
  const { url, headers, connect, sink, now, pollMs, waitMs } = options;
  let closed = false;
  let live = false;
  let lastFrameAt = 0;
  let lastLookAt = 0;
  let deafAfter = waitMs.deaf;
  let retry = waitMs.retryMin;
  let retryTimer: ReturnType<typeof setTimeout> | undefined;
  let hangUp: ((code: number) => Promise<void>) | undefined;
  const poll = createPollWatcher(
    { reconcile: () => sink.reconcile(), active: () => !live && sink.active() },
    pollMs,
  );
  const watchdog = setInterval(() => void check(), Math.min(1_000, waitMs.deaf / 2));
  (watchdog as { unref?: () => void }).unref?.();
  open();

  function open(): void {
    let socket: SocketLike;
    try {
      socket = connect(url, headers);
    } catch {
      // The URL was checked at start; a runtime that is out of sockets is treated like a refused connection.
      connectLater();
      return;
    }
    socket.binaryType = 'arraybuffer';
    let over = false;
    let ended: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (ended = resolve));
    const openTimer = startTimer(() => finish(), waitMs.open);

    /** The socket is gone, or is taken for gone. */
    function finish(): void {
      if (over) return;
      over = true;
      live = false;
      hangUp = undefined;
      clearTimeout(openTimer);
      ended();
      socket.close();
      poll.wake();
      connectLater();
    }

    hangUp = async (code) => {
      const timer = startTimer(finish, waitMs.close);
      socket.close(code);
      await end;
      clearTimeout(timer);
    };

    socket.addEventListener('open', () => {
      if (over) return;
      clearTimeout(openTimer);
      socket.send(JSON.stringify({ type: 'feature_flags', data: { supports_preview_metadata: true } }));
      live = true;
      lastFrameAt = lastLookAt = now();
      sink.connected();
      void sink.reconcile();
    });
    socket.addEventListener('message', ({ data }) => {
      if (over) return;
      lastFrameAt = now();
      retry = waitMs.retryMin;
      const frame =
        typeof data === 'string'
          ? parseTextFrame(data)
          : data instanceof ArrayBuffer
            ? parseBinaryFrame(new Uint8Array(data))
            : null;
      if (frame === null) return;
      // `status` comes with every connect, so it does not show that this socket hears about our jobs.
      if (frame.type !== 'status') deafAfter = waitMs.deaf;
      sink.frame(frame);
    });
    socket.addEventListener('close', finish);
    socket.addEventListener('error', finish);
  }

  function connectLater(): void {
    if (closed) return;
    clearTimeout(retryTimer);
    retryTimer = startTimer(open, retry * (0.75 + Math.random() / 2));
    retry = Math.min(retry * 2, waitMs.retryMax);
  }

  /** Looks now and then, and replaces a deaf socket. */
  async function check(): Promise<void> {
    if (closed || !live || !sink.active()) return;
    if (now() - lastLookAt >= waitMs.look) {
      lastLookAt = now();
      await sink.reconcile();
    }
    if (now() - lastFrameAt < deafAfter || !sink.running()) return;
    // ComfyUI must say so now: what was seen running 5 s ago may just have ended.
    const silentSince = lastFrameAt;
    await sink.reconcile();
    if (!live || lastFrameAt !== silentSince || !sink.running()) return;
    deafAfter = Math.min(deafAfter * 2, waitMs.deafMax);
    retry = waitMs.retryMin;
    await hangUp?.(1000);
  }

  return {
    wake() {
      poll.wake();
      if (live || closed || hangUp) return;
      retry = waitMs.retryMin;
      clearTimeout(retryTimer);
      open();
    },
    renew() {
      retry = waitMs.retryMin;
      void hangUp?.(1000);
    },
    async close() {
      if (closed) return;
      closed = true;
      clearInterval(watchdog);
      clearTimeout(retryTimer);
      await poll.close();
      await hangUp?.(1000);
    },
  };
}
