/**
 * The tiers of defaults that are stored: per owner, runtime ones (forgotten after a day) and persistent ones. What the installation
 * itself sets (environment, file of the home directory) is handed in.
 */
import { isObject } from '../comfyui/json.ts';
import { defaultsKey } from '../storage/keys.ts';
import type { Stores } from '../storage/ports.ts';
import { NAMESPACES, type Defaults, type Tiers } from './defaults.ts';

export interface TierStore {
  /** The same object while nothing changed. */
  read(owner: string): Promise<Tiers>;
  /** Lays a checked patch over what is there; null takes a default away. */
  patch(owner: string, patch: Defaults, persist: boolean): Promise<void>;
}

export interface InstalledDefaults {
  environment: Defaults;
  /** `defaults` of ~/.config/comfy-mcp/config.json. */
  home: Defaults;
}

/** How long runtime defaults last, in ms. */
const RUNTIME_MS = 24 * 60 * 60 * 1000;

/** Owners whose tiers are remembered; where others write too, they are read each time and compared. */
const REMEMBERED = 1_000;

export function createTierStore(
  { storage, singleWriter }: Pick<Stores, 'storage' | 'singleWriter'>,
  installed: InstalledDefaults,
  now: () => number,
): TierStore {
  const remembered = new Map<string, { tiers: Tiers; text: string; until: number }>();
  /** Changes that began or ended: what was read across one is not remembered. */
  let changes = 0;

  async function stored(owner: string): Promise<{ runtime: Defaults; until: number; persistent: Defaults }> {
    const record: unknown = await storage.getItem(defaultsKey(owner));
    const value = isObject(record) ? record : {};
    const until = typeof value['until'] === 'number' ? value['until'] : 0;
    // We wrote it, after a check.
    const runtime = until > now() ? ((value['runtime'] ?? {}) as Defaults) : {};
    return { runtime, until, persistent: (value['persistent'] ?? {}) as Defaults };
  }

  return {
    async read(owner) {
      const known = remembered.get(owner);
      if (singleWriter && known && now() < known.until) return known.tiers;
      const before = changes;
      const { runtime, until, persistent } = await stored(owner);
      const text = JSON.stringify([runtime, persistent]);
      const { environment, home } = installed;
      const tiers =
        known?.text === text ? known.tiers : { runtime, persistent: overlay(home, persistent), environment };
      if (changes === before) {
        const end = until > now() ? until : Number.POSITIVE_INFINITY;
        remembered.delete(owner);
        remembered.set(owner, { tiers, text, until: end });
        if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
      }
      return tiers;
    },

    async patch(owner, patch, persist) {
      const before = await stored(owner);
      const next = persist
        ? { ...before, persistent: overlay(before.persistent, patch) }
        : { ...before, runtime: overlay(before.runtime, patch), until: now() + RUNTIME_MS };
      changes++;
      try {
        await storage.setItem(defaultsKey(owner), next as never);
      } finally {
        changes++;
        remembered.delete(owner);
      }
    },
  };
}

/** `above` laid over `below`, name by name. A null stays, as it hides what lies below it. */
function overlay(below: Defaults, above: Defaults): Defaults {
  return Object.fromEntries(
    NAMESPACES.map((namespace) => [namespace, { ...below[namespace], ...above[namespace] }]),
  );
}
