/** The library: a gateway to be mounted wherever `fetch` is served. */
export { parseConfig, ConfigError, type Config } from './config.ts';
export { GatewayError, type ErrorCode, type ErrorEnvelope } from './errors.ts';
export { createGateway, type Gateway, type Ports } from './gateway.ts';
export { createLog, type Log } from './log.ts';
export type { BlobStore, IndexedJob, JobIndex, JobQuery, Lease, Stores } from './storage/ports.ts';
export { overStandardFetch, type FetchOutside } from './assets/outside.ts';
export { overFetch } from './comfyui/client.ts';
export { openKvStores } from './runtime/stores/kv.ts';
export { openMemoryStores } from './runtime/stores/memory.ts';
export { newJobId } from './jobs/id.ts';
export { openBundle, type WorkflowBundle } from './workflows/bundle.ts';
export type { WorkflowFolder } from './workflows/folder.ts';
