/**
 * Several instances on one store behave as one: of each backend one instance is the leader, which holds its socket and
 * looks after its jobs; the others hear from it. Where the store is of one process, that one leads everything.
 */
import { startTimer } from '../comfyui/watcher.ts';
import { isObject } from '../comfyui/json.ts';
import { leaderKey } from '../storage/keys.ts';
import type { Stores } from '../storage/ports.ts';
import type { Backend } from './backend.ts';
import type { Feed, FeedMessage } from './feed.ts';
import type { JobService } from './service.ts';

/** Waits, in ms: a leader that is not heard of for `lease` is replaced. */
export const LEAD_MS = { lease: 5_000, renew: 1_500, rescan: 10_000 };

interface ClusterDeps {
  stores: Stores;
  feed: Feed;
  service: Pick<JobService, 'hear' | 'liveOn' | 'resync'>;
  backends: readonly Backend[];
  /** Name of this instance. */
  instance: string;
  /** This instance became the leader of a backend. */
  onLead: (backend: Backend) => void;
  report: (error: unknown, stage: string) => void;
  now: () => number;
  waitMs: typeof LEAD_MS;
}

/** What instances tell each other. */
type Message = FeedMessage | { type: 'rested'; backend: string };

export type Cluster = ReturnType<typeof createCluster>;

export function createCluster(deps: ClusterDeps) {
  const { stores, feed, service, backends, instance, onLead, report, now, waitMs } = deps;
  const { lease, pubsub } = stores;
  /** When the lease of a backend was last held, and its live jobs last read. */
  const led = new Map<Backend, { heldAt: number; scannedAt: number }>();
  let resyncedAt = now();
  let resyncing: Promise<void> = Promise.resolve();
  let timer: ReturnType<typeof setTimeout> | undefined;
  let turn: Promise<void> = Promise.resolve();
  let closed = false;
  let unsubscribe = (): void => undefined;

  function send(message: Message): void {
    void pubsub
      ?.publish(JSON.stringify({ from: instance, ...message }))
      .catch((error: unknown) => report(error, 'publish'));
  }

  function receive(text: string): void {
    const parsed: unknown = JSON.parse(text);
    if (!isObject(parsed) || parsed['from'] === instance) return;
    const message = parsed as unknown as Message; // Only instances of this version write here.
    switch (message.type) {
      case 'job':
        return void service.hear(message.job).catch((error: unknown) => report(error, 'hear'));
      case 'rested':
        // Two sockets had one client id, and the one that closed made ours deaf.
        for (const [{ key, tracker }] of led) if (key === message.backend) tracker.reconnect();
        return;
      default:
        feed.receive(message);
    }
  }

  async function lead(backend: Backend): Promise<void> {
    const before = led.get(backend);
    const askedAt = now();
    let holder: string | undefined;
    try {
      // A store of one process has one instance, whatever lease the one before it left.
      holder = pubsub ? await lease.acquire(leaderKey(backend.key), instance, waitMs.lease) : instance;
    } catch (error) {
      report(error, 'lead');
      // Whoever cannot ask may have been replaced when its time is over.
      if (!before || now() < before.heldAt + waitMs.lease) return;
    }
    if (holder !== instance) {
      if (!before) return;
      led.delete(backend);
      await backend.tracker.rest();
      send({ type: 'rested', backend: backend.key });
      return;
    }
    const scan = !before || now() > before.scannedAt + waitMs.rescan;
    led.set(backend, { heldAt: askedAt, scannedAt: scan ? now() : before.scannedAt });
    if (!scan) return;
    // Also now and then: a message about a new job can be lost.
    const jobs = await service.liveOn(backend);
    if (closed) return;
    if (before) for (const job of jobs) backend.tracker.add(job, false);
    else {
      backend.tracker.lead(jobs);
      onLead(backend);
    }
  }

  async function leadAll(): Promise<void> {
    await Promise.all(
      backends.map((backend) => lead(backend).catch((error: unknown) => report(error, 'lead'))),
    );
    if (pubsub && now() > resyncedAt + waitMs.rescan) {
      resyncedAt = now();
      // Not waited for: it reads every live job, and the leases must be renewed meanwhile.
      resyncing = resyncing.then(service.resync).catch((error: unknown) => report(error, 'resync'));
    }
    if (pubsub && !closed) timer = startTimer(() => (turn = leadAll()), waitMs.renew);
  }

  return {
    /** Listens to the others, and becomes the leader of what nobody leads. */
    async start(): Promise<void> {
      if (pubsub) {
        unsubscribe = pubsub.subscribe(receive);
        feed.relay(send);
      }
      turn = leadAll();
      await turn;
    },

    /** Gives the leases back, so that others take over at once, once nothing here listens to ComfyUI any more. */
    async close(): Promise<void> {
      closed = true;
      clearTimeout(timer);
      await Promise.all([turn, resyncing]);
      unsubscribe();
      if (!pubsub) return;
      // The next leader uses the same client id, which ComfyUI takes from one socket when another closes.
      await Promise.all([...led.keys()].map(({ tracker }) => tracker.close()));
      for (const backend of led.keys())
        await lease.release(leaderKey(backend.key), instance).catch(() => undefined);
    },
  };
}
