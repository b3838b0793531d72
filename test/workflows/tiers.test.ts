/** Stored tiers of defaults: what is remembered of them, and when. */
import { createStorage } from 'unstorage';
import { expect, test } from 'vitest';
import { createTierStore } from '../../src/workflows/tiers.ts';

const INSTALLED = { environment: {}, home: {} };

test('a read that began before a change does not bring the old defaults back for good', async () => {
  const storage = createStorage();
  let release: (() => void) | undefined;
  let hold = false;
  const slow = {
    ...storage,
    async getItem(key: string) {
      const held = hold;
      const value = await storage.getItem(key);
      if (held) await new Promise<void>((resolve) => (release = resolve));
      return value;
    },
  } as typeof storage;
  const tiers = createTierStore({ storage: slow, singleWriter: true }, INSTALLED, () => 1);
  hold = true;
  const reading = tiers.read('me');
  hold = false;
  await expect.poll(() => release).toBeDefined();
  await tiers.patch('me', { image: { steps: 7 } }, true);
  release?.();
  await reading;
  expect((await tiers.read('me')).persistent?.image).toEqual({ steps: 7 });
});

test.each([true, false])(
  'it is the same object while nothing changed (single writer: %s)',
  async (singleWriter) => {
    const tiers = createTierStore({ storage: createStorage(), singleWriter }, INSTALLED, () => 1);
    await tiers.patch('me', { image: { steps: 7 } }, false);
    const first = await tiers.read('me');
    expect(await tiers.read('me')).toBe(first);
    await tiers.patch('me', { image: { steps: 8 } }, false);
    expect((await tiers.read('me')).runtime?.image).toEqual({ steps: 8 });
  },
);
