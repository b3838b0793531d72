/** A 500 MB output through `/content` against ComfyUI's own `/view`, by turns; memory that the gateway needs for it. */
import { run } from './support/comfy.ts';
import { download as fetchAll } from './support/http.ts';
import { median, peakKb, residentKb, resetPeak } from './support/measure.ts';
import { start, startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';

export const download: Benchmark = {
  name: 'download',
  limitMs: 90_000,
  async run() {
    const simulator = await startSimulator();
    const gateway = await startGateway(simulator.url, 'file:');
    const bare = await start('bench/support/bare.ts', ['{}', simulator.url], {});
    const blob = async (size_bytes: number, filename: string) => {
      const job = await run(gateway.url, { '1': { class_type: 'GwBlob', inputs: { size_bytes, filename } } });
      const path = `/view?filename=${filename}&type=output`;
      return {
        path,
        view: simulator.url + path,
        content: new URL(job.outputs[0]?.url ?? '', gateway.url).href,
      };
    };
    try {
      const small = await blob(WARM_BYTES, 'small.bin');
      for (let i = 0; i < WARM_ROUNDS; i++) {
        await fetchAll(small.view);
        await fetchAll(small.content);
        await fetchAll(bare.url + small.path);
      }
      const { path, view, content } = await blob(BYTES, 'big.bin');
      resetPeak(gateway.pid);
      const beforeKb = residentKb(gateway.pid);
      const rounds: { directMs: number; bareMs: number; gatewayMs: number }[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const direct = await fetchAll(view);
        const proxied = await fetchAll(bare.url + path);
        const through = await fetchAll(content);
        if (through.bytes !== BYTES) throw new Error(`got ${through.bytes} of ${BYTES} bytes`);
        rounds.push({ directMs: direct.ms, bareMs: proxied.ms, gatewayMs: through.ms });
      }
      const growthKb = peakKb(gateway.pid) - beforeKb;
      const directMs = median(rounds.map((round) => round.directMs));
      const bareMs = median(rounds.map((round) => round.bareMs));
      const gatewayMs = median(rounds.map((round) => round.gatewayMs));
      const rate = (ms: number) => `${Math.round(BYTES / 1e3 / ms)} MB/s`;
      return {
        figures: [
          {
            name: 'rate',
            value: directMs / gatewayMs,
            unit: 'ratio',
            aim: { atLeast: 0.8 },
            detail: `${rate(gatewayMs)} against ${rate(directMs)} of /view`,
          },
          {
            name: 'rate, bare proxy',
            value: directMs / bareMs,
            unit: 'ratio',
            detail: `${rate(bareMs)} with Hono and fetch alone: the ceiling`,
          },
          {
            name: 'memory growth',
            value: growthKb / 1024,
            unit: 'MB',
            aim: { atMost: 32 },
            detail: `peak over ${ROUNDS} downloads, from ${(beforeKb / 1024).toFixed(0)} MB after ${WARM_ROUNDS} small ones`,
          },
        ],
        raw: { bytes: BYTES, rounds, beforeKb, growthKb },
      };
    } finally {
      await Promise.all([bare.stop(), gateway.stop(), simulator.stop()]);
    }
  },
};

const BYTES = 500_000_000;
const ROUNDS = 5;
const WARM_BYTES = 1_000_000;
const WARM_ROUNDS = 30;
