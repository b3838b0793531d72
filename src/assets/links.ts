/**
 * Signed links, for `<img>` and EventSource, which cannot send headers. A signature binds path, owner and expiry; its key
 * comes from the owner's API key (or SIGNING_SECRET) by HKDF, so every instance and every restart knows it and no
 * state is needed. Signed synchronously: a list of jobs carries hundreds of links.
 */
import { hkdf } from '@noble/hashes/hkdf.js';
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

export interface LinkKeys {
  apiKeys: readonly { name: string; secret: string }[];
  signingSecret?: string;
}

export type Links = ReturnType<typeof createLinks>;

/** `now` in ms since 1970. Without API keys links are plain. */
export function createLinks({ apiKeys, signingSecret }: LinkKeys, now: () => number) {
  /** Keys by owner, the one to sign with first; an owner who rotates has two. */
  const keys = new Map<string, Uint8Array[]>();
  for (const { name, secret } of apiKeys) {
    const key = hkdf(
      sha256,
      utf8ToBytes(signingSecret ?? secret),
      utf8ToBytes('comfygate links'),
      utf8ToBytes(name),
      32,
    );
    keys.set(name, [...(keys.get(name) ?? []), key]);
  }

  return {
    /** Whether links are signed at all. */
    signed: keys.size > 0,

    /** `path` with a signature that is good until `expiresAt` (ms since 1970); plain where there are no keys. */
    sign(path: string, owner: string, expiresAt: number): string {
      const key = keys.get(owner)?.[0];
      if (!key) return path;
      const expires = Math.floor(expiresAt / 1000);
      return `${path}?owner=${encodeURIComponent(owner)}&expires=${expires}&signature=${signature(key, path, owner, expires)}`;
    },

    /** The owner who signed this path, or null if the signature is absent, wrong or over. */
    verify(path: string, query: (name: string) => string | undefined): string | null {
      const owner = query('owner');
      const expires = Number(query('expires'));
      const given = query('signature');
      if (owner === undefined || given === undefined || !(expires * 1000 > now())) return null;
      const good = keys.get(owner)?.some((key) => sameText(signature(key, path, owner, expires), given));
      return good ? owner : null;
    },
  };
}

/** Compares in a time that does not depend on where the texts differ. */
export function sameText(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let different = 0;
  for (let i = 0; i < a.length; i++) different |= a.charCodeAt(i) ^ b.charCodeAt(i);
  return different === 0;
}

function signature(key: Uint8Array, path: string, owner: string, expires: number): string {
  return bytesToHex(hmac(sha256, key, utf8ToBytes(`${path}\n${owner}\n${expires}`)));
}
