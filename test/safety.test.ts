/** What must not get in: foreign hosts and pages, bodies without end. What must not get out: secrets and upstreams. */
import { expect, test } from 'vitest';
import type * as wire from '../src/api/answers.ts';
import { watch } from './support/events.ts';
import {
  refusal,
  send,
  startBoth,
  startGateway,
  startSimulator,
  type TestGateway,
} from './support/gateway.ts';
import { failingGraph, pictureGraph, sleepGraph } from './support/graphs.ts';

const APP = 'https://app.example';
const EVIL = 'https://evil.example';

test.each(['evil.example', '127.0.0.1.evil.example', 'localhost.evil.example:80', '10.0.0.1', '[::2]'])(
  'the host %s is not ours, on any route but the signs of life',
  async (host) => {
    const { gateway, simulator } = await startBoth();
    for (const path of ['/', '/docs', '/openapi.json', '/api/v2/jobs', '/api/v2/events', '/nothing']) {
      const answer = await send('GET', gateway.url + path, { host });
      expect([path, answer.status, JSON.parse(answer.text).error.code]).toEqual([path, 403, 'forbidden']);
    }
    const body = JSON.stringify({ workflow: pictureGraph() });
    const rebound = { host, origin: `http://${host}`, 'content-type': 'application/json' };
    expect((await send('POST', `${gateway.url}/api/v2/jobs`, rebound, body)).status).toBe(403);
    expect(simulator.control.stats().requests['POST /prompt']).toBeUndefined();
    expect((await send('GET', `${gateway.url}/healthz`, { host })).status).toBe(200);
  },
);

test('loopback names are ours on any port, ALLOWED_HOSTS adds and replaces', async () => {
  const { gateway, simulator } = await startBoth();
  const named = await startGateway({ COMFYUI_URL: simulator.url, ALLOWED_HOSTS: 'gate.example,10.0.0.1:99' });
  const status = async (url: string, host: string) =>
    (await send('GET', `${url}/api/v2/jobs`, { host })).status;
  for (const host of ['localhost', 'LOCALHOST:1', '127.0.0.1:65535', '[::1]:80'])
    expect([host, await status(gateway.url, host)]).toEqual([host, 200]);
  for (const host of ['gate.example', 'GATE.example:8443', '10.0.0.1:99'])
    expect([host, await status(named.url, host)]).toEqual([host, 200]);
  for (const host of ['10.0.0.1:98', 'localhost'])
    expect([host, await status(named.url, host)]).toEqual([host, 403]);
});

test.each([EVIL, 'null', 'http://localhost:3000', 'http://127.0.0.1.evil.example'])(
  'a page of %s may neither read nor write',
  async (origin) => {
    const { gateway, simulator } = await startBoth();
    const headers = { origin, 'sec-fetch-site': 'cross-site' };
    const submit = await gateway.request('POST', '/api/v2/jobs', { workflow: pictureGraph() }, headers);
    const read = await gateway.request('GET', '/api/v2/jobs', undefined, headers);
    const preflight = await gateway.request('OPTIONS', '/api/v2/jobs', undefined, {
      ...headers,
      'access-control-request-method': 'POST',
    });
    for (const answer of [submit, read, preflight]) {
      expect(answer.headers.get('access-control-allow-origin')).toBeNull();
      await refusal(answer, 403, 'forbidden_origin');
    }
    expect(simulator.control.stats().requests['POST /prompt']).toBeUndefined();
  },
);

test('a page of another site may not load things without Origin either, but people may follow links', async () => {
  const { gateway } = await startBoth();
  const { urls } = await gateway.ended((await gateway.submit(pictureGraph())).id);
  // Not by fetch, which has a Sec-Fetch-Mode of its own.
  const status = async (site: string, mode: string, more: Record<string, string> = {}) =>
    (await send('GET', urls.self, { 'sec-fetch-site': site, 'sec-fetch-mode': mode, ...more })).status;
  expect(await status('cross-site', 'no-cors')).toBe(403);
  expect(await status('cross-site', 'no-cors', { referer: `${EVIL}/page` })).toBe(403);
  expect(await status('cross-site', 'navigate')).toBe(200);
  expect(await status('same-origin', 'no-cors')).toBe(200);
  expect(await status('none', 'cors')).toBe(200);
});

