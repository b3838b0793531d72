/** The parts that know workflows by name, put together. */
import type { ObjectInfoReader } from '../comfyui/object-info.ts';
import type { Stores } from '../storage/ports.ts';
import { openBundle } from './bundle.ts';
import { createCatalogue } from './catalogue.ts';
import { environmentDefaults, type Defaults } from './defaults.ts';
import { createDescriptions } from './descriptions.ts';
import { createWorkflowFiles } from './files.ts';
import type { ServiceSource, WorkflowFolder } from './folder.ts';
import { createTierStore } from './tiers.ts';
import { createWorkflowUploads } from './uploads.ts';
import type { Namespace } from './workflow.ts';

/** Where workflows and their defaults come from, beside what is uploaded. */
export interface WorkflowSources {
  folder: WorkflowFolder;
  /** Of config.json; checked before by `serviceFaults`. */
  services?: readonly ServiceSource[];
  /** `defaults` of the file in the home directory. */
  homeDefaults?: Defaults;
}

interface WireDeps {
  stores: Stores;
  sources: WorkflowSources | undefined;
  /** Models that the environment names. */
  defaultModels: Partial<Record<Namespace, string>>;
  objectInfo: ObjectInfoReader;
  /** Whether requests may wait for each other. */
  shared: boolean;
  now: () => number;
}

export function wireWorkflows({ stores, sources, defaultModels, objectInfo, shared, now }: WireDeps) {
  const { folder, services = [], homeDefaults: home = {} } = sources ?? { folder: openBundle({}) };
  const files = createWorkflowFiles({ folder, services, shared, now });
  const catalogue = createCatalogue(files, createWorkflowUploads(stores.storage, now), now);
  const installed = { environment: environmentDefaults(defaultModels), home };
  const tiers = createTierStore(stores, installed, now);
  const descriptions = createDescriptions({ catalogue, tiers, objectInfo });
  return { catalogue, tiers, descriptions };
}
