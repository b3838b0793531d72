import { describe, expect, test } from 'vitest';
import { ConfigError, parseConfig } from '../src/config.ts';
import { isLoopbackHost } from '../src/config-parsers.ts';

type Env = Record<string, string | undefined>;

function faultsOf(env: Env, file?: unknown): readonly string[] {
  try {
    parseConfig(env, file);
  } catch (error) {
    if (error instanceof ConfigError) return error.faults;
    throw error;
  }
  return [];
}

test('an empty environment gives the defaults of DESIGN §2', () => {
  expect(parseConfig({})).toEqual({
    backends: [{ name: 'comfyui-1', url: 'http://127.0.0.1:8188', headers: {} }],
    transport: 'auto',
    host: '127.0.0.1',
    port: 8080,
    storage: { kind: 'file', dir: './.comfygate' },
    workflowDir: './workflows',
    defaultModels: {},
    services: [],
    apiKeys: [],
    allowAnonymous: true,
    trustProxy: false,
    corsOrigins: [],
    allowedHosts: ['localhost', '127.0.0.1', '[::1]'],
    maxBodyBytes: 10_485_760,
    jobTimeoutMs: 600_000,
    jobQueueTimeoutMs: 86_400_000,
    jobMaxAgeMs: 86_400_000,
    cleanupIntervalMs: 3_600_000,
    maxQueueDepth: 1000,
    maxSubrequests: 40,
    idempotency: 'reject',
    assetTtlMs: 86_400_000,
    outputTtlMs: 86_400_000,
    maxUploadBytes: 104_857_600,
    inputUrlHosts: [],
    logLevel: 'info',
  });
});

test('an empty or blank variable counts as unset', () => {
  expect(parseConfig({ PORT: '', HOST: ' ', API_KEYS: '', COMFYUI_URL: '' })).toEqual(parseConfig({}));
});

describe('backends', () => {
  test('several URLs, with prefix, credentials and common headers', () => {
    const { backends } = parseConfig({
      COMFYUI_URL: 'http://127.0.0.1:8188/, https://ann:p%40ss%C3%A9@gpu.example.org/comfy/',
      COMFYUI_HEADERS: '{"CF-Access-Client-Id":"id","Authorization":"Bearer common"}',
    });
    expect(backends).toEqual([
      {
        name: 'comfyui-1',
        url: 'http://127.0.0.1:8188',
        headers: { 'cf-access-client-id': 'id', authorization: 'Bearer common' },
      },
      {
        name: 'comfyui-2',
        url: 'https://gpu.example.org/comfy',
        headers: {
          'cf-access-client-id': 'id',
          authorization: `Basic ${Buffer.from('ann:p@ssé').toString('base64')}`,
        },
      },
    ]);
  });

  test('a stray % in a password stands for itself', () => {
    expect(parseConfig({ COMFYUI_URL: 'http://ann:100%@gpu:8188' }).backends[0]?.headers).toEqual({
      authorization: `Basic ${btoa('ann:100%')}`,
    });
  });

  test('the first of two names wins, and the environment wins over config.json', () => {
    const file = { comfyui: { address: 'http://file:1' } };
    expect(parseConfig({}, file).backends[0]?.url).toBe('http://file:1');
    expect(parseConfig({ COMFYUI_ADDRESS: 'http://address:1' }, file).backends[0]?.url).toBe(
      'http://address:1',
    );
    expect(
      parseConfig({ COMFYUI_URL: 'http://url:1', COMFYUI_ADDRESS: 'http://address:1' }, file).backends[0]
        ?.url,
    ).toBe('http://url:1');
  });

  test.each([
    ['ftp://127.0.0.1', 'COMFYUI_URL: item 1: "ftp://127.0.0.1" is not an http or https base URL'],
    ['127.0.0.1:8188', 'COMFYUI_URL: item 1: "127.0.0.1:8188" is not'],
    ['http://a:8188,,http://b', 'COMFYUI_URL: item 2: is empty'],
    ['http://a:80/,http://u:p@A', 'COMFYUI_URL: item 2: repeats an earlier one'],
    ['http://a/?token=topsecret', 'COMFYUI_URL: item 1: "http://a/?…"'],
    ['http://user:topsecret@', 'COMFYUI_URL: item 1: "http://***@"'],
  ])('%s is refused', (url, fault) => {
    const faults = faultsOf({ COMFYUI_URL: url });
    expect(faults).toEqual([expect.stringContaining(fault)]);
    expect(faults.join()).not.toContain('topsecret');
  });

  test.each(['{"a":"topsecret"', '["topsecret"]', '{"a":5}', '{"a b":"topsecret"}', '{"a":"top\\nsecret"}'])(
    'headers %s are refused without being shown',
    (headers) => {
      const faults = faultsOf({ COMFYUI_HEADERS: headers });
      expect(faults).toEqual([expect.stringMatching(/^COMFYUI_HEADERS: .*give an object of strings/)]);
      expect(faults.join()).not.toContain('topsecret');
    },
  );
});

