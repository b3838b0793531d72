/** The one place where the parts are wired. Nothing runs before `start` or the first request. */
import { createApp } from './app.ts';
import { COPY_MS, createCopier, type Copier } from './assets/copies.ts';
import { createLinks } from './assets/links.ts';
import type { FetchOutside } from './assets/outside.ts';
import { createOutputAssets } from './assets/outputs.ts';
import { createAssetRegistry } from './assets/registry.ts';
import { createAssetUrls } from './assets/urls.ts';
import { createThumbnailer, type Codecs } from './assets/thumbnail.ts';
import { createSourceFinder, createThumbnails } from './assets/thumbnails.ts';
import { wireUploads } from './assets/wire.ts';
import type { Fetch } from './comfyui/client.ts';
import { createObjectInfo } from './comfyui/object-info.ts';
import type { ConnectSocket } from './comfyui/socket.ts';
import { startTimer } from './comfyui/watcher.ts';
import type { Config } from './config.ts';
import { createPresenter } from './http/present.ts';
import { backendOf, type Backend } from './jobs/backend.ts';
import { COUNTED_SIZES } from './jobs/budget.ts';
import { createCluster, LEAD_MS, type Cluster } from './jobs/cluster.ts';
import { createDefaults } from './jobs/defaults.ts';
import { createFeed } from './jobs/feed.ts';
import { createBackendOpener, type BackendWaits } from './jobs/open-backend.ts';
import { createReaper } from './jobs/reaper.ts';
import type { Job } from './jobs/job.ts';
import { createRuns } from './jobs/runs.ts';
import { callerOf } from './jobs/caller.ts';
import { createJobService, type JobService } from './jobs/service.ts';
import { createJobStore } from './jobs/store.ts';
import { createUpstream } from './jobs/upstream.ts';
import { causes, type Log } from './log.ts';
import { rebuiltKey } from './storage/keys.ts';
import { createMcp } from './mcp/mcp.ts';
import type { ServerFor } from './mcp/server.ts';
import type { Visit } from './mcp/tool.ts';
import type { BlobStore, Stores } from './storage/ports.ts';
import { VERSION } from './version.ts';
import { wireWorkflows, type WorkflowSources } from './workflows/wire.ts';

/** What a runtime lends to the gateway. */
export interface Ports {
  stores: Stores;
  /** Where uploads are kept; without one they go to the input folder of a ComfyUI. */
  blobs?: BlobStore;
  fetch: Fetch;
  /** The bucket of `config.s3`, where that is set. */
  bucket?: BlobStore;
  /** For addresses that callers name; without it none is fetched. */
  fetchOutside?: FetchOutside;
  /** Absent where the runtime cannot hold a socket. */
  connectSocket?: ConnectSocket;
  /** Asked for the first thumbnail, and again for every other; absent where no thumbnails are made. */
  loadCodecs?: () => Promise<Codecs>;
  /** A new lower-case UUIDv7. */
  newId: () => string;
  /** Ms since 1970. */
  now: () => number;
  log: Log;
  /** Absent: there are only uploaded ones. */
  workflows?: WorkflowSources;
  /** Whether work goes on between requests, and one request may wait for the work of another; not on Workers. */
  resident: boolean;
  /** Other waits than the usual ones, in ms; tests cannot wait as long as a ComfyUI may need. */
  waitMs?: BackendWaits & { lead?: Partial<typeof LEAD_MS>; copy?: Partial<typeof COPY_MS> };
}

export interface Gateway {
  fetch(request: Request): Response | Promise<Response>;
  /** Loads what was active and begins to follow it. The first request does it too. */
  start(): Promise<void>;
  /** An MCP server for one connection of whoever runs this gateway: with the first API key, or as anybody without keys. */
  mcp(visit: Omit<Visit, 'caller'>): ReturnType<ServerFor>;
  /** Looks after all live jobs once: what a cron trigger does where nothing goes on between requests. */
  scheduled(): Promise<void>;
  /** Ends the streams and the waits, so that open requests can finish. */
  endStreams(): void;
  /** Ends all of it and closes the store, when requests are through. May be called twice. */
  close(): Promise<void>;
}

