/** Copying where nothing goes on between requests: what a visit of the cron trigger does, and what it leaves alone. */
import { expect, test } from 'vitest';
import { COPY_MS, createCopier } from '../src/assets/copies.ts';
import { GatewayError } from '../src/errors.ts';
import { reduce, type Job } from '../src/jobs/job.ts';
import { createMemoryBlobs } from '../src/runtime/blobs/memory.ts';
import { openMemoryStores } from '../src/runtime/stores/memory.ts';
import { copyKey } from '../src/storage/keys.ts';
import type { BlobStore } from '../src/storage/ports.ts';
import { newJob } from './suites/stores.ts';

test('a failed copy waits for another visit: nothing is begun in between', async () => {
  const { copier, puts, add } = await start({ fails: true });
  await add();
  await copier.visit(() => true);
  expect(puts()).toBe(1);
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(puts()).toBe(1);
  await copier.visit(() => true);
  expect(puts()).toBe(2);
});

test('a visit reads so many records at most, whatever waits, and each has its turn', async () => {
  const { copier, reads, add, open } = await start({ fails: true, retryMin: 600_000 });
  for (let i = 0; i < 200; i++) await add();
  for (let i = 0; i < 500 && open() > 0; i++) await copier.visit(() => true);
  expect(open()).toBe(0);
  const before = reads();
  await copier.visit(() => true);
  expect(reads() - before).toBeLessThanOrEqual(100);
});

async function start({ fails, retryMin = 10 }: { fails: boolean; retryMin?: number }) {
  const stores = openMemoryStores(Date.now);
  const jobs = new Map<string, Job>();
  let reads = 0;
  let puts = 0;
  let passed = 0;
  const blobs: BlobStore = {
    ...createMemoryBlobs(),
    async put() {
      puts++;
      if (fails) throw new GatewayError('storage_unavailable', 'The bucket answered 403.');
    },
  };
  const copier = createCopier({
    stores,
    blobs,
    bucket: 'pictures',
    jobOf: async (id) => {
      reads++;
      return jobs.get(id);
    },
    learn: async (id, evidence) => {
      const job = reduce(jobs.get(id)!, evidence, Date.now());
      jobs.set(id, job);
      return job;
    },
    clientOf: () => undefined,
    instance: 'i',
    report: () => undefined,
    // Every look is somewhat later, so that visits begin at different places.
    now: () => Date.now() + (passed += 7),
    waitMs: { ...COPY_MS, retryMin, retryMax: retryMin },
  });
  return {
    copier,
    reads: () => reads,
    puts: () => puts,
    /** Jobs with copies that nobody has tried. */
    open: () =>
      [...jobs.values()].filter(({ outputs }) => outputs.some(({ copy }) => copy?.state === 'pending'))
        .length,
    async add() {
      const job = newJob();
      const text = {
        id: job.id,
        node: '1',
        displayNode: '1',
        kind: 'text',
        contentType: 'text/plain',
      } as const;
      const outputs = [
        { ...text, text: 'a', sizeBytes: 1, copy: { state: 'pending', attempts: 0 } as const },
      ];
      jobs.set(job.id, reduce(job, { type: 'outputs', outputs }, Date.now()));
      await stores.storage.setItem(copyKey(job.id), { at: Date.now() });
    },
  };
}
