/** Fetching inputs from `https:` addresses that callers name: nothing of the own network, few redirects, no more than fits. */
import ipaddr from 'ipaddr.js';
import { GatewayError } from '../errors.ts';

/** An answer of a server that a caller named. */
export interface OutsideResponse {
  status: number;
  header(name: string): string | undefined;
  stream(): ReadableStream<Uint8Array>;
  discard(): void;
}

/**
 * Sends a GET and follows no redirect. Where names can be resolved, `isAllowed` is asked for every address that the name
 * stands for, and the connection goes to one of those. Made by the runtime.
 */
export type FetchOutside = (
  url: URL,
  options: {
    headers: Record<string, string>;
    /** Ends the request, and the reading of its answer. */
    signal: AbortSignal;
    isAllowed: (address: string) => boolean;
  },
) => Promise<OutsideResponse>;

/** A file that was found, its bytes still to be read. */
export interface OutsideFile {
  stream: ReadableStream<Uint8Array>;
  contentType: string;
  /** The last part of its path. */
  name: string;
}

/** Throws 422 `invalid_request` for an address that is not allowed, or has no file. `signal` ends the reading of the file, too. */
export type OpenOutside = (url: string, signal: AbortSignal) => Promise<OutsideFile>;

interface OutsideDeps {
  fetch: FetchOutside | undefined;
  /** `host` or `host:port` of the own network that may be fetched from, by `http:` too. */
  hosts: readonly string[];
}

const MAX_REDIRECTS = 3;

/** The port over a standard `fetch`, which cannot tell addresses: only names are checked. */
export function overStandardFetch(
  standard: (url: string, init: RequestInit) => Promise<Response>,
): FetchOutside {
  return async (url, { headers, signal }) => {
    const response = await standard(url.href, { headers, signal, redirect: 'manual' });
    return {
      status: response.status,
      header: (name) => response.headers.get(name) ?? undefined,
      stream: () => response.body ?? new Blob([]).stream(),
      discard: () => void response.body?.cancel(),
    };
  };
}

export function createOutside({ fetch, hosts }: OutsideDeps): OpenOutside {
  const isListed = (url: URL): boolean =>
    [url.host, url.hostname, `${url.hostname}:${url.protocol === 'https:' ? 443 : 80}`].some((host) =>
      hosts.includes(host),
    );

  /** Throws if it may not be fetched by what it says alone. */
  function check(text: string | URL, from: string): URL {
    const url = URL.parse(String(text));
    if (!url) throw refused(from, 'it is no address');
    if (url.username !== '' || url.password !== '') throw refused(from, 'it holds a user name or password');
    if (isListed(url) && /^https?:$/.test(url.protocol)) return url;
    if (url.protocol !== 'https:') throw refused(from, 'only https: is fetched');
    if (!isPublicHost(url.hostname)) throw refused(from, 'it leads into a private network');
    return url;
  }

  return async (text, signal) => {
    let url = check(text, text);
    for (let redirects = 0; ; redirects++) {
      const response = await ask(url, signal, text);
      const { status } = response;
      if (status === 200) return fileIn(response, url, text, signal);
      response.discard();
      const location = response.header('location');
      if (![301, 302, 303, 307, 308].includes(status) || location === undefined)
        throw refused(text, `its server answered ${status}`);
      if (redirects === MAX_REDIRECTS)
        throw refused(text, `it leads through more than ${MAX_REDIRECTS} redirects`);
      const target = URL.parse(location, url);
      if (!target) throw refused(text, 'its server redirects to what is no address');
      url = check(target, text);
    }
  };

  async function ask(url: URL, signal: AbortSignal, from: string): Promise<OutsideResponse> {
    let refusedAddress = false;
    const isAllowed = (address: string): boolean => {
      const allowed = isListed(url) || isPublicAddress(address);
      refusedAddress ||= !allowed;
      return allowed;
    };
    if (!fetch) throw refused(from, 'this gateway fetches nothing');
    try {
      const headers = { 'accept-encoding': 'identity', 'user-agent': 'comfygate' };
      // Not every part of a connection can be told to end.
      return await Promise.race([fetch(url, { headers, signal, isAllowed }), ending(signal)]);
    } catch (error) {
      throw refused(
        from,
        refusedAddress
          ? 'it leads into a private network'
          : 'its server could not be reached, or not in time',
        error,
      );
    }
  }
}

/** Whether an address is one of the public internet. */
export function isPublicAddress(text: string): boolean {
  if (!ipaddr.isValid(text)) return false;
  const address = ipaddr.process(text);
  // All of the public internet that has been given out (RFC 4291); not what embeds an IPv4 address (6to4, Teredo) below it.
  if (address instanceof ipaddr.IPv6 && address.parts[0]! >> 13 !== 1) return false;
  return address.range() === 'unicast';
}

/** As `URL` writes hosts, in lower case, IPv6 in brackets. A name may still stand for a private address. */
function isPublicHost(hostname: string): boolean {
  const bare = hostname.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(bare)) return isPublicAddress(bare);
  const name = bare.replace(/\.$/, '');
  return name.includes('.') && !PRIVATE_NAMES.test(name);
}

/** Names that stand for no host of the public internet (RFC 6761, 6762, 8375, 9476). */
const PRIVATE_NAMES =
  /(?:^|\.)(?:localhost|localdomain|local|internal|intranet|private|corp|home|lan|home\.arpa|test|invalid|onion|alt)$/;

function fileIn(response: OutsideResponse, url: URL, from: string, signal: AbortSignal): OutsideFile {
  const encoding = response.header('content-encoding') ?? 'identity';
  if (encoding !== 'identity' && encoding !== '') {
    response.discard();
    throw refused(
      from,
      `its server sends it with the encoding '${encoding.slice(0, 30)}', though none was asked for`,
    );
  }
  return {
    stream: inTime(response.stream(), signal, from),
    contentType: response.header('content-type') ?? '',
    name: url.pathname.slice(url.pathname.lastIndexOf('/') + 1),
  };
}

/** Rejects when the time is over. Whoever waits for it sees it; nobody else has to. */
function ending(signal: AbortSignal): Promise<never> {
  const end = new Promise<never>((_, reject) => {
    const late = (): void => reject(new Error('too late', { cause: signal.reason }));
    if (signal.aborted) late();
    else signal.addEventListener('abort', late);
  });
  end.catch(() => undefined);
  return end;
}

/** The same bytes, as long as they come in time. */
function inTime(
  stream: ReadableStream<Uint8Array>,
  signal: AbortSignal,
  from: string,
): ReadableStream<Uint8Array> {
  const reader = stream.getReader();
  const limit = ending(signal);
  const source = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      try {
        const { done, value } = await Promise.race([reader.read(), limit]);
        if (done) controller.close();
        else controller.enqueue(value);
      } catch (error) {
        void reader.cancel().catch(() => undefined);
        throw refused(from, 'it broke off, or did not come in time', error);
      }
    },
    cancel: (reason: unknown) => reader.cancel(reason),
  };
  return new ReadableStream(source, { highWaterMark: 0 });
}

function refused(url: string, why: string, cause?: unknown): GatewayError {
  const given = url.slice(0, 200);
  return new GatewayError('invalid_request', `The file at '${given}' cannot be fetched: ${why}.`, {
    status: 422,
    details: { given },
    cause,
  });
}
