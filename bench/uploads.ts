/** A 500 MB file uploaded through `POST /api/v2/assets` into a file store: the memory that it takes, and its speed against hashing alone. */
import { blake3 } from '@noble/hashes/blake3.js';
import { upload } from './support/http.ts';
import { median, peakKb, residentKb, resetPeak } from './support/measure.ts';
import { startGateway, startSimulator } from './support/processes.ts';
import type { Benchmark } from './support/report.ts';

export const uploads: Benchmark = {
  name: 'uploads',
  limitMs: 180_000,
  async run() {
    const simulator = await startSimulator();
    const gateway = await startGateway(simulator.url, 'file:', { MAX_UPLOAD_BYTES: String(2 * BYTES) });
    const url = `${gateway.url}/api/v2/assets`;
    try {
      for (let i = 0; i < WARM_ROUNDS; i++) await upload(url, WARM_BYTES, i);
      resetPeak(gateway.pid);
      const beforeKb = residentKb(gateway.pid);
      const rounds: { hashMs: number; uploadMs: number }[] = [];
      for (let i = 0; i < ROUNDS; i++) {
        const hashMs = hash(BYTES);
        const { ms, status, body } = await upload(url, BYTES, WARM_ROUNDS + i);
        if (status !== 201) throw new Error(`${status}: ${body}`);
        rounds.push({ hashMs, uploadMs: ms });
      }
      const growthKb = peakKb(gateway.pid) - beforeKb;
      const uploadMs = median(rounds.map((round) => round.uploadMs));
      const hashMs = median(rounds.map((round) => round.hashMs));
      const rate = (ms: number) => `${Math.round(BYTES / 1e3 / ms)} MB/s`;
      return {
        figures: [
          {
            name: 'memory growth',
            value: growthKb / 1024,
            unit: 'MB',
            aim: { atMost: 48 },
            detail: `peak over ${ROUNDS} uploads of 500 MB, from ${(beforeKb / 1024).toFixed(0)} MB after ${WARM_ROUNDS} small ones`,
          },
          {
            name: 'rate',
            value: hashMs / uploadMs,
            unit: 'ratio',
            detail: `${rate(uploadMs)} against ${rate(hashMs)} of blake3 alone: the ceiling`,
          },
        ],
        raw: { bytes: BYTES, rounds, beforeKb, growthKb },
      };
    } finally {
      await Promise.all([gateway.stop(), simulator.stop()]);
    }
  },
};

const BYTES = 500_000_000;
const ROUNDS = 3;
const WARM_BYTES = 1_000_000;
const WARM_ROUNDS = 30;

/** Time to hash so many bytes here, in ms. */
function hash(bytes: number): number {
  const started = performance.now();
  const piece = new Uint8Array(64 * 1024).fill(7);
  const state = blake3.create();
  for (let done = 0; done < bytes; done += piece.length) state.update(piece);
  state.digest();
  return performance.now() - started;
}
