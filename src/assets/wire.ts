/** The parts that take in files and hand them to ComfyUI, put together. */
import type { ObjectInfoReader } from '../comfyui/object-info.ts';
import type { Backend } from '../jobs/backend.ts';
import type { BlobStore, Stores } from '../storage/ports.ts';
import { createDelivery } from './delivery.ts';
import { createInputs } from './inputs.ts';
import { createLeftovers } from './leftovers.ts';
import { createOutside, type FetchOutside } from './outside.ts';
import type { OutputAssets } from './outputs.ts';
import { createPlaces } from './places.ts';
import { createReceiver } from './receive.ts';
import { createUploads } from './uploads.ts';

interface WireDeps {
  stores: Stores;
  blobs: BlobStore | undefined;
  fetchOutside: FetchOutside | undefined;
  outputs: OutputAssets;
  backends: () => readonly Backend[];
  objectInfo: ObjectInfoReader;
  config: { maxUploadBytes: number; assetTtlMs: number; inputUrlHosts: readonly string[] };
  /** Whether requests may wait for each other. */
  shared: boolean;
  newId: () => string;
  now: () => number;
  /** Background work failed. Never throws. */
  report: (error: unknown, stage: string) => void;
}

/** Which inputs take a file hardly ever changes, in ms. */
const CLASSES_MS = 5 * 60_000;

export function wireUploads(deps: WireDeps) {
  const { stores, blobs, fetchOutside, outputs, backends, objectInfo, config, shared, newId, now, report } =
    deps;
  const clientOf = (key: string) => backends().find((backend) => backend.key === key)?.client;
  const places = createPlaces({ blobs, clientOf });
  const { isThere } = places;
  const leftovers = createLeftovers({ stores, blobs, newId, now, report });
  const uploads = createUploads({ stores, shared, isThere, drop: leftovers.drop, now });
  const receiver = createReceiver({ blobs, leftovers, backends, uploads, newId });
  const delivery = createDelivery({ places, outputs, shared });
  const openOutside = createOutside({ fetch: fetchOutside, hosts: config.inputUrlHosts });

  /** As it is known; without any knowledge nobody can tell what takes a file. */
  async function nodeClass(classType: string): Promise<unknown> {
    const { classes } = (await objectInfo.read(CLASSES_MS)) ?? (await objectInfo.fresh());
    return Object.hasOwn(classes, classType) ? classes[classType] : undefined;
  }

  return {
    places,
    uploads,
    receiver,
    inputs: createInputs({ uploads, receiver, outputs, delivery, openOutside, nodeClass, config }),

    /** Removes what has expired or was never finished, looking at so many things of each kind. */
    async sweep(limit: number): Promise<void> {
      await uploads.sweep(limit);
      await leftovers.sweep(limit, uploads.isNamed);
    },
  };
}
