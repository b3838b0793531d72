/** Outputs copied to S3: the memory that 500 MB need, and whether 1,000 files all arrive. */
import { json, run, type Job } from './support/comfy.ts';
import { download } from './support/http.ts';
import { median, peakKb, residentKb, resetPeak, sleep } from './support/measure.ts';
import { makeFolder, start, startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';
import type { Graph } from '../src/simulator/types.ts';

export const copies: Benchmark = {
  name: 'copies',
  limitMs: 180_000,
  async run() {
    const folder = makeFolder();
    const simulator = await startSimulator();
    const bucket = await start('bench/support/bucket.ts', [folder.dir, BUCKET], {});
    const gateway = await startGateway(simulator.url, 'file:', {
      S3_ENABLE: 'true',
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: bucket.url,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    });
    /** Runs a graph; resolves with the time from its end to that of its last copy. */
    const copy = async (graph: Graph): Promise<{ job: CopiedJob; ms: number }> => {
      const { urls } = await run(gateway.url, graph);
      const began = performance.now();
      for (;;) {
        const job = await json<CopiedJob>(urls.self);
        if (job.outputs.every(({ copy: { state } }) => state !== 'pending'))
          return { job, ms: performance.now() - began };
        await sleep(100);
      }
    };
    const blob = (size_bytes: number, filename: string): Graph => ({
      '1': { class_type: 'GwBlob', inputs: { size_bytes, filename } },
    });
    try {
      for (let i = 0; i < WARM_ROUNDS; i++) await copy(blob(WARM_BYTES, `warm-${i}.bin`));
      const rounds: { ms: number; growthKb: number }[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        resetPeak(gateway.pid);
        const beforeKb = residentKb(gateway.pid);
        const { job, ms } = await copy(blob(BYTES, `big-${i}.bin`));
        const [output] = job.outputs;
        if (output?.copy.state !== 'done') throw new Error(`not copied: ${JSON.stringify(output)}`);
        rounds.push({ ms, growthKb: peakKb(gateway.pid) - beforeKb });
        if (i === 0) {
          const { bytes } = await download(output.url);
          if (bytes !== BYTES) throw new Error(`the bucket has ${bytes} of ${BYTES} bytes`);
        }
      }
      const growthKb = Math.max(...rounds.map((round) => round.growthKb));
      const rate = BYTES / 1e3 / median(rounds.map(({ ms }) => ms));

      const before = await bucket.ask<number>('objects');
      const many = await copy(manyGraph());
      const arrived = (await bucket.ask<number>('objects')) - before;
      const done = many.job.outputs.filter((output) => output.copy.state === 'done').length;
      return {
        figures: [
          {
            name: 'memory growth',
            value: growthKb / 1024,
            unit: 'MB',
            aim: { atMost: 48 },
            detail: `worst of ${ROUNDS} copies of 500 MB, after ${WARM_ROUNDS} of 20 MB; ${rate.toFixed(0)} MB/s`,
          },
          {
            name: 'missing of 1,000',
            value: FILES - Math.min(arrived, done),
            unit: 'files',
            aim: { atMost: 0 },
            detail: `all in the bucket ${(many.ms / 1000).toFixed(1)} s after the end of their job`,
          },
        ],
        raw: { bytes: BYTES, rounds, files: FILES, arrived, done, manyMs: many.ms },
      };
    } finally {
      await Promise.all([gateway.stop(), bucket.stop(), simulator.stop()]);
      folder.remove();
    }
  },
};

type CopiedJob = Omit<Job, 'outputs'> & { outputs: { url: string; copy: { state: string } }[] };

const BUCKET = 'bench';
const BYTES = 500_000_000;
const ROUNDS = 3;
const WARM_BYTES = 20_000_000;
const WARM_ROUNDS = 5;
const FILES = 1_000;
const SAVERS = 4;

/** So many small pictures in one job. */
function manyGraph(): Graph {
  const graph: Graph = {
    '1': {
      class_type: 'EmptyImage',
      inputs: { width: 8, height: 8, batch_size: FILES / SAVERS, color: 1 },
    },
  };
  for (let i = 0; i < SAVERS; i++)
    graph[`${i + 2}`] = {
      class_type: 'SaveImage',
      inputs: { images: ['1', 0], filename_prefix: `many-${i}` },
    };
  return graph;
}