export function createGateway(config: Config, ports: Ports): Gateway {
  const { stores, now, log, newId, resident, waitMs = {} } = ports;
  const feed = createFeed(now);
  const report = (error: unknown, stage: string, jobId?: string): void =>
    log('warn', 'background_failed', { stage, job_id: jobId, error: causes(error) });
  const instance = newId();
  let calls = 0;
  const budget = resident ? undefined : { calls: () => calls, maxCalls: config.maxSubrequests };
  const maxSizes = resident ? Number.POSITIVE_INFINITY : COUNTED_SIZES;
  // A job that is not shown any more is still what its assets are made from.
  const keptMs = Math.max(config.jobMaxAgeMs, config.outputTtlMs);
  const store = createJobStore(stores, { maxAgeMs: keptMs, shared: resident, report, now });
  const clientOf = (job: Job) => backendOf(backends, job)?.client;
  const copies = config.s3 && ports.bucket ? { blobs: ports.bucket, bucket: config.s3.bucket } : undefined;
  const copier: Copier | undefined =
    copies &&
    createCopier({
      stores,
      ...copies,
      jobOf: store.get,
      learn: (id, evidence) => service.learn(id, evidence),
      clientOf,
      instance,
      report,
      now,
      waitMs: { ...COPY_MS, ...waitMs.copy },
    });
  const service: JobService = createJobService({
    store,
    stores,
    feed,
    settings: config,
    prepare: (caller, submission, graph) => inputs.prepare(caller, submission, graph),
    newId,
    now,
    report,
    resident,
    maxSizes,
    budget,
    // Elsewhere it is done when the cron trigger visits.
    ...(copier && { copier: resident ? copier : { noted: () => undefined } }),
  });
  const links = createLinks(config, now);
  const urls = createAssetUrls(links, copies && config.s3, now);
  const presenter = createPresenter(urls, config.jobMaxAgeMs, now);
  let cluster: Cluster | undefined;
  let backends: Backend[] = [];
  const countedFetch: Fetch = (url, init) => {
    calls++;
    return ports.fetch(url, init);
  };
  const assets = createOutputAssets({ stores, service, copies, clientOf });
  const registry = createAssetRegistry({
    service,
    outputs: assets,
    urls,
    assetTtlMs: config.outputTtlMs,
    maxExamined: resident ? LISTED_EXAMINED : 0,
  });
  const objectInfo = createObjectInfo({
    clients: () => backends.map(({ client }) => client),
    resident,
    now,
  });
  const { places, uploads, receiver, inputs, sweep } = wireUploads({
    stores,
    blobs: ports.blobs,
    fetchOutside: ports.fetchOutside,
    outputs: assets,
    backends: () => backends,
    config,
    shared: resident,
    newId,
    now,
    objectInfo,
    report,
  });
  const thumbnails = createThumbnails({
    find: createSourceFinder({ outputs: assets, uploads, places }),
    thumbnailer: ports.loadCodecs && createThumbnailer(ports.loadCodecs),
    shared: resident,
  });
  const reaper = createReaper({
    store,
    stores,
    service,
    sweepUploads: sweep,
    config: { ...config, jobMaxAgeMs: keptMs },
    instance,
    now,
    log,
  });
  const { catalogue, tiers, descriptions } = wireWorkflows({
    stores,
    sources: ports.workflows,
    defaultModels: config.defaultModels,
    objectInfo,
    shared: resident,
    now,
  });
  const runs = createRuns({ service, catalogue, descriptions, objectInfo });
  const defaults = createDefaults({ tiers, descriptions, objectInfo });
  const upstream = createUpstream(() => backends, service);
  const mcp = createMcp({
    service,
    runs,
    descriptions,
    defaults,
    upstream,
    feed,
    outputs: assets,
    registry,
    thumbnails,
    backends: () => backends,
    resident,
    workflowDir: config.workflowDir,
    version: VERSION,
    now,
    log,
  });
  const app = createApp({
    mcp,
    newId,
    config,
    service,
    catalogue,
    descriptions,
    runs,
    defaults,
    upstream,
    feed,
    assets,
    registry,
    thumbnails,
    uploads,
    receiver,
    places,
    presenter,
    links,
    backends: () => backends,
    now,
    log,
    budget,
  });
  const openBackend = createBackendOpener({
    stores,
    store,
    service,
    feed,
    fetch: countedFetch,
    connectSocket: config.transport === 'poll' ? undefined : ports.connectSocket,
    clientId: config.clientId,
    resident,
    maxSizes,
    newId,
    now,
    report,
    log,
    waitMs,
  });
  let started: Promise<void> | undefined;
  let ready = false;
  let closed = false;

  async function begin(): Promise<void> {
    backends = await Promise.all(config.backends.map(openBackend));
    await service.connect(backends);
    ready = true;
    if (!resident) return;
    cluster = createCluster({
      stores,
      feed,
      service,
      backends,
      instance,
      onLead: (backend) => void rebuild(backend, 1_000),
      report,
      now,
      waitMs: { ...LEAD_MS, ...waitMs.lead },
    });
    await cluster.start();
    reaper.start();
    copier?.start();
  }

  /** A new store may be a lost one: all that ComfyUI remembers comes back, once it answers. */
  async function rebuild(backend: Backend, delayMs: number): Promise<void> {
    try {
      if (closed || (await stores.storage.hasItem(rebuiltKey(backend.key)))) return;
      const jobs = await service.rebuildAll(backend);
      if (jobs > 0) log('info', 'jobs_rebuilt', { backend: backend.name, jobs });
      await stores.storage.setItem(rebuiltKey(backend.key), { at: now() });
    } catch (error) {
      log('debug', 'background_failed', {
        backend: backend.name,
        stage: 'rebuild',
        error: causes(error),
      });
      if (!closed) startTimer(() => void rebuild(backend, Math.min(delayMs * 2, 30_000)), delayMs);
    }
  }

  function start(): Promise<void> {
    // Elsewhere one request must not wait for what another began.
    if (!resident) return begin();
    // A store that cannot be reached now may be there for the next request.
    started ??= begin().catch((error: unknown) => {
      started = undefined;
      // Jobs of before need somebody also when nobody asks.
      if (!closed) startTimer(() => void start().catch(() => undefined), AGAIN_MS);
      throw error;
    });
    return started;
  }

  async function startThen(request: Request): Promise<Response> {
    try {
      await start();
    } catch (error) {
      // Signs of life do not need the store; everything else answers that it is missing.
      report(error, 'start');
    }
    return app.fetch(request);
  }

  return {
    start,
    mcp: (visit) => mcp({ ...visit, caller: callerOf(config.apiKeys[0]?.name) }),
    fetch: (request) => (ready ? app.fetch(request) : startThen(request)),
    async scheduled() {
      if (!ready) await start();
      const before = calls;
      await service.visitAll();
      if (copier) await copier.visit(spendRest(config.maxSubrequests - (calls - before)));
      if (Math.floor(now() / 60_000) % SWEEP_MINUTES === 0) await sweep(SWEPT_AT_ONCE);
    },
    endStreams: feed.close,
    async close() {
      if (closed) return;
      closed = true;
      feed.close();
      reaper.stop();
      await copier?.close();
      await cluster?.close();
      await Promise.all(backends.map(({ tracker }) => tracker.close()));
      await stores.close();
    },
  };
}

/** Files of one list whose heads are read. */
const LISTED_EXAMINED = 10;

/** Allows calls while they fit; the first always, as what is larger than all of the rest would never get its turn. */
function spendRest(rest: number): (calls: number) => boolean {
  let spent = 0;
  return (calls) => {
    const fits = spent === 0 || spent + calls <= rest;
    if (fits) spent += calls;
    return fits;
  };
}

/** How often a cron trigger looks for expired uploads, and at how many: what a Worker lists and reads is counted. */
const SWEEP_MINUTES = 10;
const SWEPT_AT_ONCE = 40;

/** Pause before another try to start, in ms. */
const AGAIN_MS = 2_000;
