/** A catalogue of the workflows that ship, until the real one is there. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { GatewayError } from '../../src/errors.ts';
import type { Backend } from '../../src/jobs/backend.ts';
import type { Runs } from '../../src/jobs/runs.ts';
import type { JobService } from '../../src/jobs/service.ts';
import { bindGraph } from '../../src/workflows/bind.ts';
import { applyDefaults, mergeDefaults } from '../../src/workflows/defaults.ts';
import { parseWorkflow } from '../../src/workflows/parse.ts';
import { describe, schemaOf } from '../../src/workflows/schema.ts';

const DIR = join(import.meta.dirname, '../../workflows');
const seed = () => Math.floor(Math.random() * 2 ** 50);

export function fakeRuns(service: JobService, backends: () => readonly Backend[]): Runs {
  const parsed = ['generate_image', 'generate_song'].map((name) => {
    const found = parseWorkflow({
      name,
      graphText: readFileSync(join(DIR, `${name}.json`), 'utf8'),
      metaText: readFileSync(join(DIR, `${name}.meta.json`), 'utf8'),
      now: 0,
    });
    if (!found.ok) throw new Error(found.error.message);
    return found.workflow;
  });
  let info: Record<string, unknown> = {};
  let tiers = {};
  async function all() {
    const client = backends()[0]!.client;
    for (const { graphText } of parsed) {
      for (const node of Object.values(JSON.parse(graphText)) as { class_type: string }[])
        info[node.class_type] ??= await client.nodeClass(node.class_type);
    }
    return parsed.map((workflow) => {
      const described = describe(workflow, info as never);
      const { parameters, sources } = applyDefaults(workflow, described.parameters, tiers);
      return {
        workflow,
        parameters,
        sources,
        schema: schemaOf(parameters, workflow),
        faults: described.faults,
      };
    });
  }
  const runs: Runs = {
    list: all,
    revision: async () => JSON.stringify(tiers),
    async describe(_caller, name) {
      const found = (await all()).find(({ workflow }) => workflow.name === name);
      if (!found) throw new GatewayError('not_found', `There is no workflow '${name}'.`);
      return found;
    },
    async run(caller, name, inputs, options = {}) {
      const { workflow, parameters } = await runs.describe(caller, name);
      const bound = bindGraph(workflow.graphText, parameters, inputs, { seed });
      if (!bound.ok)
        throw new GatewayError('invalid_request', bound.error.message, {
          status: 422,
          details: { ...bound.error },
        });
      const { dropUnknown: _d, ...rest } = options;
      const submitted = await service.submit(caller, {
        ...rest,
        graphText: bound.graphText,
        graph: JSON.parse(bound.graphText),
        workflow: name,
        inputs: bound.values,
      });
      return { ...submitted, applied: bound.values, dropped: {} };
    },
    async regenerate(caller, jobId, { seed: given, overrides = {} }, options = {}) {
      const job = await service.get(caller, jobId);
      const text = await service.graph(caller, jobId);
      const { parameters } = await runs.describe(caller, job.workflow!);
      const values = { ...overrides, ...(given !== undefined && { seed: given }) };
      const bound = bindGraph(text, parameters, values, { seed, keepSeeds: true });
      if (!bound.ok)
        throw new GatewayError('invalid_request', bound.error.message, {
          status: 422,
          details: { ...bound.error },
        });
      const { dropUnknown: _d, ...rest } = options;
      const submitted = await service.submit(caller, {
        ...rest,
        graphText: bound.graphText,
        graph: JSON.parse(bound.graphText),
        workflow: job.workflow!,
        inputs: { ...job.inputs, ...bound.values },
        regeneratedFrom: jobId,
      });
      return { ...submitted, applied: bound.values, dropped: {} };
    },
    defaults: async () => mergeDefaults(tiers),
    async setDefaults(_caller, patch) {
      tiers = { runtime: patch };
      return { updated: patch as never };
    },
    modelFolders: async () => ['checkpoints'],
    models: async () => ['v1-5-pruned-emaonly.safetensors'],
    queue: async () => ({ running: [], pending: [] }),
  };
  return runs;
}
