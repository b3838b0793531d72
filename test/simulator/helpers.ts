// Small graphs and calls that the tests of the simulator share.

import { WebSocket } from 'ws';
import { parseJson } from '../../src/simulator/json.ts';
import { createSimulator, type Simulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { isRecord } from '../../src/simulator/types.ts';

export const instant: SimulatorOptions = {
  stepMs: 0,
  loadMs: 0,
  encodeMs: 0,
  decodeMs: 0,
  nodeMs: 0,
  delayScale: 0,
};

export async function withSimulator(
  options: SimulatorOptions,
  use: (simulator: Simulator) => Promise<void>,
): Promise<void> {
  const simulator = await createSimulator({ ...instant, ...options });
  try {
    await use(simulator);
  } finally {
    await simulator.close();
  }
}

let color = 0;

/** A graph that sleeps and saves; never the same twice, so nothing comes from the cache. */
export function sleepGraph(steps = 1, delay = 0.01): unknown {
  const image = ['1', 0];
  return {
    1: { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color: ++color } },
    2: { class_type: 'GwSleep', inputs: { image, steps, delay, fail_at: -1, preview: true } },
    3: { class_type: 'SaveImage', inputs: { images: ['2', 0], filename_prefix: 'test' } },
  };
}

export function blobGraph(sizeBytes: number, filename: string): unknown {
  return { 1: { class_type: 'GwBlob', inputs: { size_bytes: sizeBytes, filename } } };
}

export async function call(
  simulator: Simulator,
  method: string,
  path: string,
  body?: unknown,
): Promise<{ status: number; json: Record<string, unknown>; text: string }> {
  const response = await fetch(simulator.url + path, {
    method,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json') ? parseJson(text) : {};
  return { status: response.status, text, json: isRecord(json) ? json : {} };
}

export function submit(simulator: Simulator, id: string, prompt: unknown, more: object = {}) {
  return call(simulator, 'POST', '/prompt', { prompt, prompt_id: id, client_id: 'test', ...more });
}

export async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  const end = Date.now() + 3000;
  while (!(await what())) {
    if (Date.now() > end) throw new Error(`this did not happen: ${what.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

/** The history entry of a prompt, once it is there. */
export async function finished(simulator: Simulator, id: string): Promise<Record<string, unknown>> {
  let entry: unknown;
  await until(async () => {
    entry = (await call(simulator, 'GET', `/history/${id}`)).json[id];
    return entry !== undefined;
  });
  return isRecord(entry) ? entry : {};
}

export interface Listener {
  socket: WebSocket;
  /** Types of the JSON frames so far; binary ones count as `binary`. */
  types: string[];
}

export async function listen(simulator: Simulator, clientId = 'test'): Promise<Listener> {
  const socket = new WebSocket(`${simulator.url.replace('http', 'ws')}/ws?clientId=${clientId}`);
  const types: string[] = [];
  socket.on('message', (data: Buffer, binary) => {
    const frame: unknown = binary ? { type: 'binary' } : JSON.parse(data.toString('utf8'));
    types.push(isRecord(frame) ? String(frame['type']) : 'none');
  });
  socket.on('error', () => undefined); // the tests look at open and close
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('close', () => reject(new Error('refused')));
  });
  return { socket, types };
}
