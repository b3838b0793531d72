/**
 * A workflow from its files: graph, `PARAM_*` placeholders and `.meta.json`. Pure: text in, value or a refusal out. Of a graph
 * without parameters every literal input is one, under `"<node>.<input>"`.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { parseLossless } from '../comfyui/json.ts';
import { nearest } from '../comfyui/rejection.ts';
import { inputsOf, readGraph, type Graph } from './graph-text.ts';
import { NO_META, readMeta, type Meta } from './meta.ts';
import { namespaceOf } from './namespace.ts';
import {
  boundParameter,
  literalDefault,
  literalType,
  missingPlace,
  ownDefaults,
  ownerOf,
  withMeta,
} from './parameters.ts';
import { findPlaceholders, type Placeholder } from './placeholders.ts';
import { isSeedName, type Parameter, type Parsed } from './workflow.ts';

export interface WorkflowFiles {
  /** Already normalised; see names.ts. */
  name: string;
  source?: 'file' | 'upload';
  graphText: string;
  metaText?: string;
  /** Milliseconds since 1970: when the files were changed. */
  now: number;
}

export function parseWorkflow(files: WorkflowFiles): Parsed {
  const { name, source = 'file', now } = files;
  // Editors on Windows put a byte order mark in front, which is no JSON.
  const graphText = files.graphText.replace(/^\ufeff/, '');
  const metaText = files.metaText?.replace(/^\ufeff/, '');
  const meta = metaText === undefined ? { ok: true as const, meta: NO_META } : readMeta(metaText);
  if (!meta.ok) return meta;
  const read = readParameters(graphText, meta.meta);
  if (!read.ok) return read;
  const { title, description, constraints, timeoutMs } = meta.meta;
  return {
    ok: true,
    workflow: {
      name,
      source,
      title: title ?? titleOf(name),
      ...(description !== undefined && { description }),
      graphText,
      parameters: read.parameters,
      defaults: read.defaults,
      constraints,
      namespace: namespaceOf(read.graph),
      ...(timeoutMs !== undefined && { timeoutMs }),
      warnings: read.warnings,
      hash: hashOf(graphText, metaText),
      updatedAt: now,
    },
  };
}

type ReadParameters =
  | { ok: true; graph: Graph; parameters: Parameter[]; defaults: Record<string, unknown>; warnings: string[] }
  | Extract<Parsed, { ok: false }>;

/** Parameters of a graph by placeholders and mappings; or, if it has none, its literal inputs. */
export function readParameters(graphText: string, meta: Meta): ReadParameters {
  const read = readGraph(graphText);
  if (!read.ok) return read;
  // Again without rounding, for the defaults that stand in it.
  const graph = parseLossless(graphText) as Graph;
  const found = findPlaceholders(graph, graphText);
  if (!found.ok) return found;
  const parameters = new Map(found.placeholders.map((p) => [p.name, fromPlaceholder(p)]));
  for (const [name, places] of Object.entries(meta.mappings)) {
    const message = mapParameter(parameters, graph, name, places);
    if (message !== undefined) return { ok: false, error: { message, file: 'meta' } };
  }
  if (parameters.size === 0) for (const literal of literals(graph)) parameters.set(literal.name, literal);
  const warnings: string[] = [];
  for (const [key, names] of Object.entries({ defaults: meta.defaults, constraints: meta.constraints })) {
    for (const name of Object.keys(names)) {
      if (parameters.has(name)) continue;
      // Each costs a comparison with all names.
      if (warnings.length >= MAX_WARNINGS) break;
      const near = nearest(name, [...parameters.keys()])[0];
      const hint = near === undefined ? '' : `; did you mean '${near}'?`;
      warnings.push(`.meta.json ${key}.${name}: the workflow has no parameter '${name}'${hint}`);
    }
  }
  const list = [...parameters.values()].map((parameter) => withMeta(parameter, meta));
  return { ok: true, graph, parameters: list, defaults: ownDefaults(list, meta.defaults), warnings };
}

const MAX_WARNINGS = 50;

export function hashOf(graphText: string, more = ''): string {
  return bytesToHex(sha256(utf8ToBytes(`${graphText.length}:${graphText}${more}`)));
}

export function titleOf(name: string): string {
  const words = name.replaceAll('_', ' ').trim();
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function fromPlaceholder({ name, type, typed, bindings }: Placeholder): Parameter {
  const seed = isSeedName(name) && type === 'integer';
  return {
    name,
    type,
    required: !seed,
    bindings,
    unset: true,
    ...(seed && { seed: true }),
    ...(typed && { declared: type }),
  };
}

/** Adds the places of an `override_mappings` entry; a message if one is not there. */
function mapParameter(
  parameters: Map<string, Parameter>,
  graph: Graph,
  name: string,
  places: readonly [string, string][],
): string | undefined {
  for (const [node, input] of places) {
    const fault = missingPlace(graph, node, input);
    if (fault !== undefined) return `In .meta.json override_mappings.${name}: ${fault}.`;
    const taken = ownerOf(parameters.values(), node, input);
    if (taken?.name === name) continue;
    // A place belongs to one parameter: whoever maps it has the last word.
    if (taken) {
      taken.bindings = taken.bindings.filter((b) => b.node !== node || b.input !== input);
      if (taken.bindings.length === 0) parameters.delete(taken.name);
    }
    const parameter = parameters.get(name);
    if (parameter) {
      parameter.bindings.push({ node, input });
      continue;
    }
    const value = inputsOf(graph[node])[input];
    const type = taken?.type ?? literalType(value, input) ?? 'string';
    parameters.set(name, boundParameter({ name, type }, [{ node, input }], graph));
  }
  const parameter = parameters.get(name);
  if (parameter && parameter.unset !== true)
    parameters.set(name, boundParameter(parameter, parameter.bindings, graph));
  return undefined;
}

function literals(graph: Graph): Parameter[] {
  return Object.entries(graph).flatMap(([node, value]) =>
    Object.entries(inputsOf(value)).flatMap(([input, literal]): Parameter[] => {
      const type = literalType(literal, input);
      if (type === undefined) return [];
      return [
        {
          name: `${node}.${input}`,
          type,
          required: false,
          default: literalDefault(literal),
          bindings: [{ node, input }],
          literal: true,
          ...(type === 'integer' && { seed: true as const }),
        },
      ];
    }),
  );
}
