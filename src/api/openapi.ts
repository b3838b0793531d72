/**
 * The OpenAPI 3.1 document: one table of operations over the schemas that the routes parse with, so that it cannot
 * say something else than they do. Making it takes some milliseconds; callers keep what they got.
 */
import * as z from 'zod';
import type { ErrorCode } from '../errors.ts';
import { ASSET_OPERATIONS } from './asset-operations.ts';
import { JOB_OPERATIONS } from './job-operations.ts';
import { answer, json, responseHeader, SCHEMAS, type Json, type Tag, type Operations } from './operation.ts';
import { WORKFLOW_OPERATIONS } from './workflow-operations.ts';

export interface OpenApiOptions {
  version: string;
  /** Origin under which the caller reached the gateway. */
  serverUrl: string;
}

/** The whole document as plain JSON. */
export function openapiDocument({ version, serverUrl }: OpenApiOptions): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'comfygate',
      version,
      summary: 'ComfyUI workflows as jobs: submit, watch, fetch.',
      description: DESCRIPTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: serverUrl }],
    security: [{ bearerAuth: [] }, {}],
    tags: TAGS,
    paths: paths(),
    components: {
      securitySchemes: {
        bearerAuth: {
          type: 'http',
          scheme: 'bearer',
          description: 'A key of API_KEYS; none needed without them.',
        },
      },
      schemas: componentSchemas(),
    },
  };
}

const DESCRIPTION =
  'A strict superset of Comfy API v2. Submit a workflow, follow the links in the answer, fetch the outputs. ' +
  'Every refusal has the same envelope, with a code that programs can rely on.';

const TAGS: { name: Tag; description: string }[] = [
  { name: 'jobs', description: 'One execution of a workflow.' },
  { name: 'workflows', description: 'Workflows by name, with typed inputs.' },
  { name: 'events', description: 'Server-sent events: live progress that survives a lost connection.' },
  { name: 'assets', description: 'What jobs produced, and what they are given.' },
  { name: 'comfyui', description: 'What ComfyUI has, and the defaults of workflows.' },
  { name: 'gateway', description: 'Whether it works, and how to talk to it.' },
];

const RETRY_AFTER = responseHeader('Retry-After', 'Seconds to wait before trying again.', {
  type: 'integer',
});

const OPERATIONS: Operations = {
  ...JOB_OPERATIONS,
  ...WORKFLOW_OPERATIONS,
  ...ASSET_OPERATIONS,
  'GET /api/v2/health': {
    id: 'getHealth',
    tag: 'gateway',
    summary: 'Whether the gateway answers',
    answers: { 200: json('Health', 'It does.') },
  },
  'GET /healthz': {
    id: 'healthz',
    tag: 'gateway',
    summary: 'Whether the process answers',
    answers: { 200: json('Alive', 'It does.') },
  },
  'GET /readyz': {
    id: 'readyz',
    tag: 'gateway',
    summary: 'Whether jobs can run',
    answers: { 200: json('Ready', 'At least one ComfyUI is reachable.'), 503: json('Ready', 'None is.') },
  },
  'GET /openapi.json': {
    id: 'getOpenApi',
    tag: 'gateway',
    summary: 'This document',
    answers: { 200: answer('OpenAPI 3.1.', { 'application/json': { schema: { type: 'object' } } }) },
  },
};

function paths(): Json {
  const found: Record<string, Json> = {};
  for (const [route, operation] of Object.entries(OPERATIONS)) {
    const { id, tag, summary, description, body, form, answers, errors, events } = operation;
    const [method = '', path = ''] = route.split(' ');
    (found[path] ??= {})[method.toLowerCase()] = {
      operationId: id,
      tags: [tag],
      summary,
      ...(description && { description }),
      ...(!errors && { security: [] }),
      parameters: [...(operation.parameters ?? []), ...queryParameters(operation.query)],
      ...(body && { requestBody: { required: true, content: { 'application/json': body } } }),
      ...(form && { requestBody: { required: true, content: { 'multipart/form-data': fileForm(form) } } }),
      responses: { ...answers, ...mapValues(errors ?? {}, errorOf) },
      ...(events && { 'x-sse-events': events }),
    };
  }
  return found;
}

/** Fields of a form, as the texts that they are read from, and the file. */
function fileForm(fields: z.ZodObject): Json {
  const { properties, required, ...schema } = alone(
    z.toJSONSchema(fields, { io: 'input', override: simplify }),
  );
  const file = { type: 'string', format: 'binary', description: 'The bytes.' };
  return {
    schema: {
      ...schema,
      properties: { file, ...(properties as Json) },
      required: ['file', ...(required as string[]).filter((name) => name !== 'tags')],
    },
  };
}

function errorOf(codes: readonly ErrorCode[], status: string): Json {
  const description = codes.map((code) => `\`${code}\``).join(', ');
  return json('ErrorEnvelope', description, status === '429' || status === '503' ? RETRY_AFTER : undefined);
}

/** Parameters described by what their text is read as. */
function queryParameters(query: z.ZodObject | undefined): Json[] {
  return Object.entries(query?.shape ?? {}).map(([name, member]) => {
    const { description, ...schema } = alone(z.toJSONSchema(member, { io: 'output', override: simplify }));
    const style = schema.type === 'array' ? { style: 'form', explode: false } : {};
    return Object.assign({ name, in: 'query' }, description && { description }, style, { schema });
  });
}

function componentSchemas(): Json {
  const registry = z.registry<{ id: string }>();
  for (const [id, schema] of Object.entries(SCHEMAS)) registry.add(schema, { id });
  const uri = (id: string) => `#/components/schemas/${id}`;
  // As input: answers may get members later, so that none of them is closed in the document.
  return mapValues(z.toJSONSchema(registry, { io: 'input', uri, override: simplify }).schemas, alone);
}

/** Without what zod adds for documents that stand alone. */
function alone({ $schema: _schema, $id: _id, ...schema }: Json): Json {
  return schema;
}

/** Drops what says nothing: patterns beside formats, that JSON keys are strings, the bounds of safe integers. */
function simplify({ jsonSchema: schema }: { jsonSchema: Json }): void {
  if (schema.format !== undefined) delete schema.pattern;
  delete schema.propertyNames;
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
}

function mapValues<T, U>(
  object: Readonly<Record<string, T>>,
  map: (value: T, key: string) => U,
): Record<string, U> {
  return Object.fromEntries(Object.entries(object).map(([key, value]) => [key, map(value, key)]));
}
