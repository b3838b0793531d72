/** The MCP surface: what makes a server for whoever comes, by HTTP or stdio. */
import type { OutputAssets } from '../assets/outputs.ts';
import type { AssetRegistry } from '../assets/registry.ts';
import type { Thumbnails } from '../assets/thumbnails.ts';
import type { Backend } from '../jobs/backend.ts';
import type { Feed } from '../jobs/feed.ts';
import type { DefaultsService } from '../jobs/defaults.ts';
import type { Runs } from '../jobs/runs.ts';
import type { JobService } from '../jobs/service.ts';
import type { Upstream } from '../jobs/upstream.ts';
import type { Log } from '../log.ts';
import type { Descriptions } from '../workflows/descriptions.ts';
import { assetTools } from './asset-tools.ts';
import { createCompletion } from './completion.ts';
import { jobTools } from './job-tools.ts';
import { createResources } from './resources.ts';
import { createRunning } from './running.ts';
import { createServers, type ServerFor } from './server.ts';
import { settingTools } from './setting-tools.ts';
import { createTables } from './table.ts';
import { createWaiting } from './waiting.ts';
import { runTools } from './workflow-tools.ts';

export interface McpDeps {
  service: JobService;
  runs: Runs;
  descriptions: Descriptions;
  defaults: DefaultsService;
  upstream: Upstream;
  feed: Feed;
  outputs: OutputAssets;
  registry: AssetRegistry;
  thumbnails: Thumbnails;
  backends: () => readonly Backend[];
  /** Whether work goes on between requests. */
  resident: boolean;
  /** Where workflow files are, for people. */
  workflowDir: string;
  version: string;
  now: () => number;
  log: Log;
}

export function createMcp(deps: McpDeps): ServerFor {
  const { service, runs, descriptions, upstream, feed, outputs, registry, thumbnails, backends, now, log } =
    deps;
  const waitFor = createWaiting({ service, feed, resident: deps.resident, now });
  const running = createRunning({ feed, registry, thumbnails, waitFor });
  const workflows = { runs, descriptions, running, outputs };
  const fixed = [
    ...runTools(workflows),
    ...assetTools({ registry, thumbnails }),
    ...jobTools({ service, feed, registry, waitFor, backends, now }),
    ...settingTools({ descriptions, upstream, defaults: deps.defaults, workflowDir: deps.workflowDir }),
  ];
  return createServers({
    tables: createTables(fixed, descriptions, workflows),
    resources: createResources({ service, descriptions, feed, registry, outputs }),
    complete: createCompletion({ descriptions, service, upstream }),
    version: deps.version,
    now,
    log,
  });
}
