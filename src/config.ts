/**
 * Settings: from environment and config.json to one checked value. Pure: it reads no file and no global, so that the
 * four runtimes and the tests share it. It stops at nothing: all faults are collected and thrown together, because
 * an operator who repairs one setting per restart gives up. A fault never repeats a secret.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

/** One ComfyUI. `url` has no credentials and no trailing slash; `headers` (lower-case) go with every request to it. */
export interface BackendConfig {
  readonly name: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
}

export interface ApiKey {
  readonly name: string;
  readonly secret: string;
}

export type StorageConfig =
  | { readonly kind: 'memory' }
  | { readonly kind: 'file'; readonly dir: string }
  | { readonly kind: 'redis'; readonly url: string }
  | { readonly kind: 'kv'; readonly binding: string };

/** Where outputs are copied to: S3, or what speaks like it. */
export interface S3Config {
  readonly bucket: string;
  readonly region: string;
  /** Origin of a service that is not AWS. */
  readonly endpoint?: string;
  /** Base of links to a public bucket, no trailing slash. Absent: the bucket is private, links are presigned. */
  readonly publicUrl?: string;
  /** Whether the bucket is in the path instead of the host name. */
  readonly pathStyle: boolean;
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
}

export interface Config {
  /** At least one, called `comfyui-1`, `comfyui-2`, … in the order given. */
  readonly backends: readonly BackendConfig[];
  readonly transport: (typeof TRANSPORTS)[number];
  /** Without the brackets of an IPv6 address, as `listen` wants it. */
  readonly host: string;
  /** 0 lets the system choose. */
  readonly port: number;
  readonly storage: StorageConfig;
  readonly workflowDir: string;
  /** A name occurs more than once while its secret is being changed; no secret does. */
  readonly apiKeys: readonly ApiKey[];
  /** Whether requests without a key are served; never true together with `apiKeys`. */
  readonly allowAnonymous: boolean;
  /** An origin: no path, no trailing slash. */
  readonly publicUrl?: string;
  readonly trustProxy: boolean;
  readonly signingSecret?: string;
  /** Origins, or `*` alone. Empty: same origin only. */
  readonly corsOrigins: readonly string[];
  /** Lower-case `host` (any port) or `host:port`, or `*` alone. `PUBLIC_URL`'s is always among them. */
  readonly allowedHosts: readonly string[];
  readonly maxBodyBytes: number;
  readonly jobTimeoutMs: number;
  readonly jobQueueTimeoutMs: number;
  readonly jobMaxAgeMs: number;
  /** Absent: no limit. */
  readonly maxJobs?: number;
  readonly cleanupIntervalMs: number;
  readonly maxQueueDepth: number;
  /** Calls to ComfyUI that one event stream may make where nothing runs between requests. */
  readonly maxSubrequests: number;
  readonly idempotency: (typeof IDEMPOTENCY)[number];
  /** How long uploads are kept, in ms, counted from their last use. */
  readonly assetTtlMs: number;
  /** How long outputs can be found as assets, in ms, counted from the end of their job. */
  readonly outputTtlMs: number;
  /** Absent: outputs are not copied. */
  readonly s3?: S3Config;
  /** Largest file that is uploaded or fetched for a job. */
  readonly maxUploadBytes: number;
  /** Hosts (with or without port) of the own network from which inputs may be fetched, by `http:` too. */
  readonly inputUrlHosts: readonly string[];
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** The client id to use with ComfyUI in place of one made and kept in the store. */
  readonly clientId?: string;
  /** Models that workflows use where nobody names one. */
  readonly defaultModels: { readonly image?: string; readonly audio?: string; readonly video?: string };
  /** `services[]` of config.json, not checked yet: that needs the workflows that they name. */
  readonly services: readonly unknown[];
}

/** Thrown once by `parseConfig`, with every fault: which setting, what was given, what would be right. */
export class ConfigError extends Error {
  readonly faults: readonly string[];

  constructor(faults: readonly string[]) {
    super(`comfygate cannot start with these settings:\n${faults.map((fault) => `  - ${fault}`).join('\n')}`);
    this.name = 'ConfigError';
    this.faults = faults;
  }
}

