import { existsSync, readFileSync } from 'node:fs';
import { Validator } from '@seriousme/openapi-schema-validator';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { openapiDocument } from '../src/api/openapi.ts';
import { describeIssues } from '../src/api/issues.ts';
import { JobListQuery, SubmitRequest } from '../src/api/requests.ts';
import { GatewayError, type ErrorCode } from '../src/errors.ts';

/** As much of JSON Schema as both documents use. */
interface Schema {
  $ref?: string;
  type?: string | string[];
  nullable?: boolean;
  format?: string;
  enum?: unknown[];
  const?: unknown;
  anyOf?: Schema[];
  allOf?: Schema[];
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
}

interface OperationObject {
  requestBody?: unknown;
  operationId: string;
  responses: Record<string, { description: string; headers?: object }>;
}

interface Document {
  paths: Record<string, Record<string, OperationObject>>;
  components: { schemas: Record<string, Schema> };
}

// The document is plain JSON of our own making; this is the part of its shape that the tests read.
const ours = openapiDocument({ version: '1.2.3', serverUrl: 'https://comfy.example.org' }) as Document;

test('it is a valid OpenAPI 3.1 document', async () => {
  const validator = new Validator();
  expect(await validator.validate({ ...ours })).toEqual({ valid: true });
  expect(validator.version).toBe('3.1');
});

test('every $ref and every schema of an event resolves', () => {
  const found = JSON.stringify(ours).matchAll(/"#\/components\/schemas\/(\w+)"/g);
  const names = new Set(Array.from(found, ([, name]) => name ?? ''));
  expect(names.size).toBeGreaterThan(10);
  expect([...names].filter((name) => !(name in ours.components.schemas))).toEqual([]);
});

test('error answers stand under the status of their code, and those to be repeated say when', () => {
  for (const operation of Object.values(ours.paths).flatMap((methods) => Object.values(methods))) {
    for (const [status, response] of Object.entries(operation.responses)) {
      if (!response.description.startsWith('`') || Number(status) < 400) continue;
      const codes = response.description.replaceAll('`', '').split(', ') as ErrorCode[];
      // An invalid member of a body is 422, as in the official proxy; everywhere else invalid_request is 400.
      for (const code of codes)
        if (!(code === 'invalid_request' && status === '422' && operation.requestBody))
          expect(`${code} ${status}`).toBe(`${code} ${new GatewayError(code, '').status}`);
      expect(response.headers !== undefined).toBe(status === '429' || status === '503');
    }
  }
});

describe('Comfy API v2', () => {
  const source = new URL('../../shared/comfy-api-v2/openapi.yaml', import.meta.url);
  const present = existsSync(source);

  test('the official specification is at hand in CI', () => {
    expect(present || process.env.CI !== 'true').toBe(true);
  });

  test
    .skipIf(!present)
    .each([
      'Job',
      'Output',
      'Asset',
      'Progress',
      'ErrorEnvelope',
      'StatusEvent',
      'PreviewEvent',
      'JobUrls',
      'JobError',
    ])('%s has all that it must have', (name) => {
    const official = parse(readFileSync(source, 'utf8')) as Document;
    expect(differences(name, official, { $ref: `/${name}` }, { $ref: `/${name}` })).toEqual([]);
  });

  test.skipIf(!present)('operations have the official ids', () => {
    const official = parse(readFileSync(source, 'utf8')) as Document;
    for (const [path, methods] of Object.entries(ours.paths))
      for (const [method, { operationId }] of Object.entries(methods)) {
        const expected = official.paths[path]?.[method]?.operationId;
        if (expected !== undefined) expect(operationId).toBe(expected);
      }
  });
});

