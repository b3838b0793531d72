/** Workflows, their schemas and what a dry run found, in the words of REST. */
import type * as wire from '../api/answers.ts';
import type { DryRunReport } from '../jobs/runs.ts';
import type { DescribedWorkflow, ListedWorkflow } from '../workflows/descriptions.ts';
import type { Entry } from '../workflows/files.ts';
import type { Parameter } from '../workflows/workflow.ts';

export function presentSummary({ described, ...entry }: ListedWorkflow, base: string): wire.WorkflowSummary {
  const parameters = described?.parameters ?? [];
  return {
    ...presentFacts(entry, described),
    inputs: parameters.map(({ name }) => name),
    required: parameters.filter(({ required }) => required).map(({ name }) => name),
    url: urlOf(entry.name, base),
  };
}

/** `withKeys`: the example shows where the key goes. Write it with `schemaText`. */
export function presentWorkflow(
  entry: Entry,
  described: DescribedWorkflow,
  base: string,
  withKeys: boolean,
): wire.Workflow {
  const { asOf, schema, sources, parameters } = described;
  const url = urlOf(entry.name, base);
  const body = { inputs: exampleInputs(parameters) };
  const key = withKeys ? ` -H 'Authorization: Bearer YOUR_KEY'` : '';
  const data = JSON.stringify(body).replaceAll("'", String.raw`'\''`);
  return {
    ...presentFacts(entry, described),
    schema,
    default_sources: sources,
    schema_as_of: asOf === undefined ? null : iso(asOf),
    example: {
      curl: `curl -X POST '${url}/jobs'${key} -H 'Content-Type: application/json' -d '${data}'`,
      body,
    },
    url,
    jobs_url: `${url}/jobs`,
  };
}

export function presentDryRun(report: DryRunReport): wire.DryRun {
  return {
    valid: report.valid,
    input_errors: report.inputFaults.map(({ parameter, ...fault }) => ({ field: parameter, ...fault })),
    node_errors: report.nodeFaults,
    dropped_outputs: report.dropped,
    ...(report.applied && { inputs: report.applied }),
    as_of: iso(report.asOf),
  };
}

function presentFacts(entry: Entry, described: DescribedWorkflow | undefined) {
  const { name, source, file, workflow, error, updatedAt } = entry;
  const faults = described?.faults.map(({ parameter, message }) => `${parameter}: ${message}`) ?? [];
  return {
    name,
    title: workflow?.title ?? name,
    description: workflow?.description ?? null,
    source,
    file: file ?? null,
    kind: workflow?.namespace ?? null,
    error: error
      ? {
          message: error.message,
          file: error.file,
          ...(error.line !== undefined && { line: error.line }),
          ...(error.column !== undefined && { column: error.column }),
        }
      : null,
    warnings: [...(workflow?.warnings ?? []), ...faults],
    updated_at: iso(updatedAt),
    hash: workflow?.hash ?? null,
  };
}

/** Something for every input that must be given; without any, one that may be. */
function exampleInputs(parameters: readonly Parameter[]): Record<string, unknown> {
  const required = parameters.filter(({ required }) => required);
  const shown =
    required.length > 0 ? required : parameters.filter((p) => p.default !== undefined).slice(0, 1);
  return Object.fromEntries(shown.map((parameter) => [parameter.name, exampleOf(parameter)]));
}

function exampleOf({ name, type, default: preset, enum: options, examples, minimum }: Parameter): unknown {
  if (preset !== undefined) return preset;
  const [option] = options ?? examples ?? [];
  if (option !== undefined) return type === 'array' ? [option] : option;
  switch (type) {
    case 'integer':
    case 'number':
      return minimum ?? 1;
    case 'boolean':
      return true;
    case 'array':
      return [];
    case 'object':
      return {};
    case 'string':
      return name === 'prompt' ? 'a lighthouse at dusk' : name.replaceAll('_', ' ');
  }
}

function urlOf(name: string, base: string): string {
  return `${base}/api/v2/workflows/${encodeURIComponent(name)}`;
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
