/**
 * `npm run bench`: runs all benchmarks, or those named on the command line, prints one table and writes
 * bench/results.json. Each figure is a ratio or a distance inside one run, so that it can be compared between machines.
 * A missed aim is a finding, not a failure: the exit status is 1 only if a benchmark could not be carried out.
 * BENCH_NODE_FLAGS are given to the gateway's process, for example `--cpu-prof --cpu-prof-dir=/tmp/profile`.
 */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg, release, totalmem } from 'node:os';
import { copies } from './copies.ts';
import { download } from './download.ts';
import { frames } from './frames.ts';
import { jobs } from './jobs.ts';
import { listing } from './listing.ts';
import { mcp } from './mcp.ts';
import { named as namedRuns } from './named.ts';
import { polling } from './polling.ts';
import { reads } from './reads.ts';
import { runtimes } from './runtimes.ts';
import { subscribers } from './subscribers.ts';
import { submits } from './submits.ts';
import { uploads } from './uploads.ts';
import { killAll, takeComplaints } from './support/processes.ts';
import { isMet, table, type Benchmark, type Outcome } from './support/report.ts';

const BENCHMARKS: readonly Benchmark[] = [
  submits,
  namedRuns,
  reads,
  frames,
  subscribers,
  download,
  copies,
  jobs,
  runtimes,
  listing,
  polling,
  uploads,
  mcp,
];

const named = process.argv.slice(2);
const unknown = named.filter((name) => !BENCHMARKS.some((benchmark) => benchmark.name === name));
if (unknown.length > 0) {
  console.error(
    `No benchmark is called ${unknown.join(', ')}; there are ${BENCHMARKS.map(({ name }) => name).join(', ')}.`,
  );
  process.exit(1);
}

process.once('exit', killAll);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(130));

const date = new Date().toISOString();
const load = loadavg();
const outcomes: Outcome[] = [];
for (const benchmark of BENCHMARKS) {
  if (named.length > 0 && !named.includes(benchmark.name)) continue;
  process.stderr.write(`${benchmark.name} … `);
  const outcome = await carryOut(benchmark);
  outcomes.push(outcome);
  process.stderr.write(`${outcome.seconds.toFixed(0)} s\n`);
}

console.log(`\n${table(outcomes)}\n`);
for (const outcome of outcomes) if ('failed' in outcome) console.log(`${outcome.name}: ${outcome.failed}\n`);
const file = new URL('results.json', import.meta.url);
writeFileSync(file, `${JSON.stringify(report(), null, 2)}\n`);
console.log(`Everything that was measured is in ${file.pathname}`);
process.exit(outcomes.some((outcome) => 'failed' in outcome) ? 1 : 0);

async function carryOut({ name, limitMs, run }: Benchmark): Promise<Outcome> {
  const started = performance.now();
  const seconds = () => Math.round((performance.now() - started) / 100) / 10;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done after ${limitMs / 1000} s`)), limitMs);
  });
  try {
    return { name, ...(await Promise.race([run(), limit])), seconds: seconds() };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { name, failed: `${message}\n${takeComplaints()}`.trimEnd(), seconds: seconds() };
  } finally {
    clearTimeout(timer);
    killAll();
    takeComplaints();
  }
}

function report() {
  return {
    date,
    commit: commit(),
    node: process.version,
    machine: {
      cpu: cpus()[0]?.model,
      cores: availableParallelism(),
      memory_mb: Math.round(totalmem() / 2 ** 20),
      system: `${process.platform} ${release()}`,
      load_before: load,
    },
    missed: outcomes.flatMap((outcome) =>
      'failed' in outcome
        ? [outcome.name]
        : outcome.figures.filter((figure) => !isMet(figure)).map(({ name }) => `${outcome.name}: ${name}`),
    ),
    benchmarks: outcomes,
  };
}

/** With a `+` if the sources differ from it. */
function commit(): string | null {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8', stdio: 'pipe' }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain', 'src') === '' ? '' : '+');
  } catch {
    // No git, or no repository: the numbers stand without it.
    return null;
  }
}
