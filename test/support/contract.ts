/**
 * Every answer that a test gets, against the document that the gateway publishes about itself: the status is
 * documented for the operation, with the right media type, body, error code and headers. Here the document is closed:
 * a member that it does not name is a fault, too.
 */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { openapiDocument } from '../../src/api/openapi.ts';

/** Throws if the document does not allow this answer. `path` may have a query. Leaves the body to be read. */
export async function checkAnswer(method: string, path: string, response: Response): Promise<void> {
  const url = new URL(path, 'http://gateway');
  const found = method === 'OPTIONS' ? undefined : find(method, url.pathname);
  const what = `${method} ${found?.template ?? url.pathname} → ${response.status}`;
  const type = (response.headers.get('content-type') ?? '').split(';')[0] ?? '';
  if (!found) return checkUndocumented(what, method, url.pathname, type, response);

  const answer = found.operation.responses[response.status];
  if (!answer) throw new Error(`${what} is not documented: ${await peek(response)}`);
  for (const name of Object.keys(answer.headers ?? {})) {
    const sometimes = name === 'Idempotency-Replayed';
    if (!sometimes && !response.headers.has(name)) throw new Error(`${what} lacks ${name}`);
  }
  if (method === 'HEAD' || answer.content === undefined) return;
  if ('*/*' in answer.content) return;
  if (!(type in answer.content))
    throw new Error(`${what} is ${type || 'of no type'}: ${await peek(response)}`);
  if (type !== 'application/json') return;
  const body: unknown = await response.clone().json();
  const steps = ['paths', found.template, found.method, 'responses', String(response.status)];
  check(what, pointer([...steps, 'content', type, 'schema']), body);
  if (response.status >= 400 && isEnvelope(body)) checkCode(what, answer.description, body.error.code);
}

/** Throws if the document does not allow this event on a stream. */
export function checkEvent(event: string, data: unknown): void {
  const operation = document.paths['/api/v2/events']?.['get'];
  const schema = operation?.['x-sse-events']?.[event]?.schema;
  if (schema === undefined) throw new Error(`event '${event}' is not documented`);
  check(`event '${event}'`, schema.slice(1), data);
}

interface Answer {
  description: string;
  headers?: Record<string, unknown>;
  content?: Record<string, unknown>;
}

interface Operation {
  responses: Record<string, Answer>;
  'x-sse-events'?: Record<string, { schema: string }>;
}

interface Found {
  template: string;
  method: string;
  operation: Operation;
}

/** Paths that answer people, not programs. */
const PAGES = new Set(['/', '/docs']);

/** As much of its shape as is read here; it is plain JSON of our own making. */
export const document = openapiDocument({ version: 'test', serverUrl: 'http://gateway' }) as {
  paths: Record<string, Record<string, Operation>>;
  components: object;
};
const templates = Object.entries(document.paths).map(([template, operations]) => ({
  template,
  operations,
  pattern: new RegExp(`^${template.replaceAll('.', '\\.').replace(/\{\w+\}/g, '[^/]+')}$`),
}));
const ajv = new Ajv2020({ strict: false, allErrors: true });
addFormats.default(ajv);
ajv.addSchema({ ...(closed(document) as object), $id: 'gateway' });
const validators = new Map<string, ValidateFunction>();

function find(method: string, path: string): Found | undefined {
  const match = templates.find(({ pattern }) => pattern.test(path));
  for (const name of [method.toLowerCase(), ...(method === 'HEAD' ? ['get'] : [])]) {
    const operation = match?.operations[name];
    if (match && operation) return { template: match.template, method: name, operation };
  }
  return undefined;
}

/** What is no operation is a page, a preflight, or refused with the envelope. */
async function checkUndocumented(
  what: string,
  method: string,
  path: string,
  type: string,
  response: Response,
): Promise<void> {
  if (PAGES.has(path) && response.status === 200 && type === 'text/html') return;
  if (method === 'OPTIONS' && response.status === 204) return;
  if (response.status < 400) throw new Error(`${what} is not documented: ${await peek(response)}`);
  if (method === 'HEAD') return;
  if (type !== 'application/json') throw new Error(`${what} has no envelope: ${await peek(response)}`);
  check(what, '/components/schemas/ErrorEnvelope', await response.clone().json());
}

function check(what: string, place: string, value: unknown): void {
  let validate = validators.get(place);
  if (!validate) validators.set(place, (validate = ajv.compile({ $ref: `gateway#${place}` })));
  if (validate(value)) return;
  const faults = validate.errors?.map((e) => `${e.instancePath} ${e.message} ${JSON.stringify(e.params)}`);
  throw new Error(`${what} breaks its schema: ${faults?.join('; ')}\n${JSON.stringify(value).slice(0, 500)}`);
}

/** The description of an error answer lists its codes. */
function checkCode(what: string, description: string, code: string): void {
  if (!description.split(', ').includes(`\`${code}\``))
    throw new Error(`${what} has code '${code}', documented are ${description}`);
}

function isEnvelope(body: unknown): body is { error: { code: string } } {
  return typeof body === 'object' && body !== null && 'error' in body;
}

async function peek(response: Response): Promise<string> {
  return (await response.clone().text()).slice(0, 300);
}

function pointer(steps: string[]): string {
  return steps
    .map((step) => `/${encodeURIComponent(step.replaceAll('~', '~0').replaceAll('/', '~1'))}`)
    .join('');
}

/** A copy in which objects have no other members than those that are described. */
function closed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(closed);
  if (typeof value !== 'object' || value === null) return value;
  const copy = Object.fromEntries(Object.entries(value).map(([key, member]) => [key, closed(member)]));
  const isSchema = copy['type'] === 'object' && 'properties' in copy && !('additionalProperties' in copy);
  return isSchema ? { ...copy, additionalProperties: false } : copy;
}
