/**
 * A Worker: state in KV, no sockets, nothing between requests but the cron trigger. Requests of an isolate share the
 * wiring and plain values.
 */
import { v7 } from 'uuid';
import { overStandardFetch } from '../assets/outside.ts';
import { overFetch } from '../comfyui/client.ts';
import type { S3Config } from '../config.ts';
import { GatewayError, toEnvelope } from '../errors.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { createLog } from '../log.ts';
import type { BlobStore } from '../storage/ports.ts';
import { openBundle } from '../workflows/bundle.ts';
import { WORKFLOWS } from './_workflows.ts';
import { parseBindings, type Bindings } from './bindings.ts';

/** Opens the bucket of the settings; a Worker without it cannot copy outputs. */
export type OpenBucket = (s3: S3Config) => BlobStore;

export function createWorker(openBucket?: OpenBucket) {
  const gateways = new WeakMap<Bindings, Gateway>();

  function gatewayOf(env: Bindings): Gateway {
    let gateway = gateways.get(env);
    if (!gateway) gateways.set(env, (gateway = open(env, openBucket)));
    return gateway;
  }

  return {
    fetch: (request: Request, env: Bindings): Response | Promise<Response> => {
      try {
        return gatewayOf(env).fetch(request);
      } catch (error) {
        // Settings that are wrong: who deploys this sees it in the first answer. Faults never repeat a secret.
        console.error(error);
        const message = error instanceof Error ? error.message : String(error);
        return Response.json(toEnvelope(new GatewayError('internal_error', message)), { status: 500 });
      }
    },
    scheduled: (_event: unknown, env: Bindings): Promise<void> => gatewayOf(env).scheduled(),
  };
}

/** Evaluated at the first picture, not when an isolate starts. */
const loadCodecs = async () => (await import('./codec-modules.ts')).codecs;

function open(env: Bindings, openBucket: OpenBucket | undefined): Gateway {
  const { config, stores, blobs } = parseBindings(env);
  if (config.s3 && !openBucket)
    throw new Error(
      'comfygate cannot start with these settings:\n  - S3_ENABLE: this Worker is the one without the S3 client; ' +
        'deploy the other: npx wrangler deploy src/runtime/cloudflare-s3.ts',
    );
  const log = createLog(config.logLevel, (line) => console.error(line), Date.now);
  const bucket = config.s3 && openBucket?.(config.s3);
  const kept = blobs ?? bucket;
  return createGateway(config, {
    stores,
    ...(kept && { blobs: kept }),
    ...(bucket && { bucket }),
    fetch: overFetch((url, init) => fetch(url, init)),
    fetchOutside: overStandardFetch((url, init) => fetch(url, init)),
    loadCodecs,
    newId: v7,
    now: Date.now,
    log,
    workflows: { folder: openBundle(WORKFLOWS) },
    resident: false,
  });
}
