/**
 * The port between ComfyUI and those who follow its prompts. A watcher decides when to look; the sink looks and takes
 * frames. Two implementations: socket.ts, and poll.ts where no socket can be held.
 */
import type { Frame } from './frames.ts';

export interface WatcherSink {
  /** A frame arrived. Never throws. */
  frame(frame: Frame): void;
  /** Asks ComfyUI by HTTP how things are. Resolves to whether anything was new. Never rejects. */
  reconcile(): Promise<boolean>;
  /** A new connection: whatever was known of the other side may be out of date. */
  connected(): void;
  /** Whether any job is still to be followed. */
  active(): boolean;
  /** Whether ComfyUI was last seen running a job of ours. */
  running(): boolean;
}

export interface Watcher {
  /** Something was just submitted or stopped: look soon. */
  wake(): void;
  /** The connection is not to be trusted any more: make a new one. */
  renew(): void;
  /** May be called twice. Resolves when nothing is open any more. */
  close(): Promise<void>;
}

/** A timer that does not keep the process alive. */
export function startTimer(work: () => void, ms: number): ReturnType<typeof setTimeout> {
  const timer = setTimeout(work, ms);
  // Node, Bun and Deno hand out an object with `unref`, workerd a number, which keeps nothing alive.
  (timer as { unref?: () => void }).unref?.();
  return timer;
}
