/** Texts of settings to values. Each parser tells what is wrong with a text and gives an example; none repeats a secret. */
import type { ApiKey, BackendConfig, StorageConfig } from './config.ts';

/** Whether a host (with or without brackets, without a port) is this machine's own: 127.0.0.0/8, ::1, localhost. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|\[?::1\]?|127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3})$/i.test(host);
}

type Fail = (fault: string) => undefined;
/** Text to value; a fault is reported and gives undefined. `name` is for the example in the fault. */
export type Parse<T> = (text: string, fail: Fail, name: string) => T | undefined;
export type Address = Omit<BackendConfig, 'name'>;

/** A longer timer overflows and fires at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;
/** Shorter secrets can be guessed over the network; generators give 32 characters and more. */
const MIN_KEY_LENGTH = 8;
const MIN_SIGNING_LENGTH = 16;
/** RFC 9110 field names, and values that `fetch` takes. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const HOST_NAME = /^(\[[\da-f:.]*:[\da-f:.]*\]|[a-z\d_]([a-z\d._-]*[a-z\d])?)$/i;
/** A parser of one value that is no secret: `wrong` and `example` make the fault. */
function parser<T>(convert: (text: string) => T | undefined, wrong: string, example: string): Parse<T> {
  return (text, fail, name) =>
    convert(text) ?? fail(`"${masked(text)}" is ${wrong}; give for example ${name}=${example}`);
}

export const parseCount = (example: number) => parseInteger(1, Number.MAX_SAFE_INTEGER, example);

export function parseInteger(min: number, max: number, example: number): Parse<number> {
  const accept = (text: string) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max;
  const wrong = `not a whole number from ${min} to ${max}`;
  return parser((text) => (accept(text) ? Number(text) : undefined), wrong, String(example));
}

export function parseOption<const T extends string>(options: readonly [T, ...T[]]): Parse<T> {
  const wrong = `none of ${options.join(', ')}`;
  return parser((text) => options.find((option) => option === text), wrong, options[0]);
}

export const parseBoolean = parser(
  (text) => (/^(true|1|false|0)$/.test(text) ? text === 'true' || text === '1' : undefined),
  'neither true (or 1) nor false (or 0)',
  'true',
);

export const parseHost = parser(
  (text) => {
    const host = text.replace(/^\[(.*)\]$/, '$1');
    return HOST_NAME.test(bracketed(host)) ? host : undefined;
  },
  'not a host name or address (the port goes in PORT)',
  '0.0.0.0',
);

export const parsePublicUrl = parser(
  (text) => (/^https?:/i.test(text) ? originOf(text) : undefined),
  'not an http or https origin without a path',
  'https://comfy.example.org',
);

export const parseBucket = parser(
  (text) => (/^[a-z\d][\w.-]{1,61}[a-z\d]$/i.test(text) ? text : undefined),
  'not the name of a bucket (3 to 63 of A-Z a-z 0-9 . _ -)',
  'my-bucket',
);

export const parseRegion = parser(
  (text) => (/^[a-z\d-]{2,40}$/.test(text) ? text : undefined),
  'not the name of a region (auto for R2)',
  'eu-central-1',
);

export const parseEndpoint = parser(
  (text) => (/^https?:/i.test(text) ? originOf(text) : undefined),
  'not an http or https origin (without the bucket or any other path)',
  'https://ACCOUNT.r2.cloudflarestorage.com',
);

