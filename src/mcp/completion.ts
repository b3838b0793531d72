/** What can follow what somebody has typed: workflow names, models, ids of assets and jobs. */
import type { JobService } from '../jobs/service.ts';
import type { Upstream } from '../jobs/upstream.ts';
import type { Descriptions } from '../workflows/descriptions.ts';
import type { Visit } from './tool.ts';

export type Complete = (argument: string, typed: string, of: string, visit: Visit) => Promise<Completion>;

export type Completion = { values: string[]; total: number; hasMore: boolean };

/** The protocol's own limit. */
const MAX_VALUES = 100;

/** Jobs that are looked through for ids. */
const JOBS = 50;

/** `of` is the URI template or the prompt that the argument belongs to. */
export function createCompletion({
  descriptions,
  service,
  upstream,
}: {
  descriptions: Descriptions;
  service: JobService;
  upstream: Upstream;
}): Complete {
  async function options(argument: string, of: string, { caller }: Visit): Promise<string[]> {
    const latest = async () => (await service.list(caller, {}, JOBS))?.jobs ?? [];
    if (argument === 'model') return upstream.models('checkpoints');
    if (argument === 'workflow' || (argument === 'name' && of.includes('workflows')))
      return (await descriptions.list(caller.owner)).map(({ name }) => name);
    if (argument === 'asset_id' || (argument === 'id' && of.includes('assets')))
      return (await latest()).flatMap((job) => job.outputs.map((output) => output.id));
    if (argument === 'id' && of.includes('jobs')) return (await latest()).map((job) => job.id);
    return [];
  }

  return async (argument, typed, of, visit) => {
    const wanted = typed.toLowerCase();
    const all = (await options(argument, of, visit)).filter((value) => value.toLowerCase().includes(wanted));
    // What begins so comes first.
    all.sort(
      (a, b) => Number(b.toLowerCase().startsWith(wanted)) - Number(a.toLowerCase().startsWith(wanted)),
    );
    return { values: all.slice(0, MAX_VALUES), total: all.length, hasMore: all.length > MAX_VALUES };
  };
}
