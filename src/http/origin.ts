/**
 * Which Host names are ours, which web pages may call, and what origin absolute links have. A gateway on loopback is
 * otherwise open to every web page that its user visits (DNS rebinding, cross-site requests).
 */
import type { MiddlewareHandler } from 'hono';
import { GatewayError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { AppContext, Env } from './context.ts';

export interface OriginSettings {
  allowedHosts: readonly string[];
  corsOrigins: readonly string[];
  publicUrl?: string;
  trustProxy: boolean;
  apiKeys: readonly unknown[];
}

/** Refuses foreign Hosts and foreign pages with 403, and sets `base`. */
export function checkOrigin(settings: OriginSettings, log: Log): MiddlewareHandler<Env> {
  const { allowedHosts, corsOrigins, publicUrl, trustProxy } = settings;
  const anyHost = allowedHosts.includes('*');
  const hosts = new Set(allowedHosts.map((host) => host.toLowerCase()));
  const signedLinks = settings.apiKeys.length > 0;
  let warned = false;

  /** What the client typed into its address bar, as far as it can be known. */
  function seenOrigin(c: AppContext): { protocol: string; host: string } {
    const url = c.req.url;
    const end = url.indexOf('/', 8);
    const split = url.indexOf('://');
    const own = { protocol: url.slice(0, split), host: url.slice(split + 3, end === -1 ? undefined : end) };
    const forwarded = firstOf(c.req.header('x-forwarded-proto'));
    const protocol = forwarded === 'http' || forwarded === 'https' ? forwarded : undefined;
    if (trustProxy) {
      return {
        protocol: protocol ?? own.protocol,
        host: firstOf(c.req.header('x-forwarded-host')) ?? own.host,
      };
    }
    if (protocol === 'https' && own.protocol === 'http' && publicUrl === undefined && !warned) {
      warned = true;
      log('warn', 'behind_tls', {
        message:
          'A proxy with TLS is in front, but links are made with http. Set PUBLIC_URL=https://your.host, or TRUST_PROXY=true if the proxy sets X-Forwarded-*.',
      });
    }
    return own;
  }

  /** A link that somebody clicked, a signed link, or something that an allowed page embeds. */
  function harmless(c: AppContext): boolean {
    const { method } = c.req;
    if (method !== 'GET' && method !== 'HEAD') return false;
    const page = URL.parse(c.req.header('referer') ?? '')?.origin;
    return (
      c.req.header('sec-fetch-mode') === 'navigate' ||
      (signedLinks && c.req.query('signature') !== undefined) ||
      (page !== undefined && (corsOrigins.includes(page) || corsOrigins.includes('*')))
    );
  }

  return async (c, next) => {
    const { protocol, host } = seenOrigin(c);
    if (!anyHost && !hosts.has(host.toLowerCase()) && !hosts.has(withoutPort(host).toLowerCase())) {
      throw new GatewayError(
        'forbidden',
        `The host '${host}' is not one of this gateway's names. Add it to ALLOWED_HOSTS, or set PUBLIC_URL.`,
        {
          details: { field: 'Host', given: host },
        },
      );
    }
    const base = publicUrl ?? `${protocol}://${host}`;
    const origin = c.req.header('origin');
    if (
      origin !== undefined &&
      !corsOrigins.includes(origin) &&
      !corsOrigins.includes('*') &&
      !sameSite(origin, base, host)
    ) {
      throw new GatewayError(
        'forbidden_origin',
        `Pages of '${origin}' may not call this gateway. Add the origin to CORS_ORIGINS.`,
        {
          details: { field: 'Origin', given: origin },
        },
      );
    }
    if (origin === undefined && c.req.header('sec-fetch-site') === 'cross-site' && !harmless(c)) {
      throw new GatewayError(
        'forbidden_origin',
        'Pages of another site may not load this without a signed link. Add their origin to CORS_ORIGINS.',
        { details: { field: 'Sec-Fetch-Site', given: 'cross-site' } },
      );
    }
    c.set('base', base);
    return next();
  };
}

/** Behind a TLS proxy the page is https and we see http: the host decides. */
function sameSite(origin: string, base: string, host: string): boolean {
  return origin === base || origin.slice(origin.indexOf('://') + 3).toLowerCase() === host.toLowerCase();
}

function withoutPort(host: string): string {
  return host.replace(/:\d+$/, '');
}

function firstOf(header: string | undefined): string | undefined {
  return header?.split(',', 1)[0]?.trim() || undefined;
}
