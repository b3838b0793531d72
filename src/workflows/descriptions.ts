/**
 * Workflows as a caller meets them now: with the types and options of their ComfyUI and the defaults of all tiers. What object_info
 * makes of a workflow is remembered as long as both stay the same.
 */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import type { ObjectInfo } from '../comfyui/client.ts';
import type { JsonObject } from '../comfyui/json.ts';
import type { ObjectInfoReader } from '../comfyui/object-info.ts';
import type { Catalogue, RunnableEntry } from './catalogue.ts';
import { applyDefaults, type DefaultSource, type Tiers } from './defaults.ts';
import type { Entry } from './files.ts';
import { describe, schemaOf, type Description, type SchemaFault } from './schema.ts';
import type { TierStore } from './tiers.ts';
import type { Parameter, Workflow } from './workflow.ts';

/** A workflow as a caller can run it now: defaults of all tiers are applied. */
export interface DescribedWorkflow {
  workflow: Workflow;
  parameters: Parameter[];
  /** Which tier gave the default of a parameter. */
  sources: Record<string, DefaultSource>;
  /** JSON Schema 2020-12 of the inputs; write it with `schemaText`. */
  schema: JsonObject;
  /** Contradictions between the files and ComfyUI; the schema works all the same. */
  faults: SchemaFault[];
  /** When ComfyUI's object_info was read, in ms since 1970; undefined if nobody could be asked. */
  asOf?: number;
}

/** What is listed: broken files, services and uploads have no description. */
export interface ListedWorkflow extends Entry {
  described?: DescribedWorkflow;
}

/** A description with the defaults of an owner. */
interface Applied {
  tiers: Tiers;
  parameters: Parameter[];
  sources: Record<string, DefaultSource>;
  schema?: JsonObject;
}

export type Descriptions = ReturnType<typeof createDescriptions>;

interface DescriptionsDeps {
  catalogue: Catalogue;
  tiers: TierStore;
  objectInfo: ObjectInfoReader;
}

/** How old object_info may be for whoever reads a schema, in ms. */
const SCHEMA_MS = 5_000;

export function createDescriptions({ catalogue, tiers, objectInfo }: DescriptionsDeps) {
  const known = new WeakMap<Workflow, { classes: JsonObject | undefined; description: Description }>();
  /** What was made of a description for whoever asked last. */
  const applied = new WeakMap<Description, Applied>();
  const versions = new WeakMap<JsonObject, number>();
  let versionCount = 0;

  function describedBy(workflow: Workflow, info: ObjectInfo | undefined): Description {
    const before = known.get(workflow);
    if (before && before.classes === info?.classes) return before.description;
    const description = describe(workflow, info?.classes);
    known.set(workflow, { classes: info?.classes, description });
    return description;
  }

  function applyTo(workflow: Workflow, description: Description, tiersNow: Tiers): Applied {
    const last = applied.get(description);
    if (last?.tiers === tiersNow) return last;
    const { parameters, sources } = applyDefaults(workflow, description.parameters, tiersNow);
    // What must be given comes first, for whoever reads it.
    const ordered = [...parameters.filter((p) => p.required), ...parameters.filter((p) => !p.required)];
    const next: Applied = { tiers: tiersNow, parameters: ordered, sources };
    applied.set(description, next);
    return next;
  }

  function present(workflow: Workflow, info: ObjectInfo | undefined, tiersNow: Tiers): DescribedWorkflow {
    const description = describedBy(workflow, info);
    const made = applyTo(workflow, description, tiersNow);
    const { parameters, sources } = made;
    return {
      workflow,
      parameters,
      sources,
      schema: (made.schema ??= schemaOf(parameters, workflow)),
      faults: description.faults,
      ...(info && { asOf: info.at }),
    };
  }

  return {
    /** Without the defaults of anybody. */
    describedBy,

    /** Parameters as a call of this owner meets them. */
    async parameters(owner: string, workflow: Workflow, info: ObjectInfo | undefined): Promise<Parameter[]> {
      return applyTo(workflow, describedBy(workflow, info), await tiers.read(owner)).parameters;
    },

    /**
     * All that the owner sees, by name; broken ones with their error. Never fails because of ComfyUI. `maxAgeMs`: of what it
     * said of its nodes.
     */
    async list(owner: string, maxAgeMs = SCHEMA_MS): Promise<ListedWorkflow[]> {
      const [entries, info, tiersNow] = await Promise.all([
        catalogue.list(owner),
        objectInfo.read(maxAgeMs),
        tiers.read(owner),
      ]);
      return entries.map((entry) =>
        entry.workflow ? { ...entry, described: present(entry.workflow, info, tiersNow) } : entry,
      );
    },

    /** Another text whenever `list` gives something else; for caches of what was made from it. */
    async revision(owner: string, maxAgeMs = SCHEMA_MS): Promise<string> {
      const [entries, info, tiersNow] = await Promise.all([
        catalogue.list(owner),
        objectInfo.read(maxAgeMs),
        tiers.read(owner),
      ]);
      if (info && !versions.has(info.classes)) versions.set(info.classes, ++versionCount);
      const facts = entries.map(({ name, workflow, error }) => [name, workflow?.hash ?? error?.message]);
      const text = JSON.stringify([facts, tiersNow, info && versions.get(info.classes)]);
      return bytesToHex(sha256(utf8ToBytes(text)));
    },

    /** By name it throws as `Catalogue.get`. */
    async describe(owner: string, which: string | RunnableEntry): Promise<DescribedWorkflow> {
      const [{ workflow }, info, tiersNow] = await Promise.all([
        typeof which === 'string' ? catalogue.get(owner, which) : which,
        objectInfo.read(SCHEMA_MS),
        tiers.read(owner),
      ]);
      return present(workflow, info, tiersNow);
    },
  };
}
