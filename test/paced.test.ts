/** Writes to a store that takes one write of a key per interval. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { createPacedWriter } from '../src/storage/paced.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

/** A store that refuses a second write within a second; `elsewhere` writes as another instance does. */
function strictStore() {
  const wrote: string[] = [];
  let last = Number.NEGATIVE_INFINITY;
  let refused = 0;
  const put = async (_key: string, value: string) => {
    if (Date.now() - last < 1_000) {
      refused++;
      throw new Error('429');
    }
    last = Date.now();
    wrote.push(value);
  };
  return { put, wrote, refusals: () => refused, elsewhere: () => (last = Date.now()) };
}

describe('a paced writer', () => {
  test('waits for the next turn, and whoever has it writes the newest value', async () => {
    const store = strictStore();
    const writer = createPacedWriter({ put: store.put, intervalMs: 1_000, now: Date.now });
    const all = Promise.all([writer.write('k', 'a'), writer.write('k', 'b'), writer.write('k', 'c')]);
    await vi.runAllTimersAsync();
    await all;
    // All three were given before the first turn: its holder wrote the newest of them.
    expect(store.wrote).toEqual(['c']);
    const later = writer.write('k', 'd');
    await vi.runAllTimersAsync();
    await later;
    expect(store.wrote).toEqual(['c', 'd']);
    expect(store.refusals()).toBe(0);
  });

  test('tries again where another instance has used the interval, and gives up at last', async () => {
    const store = strictStore();
    const writer = createPacedWriter({ put: store.put, intervalMs: 1_000, now: Date.now });
    store.elsewhere();
    const write = writer.write('k', 'a');
    await vi.runAllTimersAsync();
    await write;
    expect([store.wrote, store.refusals()]).toEqual([['a'], 1]);

    const broken = createPacedWriter({
      put: () => Promise.reject(new Error('broken')),
      intervalMs: 1_000,
      now: Date.now,
    });
    const failed = broken.write('k', 'a').catch((error: unknown) => error);
    await vi.runAllTimersAsync();
    expect(await failed).toMatchObject({ message: 'broken' });
  });

  test('does not bring back what was dropped', async () => {
    const store = strictStore();
    const writer = createPacedWriter({ put: store.put, intervalMs: 1_000, now: Date.now });
    await writer.write('k', 'a');
    const second = writer.write('k', 'b');
    writer.drop('k');
    await vi.runAllTimersAsync();
    await second;
    expect(store.wrote).toEqual(['a']);
  });
});
