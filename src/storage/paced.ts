/**
 * Writes to a store that takes one write of a key per interval and refuses more. Requests wait for their turn by the
 * clock, never for each other; whoever's turn it is writes the newest value, so that none goes back.
 */

/** Writes a value; resolves when it, or a newer one of the same key, is in the store. Throws what the last try threw. */
export interface PacedWriter<T> {
  write(key: string, value: T): Promise<void>;
  /** Values of this key that still wait are not written. */
  drop(key: string): void;
}

interface PacedOptions<T> {
  put: (key: string, value: T) => Promise<void>;
  intervalMs: number;
  now: () => number;
}

/** Somebody elsewhere may have used the interval. */
const MAX_TRIES = 3;

/** Keys that are remembered. */
const REMEMBERED = 2_000;

interface Slot<T> {
  /** When the next write may begin. */
  nextAt: number;
  newest: T | undefined;
  written: T | undefined;
}

export function createPacedWriter<T>({ put, intervalMs, now }: PacedOptions<T>): PacedWriter<T> {
  const slots = new Map<string, Slot<T>>();

  function slotOf(key: string): Slot<T> {
    const slot = slots.get(key) ?? { nextAt: 0, newest: undefined, written: undefined };
    slots.delete(key);
    slots.set(key, slot);
    if (slots.size > REMEMBERED) slots.delete(slots.keys().next().value!);
    return slot;
  }

  /** Waits for a turn that nobody else here has. */
  async function turn(slot: Slot<T>): Promise<void> {
    const at = Math.max(now(), slot.nextAt);
    slot.nextAt = at + intervalMs;
    while (now() < at) await new Promise((resolve) => setTimeout(resolve, at - now()));
  }

  return {
    async write(key, value) {
      const slot = slotOf(key);
      slot.newest = value;
      for (let tries = 1; ; tries++) {
        await turn(slot);
        const { newest } = slot;
        if (newest === undefined || newest === slot.written) return;
        try {
          await put(key, newest);
          slot.written = newest;
          // The store counts from when it was there, not from when it was sent.
          slot.nextAt = Math.max(slot.nextAt, now() + intervalMs);
          return;
        } catch (error) {
          if (tries === MAX_TRIES) throw error;
        }
      }
    },
    drop(key) {
      const slot = slots.get(key);
      if (slot) slot.newest = undefined;
    },
  };
}