/** Where an answer that is valid for our schema would not be valid for the official one. */
function differences(at: string, official: Document, theirs: Schema, mine: Schema): string[] {
  const their = flatten(official, theirs);
  const my = flatten(ours, mine);
  const found: string[] = [];
  for (const type of my.types)
    if (!their.types.has(type) && !(type === 'integer' && their.types.has('number')))
      found.push(`${at}: ${type} is not among ${[...their.types].join(', ')}`);
  if (their.schema.enum && !my.schema.enum?.every((value) => their.schema.enum?.includes(value)))
    found.push(`${at}: has other values`);
  if (their.schema.format === 'date-time' && my.schema.format !== 'date-time')
    found.push(`${at}: is no date-time`);
  for (const name of their.schema.required ?? [])
    if (!my.schema.required?.includes(name)) found.push(`${at}.${name}: is not required`);
  for (const [name, member] of Object.entries(their.schema.properties ?? {})) {
    const same = my.schema.properties?.[name];
    if (same) found.push(...differences(`${at}.${name}`, official, member, same));
  }
  if (their.schema.items)
    found.push(...differences(`${at}[]`, official, their.schema.items, my.schema.items ?? {}));
  return found;
}

/** A schema without references and alternatives, and its types with null among them. */
function flatten(document: Document, schema: Schema): { schema: Schema; types: Set<string> } {
  const name = schema.$ref?.split('/').at(-1);
  const target = name === undefined ? schema : (document.components.schemas[name] ?? {});
  const parts = [target, ...(target.anyOf ?? []), ...(target.allOf ?? [])];
  const main =
    parts.findLast((part) => part.type !== 'null' && (part.type ?? part.$ref) !== undefined) ?? target;
  if (main !== target && main.$ref !== undefined) {
    const inner = flatten(document, main);
    return { schema: inner.schema, types: new Set([...inner.types, ...nullOf(target)]) };
  }
  return { schema: main, types: new Set([main.type ?? []].flat().concat(nullOf(target))) };
}

function nullOf(schema: Schema): string[] {
  return schema.nullable === true || schema.anyOf?.some((part) => part.type === 'null') === true
    ? ['null']
    : [];
}

describe('requests', () => {
  const graph = { '1': { class_type: 'EmptyImage', inputs: {} } };

  test('null counts as absent, and unknown members are ignored', () => {
    const request = {
      workflow: graph,
      extra_data: null,
      metadata: null,
      priority: null,
      webhook_url: null,
      other: 1,
    };
    expect(SubmitRequest.parse(request)).toEqual({ workflow: graph, webhook_url: null });
  });

  test('each fault names the field, what was given and what is allowed', () => {
    const request = {
      workflow: [],
      metadata: 'é'.repeat(600),
      priority: 9.5,
      session_id: '',
      timeout_ms: 0,
      webhook_url: 'https://example.org',
      extra_data: { api_key_comfy_org: null, surprise: 'sk-secret', extra_pnginfo: { prompt: {} } },
    };
    const { error } = SubmitRequest.safeParse(request);
    const faults = error ? describeIssues(error, request) : [];
    expect(
      Object.fromEntries(
        faults.map(({ field, reason, given }) => [field, `${reason}: ${given.slice(0, 20)}`]),
      ),
    ).toEqual({
      workflow: 'has the wrong type: an array',
      metadata: 'is too long: "ééééééééééééééééééé',
      priority: 'is not a whole number: 9.5',
      session_id: 'is too short: ""',
      timeout_ms: 'is too small: 0',
      webhook_url: 'has the wrong type: "https://example.org',
      'extra_data.api_key_comfy_org': 'has the wrong type: null',
      'extra_data.surprise': 'is not a known member: a string',
      'extra_data.extra_pnginfo.prompt': 'is not a known member: an object',
    });
    expect(faults.find(({ field }) => field === 'priority')?.allowed).toBe(
      'a whole number from -1000000 to 1000000',
    );
    expect(faults.every(({ given }) => given.length <= 100)).toBe(true);
  });

  test('a list query', () => {
    expect(JobListQuery.parse({})).toEqual({ limit: 50 });
    expect(JobListQuery.parse({ status: 'queued, failed', limit: '3' })).toEqual({
      status: ['queued', 'failed'],
      limit: 3,
    });
    const query = { status: 'queued,done', limit: '101' };
    const { error } = JobListQuery.safeParse(query);
    expect(error && describeIssues(error, query)).toEqual([
      {
        field: 'status.1',
        reason: 'is not known',
        given: '"done"',
        allowed: 'queued, running, canceling, succeeded, failed, canceled, expired',
      },
      { field: 'limit', reason: 'is too large', given: '"101"', allowed: 'a whole number from 1 to 100' },
    ]);
  });
});
