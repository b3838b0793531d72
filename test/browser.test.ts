/** What a person sees: the landing page and an EventSource, in a real browser (Debian's chromium). */
import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, startSimulator } from './support/gateway.ts';
import { sleepGraph } from './support/graphs.ts';
import { startProxy } from './support/proxy.ts';

const CHROMIUM = '/usr/bin/chromium';
const there = existsSync(CHROMIUM);
if (!there && process.env['CI'] === 'true') throw new Error(`${CHROMIUM} is needed; .ci/run installs it`);

let browser: Browser;

beforeAll(async () => {
  if (!there) return;
  browser = await chromium.launch({
    executablePath: CHROMIUM,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});

afterAll(() => browser?.close());

test.skipIf(!there)('the landing page shows a job as it comes, and its picture', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url });
  const page = await browser.newPage();
  const faults: string[] = [];
  page.on('pageerror', (error) => faults.push(error.message));
  page.on('console', (message) => message.type() === 'error' && faults.push(message.text()));
  await page.goto(gateway.url);
  await page.getByText('Live').waitFor();
  const job = await gateway.submit(sleepGraph(5, 0.05));
  await page.getByText(job.id.slice(-8)).waitFor();
  await page.getByText('succeeded').waitFor();
  const picture = page.locator('img').first();
  await expect.poll(() => picture.evaluate((img) => (img as HTMLImageElement).naturalWidth)).toBe(64);
  expect(faults).toEqual([]);
  await page.close();
});

test.skipIf(!there)('with API keys the landing page shows nothing before it has one', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url, API_KEYS: 'me:a-long-secret' });
  const job = await gateway.submit(sleepGraph(1), {}, { authorization: 'Bearer a-long-secret' });
  const page = await browser.newPage();
  await page.goto(gateway.url);
  const field = page.locator('input[type=password]');
  await field.waitFor();
  expect(await page.content()).not.toContain(job.id.slice(-8));
  await field.fill('a-long-secret');
  await field.press('Enter');
  await page.getByText(job.id.slice(-8)).waitFor();
  await page.close();
});

test.skipIf(!there)('EventSource goes on by itself where it was cut, and stops at the end', async () => {
  const simulator = await startSimulator();
  const gateway = await startGateway({ COMFYUI_URL: simulator.url });
  const proxy = await startProxy(Number(new URL(gateway.url).port));
  const job = await gateway.submit(sleepGraph(60, 0.05));
  const page = await browser.newPage();
  // A page of the same origin as the stream, which comes through a connection that can be cut.
  await page.goto(`${proxy.url}/healthz`);
  const seen = page.evaluate(
    (url) =>
      new Promise<{ ids: string[]; opened: number }>((resolve) => {
        const ids: string[] = [];
        let opened = 0;
        const events = new EventSource(url);
        events.onopen = () => opened++;
        events.onerror = () => events.readyState === EventSource.CLOSED && resolve({ ids, opened });
        for (const type of ['status', 'output']) {
          events.addEventListener(type, (event) =>
            ids.push(`${type} ${(event as MessageEvent).lastEventId}`),
          );
        }
      }),
    new URL(job.urls.events).pathname,
  );
  await gateway.until(job.id, ({ progress }) => (progress?.step ?? 0) > 5);
  proxy.cut();
  const { ids, opened } = await seen;
  expect(opened).toBeGreaterThan(1);
  const record = await gateway.job(job.id);
  expect(record.status).toBe('succeeded');
  // Positions in the queue repeat the id of the status before them.
  const durable = [...new Set(ids)];
  expect(durable.filter((id) => id.startsWith('output'))).toHaveLength(record.outputs.length);
  expect(durable.filter((id) => id.startsWith('status')).length).toBeGreaterThanOrEqual(2);
  const numbers = durable.map((id) => Number(id.split(' ')[1]));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  await page.close();
});