test('our own pages may call', async () => {
  const { gateway } = await startBoth();
  await gateway.submit(pictureGraph(), {}, { origin: gateway.url });
});

test.each([APP, '*'])(
  'CORS_ORIGINS=%s: a page of it may call, and can read every answer',
  async (origins) => {
    const { gateway } = await startBoth({ CORS_ORIGINS: origins, API_KEYS: 'alice:alice-secret' });
    const key = { authorization: 'Bearer alice-secret' };
    const preflight = await gateway.request('OPTIONS', '/api/v2/jobs', undefined, {
      origin: APP,
      'access-control-request-method': 'POST',
      'access-control-request-headers': 'authorization,content-type,idempotency-key',
    });
    expect(preflight.status).toBe(204);
    expect(words(preflight, 'access-control-allow-methods')).toEqual(
      expect.arrayContaining(['get', 'post', 'delete']),
    );
    expect(words(preflight, 'access-control-allow-headers')).toEqual(
      expect.arrayContaining([
        'authorization',
        'content-type',
        'idempotency-key',
        'last-event-id',
        'prefer',
        'range',
      ]),
    );

    const from = (headers: Record<string, string>) => ({
      origin: APP,
      'sec-fetch-site': 'cross-site',
      ...headers,
    });
    const submitted = await gateway.request('POST', '/api/v2/jobs', { workflow: pictureGraph() }, from(key));
    const { id } = (await submitted.clone().json()) as wire.Job;
    const job = await gateway.ended(id, key);
    const get = (path: string, headers = key as Record<string, string>) =>
      gateway.request('GET', path, undefined, from(headers));
    const answers = [
      [preflight, 204],
      [submitted, 201],
      [await get(job.outputs[0]!.url, { range: 'bytes=0-3' }), 206],
      [await get(job.urls.events, {}), 200],
      [await get('/api/v2/health', {}), 200],
      [await get('/openapi.json', {}), 200],
      [await get('/api/v2/jobs', {}), 401],
      [await get('/api/v2/nothing'), 404],
      [await gateway.request('DELETE', '/api/v2/jobs', undefined, from(key)), 405],
    ] as const;
    for (const [answer, status] of answers) {
      const allowed = answer.headers.get('access-control-allow-origin');
      expect([answer.url, answer.status, allowed]).toEqual([answer.url, status, origins]);
      if (origins !== '*') expect(words(answer, 'vary')).toContain('origin');
      if (answer === preflight) continue;
      expect(words(answer, 'access-control-expose-headers')).toEqual(
        expect.arrayContaining(['retry-after', 'content-range', 'accept-ranges', 'idempotency-replayed']),
      );
    }
    if (origins === '*') return;
    await refusal(
      await gateway.request('GET', '/api/v2/jobs', undefined, { ...key, origin: EVIL }),
      403,
      'forbidden_origin',
    );
  },
);

test.each(['declared', 'chunked'])('a body that is too large is 413, its length %s', async (how) => {
  const { gateway, simulator } = await startBoth({ MAX_BODY_BYTES: '1000' });
  const headers = {
    'content-type': 'application/json',
    ...(how === 'chunked' && { 'transfer-encoding': 'chunked' }),
  };
  const body = (bytes: number) => {
    const text = JSON.stringify({ workflow: pictureGraph(), x: '' });
    return text.replace('"x":""', `"x":"${'é'.repeat((bytes - text.length) / 2)}"`).padEnd(bytes - 500, ' ');
  };
  const submit = (bytes: number) => send('POST', `${gateway.url}/api/v2/jobs`, headers, body(bytes));
  expect((await submit(1_000)).status).toBe(201);
  for (const bytes of [1_002, 5_000, 200_000]) {
    const answer = await submit(bytes);
    expect([bytes, answer.status]).toEqual([bytes, 413]);
    expect(JSON.parse(answer.text).error).toMatchObject({
      code: 'payload_too_large',
      details: { max_bytes: 1_000 },
    });
  }
  expect(simulator.control.stats().requests['POST /prompt']).toBe(1);
});