describe('storage', () => {
  test.each([
    ['memory:', { kind: 'memory' }],
    ['file:./data', { kind: 'file', dir: './data' }],
    ['file:/var/lib/comfygate', { kind: 'file', dir: '/var/lib/comfygate' }],
    ['file:///var/lib/comfygate', { kind: 'file', dir: '/var/lib/comfygate' }],
    ['redis://:secret@redis:6379/1', { kind: 'redis', url: 'redis://:secret@redis:6379/1' }],
    ['rediss://redis', { kind: 'redis', url: 'rediss://redis' }],
    ['kv:JOBS', { kind: 'kv', binding: 'JOBS' }],
  ])('%s', (url, storage) => {
    expect(parseConfig({ STORAGE_URL: url }).storage).toEqual(storage);
  });

  test.each(['memory', 'file:', 'file://host/x', 'redis:', 'kv:', 'kv:a b', 'postgres://u:topsecret@h/db'])(
    '%s is refused, naming the four kinds',
    (url) => {
      const faults = faultsOf({ STORAGE_URL: url });
      expect(faults).toEqual([
        expect.stringMatching(/^STORAGE_URL: .*memory:, file:DIR, redis:.* kv:BINDING/),
      ]);
      expect(faults.join()).not.toContain('topsecret');
    },
  );
});

describe('who may call', () => {
  test('keys with names and colons in secrets, also two for one name', () => {
    const config = parseConfig({
      HOST: '0.0.0.0',
      API_KEYS: 'ann:old-secret:1, ann:new-secret:2, admin:12345678',
    });
    expect(config.apiKeys).toEqual([
      { name: 'ann', secret: 'old-secret:1' },
      { name: 'ann', secret: 'new-secret:2' },
      { name: 'admin', secret: '12345678' },
    ]);
    expect(config.allowAnonymous).toBe(false);
  });

  test('with keys nobody is anonymous, even where it was allowed', () => {
    expect(parseConfig({ API_KEYS: 'ann:12345678', ALLOW_ANONYMOUS: 'true' }).allowAnonymous).toBe(false);
  });

  test.each([
    ['topsecret', 'a key (not shown) does not begin'],
    ['an n:topsecret', 'a key (not shown) does not begin'],
    [`${'a'.repeat(65)}:topsecret`, 'a key (not shown) does not begin'],
    ['ann:topsec', 'the secret of "ann" (not shown, 6 long) needs at least 8'],
    ['ann:topsecret topsecret', 'the secret of "ann"'],
    ['ann:topsecret,bob:topsecret', 'item 2: repeats an earlier one'],
    [',', 'item 1: is empty'],
  ])('the keys %s are refused without being shown', (keys, fault) => {
    const faults = faultsOf({ HOST: '0.0.0.0', API_KEYS: keys });
    expect(faults[0]).toContain('API_KEYS: ');
    expect(faults[0]).toContain(fault);
    expect(faults.join()).not.toContain('topsec');
    expect(faults.join()).not.toContain('HOST:');
  });

  test.each([{ HOST: '0.0.0.0' }, { HOST: '::' }, { HOST: '192.168.1.5' }, { ALLOW_ANONYMOUS: 'false' }])(
    '%o without keys is refused, with both remedies',
    (env) => {
      expect(faultsOf(env)).toEqual([expect.stringMatching(/^HOST: .*API_KEYS=.*ALLOW_ANONYMOUS=true/)]);
      expect(parseConfig({ ...env, ALLOW_ANONYMOUS: 'true' }).allowAnonymous).toBe(true);
      expect(faultsOf({ ...env, API_KEYS: 'ann:12345678' })).toEqual([]);
    },
  );

  test('names and origins', () => {
    const config = parseConfig({
      HOST: '[::1]',
      PUBLIC_URL: 'https://Comfy.example.org/',
      CORS_ORIGINS: 'https://app.example.org:443, tauri://localhost',
      ALLOWED_HOSTS: 'Comfy.lan, [::1]:8080',
    });
    expect(config.host).toBe('::1');
    expect(config.publicUrl).toBe('https://comfy.example.org');
    expect(config.corsOrigins).toEqual(['https://app.example.org', 'tauri://localhost']);
    expect(config.allowedHosts).toEqual(['comfy.lan', '[::1]:8080', 'comfy.example.org']);
    expect(parseConfig({ CORS_ORIGINS: '*', ALLOWED_HOSTS: '*' })).toMatchObject({
      corsOrigins: ['*'],
      allowedHosts: ['*'],
    });
    expect(parseConfig({ HOST: '192.168.1.5', ALLOW_ANONYMOUS: '1' }).allowedHosts).toContain('192.168.1.5');
  });

  test.each(['localhost', 'LOCALHOST', '127.0.0.1', '127.255.0.3', '::1', '[::1]'])(
    '%s is loopback',
    (host) => {
      expect(isLoopbackHost(host)).toBe(true);
    },
  );

  test.each([
    '0.0.0.0',
    '::',
    '127.0.0.1.example.org',
    '127.0.0.256',
    'localhost.example.org',
    '10.0.0.1',
    '',
  ])('%s is not loopback', (host) => {
    expect(isLoopbackHost(host)).toBe(false);
  });
});