/**
 * Checks all settings and fills in the defaults. `file` is the parsed config.json; the environment wins over it, and
 * of two names for one variable the first. An empty variable counts as unset.
 * @throws ConfigError with all faults at once
 */
export function parseConfig(env: Environment, file?: unknown): Config {
  const faults: string[] = [];
  const given = { ...readFile(file, faults), ...definedOf(env) };
  function read<T>(names: string, parse: Parse<T>): T | undefined {
    const name = names.split(' ').find((candidate) => given[candidate] !== undefined);
    if (name === undefined) return undefined;
    const label = name in FILE_TYPES ? `config.json: ${name}` : name;
    return parse(given[name] ?? '', (fault) => void faults.push(`${label}: ${fault}`), name);
  }

  const host = read('HOST', parseHost) ?? '127.0.0.1';
  const apiKeys = read('API_KEYS', parseApiKeys) ?? [];
  const allowAnonymous = read('ALLOW_ANONYMOUS', parseBoolean) ?? isLoopbackHost(host);
  if (given.API_KEYS === undefined && !allowAnonymous)
    faults.push(
      `HOST: "${host}" with no API_KEYS and without ALLOW_ANONYMOUS=true can serve nobody safely; set either ` +
        'API_KEYS=alice:a-long-random-secret to ask for a key, or ALLOW_ANONYMOUS=true to serve all who can reach it',
    );
  const publicUrl = read('PUBLIC_URL', parsePublicUrl);
  const signingSecret = read('SIGNING_SECRET', parseSigningSecret);
  const maxJobs = read('MAX_JOBS jobs.max_jobs', parseCount(1000));
  const clientId = read('comfyui.client_id', (text) => text);
  const model = (kind: string) => read(`COMFY_MCP_DEFAULT_${kind}_MODEL`, (text) => text);
  const [image, audio, video] = ['IMAGE', 'AUDIO', 'VIDEO'].map(model);
  const headers = read('COMFYUI_HEADERS', parseHeaders);
  const backends = read('COMFYUI_URL COMFYUI_ADDRESS comfyui.address', parseBackends) ?? DEFAULT_BACKENDS;
  const jobMaxAgeMs = read('JOB_MAX_AGE_MS jobs.max_job_age', parseCount(DAY_MS)) ?? DAY_MS;
  const assetTtlHours = read('COMFY_MCP_ASSET_TTL_HOURS', parseInteger(1, 87_600, 24));
  const s3 = completeS3(
    {
      enabled: read('S3_ENABLE', parseBoolean) ?? false,
      bucket: read('S3_BUCKET s3.bucket', parseBucket),
      region: read('S3_REGION s3.region', parseRegion),
      endpoint: read('S3_ENDPOINT s3.endpoint', parseEndpoint),
      publicUrl: read('S3_PUBLIC_DOMAIN s3.public_domain', parsePublicDomain),
      pathStyle: read('S3_ENABLE_PATH_STYLE', parseBoolean),
      accessKeyId: read('AWS_ACCESS_KEY_ID', parseCredential),
      secretAccessKey: read('AWS_SECRET_ACCESS_KEY', parseCredential),
    },
    given,
    faults,
  );

  const config: Config = {
    backends: backends.map((backend, i) => ({
      name: `comfyui-${i + 1}`,
      url: backend.url,
      headers: { ...headers, ...backend.headers },
    })),
    transport: read('COMFYUI_TRANSPORT', parseOption(TRANSPORTS)) ?? 'auto',
    host,
    port: read('PORT', parseInteger(0, 65_535, 8080)) ?? 8080,
    storage: read('STORAGE_URL', parseStorage) ?? { kind: 'file', dir: './.comfygate' },
    workflowDir: read('WORKFLOW_DIR COMFY_MCP_WORKFLOW_DIR', (text) => text) ?? './workflows',
    apiKeys,
    allowAnonymous: allowAnonymous && apiKeys.length === 0,
    ...(publicUrl !== undefined && { publicUrl }),
    trustProxy: read('TRUST_PROXY', parseBoolean) ?? false,
    ...(signingSecret !== undefined && { signingSecret }),
    corsOrigins: read('CORS_ORIGINS', parseOrigins) ?? [],
    allowedHosts: [
      ...(read('ALLOWED_HOSTS', parseHosts) ?? defaultHosts(host)),
      ...(publicUrl === undefined ? [] : [new URL(publicUrl).host]),
    ],
    maxBodyBytes: read('MAX_BODY_BYTES', parseCount(10_485_760)) ?? 10 * 1024 * 1024,
    jobTimeoutMs: read('JOB_TIMEOUT_MS', parseCount(600_000)) ?? 600_000,
    jobQueueTimeoutMs: read('JOB_QUEUE_TIMEOUT_MS', parseCount(DAY_MS)) ?? DAY_MS,
    jobMaxAgeMs,
    ...(maxJobs !== undefined && { maxJobs }),
    cleanupIntervalMs:
      read('CLEANUP_INTERVAL_MS jobs.cleanup_interval', parseInteger(1, MAX_TIMER_MS, HOUR_MS)) ?? HOUR_MS,
    maxQueueDepth: read('MAX_QUEUE_DEPTH', parseCount(1000)) ?? 1000,
    maxSubrequests: read('MAX_SUBREQUESTS', parseInteger(20, 10_000, 40)) ?? 40,
    idempotency: read('IDEMPOTENCY', parseOption(IDEMPOTENCY)) ?? 'reject',
    assetTtlMs: (assetTtlHours ?? 24) * HOUR_MS,
    outputTtlMs: assetTtlHours === undefined ? jobMaxAgeMs : assetTtlHours * HOUR_MS,
    ...(s3 && { s3 }),
    maxUploadBytes: read('MAX_UPLOAD_BYTES', parseCount(104_857_600)) ?? 100 * 1024 * 1024,
    inputUrlHosts: read('INPUT_URL_HOSTS', parseList(parseHostAndPort)) ?? [],
    logLevel: read('LOG_LEVEL', parseOption(LOG_LEVELS)) ?? 'info',
    ...(clientId !== undefined && { clientId }),
    defaultModels: {
      ...(image !== undefined && { image }),
      ...(audio !== undefined && { audio }),
      ...(video !== undefined && { video }),
    },
    services: readServices(file, faults),
  };
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/** Whether a host (with or without brackets, without a port) is this machine's own: 127.0.0.0/8, ::1, localhost. */
export function isLoopbackHost(host: string): boolean {
  return /^(localhost|\[?::1\]?|127(\.(25[0-5]|2[0-4]\d|1?\d?\d)){3})$/i.test(host);
}

type Fail = (fault: string) => undefined;
/** Text to value; a fault is reported and gives undefined. `name` is for the example in the fault. */
type Parse<T> = (text: string, fail: Fail, name: string) => T | undefined;
type Address = Omit<BackendConfig, 'name'>;

const TRANSPORTS = ['auto', 'socket', 'poll'] as const;
const IDEMPOTENCY = ['reject', 'replay'] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
const DEFAULT_BACKENDS: readonly Address[] = [{ url: 'http://127.0.0.1:8188', headers: {} }];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** A longer timer overflows and fires at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;
/** Shorter secrets can be guessed over the network; generators give 32 characters and more. */
const MIN_KEY_LENGTH = 8;
const MIN_SIGNING_LENGTH = 16;
/** RFC 9110 field names, and values that `fetch` takes. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\dA-Za-z-]+$/;
const HEADER_VALUE = /^[\t\x20-\x7e\x80-\xff]*$/;
const HOST_NAME = /^(\[[\da-f:.]*:[\da-f:.]*\]|[a-z\d_]([a-z\d._-]*[a-z\d])?)$/i;
/** Settings that are taken of the seed's config.json, beside its `services`. */
const FILE_TYPES: Readonly<Record<string, 'string' | 'number'>> = {
  'comfyui.address': 'string',
  'comfyui.client_id': 'string',
  's3.bucket': 'string',
  's3.region': 'string',
  's3.endpoint': 'string',
  's3.public_domain': 'string',
  'jobs.max_job_age': 'number',
  'jobs.max_jobs': 'number',
  'jobs.cleanup_interval': 'number',
};

/** A parser of one value that is no secret: `wrong` and `example` make the fault. */
function parser<T>(convert: (text: string) => T | undefined, wrong: string, example: string): Parse<T> {
  return (text, fail, name) =>
    convert(text) ?? fail(`"${masked(text)}" is ${wrong}; give for example ${name}=${example}`);
}

const parseCount = (example: number) => parseInteger(1, Number.MAX_SAFE_INTEGER, example);

function parseInteger(min: number, max: number, example: number): Parse<number> {
  const accept = (text: string) => /^\d+$/.test(text) && Number(text) >= min && Number(text) <= max;
  const wrong = `not a whole number from ${min} to ${max}`;
  return parser((text) => (accept(text) ? Number(text) : undefined), wrong, String(example));
}

function parseOption<const T extends string>(options: readonly [T, ...T[]]): Parse<T> {
  const wrong = `none of ${options.join(', ')}`;
  return parser((text) => options.find((option) => option === text), wrong, options[0]);
}

const parseBoolean = parser(
  (text) => (/^(true|1|false|0)$/.test(text) ? text === 'true' || text === '1' : undefined),
  'neither true (or 1) nor false (or 0)',
  'true',
);

const parseHost = parser(
  (text) => {
    const host = text.replace(/^\[(.*)\]$/, '$1');
    return HOST_NAME.test(bracketed(host)) ? host : undefined;
  },
  'not a host name or address (the port goes in PORT)',
  '0.0.0.0',
);

const parsePublicUrl = parser(
  (text) => (/^https?:/i.test(text) ? originOf(text) : undefined),
  'not an http or https origin without a path',
  'https://comfy.example.org',
);

const parseBucket = parser(
  (text) => (/^[a-z\d][\w.-]{1,61}[a-z\d]$/i.test(text) ? text : undefined),
  'not the name of a bucket (3 to 63 of A-Z a-z 0-9 . _ -)',
  'my-bucket',
);

const parseRegion = parser(
  (text) => (/^[a-z\d-]{2,40}$/.test(text) ? text : undefined),
  'not the name of a region (auto for R2)',
  'eu-central-1',
);

const parseEndpoint = parser(
  (text) => (/^https?:/i.test(text) ? originOf(text) : undefined),
  'not an http or https origin (without the bucket or any other path)',
  'https://ACCOUNT.r2.cloudflarestorage.com',
);

const parsePublicDomain = parser(
  (text) => {
    const plain = /^(?:https?:\/\/)?[^/?#@\s\\:]+(?::\d+)?(?:\/[^?#\s\\]*)?$/i.test(text);
    const url = plain ? URL.parse(/^https?:/i.test(text) ? text : `https://${text}`) : null;
    return url && HOST_NAME.test(url.hostname) ? url.origin + url.pathname.replace(/\/+$/, '') : undefined;
  },
  'not a domain or http(s) URL (no query, no fragment)',
  'cdn.example.org',
);

const parseCredential: Parse<string> = (text, fail) =>
  /^[\x21-\x7e]+$/.test(text)
    ? text
    : fail('its text (not shown) has spaces or characters beyond ASCII; give it as it was issued');

type GivenS3 = { [K in keyof S3Config]: S3Config[K] | undefined } & { enabled: boolean };

/** What copies need, if they are on. Names what is missing, unless it was given and is a fault already. */
function completeS3(
  s3: GivenS3,
  given: Readonly<Record<string, string>>,
  faults: string[],
): S3Config | undefined {
  const { enabled, bucket, endpoint, publicUrl, accessKeyId, secretAccessKey } = s3;
  if (!enabled) return undefined;
  const region = s3.region ?? (endpoint === undefined ? undefined : 'auto');
  const needed = [
    [bucket, 'S3_BUCKET', 'S3_BUCKET=my-bucket'],
    [region, 'S3_REGION', 'S3_REGION=eu-central-1 for AWS, or S3_ENDPOINT for another service'],
    [accessKeyId, 'AWS_ACCESS_KEY_ID', 'the id of a key that may write to and read from the bucket'],
    [secretAccessKey, 'AWS_SECRET_ACCESS_KEY', 'the secret of that key'],
  ] as const;
  for (const [value, name, example] of needed) {
    const inFile = `s3.${name.slice(3).toLowerCase()}`;
    if (value === undefined && given[name] === undefined && given[inFile] === undefined)
      faults.push(`${name}: is missing, and S3_ENABLE=true needs it; give ${example}`);
  }
  if (!bucket || !region || !accessKeyId || !secretAccessKey) return undefined;
  // Other services are often reached by an address, or have no names for buckets.
  const pathStyle = s3.pathStyle ?? endpoint !== undefined;
  return {
    bucket,
    region,
    ...(endpoint !== undefined && { endpoint }),
    ...(publicUrl !== undefined && { publicUrl }),
    pathStyle,
    accessKeyId,
    secretAccessKey,
  };
}

const parseOrigins = starOr(
  parseList(
    parser(originOf, 'not an origin (scheme://host:port, no path) nor * alone', 'https://app.example.org'),
  ),
);

const parseHosts = starOr(
  parseList(parser(toHostAndPort, 'not a host or host:port nor * alone', 'comfy.example.org')),
);

const parseHostAndPort = parser(toHostAndPort, 'not a host or host:port', 'files.lan:9000');

function toHostAndPort(text: string): string | undefined {
  const [, host = '', port = '0'] = /^(\[.*\]|[^:]*)(?::(\d+))?$/.exec(text) ?? [];
  return HOST_NAME.test(host) && Number(port) <= 65_535 ? text.toLowerCase() : undefined;
}

const parseStorage = parser<StorageConfig>(
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

const parseBackends = parseList<Address>(
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

const parseHeaders: Parse<Record<string, string>> = (text, fail, name) => {
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

const parseApiKeys = parseList<ApiKey>(
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

const parseSigningSecret: Parse<string> = (text, fail) =>
  text.length >= MIN_SIGNING_LENGTH
    ? text
    : fail(
        `${text.length} characters are too few; give at least ${MIN_SIGNING_LENGTH}: openssl rand -hex 32`,
      );

/** A comma list without repeats. An empty item is a fault: it is usually a variable that was not filled in. */
function parseList<T>(parse: Parse<T>, identity: (item: T) => string = String): Parse<T[]> {
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

/** The settings of config.json as texts under `section.member`, so that one set of parsers checks both sources. */
function readFile(file: unknown, faults: string[]): Record<string, string> {
  const texts: Record<string, string> = {};
  if (file !== undefined && !isObject(file))
    faults.push('config.json: it is not a JSON object; give {"comfyui": {…}}');
  const root = isObject(file) ? file : {};
  for (const section of ['comfyui', 's3', 'jobs'])
    if (root[section] !== undefined && !isObject(root[section]))
      faults.push(`config.json: ${section} is not an object; give {"${section}": {…}} or leave it out`);
  for (const [key, type] of Object.entries(FILE_TYPES)) {
    const [section = '', member = ''] = key.split('.');
    const value = isObject(root[section]) ? root[section][member] : undefined;
    if (typeof value === type) texts[key] = String(value);
    else if (value !== undefined)
      faults.push(
        `config.json: ${key}: ${JSON.stringify(value).slice(0, 100)} is not a ${type}; give a ${type}`,
      );
  }
  return texts;
}

function readServices(file: unknown, faults: string[]): unknown[] {
  const services = isObject(file) ? file['services'] : undefined;
  if (services === undefined || Array.isArray(services)) return services ?? [];
  faults.push(
    'config.json: services is not a list; give [{"name": …, "comfyui_workflow_api": …, "parameters": […]}] or leave it out',
  );
  return [];
}

function definedOf(env: Environment): Record<string, string> {
  const texts: Record<string, string> = {};
  for (const [name, text] of Object.entries(env)) if (text?.trim()) texts[name] = text.trim();
  return texts;
}

/** Names that are ours when none are given: those of loopback, and `HOST` if it is one address. */
function defaultHosts(host: string): string[] {
  const own =
    isLoopbackHost(host) || host === '0.0.0.0' || host === '::' ? [] : [bracketed(host).toLowerCase()];
  return ['localhost', '127.0.0.1', '[::1]', ...own];
}

const bracketed = (host: string) => (host.includes(':') ? `[${host}]` : host);

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

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