test('every answer has the headers that keep browsers from guessing, framing and telling', async () => {
  const { gateway } = await startBoth();
  const job = await gateway.ended((await gateway.submit(pictureGraph())).id);
  const content = job.outputs[0]!.url;
  const { headers: shown } = await gateway.request('GET', content);
  const etag = { 'if-none-match': shown.get('etag') ?? '' };
  const requests: [string, string, number, Record<string, string>?][] = [
    ...(['/', '/docs', '/openapi.json', '/healthz', '/readyz', '/api/v2/health'] as const).map(
      (path) => ['GET', path, 200] as [string, string, number],
    ),
    ['GET', '/api/v2/jobs', 200],
    ['GET', job.urls.self, 200],
    ['GET', job.urls.events, 200],
    ['GET', job.urls.events, 204, { 'last-event-id': '999999999' }],
    ['GET', content, 200],
    ['HEAD', content, 200],
    ['GET', content, 206, { range: 'bytes=0-3' }],
    ['GET', content, 304, etag],
    ['GET', '/nothing', 404],
    ['PUT', '/api/v2/jobs', 405],
    ['POST', '/api/v2/jobs', 400],
    ['GET', '/api/v2/jobs', 403, { origin: EVIL }],
  ];
  for (const [method, path, status, headers] of requests) {
    const answer = await fetch(new URL(path, gateway.url), { method, ...(headers && { headers }) });
    const seen = Object.fromEntries(
      ['x-content-type-options', 'x-frame-options', 'referrer-policy'].map((name) => [
        name,
        answer.headers.get(name),
      ]),
    );
    expect([method, path, answer.status, seen]).toEqual([
      method,
      path,
      status,
      { 'x-content-type-options': 'nosniff', 'x-frame-options': 'DENY', 'referrer-policy': 'no-referrer' },
    ]);
    expect(answer.headers.get('x-request-id')).toMatch(/^[\da-f-]{36}$/);
    if (status >= 400) expect(answer.headers.get('cache-control')).toBe('no-store');
    await answer.body?.cancel();
  }
});

test('nothing of the caller reaches ComfyUI', async () => {
  const { gateway, simulator } = await startBoth({ API_KEYS: 'alice:alice-secret' });
  const headers = {
    authorization: 'Bearer alice-secret',
    origin: gateway.url,
    cookie: 'session=mark-cookie',
    referer: `${gateway.url}/mark-referer`,
    'user-agent': 'mark-agent',
    'sec-fetch-site': 'mark-site',
    'x-forwarded-for': '203.0.113.9',
    'x-mark': 'mark-own',
    'accept-language': 'mark-language',
  };
  await visitAll(gateway, headers);
  const seen = simulator.control.stats().headers;
  expect(Object.keys(seen)).toEqual(
    expect.arrayContaining(['POST /prompt', 'GET /view', 'GET /ws', 'POST /interrupt']),
  );
  for (const [route, sent] of Object.entries(seen)) {
    expect([route, sent.host]).toEqual([route, new URL(simulator.url).host]);
    expect([route, sent.authorization, sent.cookie, sent.origin]).toEqual([
      route,
      undefined,
      undefined,
      undefined,
    ]);
    expect(`${route} ${JSON.stringify(sent)}`).not.toMatch(/mark-|alice|203\.0\.113|gate/);
  }
});

test('COMFYUI_HEADERS and the credentials of the URL go with everything to ComfyUI', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({
    COMFYUI_URL: simulator.url.replace('://', '://user:p%40ss@'),
    COMFYUI_HEADERS: '{"X-Access-Token":"tunnel-secret"}',
  });
  await visitAll(gateway, {});
  const basic = `Basic ${btoa('user:p@ss')}`;
  for (const [route, sent] of Object.entries(simulator.control.stats().headers))
    expect([route, sent.authorization, sent['x-access-token']]).toEqual([route, basic, 'tunnel-secret']);
});