describe('S3', () => {
  const keys = { AWS_ACCESS_KEY_ID: 'AKIAEXAMPLE', AWS_SECRET_ACCESS_KEY: 'not/for+showing' };
  const on = { S3_ENABLE: 'true', S3_BUCKET: 'pictures', ...keys };

  test('is off by default, whatever else is set', () => {
    expect(parseConfig({ ...on, S3_ENABLE: 'false', S3_REGION: 'eu-central-1' }).s3).toBeUndefined();
    expect(parseConfig(keys).s3).toBeUndefined();
  });

  test('AWS, and another service, with the defaults of each', () => {
    expect(
      parseConfig({ ...on, S3_REGION: 'eu-central-1', S3_PUBLIC_DOMAIN: 'cdn.example.org/x/' }).s3,
    ).toEqual({
      bucket: 'pictures',
      region: 'eu-central-1',
      publicUrl: 'https://cdn.example.org/x',
      pathStyle: false,
      accessKeyId: 'AKIAEXAMPLE',
      secretAccessKey: 'not/for+showing',
    });
    const r2 = parseConfig({ ...on, S3_ENDPOINT: 'https://x.r2.cloudflarestorage.com/' }).s3;
    expect(r2).toMatchObject({
      region: 'auto',
      endpoint: 'https://x.r2.cloudflarestorage.com',
      pathStyle: true,
    });
    const hosted = { ...on, S3_ENDPOINT: 'https://oss.example.org', S3_ENABLE_PATH_STYLE: 'false' };
    expect(parseConfig(hosted).s3?.pathStyle).toBe(false);
  });

  test('bucket and region of config.json, under those of the environment', () => {
    const file = { s3: { bucket: 'filed', region: 'us-east-1' } };
    const env = { S3_ENABLE: 'true', ...keys };
    expect(parseConfig(env, file).s3).toMatchObject({ bucket: 'filed', region: 'us-east-1' });
    expect(parseConfig(on, file).s3).toMatchObject({ bucket: 'pictures', region: 'us-east-1' });
    expect(parseConfig({}, file).s3).toBeUndefined();
    expect(faultsOf({}, { s3: { bucket: 5 } })).toEqual([
      'config.json: s3.bucket: 5 is not a string; give a string',
    ]);
  });

  test('all that is missing is named at once, and what is wrong only once', () => {
    expect(faultsOf({ S3_ENABLE: 'true' }).map((fault) => fault.split(':')[0])).toEqual([
      'S3_BUCKET',
      'S3_REGION',
      'AWS_ACCESS_KEY_ID',
      'AWS_SECRET_ACCESS_KEY',
    ]);
    expect(faultsOf({ ...on, S3_BUCKET: 'x', S3_REGION: 'auto' })).toEqual([
      expect.stringMatching(/^S3_BUCKET: "x" is not/),
    ]);
  });

  test('a secret is not shown', () => {
    const faults = faultsOf({ ...on, S3_REGION: 'auto', AWS_SECRET_ACCESS_KEY: 'sec ret' });
    expect(faults).toEqual([expect.stringMatching(/^AWS_SECRET_ACCESS_KEY: /)]);
    expect(faults[0]).not.toContain('sec ret');
  });
});

