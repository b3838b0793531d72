/** A configured ComfyUI as a backend: its client, who follows it, and the name that it knows this installation by. */
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';
import { createComfyClient, TIMEOUT_MS, type BackendAddress, type Fetch } from '../comfyui/client.ts';
import { createPollWatcher, POLL_MS } from '../comfyui/poll.ts';
import { createSocketWatcher, SOCKET_MS, type ConnectSocket } from '../comfyui/socket.ts';
import type { WatcherSink } from '../comfyui/watcher.ts';
import { causes, type Log } from '../log.ts';
import { clientKey } from '../storage/keys.ts';
import type { Stores } from '../storage/ports.ts';
import type { Backend } from './backend.ts';
import type { Feed } from './feed.ts';
import { TRACK_MS } from './inspector.ts';
import type { JobService } from './service.ts';
import type { JobStore } from './store.ts';
import { createTracker } from './tracker.ts';
import { createVisitor } from './visitor.ts';

/** Other waits than the usual ones, in ms. */
export interface BackendWaits {
  http?: Partial<typeof TIMEOUT_MS>;
  socket?: Partial<typeof SOCKET_MS>;
  poll?: Partial<typeof POLL_MS>;
  track?: Partial<typeof TRACK_MS>;
}

interface OpenerDeps {
  stores: Stores;
  store: JobStore;
  service: Pick<JobService, 'learn'>;
  feed: Feed;
  fetch: Fetch;
  /** Absent where sockets cannot be held, or shall not be. */
  connectSocket: ConnectSocket | undefined;
  /** In place of one made and kept in the store. */
  clientId: string | undefined;
  /** Whether work goes on between requests. */
  resident: boolean;
  /** Outputs of a job whose sizes one look may ask for. */
  maxSizes: number;
  newId: () => string;
  now: () => number;
  report: (error: unknown, stage: string, jobId?: string) => void;
  log: Log;
  waitMs: BackendWaits;
}

/** How often a ComfyUI that cannot be reached is mentioned in the log, in ms. */
const AWAY_MS = 60_000;

/** A client id is made once. */
const FOREVER_MS = 100 * 365 * 24 * 60 * 60 * 1000;

export function createBackendOpener(deps: OpenerDeps): (address: BackendAddress) => Promise<Backend> {
  const { stores, store, service, feed, fetch, connectSocket, resident, maxSizes, newId, now, log } = deps;
  const { waitMs } = deps;
  const pollMs = { ...POLL_MS, ...waitMs.poll };
  const away = new Map<string, number>();

  /** A ComfyUI that is away fails every look; that it is away is logged once. */
  function noteAway(name: string, error: unknown): void {
    if (now() - (away.get(name) ?? 0) < AWAY_MS) return;
    away.set(name, now());
    log('warn', 'backend_unreachable', { backend: name, error: causes(error) });
  }

  function watch({ url, headers }: BackendAddress, clientId: string, sink: WatcherSink) {
    if (!connectSocket) return createPollWatcher(sink, pollMs);
    const socketUrl = `${url.replace(/^http/, 'ws')}/ws?clientId=${encodeURIComponent(clientId)}`;
    return createSocketWatcher({
      url: socketUrl,
      headers,
      connect: connectSocket,
      sink,
      now,
      pollMs,
      waitMs: { ...SOCKET_MS, ...waitMs.socket },
    });
  }

  return async (address) => {
    const { name } = address;
    const key = bytesToHex(sha256(utf8ToBytes(address.url))).slice(0, 16);
    const client = createComfyClient(address, fetch, now, { ...TIMEOUT_MS, ...waitMs.http });
    // Without sockets nobody listens under it, but every prompt must name one.
    const clientId =
      deps.clientId ??
      (resident ? await stores.lease.acquire(clientKey(key), newId(), FOREVER_MS) : `comfygate-${key}`);
    const inspecting = {
      client,
      learn: service.learn,
      feed,
      report: (error: unknown, stage: string, jobId?: string) =>
        stage === 'reconcile' ? noteAway(name, error) : deps.report(error, stage, jobId),
      now,
      waitMs: { ...TRACK_MS, ...waitMs.track },
      maxSizes,
    };
    const watching = {
      watch: (sink: WatcherSink) => watch(address, clientId, sink),
      graph: store.graph,
    };
    const tracker = resident ? createTracker({ ...inspecting, ...watching }) : createVisitor(inspecting);
    return { name, key, client, tracker, clientId };
  };
}
