/** What all benchmarks say to gateway and simulator, and the graphs they run. */
import type { Graph } from '../../src/simulator/types.ts';

/** As much of a job as is read here. */
export interface Job {
  id: string;
  status: string;
  outputs: { url: string; size_bytes: number }[];
  urls: { self: string; events: string };
}

export interface SimulatorStats {
  executions: Record<string, number>;
  openSockets: number;
  socketsOpened: Record<string, number>;
  requests: Record<string, number>;
}

/** Submits a graph to the gateway. */
export function submit(url: string, workflow: Graph): Promise<Job> {
  return json<Job>(`${url}/api/v2/jobs`, { method: 'POST', body: JSON.stringify({ workflow }) });
}

/** Submits a graph to the gateway and waits until it has succeeded. */
export async function run(url: string, workflow: Graph): Promise<Job> {
  let job = await submit(url, workflow);
  for (let i = 0; i < 5 && ['queued', 'running'].includes(job.status); i++)
    job = await json<Job>(`${job.urls.self}?wait=20`);
  if (job.status !== 'succeeded') throw new Error(`the job is ${job.status}: ${JSON.stringify(job)}`);
  return job;
}

export const stats = (url: string) => json<SimulatorStats>(`${url}/__simulator/stats`);

export async function json<T>(url: string, init: RequestInit = {}): Promise<T> {
  const headers = { 'content-type': 'application/json' };
  const response = await fetch(url, { headers, signal: AbortSignal.timeout(60_000), ...init });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url} answered ${response.status}: ${text.slice(0, 300)}`);
  return JSON.parse(text) as T;
}

/** `stages` times: a node of so many steps, and a picture saved after it. `color` keeps ComfyUI from its cache. */
export function stepsGraph(options: {
  stages: number;
  steps: number;
  delaySeconds: number;
  preview?: boolean;
  color?: number;
}): Graph {
  const { stages, steps, delaySeconds: delay, preview = true, color = 0 } = options;
  const graph: Graph = {
    '1': { class_type: 'EmptyImage', inputs: { width: 16, height: 16, batch_size: 1, color } },
  };
  for (let stage = 0; stage < stages; stage++) {
    const sleeper = `${2 + 2 * stage}`;
    const image = [stage === 0 ? '1' : `${2 * stage}`, 0];
    graph[sleeper] = { class_type: 'GwSleep', inputs: { image, steps, delay, fail_at: -1, preview } };
    graph[`${3 + 2 * stage}`] = {
      class_type: 'SaveImage',
      inputs: { images: [sleeper, 0], filename_prefix: `stage-${stage + 1}` },
    };
  }
  return graph;
}
