/** Workflows as endpoints: the catalogue, uploads, and runs by name. */
import { Hono } from 'hono';
import type * as wire from '../api/answers.ts';
import * as requests from '../api/requests.ts';
import { memberText, parseLossless, type JsonObject } from '../comfyui/json.ts';
import { GatewayError } from '../errors.ts';
import type { Runs } from '../jobs/runs.ts';
import type { Catalogue, RunnableEntry } from '../workflows/catalogue.ts';
import type { Descriptions } from '../workflows/descriptions.ts';
import { schemaText } from '../workflows/schema.ts';
import type { BodyReader } from './body.ts';
import type { AppContext, Env } from './context.ts';
import { parseBody, parseQuery } from './parse.ts';
import { presentDryRun, presentSummary, presentWorkflow } from './present-workflow.ts';
import { idempotencyOf, optionsOf, type Submissions } from './submissions.ts';

export interface WorkflowRouteDeps {
  catalogue: Catalogue;
  descriptions: Descriptions;
  runs: Runs;
  bodies: BodyReader;
  submissions: Submissions;
  /** Whether callers need a key. */
  withKeys: boolean;
}

export function workflowRoutes(deps: WorkflowRouteDeps): Hono<Env> {
  const { catalogue, descriptions, runs, bodies, submissions, withKeys } = deps;
  const routes = new Hono<Env>();

  async function answer(c: AppContext, entry: RunnableEntry, status: 200 | 201): Promise<Response> {
    const described = await descriptions.describe(c.var.caller.owner, entry);
    const body = presentWorkflow(entry, described, c.var.base, withKeys);
    return c.body(schemaText(body), status, { 'content-type': 'application/json' });
  }

  routes.get('/workflows', async (c) => {
    const workflows = (await descriptions.list(c.var.caller.owner)).map((entry) =>
      presentSummary(entry, c.var.base),
    );
    const list: wire.WorkflowList = { workflows, count: workflows.length };
    return c.json(list);
  });

  routes.get('/workflows/:name', async (c) =>
    answer(c, await catalogue.get(c.var.caller.owner, c.req.param('name')), 200),
  );

  routes.put('/workflows/:name', async (c) => {
    const { graph, metaText } = uploaded(await bodies.bytes(c));
    const { owner } = c.var.caller;
    const { entry, created } = await catalogue.put(owner, c.req.param('name'), graph, metaText);
    return answer(c, entry, created ? 201 : 200);
  });

  routes.delete('/workflows/:name', async (c) => {
    await catalogue.remove(c.var.caller.owner, c.req.param('name'));
    return c.body(null, 204);
  });

  routes.post('/workflows/:name/jobs', async (c) => {
    const { dry_run: dry } = parseQuery(requests.DryRunQuery, c);
    const { text, body } = await bodies.json(c, 'optional');
    const request = parseBody(requests.RunRequest, body);
    const inputs = (parseLossless(memberText(text, 'inputs') ?? '{}') ?? {}) as JsonObject;
    const { caller } = c.var;
    const name = c.req.param('name');
    const others = Object.keys(body).filter((key) => !Object.hasOwn(requests.RunRequest.shape, key));
    const { workflow } = others.length > 0 ? await catalogue.get(caller.owner, name) : {};
    const astray = others.find((key) => workflow?.parameters.some((parameter) => parameter.name === key));
    if (astray !== undefined) {
      throw new GatewayError(
        'invalid_request',
        `'${astray}' is an input of the workflow and belongs into 'inputs': {"inputs": {"${astray}": …}}.`,
        { status: 422, details: { field: astray } },
      );
    }
    if (dry) return c.json(presentDryRun(await runs.dryRunNamed(caller, name, inputs)));
    const options = { ...optionsOf(request, text), ...idempotencyOf(c) };
    return submissions.answer(c, await runs.run(caller, name, inputs, options));
  });

  return routes;
}

/** A graph or picture as it came, or `{workflow, meta}` with what would stand in a `.meta.json`. */
function uploaded(bytes: Uint8Array): { graph: Uint8Array; metaText?: string } {
  if (bytes.length === 0)
    throw new GatewayError(
      'invalid_request',
      'The body is empty; it must be an API-format graph, {"workflow": graph, "meta": {…}}, or a PNG or WebP of ComfyUI.',
    );
  // `{`, after spaces or a byte order mark; only then it can be the object.
  if (!/^\s*\{/.test(new TextDecoder().decode(bytes.subarray(0, 64)))) return { graph: bytes };
  const text = new TextDecoder().decode(bytes);
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    // Whoever reads the graph says where it breaks.
    return { graph: bytes };
  }
  const { workflow, meta, ...others } = body as JsonObject;
  const isWrapped =
    Object.keys(others).length === 0 &&
    typeof workflow === 'object' &&
    workflow !== null &&
    !('class_type' in workflow);
  if (!isWrapped) return { graph: bytes };
  const graph = new TextEncoder().encode(memberText(text, 'workflow'));
  return meta === undefined || meta === null ? { graph } : { graph, metaText: memberText(text, 'meta')! };
}
