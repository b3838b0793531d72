/**
 * Settings: from environment and config.json to one checked value. Pure: it reads no file and no global, so that the
 * four runtimes and the tests share it. It stops at nothing: all faults are collected and thrown together, because
 * an operator who repairs one setting per restart gives up. A fault never repeats a secret.
 */
import {
  isLoopbackHost,
  MAX_TIMER_MS,
  parseCount,
  parseInteger,
  parseOption,
  parseBoolean,
  parseHost,
  parsePublicUrl,
  parseBucket,
  parseRegion,
  parseEndpoint,
  parsePublicDomain,
  parseCredential,
  parseOrigins,
  parseHosts,
  parseHostAndPort,
  parseStorage,
  parseBackends,
  parseHeaders,
  parseApiKeys,
  parseSigningSecret,
  parseList,
  bracketed,
  isObject,
  type Parse,
  type Address,
} from './config-parsers.ts';

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

const TRANSPORTS = ['auto', 'socket', 'poll'] as const;
const IDEMPOTENCY = ['reject', 'replay'] as const;
const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'silent'] as const;
const DEFAULT_BACKENDS: readonly Address[] = [{ url: 'http://127.0.0.1:8188', headers: {} }];
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
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
