/**
 * The page at `/docs`: reads /openapi.json and shows every operation and schema, with a request to paste. A ready
 * made viewer would be 1 MB or a CDN, and would need a looser policy; this one knows only the part of OpenAPI that
 * our document uses.
 */
import { page, pageCsp } from './landing.ts';

/** The API reference. `nonce` must be base64 or base64url, and new for each answer. */
export function docsPage(nonce: string): string {
  return page({ nonce, title: 'API · comfygate', path: '/docs', style: STYLE, body: BODY, script: SCRIPT });
}

/** The Content-Security-Policy of the API reference. */
export function docsCsp(nonce: string): string {
  return pageCsp(nonce, 'data:');
}

const STYLE = `
.columns { display: grid; grid-template-columns: 14rem minmax(0, 1fr); gap: 3rem; }
.contents { position: sticky; top: 1.5rem; align-self: start; max-height: calc(100vh - 3rem); overflow: auto; font-size: 0.9rem; }
.contents h2 { font-size: 0.75rem; text-transform: uppercase; letter-spacing: 0.08em; color: var(--muted); margin: 1.2rem 0 0.3rem; }
.contents h2:first-child { margin-top: 0; }
.contents a { display: block; padding: 0.15rem 0; overflow-wrap: anywhere; text-decoration: none; }
.contents a:hover { text-decoration: underline; }
h1 { font-size: 2.1rem; }
.lead { margin-top: 0.75rem; max-width: 46rem; color: var(--muted); }
.group { font-size: 1.4rem; margin-top: 3rem; }
.card { margin-top: 1.1rem; padding: 1.25rem; background: var(--card); border: 1px solid var(--line); border-radius: 12px; scroll-margin-top: 1rem; }
.card h3 { font-size: 1.08rem; display: flex; flex-wrap: wrap; align-items: center; gap: 0.35rem 0.7rem; }
.card h3 + p { margin: 0.6rem 0; }
.card h4 { margin: 1.2rem 0 0.4rem; font-size: 0.85rem; color: var(--muted); }
.method { font: 700 0.75rem/1.7 var(--code); padding: 0 0.6rem; border-radius: 6px; background: var(--accent-soft); color: var(--accent); }
.method.post { background: var(--warn-soft); color: var(--warn); }
.path { font-family: var(--code); font-weight: 600; font-size: 0.95rem; overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; font-size: 0.9rem; }
th, td { text-align: left; vertical-align: top; padding: 0.45rem 0.9rem 0.45rem 0; border-top: 1px solid var(--line); font-weight: 400; }
th { white-space: nowrap; }
th code { font-weight: 600; }
th small { display: block; color: var(--muted); }
td:last-child { width: 60%; padding-right: 0; }
summary { margin-top: 1.2rem; cursor: pointer; font-size: 0.85rem; font-weight: 700; color: var(--muted); }
summary + * { margin-top: 0.5rem; }
@media (max-width: 52rem) { .columns { grid-template-columns: minmax(0, 1fr); gap: 1.5rem; } .contents { position: static; max-height: 14rem; padding: 1rem; border: 1px solid var(--line); border-radius: 12px; }
  td:last-child { width: auto; min-width: 11rem; } }
`;

const BODY = `<div class="page"><main id="main" class="columns">
<aside class="contents" aria-label="Contents" id="contents"></aside>
<div id="document" aria-busy="true"><h1>API</h1><p class="lead" role="status">Reading <a href="/openapi.json">/openapi.json</a>…</p>
<noscript>This view needs JavaScript; the document itself does not.</noscript></div>
</main></div>`;

