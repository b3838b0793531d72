/**
 * The tiers of defaults that are stored: per owner, runtime ones (forgotten after a day) and persistent ones. What the installation
 * itself sets (environment, file of the home directory) is handed in.
 */
import { isObject } from '../comfyui/json.ts';
import { defaultsKey } from '../storage/keys.ts';
import type { Stores } from '../storage/ports.ts';
import { NAMESPACES, type Defaults, type Tiers } from './defaults.ts';

export interface TierStore {
  /** The same object while nothing changed, where this process alone writes. */
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

/** Owners whose tiers are remembered where nobody else writes. */
const REMEMBERED = 1_000;

export function createTierStore(
  { storage, singleWriter }: Pick<Stores, 'storage' | 'singleWriter'>,
  installed: InstalledDefaults,
  now: () => number,
): TierStore {
  const remembered = new Map<string, { tiers: Tiers; until: number }>();

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
      if (known && now() < known.until) return known.tiers;
      const { runtime, until, persistent } = await stored(owner);
      const { environment, home } = installed;
      const tiers = { runtime, persistent: overlay(home, persistent), environment };
      if (singleWriter) {
        remembered.set(owner, { tiers, until: until > now() ? until : Number.POSITIVE_INFINITY });
        if (remembered.size > REMEMBERED) remembered.delete(remembered.keys().next().value!);
      }
      return tiers;
    },

    async patch(owner, patch, persist) {
      const before = await stored(owner);
      const next = persist
        ? { ...before, persistent: overlay(before.persistent, patch) }
        : { ...before, runtime: overlay(before.runtime, patch), until: now() + RUNTIME_MS };
      await storage.setItem(defaultsKey(owner), next as never);
      remembered.delete(owner);
    },
  };
}

/** `above` laid over `below`, name by name. A null stays, as it hides what lies below it. */
function overlay(below: Defaults, above: Defaults): Defaults {
  return Object.fromEntries(
    NAMESPACES.map((namespace) => [namespace, { ...below[namespace], ...above[namespace] }]),
  );
}