test('no secret is logged, and no answer names an upstream or shows a stack', async () => {
  const simulator = await startSimulator();
  const secrets = {
    key: 'alice-secret-1234',
    signing: 'signing-secret-1234',
    password: 'password-1234',
    tunnel: 'tunnel-secret-1234',
    partner: 'partner-secret-1234',
  };
  const gateway = await startGateway({
    COMFYUI_URL: simulator.url.replace('://', `://user:${secrets.password}@`),
    COMFYUI_HEADERS: `{"X-Access-Token":"${secrets.tunnel}"}`,
    API_KEYS: `alice:${secrets.key}`,
    SIGNING_SECRET: secrets.signing,
    LOG_LEVEL: 'debug',
  });
  const headers = { authorization: `Bearer ${secrets.key}` };
  const answers = await visitAll(gateway, headers, { extra_data: { api_key_comfy_org: secrets.partner } });
  const wrong = await gateway.request('GET', '/api/v2/jobs', undefined, {
    authorization: 'Bearer wrong-secret-99',
  });
  answers.push(await wrong.text());
  for (const kind of ['status', 'drop'] as const) {
    simulator.control.fault({ route: '*', kind, body: `boom at ${simulator.url}/x.py:12` });
    answers.push(...(await visitAll(gateway, headers)));
    simulator.control.clearFaults();
  }
  await simulator.control.stop();
  answers.push(...(await visitAll(gateway, headers)));

  const lines = JSON.stringify(gateway.logged);
  expect(lines).toContain('request_failed');
  const hidden = [...Object.values(secrets), btoa(`user:${secrets.password}`), 'wrong-secret-99'];
  for (const secret of hidden) expect([secret, lines.includes(secret)]).toEqual([secret, false]);
  expect(lines).not.toMatch(/signature=\w/);
  expect(answers.length).toBeGreaterThan(20);
  for (const answer of answers) {
    expect(answer).not.toMatch(
      new RegExp(`:${simulator.port}\\b|ECONN|\\.ts:\\d|\\.py\\b|node_modules|\\n\\s+at `),
    );
    for (const secret of hidden) expect([answer, answer.includes(secret)]).toEqual([answer, false]);
  }
});

/** Goes to all routes that lead to ComfyUI, and returns what they answered; some may be refused. */
async function visitAll(gateway: TestGateway, headers: Record<string, string>, more = {}): Promise<string[]> {
  const texts: string[] = [];
  async function visit(method: string, path: string, body?: unknown): Promise<string> {
    const text = await (await gateway.request(method, path, body, headers)).text();
    texts.push(text);
    return text;
  }
  const submit = async (workflow: unknown) =>
    (JSON.parse(await visit('POST', '/api/v2/jobs', { workflow, ...more })) as wire.Job).id as
      | string
      | undefined;
  await submit({ '1': { class_type: 'Nothing', inputs: {} } });
  const ids = [
    await submit(pictureGraph()),
    await submit(failingGraph()),
    await submit(sleepGraph(100, 0.05)),
  ];
  for (const id of ids) {
    if (id === undefined) continue;
    if (id === ids[2]) {
      const stream = await watch(`${gateway.url}/api/v2/jobs/${id}/events`, undefined, withoutAgent(headers));
      await stream.first(({ event }) => event === 'progress');
      await visit('POST', `/api/v2/jobs/${id}/cancel`);
      texts.push(JSON.stringify(await stream.ended));
    }
    const job = await gateway.ended(id, headers);
    await visit('GET', `/api/v2/jobs/${id}/workflow`);
    for (const { url } of job.outputs) await visit('GET', url);
  }
  const { jobs } = JSON.parse(await visit('GET', '/api/v2/jobs')) as wire.JobList;
  for (const { outputs } of jobs) for (const { url } of outputs) await visit('GET', url);
  for (const path of ['/readyz', '/api/v2/health', '/openapi.json', '/', '/docs', '/api/v2/nothing'])
    await visit('GET', path);
  return texts;
}

/** A stream of events is asked for with what browsers may send. */
function withoutAgent({ 'user-agent': _agent, ...headers }: Record<string, string>): Record<string, string> {
  return headers;
}

function words(answer: Response, name: string): string[] {
  return (answer.headers.get(name) ?? '').split(',').map((word) => word.trim().toLowerCase());
}