const SCRIPT = String.raw`
const nameOf = (reference) => reference.split('/').at(-1);

/** Text in which what stands between backticks is code. */
function rich(text) {
  return (text ?? '').split('\x60').map((part, i) => (i % 2 === 1 ? el('code', {}, part) : part));
}
function linkTo(reference) {
  return el('a', { href: '#schema-' + nameOf(reference) }, nameOf(reference));
}
/** The type of a schema as a list of texts and links, such as "array of Output" or "integer or null, 1 to 100". */
function typeOf(schema) {
  if (schema.$ref) return [linkTo(schema.$ref)];
  const choices = schema.anyOf ?? schema.oneOf;
  if (choices) return choices.flatMap((choice, i) => (i === 0 ? typeOf(choice) : [' or ', ...typeOf(choice)]));
  if (schema.enum ?? schema.const) return [(schema.enum ?? [schema.const]).join(' | ')];
  if (schema.type === 'array') return ['array of ', ...typeOf(schema.items ?? {})];
  const type = [schema.type ?? 'any'].flat().join(' or ');
  return [[schema.format ? type + ' (' + schema.format + ')' : type, ...limitsOf(schema)].join(', ')];
}
function limitsOf(schema) {
  const range = (low, high, unit) => low === undefined && high === undefined ? [] : [
    (high === undefined ? 'at least ' + low : low === undefined ? 'at most ' + high : low + ' to ' + high) + unit];
  return [...range(schema.minimum, schema.maximum, ''), ...range(schema.minLength, schema.maxLength, ' characters'),
    ...(schema.default === undefined ? [] : ['default ' + schema.default])];
}
/** Rows of [name, remark under the name, type, description]. */
function table(caption, rows) {
  const body = rows.map(([name, remark, type, description]) => el('tr', {},
    el('th', { scope: 'row' }, el('code', {}, name), ...(remark ? [el('small', {}, remark)] : [])),
    el('td', {}, ...type), el('td', {}, ...rich(description))));
  return el('div', { className: 'scroll' }, el('table', { ariaLabel: caption }, el('tbody', {}, ...body)));
}
function propertyRows(schema, prefix) {
  return Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const inner = property.type === 'array' ? property.items ?? {} : property;
    const remark = schema.required?.includes(name) ? 'required' : '';
    const row = [prefix + name, remark, inner.properties ? [property.type] : typeOf(property), property.description];
    return [row, ...propertyRows(inner, prefix + name + (inner === property ? '.' : '[].'))];
  });
}
function curlOf(method, path, operation) {
  const content = operation.responses[200]?.content ?? {};
  const flags = method === 'head' ? ' -I' : content['text/event-stream'] ? ' -N' : content['*/*'] ? ' -s -o output.bin' : ' -s';
  const body = operation.requestBody?.content['application/json'];
  const verb = method === 'post' && !body ? ' -X POST' : '';
  const lines = ['curl' + flags + verb + ' ' + location.origin + path.replace(/\{(\w+)\}/g, (_, name) => '$' + name.toUpperCase())];
  if (!operation.security) lines.push('-H "Authorization: Bearer $COMFYGATE_KEY"');
  if (body) lines.push("-H 'Content-Type: application/json'", "-d '" + JSON.stringify(body.example) + "'");
  return lines.join(' \\\n  ');
}
function answersOf(operation) {
  const rows = Object.entries(operation.responses).map(([status, { description, content, headers }]) => [
    status, '', Object.entries(content ?? {}).flatMap(([type, { schema }]) => (schema.$ref ? [linkTo(schema.$ref)] : [type])),
    [description, ...Object.keys(headers ?? {}).map((name) => '\x60' + name + '\x60')].join(' · ')]);
  return table('Answers', rows);
}
function operationCard(method, path, operation) {
  const parts = [el('h3', {}, el('span', { className: 'method ' + method }, method.toUpperCase()), el('span', { className: 'path' }, path)),
    el('p', {}, el('strong', {}, operation.summary + '. '), ...rich(operation.description))];
  if (operation.parameters?.length) parts.push(el('h4', {}, 'Parameters'), table('Parameters', operation.parameters.map((parameter) => [
    parameter.name, parameter.in + (parameter.required ? ', required' : ''), typeOf(parameter.schema), parameter.description])));
  const body = operation.requestBody?.content['application/json'];
  if (body) parts.push(el('h4', {}, 'Body'), el('p', {}, ...typeOf(body.schema)));
  const events = Object.entries(operation['x-sse-events'] ?? {});
  if (events.length) parts.push(el('h4', {}, 'Events'), table('Events', events.map(([name, { schema }]) => [name, '', [linkTo(schema)], ''])));
  parts.push(el('h4', {}, 'Try it'), copyable(curlOf(method, path, operation)),
    el('details', {}, el('summary', {}, 'Answers: ' + Object.keys(operation.responses).join(', ')), answersOf(operation)));
  return el('section', { className: 'card', id: 'op-' + operation.operationId, ariaLabel: method.toUpperCase() + ' ' + path }, ...parts);
}
function schemaCard(name, schema) {
  const rows = propertyRows(schema, '');
  return el('section', { className: 'card', id: 'schema-' + name, ariaLabel: name }, el('h3', {}, name), el('p', { className: 'muted' }, ...rich(schema.description)),
    rows.length ? table('Members of ' + name, rows) : el('p', {}, ...typeOf(schema)));
}
function render(api) {
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method, path, operation })));
  const main = [el('h1', {}, 'API ', el('small', { className: 'muted' }, api.info.version)), el('p', { className: 'lead' }, api.info.description),
    el('p', { className: 'lead' }, 'Where the gateway has keys, send yours as ', el('code', {}, 'Authorization: Bearer …'), '. ', 'Machine-readable: ', el('a', { href: '/openapi.json' }, '/openapi.json'), '.')];
  const contents = [];
  for (const { name, description } of api.tags) {
    const members = operations.filter(({ operation }) => operation.tags[0] === name);
    main.push(el('h2', { className: 'group' }, name), el('p', { className: 'muted' }, description), ...members.map(({ method, path, operation }) => operationCard(method, path, operation)));
    contents.push(el('h2', {}, name), ...members.map(({ operation }) => el('a', { href: '#op-' + operation.operationId }, operation.summary)));
  }
  const schemas = Object.entries(api.components.schemas);
  main.push(el('h2', { className: 'group' }, 'schemas'), ...schemas.map(([name, schema]) => schemaCard(name, schema)));
  contents.push(el('h2', {}, 'schemas'), ...schemas.map(([name]) => el('a', { href: '#schema-' + name }, name)));
  document.getElementById('document').replaceChildren(...main);
  document.getElementById('contents').replaceChildren(...contents);
  if (location.hash) document.getElementById(decodeURIComponent(location.hash.slice(1)))?.scrollIntoView();
}
async function start() {
  const target = document.getElementById('document');
  try {
    const response = await fetch('/openapi.json');
    if (!response.ok) throw new Error('status ' + response.status);
    render(await response.json());
  } catch (error) {
    target.querySelector('[role=status]').textContent = '/openapi.json could not be read: ' + error.message;
  }
  target.ariaBusy = 'false';
}
start();
`;
