/** What a Worker is given, as settings and a store. */
import { parseConfig, type Config, type Environment } from '../config.ts';
import type { BlobStore, Stores } from '../storage/ports.ts';
import { createR2Blobs, type R2Bucket } from './blobs/r2.ts';
import { openKvStores, type KvNamespace } from './stores/kv.ts';

/** Variables and secrets are texts; KV namespaces are objects. */
export type Bindings = Record<string, unknown>;

/** Name of the binding of an R2 bucket for uploads. */
const BUCKET = 'ASSETS';

/** Throws with all faults at once, each with its fix. */
export function parseBindings(env: Bindings): { config: Config; stores: Stores; blobs?: BlobStore } {
  const config = parseConfig(workerSettings(env));
  const { storage } = config;
  const binding = storage.kind === 'kv' ? env[storage.binding] : undefined;
  const bucket = env[BUCKET];
  if (typeof binding === 'object' && binding !== null) {
    return {
      config,
      stores: openKvStores(binding as KvNamespace, Date.now),
      ...(typeof bucket === 'object' && bucket !== null && { blobs: createR2Blobs(bucket as R2Bucket) }),
    };
  }
  const fault =
    storage.kind === 'kv'
      ? `there is no KV binding "${storage.binding}"; put it into wrangler.toml:\n\n[[kv_namespaces]]\nbinding = "${storage.binding}"`
      : `"${storage.kind}:" is not available on Workers; give kv:BINDING, the name of a KV binding of wrangler.toml`;
  throw new Error(`comfygate cannot start with these settings:\n  - STORAGE_URL: ${fault}`);
}

/** A Worker is always beyond loopback, and every name that is routed to it is its own. */
export function workerSettings(env: Bindings): Environment {
  const given = Object.entries(env).filter(([, value]) => typeof value === 'string');
  return {
    STORAGE_URL: 'kv:JOBS',
    ALLOWED_HOSTS: '*',
    ...(Object.fromEntries(given) as Environment),
    HOST: '0.0.0.0',
    COMFYUI_TRANSPORT: 'poll',
  };
}
