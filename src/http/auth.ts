/** Who is asking: a bearer key, a signed link, or (where there are no keys) anybody. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { MiddlewareHandler } from 'hono';
import { sameText, type Links } from '../assets/links.ts';
import { GatewayError } from '../errors.ts';
import { callerOf } from '../jobs/caller.ts';
import type { Env } from './context.ts';

/**
 * Sets `caller` or refuses with 401. `link`: a signature in the query will do, for routes that browsers open without
 * headers.
 */
export function authenticate(
  apiKeys: readonly { name: string; secret: string }[],
  links: Links,
  options: { link?: boolean } = {},
): MiddlewareHandler<Env> {
  const digests = apiKeys.map(({ name, secret }) => ({ name, digest: digest(secret) }));

  /** Compares with every key, so that the time tells nothing about them. */
  function ownerOf(token: string): string | undefined {
    const given = digest(token);
    let owner: string | undefined;
    for (const { name, digest: known } of digests) if (sameText(known, given)) owner = name;
    return owner;
  }

  return async (c, next) => {
    if (digests.length === 0) {
      c.set('caller', callerOf(undefined));
      return next();
    }
    const header = c.req.header('authorization');
    const token = header === undefined ? undefined : /^Bearer +(\S+) *$/i.exec(header)?.[1];
    // A browser behind a proxy with Basic auth sends that header along with the link.
    const owner =
      (token && ownerOf(token)) ||
      (options.link ? links.verify(c.req.path, (name) => c.req.query(name)) : null);
    if (!owner) throw unauthorized(header, options.link === true && c.req.query('signature') !== undefined);
    c.set('caller', callerOf(owner));
    return next();
  };
}

function unauthorized(header: string | undefined, signed: boolean): GatewayError {
  if (signed) {
    return new GatewayError(
      'unauthorized',
      'This link has expired or was changed. Read the job or asset again for a fresh one.',
    );
  }
  return new GatewayError(
    'unauthorized',
    header === undefined
      ? "This gateway asks for a key: send 'Authorization: Bearer <your key>'."
      : "The key in 'Authorization' is not valid here. It must read 'Bearer <your key>'.",
  );
}

function digest(token: string): string {
  return bytesToHex(sha256(utf8ToBytes(token)));
}
