/**
 * The tiers of defaults that are stored: per owner, runtime ones (forgotten after a day) and persistent ones. What the installation
 * itself sets (environment, file of the home directory) is handed in.
 */
import type { Storage } from 'unstorage';
import { isObject } from '../comfyui/json.ts';
import { defaultsKey } from '../storage/keys.ts';
import { NAMESPACES, type Defaults, type Tiers } from './defaults.ts';

export interface TierStore {
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

export function createTierStore(
  storage: Storage,
  installed: InstalledDefaults,
  now: () => number,
): TierStore {
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
      const { runtime, persistent } = await stored(owner);
      const { environment, home } = installed;
      return { runtime, persistent: overlay(home, persistent), environment };
    },

    async patch(owner, patch, persist) {
      const before = await stored(owner);
      const next = persist
        ? { ...before, persistent: overlay(before.persistent, patch) }
        : { ...before, runtime: overlay(before.runtime, patch), until: now() + RUNTIME_MS };
      await storage.setItem(defaultsKey(owner), next as never);
    },
  };
}

/** `above` laid over `below`, name by name. A null stays, as it hides what lies below it. */
function overlay(below: Defaults, above: Defaults): Defaults {
  return Object.fromEntries(
    NAMESPACES.map((namespace) => [namespace, { ...below[namespace], ...above[namespace] }]),
  );
}