export const parsePublicDomain = parser(
  (text) => {
    const plain = /^(?:https?:\/\/)?[^/?#@\s\\:]+(?::\d+)?(?:\/[^?#\s\\]*)?$/i.test(text);
    const url = plain ? URL.parse(/^https?:/i.test(text) ? text : `https://${text}`) : null;
    return url && HOST_NAME.test(url.hostname) ? url.origin + url.pathname.replace(/\/+$/, '') : undefined;
  },
  'not a domain or http(s) URL (no query, no fragment)',
  'cdn.example.org',
);

export const parseCredential: Parse<string> = (text, fail) =>
  /^[\x21-\x7e]+$/.test(text)
    ? text
    : fail('its text (not shown) has spaces or characters beyond ASCII; give it as it was issued');

export const parseOrigins = starOr(
  parseList(
    parser(originOf, 'not an origin (scheme://host:port, no path) nor * alone', 'https://app.example.org'),
  ),
);

export const parseHosts = starOr(
  parseList(parser(toHostAndPort, 'not a host or host:port nor * alone', 'comfy.example.org')),
);

export const parseHostAndPort = parser(toHostAndPort, 'not a host or host:port', 'files.lan:9000');

function toHostAndPort(text: string): string | undefined {
  const [, host = '', port = '0'] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return HOST_NAME.test(host) && Number(port) <= 65_535 ? text.toLowerCase() : undefined;
}

export const parseStorage = parser<StorageConfig>(
  (text) => {
    const [, scheme, rest = ''] = /^([a-z]+):(.*)$/.exec(text) ?? [];
    if (scheme === 'memory' && /^(\/\/)?$/.test(rest)) return { kind: 'memory' };
    // file:./relative, file:/absolute or file:///absolute; file://x/y would name a folder of a host x.
    if (scheme === 'file' && /^(?!\/\/[^/])./.test(rest))
      return { kind: 'file', dir: rest.replace(/^\/\/+/, '/') };
    if ((scheme === 'redis' || scheme === 'rediss') && URL.parse(text)?.hostname)
      return { kind: 'redis', url: text };
    if (scheme === 'kv' && /^[A-Za-z_$][\w$]*$/.test(rest)) return { kind: 'kv', binding: rest };
    return undefined;
  },
  'none of memory:, file:DIR, redis://HOST:PORT (or rediss:) and kv:BINDING',
  'file:./.comfygate',
);

export const parseBackends = parseList<Address>(
  parser(
    (text) => {
      const url = URL.parse(text);
      if (url === null || !/^https?:$/.test(url.protocol) || /[?#]/.test(text)) return undefined;
      const base = url.origin + url.pathname.replace(/\/+$/, '');
      if (url.username === '' && url.password === '') return { url: base, headers: {} };
      const credentials = bytesOf(`${url.username}:${url.password}`);
      return { url: base, headers: { authorization: `Basic ${btoa(credentials)}` } };
    },
    'not an http or https base URL (no query, no fragment)',
    'http://127.0.0.1:8188',
  ),
  (backend) => backend.url,
);

export const parseHeaders: Parse<Record<string, string>> = (text, fail, name) => {
  const right = `give an object of strings, for example ${name}={"X-Access-Token":"…"}`;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // Falls to the fault below: the parser's own message would repeat a piece of the text, which may be a secret.
  }
  if (!isObject(value)) return fail(`its text (not shown) is not a JSON object; ${right}`);
  const headers: Record<string, string> = {};
  for (const [header, content] of Object.entries(value)) {
    if (HEADER_NAME.test(header) && typeof content === 'string' && HEADER_VALUE.test(content))
      headers[header.toLowerCase()] = content;
    else fail(`${JSON.stringify(header)} is not a header name with a one-line string as its value; ${right}`);
  }
  return headers;
};

export const parseApiKeys = parseList<ApiKey>(
  (item, fail, name) => {
    const example = `give for example ${name}=alice:a-long-random-secret`;
    const [, keyName, secret = ''] = /^([\w.-]{1,64}):(.*)$/.exec(item) ?? [];
    // What stands for a name is not shown: it may be a secret that was given alone.
    if (keyName === undefined)
      return fail(
        `a key (not shown) does not begin with 1 to 64 of A-Z a-z 0-9 . _ - and a colon; ${example}`,
      );
    if (secret.length < MIN_KEY_LENGTH || !/^[\x21-\x7e]+$/.test(secret))
      return fail(
        `the secret of "${keyName}" (not shown, ${secret.length} long) needs at least ${MIN_KEY_LENGTH} ASCII characters, no spaces; ${example}`,
      );
    return { name: keyName, secret };
  },
  (key) => key.secret,
);

export const parseSigningSecret: Parse<string> = (text, fail) =>
  text.length >= MIN_SIGNING_LENGTH
    ? text
    : fail(
        `${text.length} characters are too few; give at least ${MIN_SIGNING_LENGTH}: openssl rand -hex 32`,
      );

/** A comma list without repeats. An empty item is a fault: it is usually a variable that was not filled in. */
export function parseList<T>(parse: Parse<T>, identity: (item: T) => string = String): Parse<T[]> {
  return (text, fail, name) => {
    const items = new Map<string, T>();
    for (const [i, part] of text.split(',').entries()) {
      const place: Fail = (fault) => fail(`item ${i + 1}: ${fault}`);
      const item = part.trim() === '' ? place('is empty; remove a comma') : parse(part.trim(), place, name);
      if (item === undefined) continue;
      if (items.has(identity(item))) place('repeats an earlier one; give each only once');
      items.set(identity(item), item);
    }
    return [...items.values()];
  };
}

function starOr(parse: Parse<string[]>): Parse<string[]> {
  return (text, fail, name) => (text === '*' ? ['*'] : parse(text, fail, name));
}

export const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);

/** `scheme://host[:port]` as browsers send it, also of app schemes (`tauri://localhost`). */
function originOf(text: string): string | undefined {
  const url = /^[a-z][a-z\d+.-]*:\/\/[^/?#@\\\s]+\/?$/i.test(text) ? URL.parse(text) : null;
  return url === null ? undefined : `${url.protocol}//${url.host}`;
}

/** The bytes behind URL-encoded text, one per character; a stray % stands for itself, as passwords may hold one. */
function bytesOf(encoded: string): string {
  return encoded.replace(/%([\da-f]{2})/gi, (_, hex: string) =>
    String.fromCharCode(Number.parseInt(hex, 16)),
  );
}

/** A text as it may be shown: nothing of what is before an @ or in a query. */
function masked(text: string): string {
  return text
    .replace(/^([a-z][a-z\d+.-]*:\/*)?.*@/i, '$1***@')
    .replace(/\?.*$/, '?…')
    .slice(0, 200);
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
