// The prompt queue and the history of finished prompts. The pending list is a binary heap whose raw order is visible
// in `/queue`, so it moves items exactly as Python's heapq does, up to the crash on two items that cannot be compared.

import type { HistoryEntry, QueueItem } from './types.ts';

export interface PromptQueue {
  /** Adds an item. Throws when the heap had to compare two graphs: the item is in the queue all the same. */
  put(item: QueueItem): void;
  /** Takes the next item and counts it as running. Throws as `put` does; the item taken is then lost. */
  take(): { item: QueueItem; ticket: number } | undefined;
  /** Moves a running item into history and announces it. */
  done(ticket: number, item: QueueItem, result: Omit<HistoryEntry, 'prompt'>): void;
  running(): QueueItem[];
  pending(): readonly QueueItem[];
  remaining(): number;
  clear(): void;
  /** Drops the first pending item with that id. */
  remove(promptId: string): boolean;
  history: {
    get(promptId: string): HistoryEntry | undefined;
    list(maxItems: number | undefined, offset: number): [string, HistoryEntry][];
    remove(promptId: string): void;
    clear(): void;
  };
}

export function createQueue(options: { onChange: () => void; historyLimit: number }): PromptQueue {
  const { onChange, historyLimit } = options;
  const heap: QueueItem[] = [];
  const running = new Map<number, QueueItem>();
  const finished = new Map<string, HistoryEntry>();
  let tickets = 0;

  const clear = () => {
    heap.length = 0;
    onChange();
  };

  return {
    put(item) {
      heap.push(item);
      siftUp(heap, 0, heap.length - 1);
      onChange();
    },
    take() {
      const last = heap.pop();
      if (last === undefined) return undefined;
      let item = last;
      if (heap.length > 0) {
        item = at(heap, 0);
        heap[0] = last;
        siftDown(heap, 0);
      }
      const ticket = tickets++;
      running.set(ticket, item);
      onChange();
      return { item, ticket };
    },
    done(ticket, item, result) {
      running.delete(ticket);
      if (finished.size > historyLimit) {
        for (const oldest of finished.keys()) {
          finished.delete(oldest);
          break;
        }
      }
      // A repeated id keeps its place in the order, as in a Python dict.
      finished.set(item[1], { prompt: item, ...result });
      onChange();
    },
    running: () => [...running.values()],
    pending: () => heap,
    remaining: () => heap.length + running.size,
    clear,
    remove(promptId) {
      const index = heap.findIndex((item) => item[1] === promptId);
      if (index === -1) return false;
      if (heap.length === 1) clear();
      else {
        heap.splice(index, 1);
        for (let i = (heap.length >> 1) - 1; i >= 0; i--) siftDown(heap, i);
      }
      onChange();
      return true;
    },
    history: {
      get: (promptId) => finished.get(promptId),
      list(maxItems, offset) {
        const entries = [...finished];
        let start = offset;
        if (offset < 0 && maxItems !== undefined) start = finished.size - maxItems;
        const from = entries.slice(Math.max(0, start));
        // ComfyUI looks at the limit only after it has taken an entry, so 0 and less still give one.
        return maxItems === undefined ? from : from.slice(0, Math.max(1, maxItems));
      },
      remove: (promptId) => void finished.delete(promptId),
      clear: () => finished.clear(),
    },
  };
}

function at(heap: QueueItem[], index: number): QueueItem {
  const item = heap[index];
  if (item === undefined) throw new RangeError(`no queue item at ${index} of ${heap.length}`);
  return item;
}

function swap(heap: QueueItem[], a: number, b: number): void {
  const item = at(heap, a);
  heap[a] = at(heap, b);
  heap[b] = item;
}

/** Lets the item at `position` rise, at most to `top`. Throws in between when two items cannot be ordered. */
function siftUp(heap: QueueItem[], top: number, position: number): void {
  let current = position;
  while (current > top) {
    const parent = (current - 1) >> 1;
    if (!isBefore(at(heap, current), at(heap, parent))) break;
    swap(heap, current, parent);
    current = parent;
  }
}

/** Sinks the item at `start` to the bottom along the smaller children, then lets it rise again. */
function siftDown(heap: QueueItem[], start: number): void {
  const end = heap.length;
  let current = start;
  let child = 2 * current + 1;
  while (child < end) {
    const right = child + 1;
    if (right < end && !isBefore(at(heap, child), at(heap, right))) child = right;
    swap(heap, current, child);
    current = child;
    child = 2 * current + 1;
  }
  siftUp(heap, start, current);
}

function isBefore(a: QueueItem, b: QueueItem): boolean {
  if (a[0] !== b[0]) return a[0] < b[0];
  if (a[1] !== b[1]) return a[1] < b[1];
  if (JSON.stringify(a[2]) !== JSON.stringify(b[2]) || JSON.stringify(a[3]) !== JSON.stringify(b[3])) {
    throw new TypeError(`queue items with one number and one id (${a[1]}) cannot be ordered`);
  }
  return JSON.stringify(a[4]) < JSON.stringify(b[4]);
}
