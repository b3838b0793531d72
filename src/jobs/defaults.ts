/** Defaults of a caller: read over all tiers, and changed. Models are checked against what ComfyUI has now. */
import type { JsonObject } from '../comfyui/json.ts';
import { isObject } from '../comfyui/json.ts';
import type { ObjectInfoReader } from '../comfyui/object-info.ts';
import { GatewayError } from '../errors.ts';
import {
  checkDefaultsPatch,
  mergeDefaults,
  NAMESPACES,
  type Defaults,
  type MergedDefaults,
} from '../workflows/defaults.ts';
import type { Descriptions, ListedWorkflow } from '../workflows/descriptions.ts';
import { inputFacts, inputNames, inputSpec } from '../workflows/input-facts.ts';
import type { TierStore } from '../workflows/tiers.ts';
import type { Namespace, Parameter } from '../workflows/workflow.ts';
import type { Caller } from './caller.ts';

export type DefaultsService = ReturnType<typeof createDefaults>;

interface DefaultsDeps {
  tiers: TierStore;
  descriptions: Descriptions;
  objectInfo: ObjectInfoReader;
}

export function createDefaults({ tiers, descriptions, objectInfo }: DefaultsDeps) {
  return {
    /** All tiers in one, and which tier gave what. */
    get: async ({ owner }: Caller): Promise<MergedDefaults> => mergeDefaults(await tiers.read(owner)),

    /**
     * Changes all of it or nothing. `persist`: kept; else forgotten after 24 h. null takes a default away. Throws
     * `invalid_request` (422) with all faults, `upstream_unreachable` if a model cannot be checked.
     */
    async set(caller: Caller, patch: unknown, persist: boolean): Promise<Defaults> {
      const models = namesModel(patch) ? modelsOf((await objectInfo.fresh()).classes) : undefined;
      const known = knownParameters(await descriptions.list(caller.owner));
      if (models) {
        for (const namespace of NAMESPACES) {
          // What a workflow calls a model has its own options.
          if (known[namespace].some(({ name }) => name === 'model')) continue;
          known[namespace].push({
            name: 'model',
            type: 'string',
            required: false,
            bindings: [],
            enum: models,
          });
        }
      }
      const checked = checkDefaultsPatch(patch, known);
      if (!checked.ok) {
        throw new GatewayError('invalid_request', `Nothing was changed: ${checked.message}.`, {
          status: 422,
          details: {
            faults: checked.faults.map(({ parameter, ...fault }) => ({ field: parameter, ...fault })),
          },
        });
      }
      await tiers.patch(caller.owner, checked.patch, persist);
      return checked.patch;
    },
  };
}

/** Parameters of all workflows, by what these make. */
function knownParameters(list: readonly ListedWorkflow[]): Record<Namespace, Parameter[]> {
  const known: Record<Namespace, Parameter[]> = { image: [], audio: [], video: [] };
  for (const { described } of list) {
    if (!described) continue;
    // Single inputs of a graph belong to that graph alone.
    const named = described.parameters.filter(({ name }) => !name.includes('.'));
    known[described.workflow.namespace].push(...named);
  }
  return known;
}

function namesModel(patch: unknown): boolean {
  return (
    isObject(patch) &&
    Object.values(patch).some((values) => isObject(values) && typeof values['model'] === 'string')
  );
}

/** Every model file that a loader of ComfyUI offers. */
function modelsOf(classes: JsonObject): string[] {
  const models = Object.values(classes).flatMap((nodeClass) =>
    inputNames(nodeClass)
      .filter((input) => MODEL_INPUT.test(input))
      .flatMap((input) => inputFacts(inputSpec(nodeClass, input))?.enum ?? []),
  );
  return [...new Set(models)].filter((model) => typeof model === 'string').sort();
}

const MODEL_INPUT = /(?:ckpt|unet|model|checkpoint|diffusion)\w*_?name|^model$/i;
