/**
 * Follows ComfyUI by asking: 0.25 s apart while things change, up to 2 s while they do not, not at all while nothing is
 * active. Also what the socket watcher does while it has no socket.
 */
import { startTimer, type Watcher, type WatcherSink } from './watcher.ts';

/** Shortest and longest wait between two looks, in ms. */
export const POLL_MS = { min: 250, max: 2_000 };

export function createPollWatcher(
  sink: Pick<WatcherSink, 'reconcile' | 'active'>,
  pollMs: typeof POLL_MS,
): Watcher {
  let delay = pollMs.min;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let timerDelay = 0;
  let looking = false;
  let closed = false;

  function schedule(): void {
    clearTimeout(timer);
    timer = undefined;
    timerDelay = delay;
    if (!closed && !looking && sink.active()) timer = startTimer(() => void look(), delay);
  }

  async function look(): Promise<void> {
    timer = undefined;
    looking = true;
    const changed = await sink.reconcile();
    looking = false;
    delay = changed ? pollMs.min : Math.min(delay * 1.5, pollMs.max);
    schedule();
  }

  return {
    wake() {
      delay = pollMs.min;
      // A look that is due as soon as this is not put off, however often it is asked for.
      if (timer === undefined || timerDelay > delay) schedule();
    },
    renew() {},
    async close() {
      closed = true;
      clearTimeout(timer);
    },
  };
}
