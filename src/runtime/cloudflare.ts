/**
 * comfygate on Cloudflare Workers: state in KV, no sockets, nothing between requests but the cron trigger. Requests of
 * an isolate share the wiring and plain values.
 */
import { v7 } from 'uuid';
import { overFetch } from '../comfyui/client.ts';
import { parseConfig, type Environment } from '../config.ts';
import { createGateway, type Gateway } from '../gateway.ts';
import { createLog } from '../log.ts';
import { openKvStores, type KvNamespace } from './stores/kv.ts';

type Bindings = Record<string, unknown>;

const gateways = new WeakMap<Bindings, Gateway>();

export default {
  fetch: (request: Request, env: Bindings): Response | Promise<Response> => {
    try {
      return gatewayOf(env).fetch(request);
    } catch (error) {
      return new Response(error instanceof Error ? error.message : String(error), { status: 500 });
    }
  },
  scheduled: (_event: unknown, env: Bindings): Promise<void> => gatewayOf(env).scheduled(),
};

function gatewayOf(env: Bindings): Gateway {
  let gateway = gateways.get(env);
  if (!gateway) gateways.set(env, (gateway = open(env)));
  return gateway;
}

function open(env: Bindings): Gateway {
  const settings = Object.fromEntries(Object.entries(env).filter(([, value]) => typeof value === 'string'));
  // A Worker is always beyond loopback, and every name that is routed to it is its own.
  const config = parseConfig({
    STORAGE_URL: 'kv:JOBS',
    HOST: '0.0.0.0',
    ALLOWED_HOSTS: '*',
    COMFYUI_TRANSPORT: 'poll',
    ...(settings as Environment),
  });
  const { storage } = config;
  const binding = storage.kind === 'kv' ? env[storage.binding] : undefined;
  if (typeof binding !== 'object' || binding === null) {
    const given =
      storage.kind === 'kv' ? `kv:${storage.binding}, and there is no such binding` : storage.kind;
    throw new Error(
      `STORAGE_URL: given ${given}. On Workers it is kv:BINDING, the name of a KV binding of wrangler.toml.`,
    );
  }
  return createGateway(config, {
    stores: openKvStores(binding as KvNamespace, Date.now),
    fetch: overFetch((url, init) => fetch(url, init)),
    newId: v7,
    now: Date.now,
    log: createLog(config.logLevel, (line) => console.error(line), Date.now),
    resident: false,
  });
}
