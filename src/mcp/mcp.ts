/** The MCP surface: what makes a server for whoever comes, by HTTP or stdio. */
import type { OutputAssets } from '../assets/outputs.ts';
import type { Presenter } from '../assets/present.ts';
import type { Backend } from '../jobs/backend.ts';
import type { Feed } from '../jobs/feed.ts';
import type { Job, JobOutput } from '../jobs/job.ts';
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
import { createRunning, type Thumbnail } from './running.ts';
import { createServers, type ServerFor } from './server.ts';
import { settingTools } from './setting-tools.ts';
import { createTables } from './table.ts';
import { createWaiting } from './waiting.ts';
import { createWords, type Size } from './words.ts';
import { runTools } from './workflow-tools.ts';

export interface McpDeps {
  service: JobService;
  runs: Runs;
  descriptions: Descriptions;
  defaults: DefaultsService;
  upstream: Upstream;
  feed: Feed;
  assets: OutputAssets;
  presenter: Presenter;
  thumbnail: Thumbnail;
  /** Width and height of a picture. */
  sizeOf: (job: Job, output: JobOutput) => Promise<Size>;
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
  const {
    service,
    runs,
    descriptions,
    upstream,
    feed,
    assets,
    presenter,
    thumbnail,
    sizeOf,
    backends,
    now,
    log,
  } = deps;
  const words = createWords(presenter, sizeOf);
  const waitFor = createWaiting(service, feed, deps.resident);
  const running = createRunning({ feed, words, waitFor, thumbnail });
  const workflows = { runs, descriptions, running, assets };
  const fixed = [
    ...runTools(workflows),
    ...assetTools({ service, assets, words, thumbnail }),
    ...jobTools({ service, feed, words, waitFor, backends, now }),
    ...settingTools({ descriptions, upstream, defaults: deps.defaults, workflowDir: deps.workflowDir }),
  ];
  return createServers({
    tableOf: createTables(fixed, descriptions, workflows),
    resources: createResources({ service, descriptions, feed, assets, words }),
    complete: createCompletion({ descriptions, service, upstream }),
    version: deps.version,
    log,
  });
}