describe('config.json', () => {
  const seed = {
    comfyui: { address: 'http://127.0.0.1:8188', client_id: 'comfyui-mcp-client' },
    s3: { bucket: 'your-bucket', region: 'us-east-1' },
    jobs: { max_job_age: 1000, max_jobs: 10, cleanup_interval: 2000 },
    services: [{ name: 'text_to_image' }],
  };

  test('the seed file is understood', () => {
    expect(parseConfig({}, seed)).toMatchObject({
      clientId: 'comfyui-mcp-client',
      jobMaxAgeMs: 1000,
      maxJobs: 10,
      cleanupIntervalMs: 2000,
    });
  });

  test('the environment wins', () => {
    expect(parseConfig({ JOB_MAX_AGE_MS: '7', MAX_JOBS: '8', CLEANUP_INTERVAL_MS: '9' }, seed)).toMatchObject(
      {
        jobMaxAgeMs: 7,
        maxJobs: 8,
        cleanupIntervalMs: 9,
      },
    );
  });

  test('wrong types and values are named with their place', () => {
    expect(
      faultsOf({}, { comfyui: { address: 5, client_id: null }, jobs: { max_jobs: '10', max_job_age: -1 } }),
    ).toEqual([
      'config.json: comfyui.address: 5 is not a string; give a string',
      'config.json: comfyui.client_id: null is not a string; give a string',
      'config.json: jobs.max_jobs: "10" is not a number; give a number',
      expect.stringMatching(/^config\.json: jobs\.max_job_age: "-1" is not a whole number from 1 to/),
    ]);
    expect(faultsOf({}, { comfyui: { address: 'localhost' } })[0]).toMatch(
      /^config\.json: comfyui\.address: item 1: "localhost"/,
    );
    expect(faultsOf({}, [])[0]).toMatch(/^config\.json: it is not a JSON object/);
    expect(faultsOf({}, { jobs: [] })[0]).toMatch(/^config\.json: jobs is not an object/);
  });
});

describe('faults', () => {
  test.each<[string, string]>([
    ['PORT', '65536'],
    ['PORT', '-1'],
    ['PORT', '8080 '.repeat(2)],
    ['HOST', 'http://localhost'],
    ['HOST', 'localhost:8080'],
    ['COMFYUI_TRANSPORT', 'websocket'],
    ['TRUST_PROXY', 'yes'],
    ['ALLOW_ANONYMOUS', 'constructor'],
    ['PUBLIC_URL', 'https://a.example.org/path'],
    ['PUBLIC_URL', 'tauri://localhost'],
    ['SIGNING_SECRET', 'short'],
    ['CORS_ORIGINS', 'app.example.org'],
    ['CORS_ORIGINS', 'null'],
    ['ALLOWED_HOSTS', 'https://a.example.org'],
    ['ALLOWED_HOSTS', 'a.example.org:99999'],
    ['MAX_BODY_BYTES', '10MB'],
    ['JOB_TIMEOUT_MS', '0'],
    ['JOB_QUEUE_TIMEOUT_MS', '1.5'],
    ['JOB_MAX_AGE_MS', '1e9'],
    ['MAX_JOBS', '99999999999999999'],
    ['CLEANUP_INTERVAL_MS', '2147483648'],
    ['MAX_QUEUE_DEPTH', 'many'],
    ['IDEMPOTENCY', 'REPLAY'],
    ['COMFY_MCP_ASSET_TTL_HOURS', '0'],
    ['S3_ENABLE', 'on'],
    ['S3_BUCKET', 'a/b'],
    ['S3_REGION', 'Frankfurt (EU)'],
    ['S3_ENDPOINT', 'https://x.r2.cloudflarestorage.com/bucket'],
    ['S3_ENDPOINT', 's3.example.org'],
    ['S3_PUBLIC_DOMAIN', 'ftp://cdn.example.org'],
    ['S3_ENABLE_PATH_STYLE', 'yes'],
    ['LOG_LEVEL', 'verbose'],
  ])('%s=%s', (name, value) => {
    const faults = faultsOf({ [name]: value });
    expect(faults).toEqual([expect.stringMatching(new RegExp(`^${name}: .*give`))]);
    if (name !== 'SIGNING_SECRET') expect(faults[0]).toContain(value.trim());
    else expect(faults[0]).not.toContain(value);
  });

  test('all are reported at once, in one message', () => {
    const env = { PORT: 'x', HOST: '0.0.0.0', LOG_LEVEL: 'y', COMFYUI_URL: 'a,b' };
    expect(faultsOf(env)).toHaveLength(5);
    expect(() => parseConfig(env)).toThrow(/PORT: "x"[^]*LOG_LEVEL: "y"/);
  });
});
