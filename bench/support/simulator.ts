/**
 * The simulator as a child. With `stamp` it notes when each frame is handed to its socket, on the machine's monotonic
 * clock, which all processes share.
 */
import { WebSocket } from 'ws';
import { createSimulator, type SimulatorOptions } from '../../src/simulator/simulator.ts';
import { monotonicMs } from './clock.ts';
import { offer } from './leash.ts';

export interface SimulatorSetup extends Pick<SimulatorOptions, 'jobsApi' | 'historyLimit' | 'nodeMs'> {
  stamp?: boolean;
  paused?: boolean;
}

/** When the frame behind an event was sent first, in ms; keys as in subscribers.ts. */
export type Stamps = Record<string, number>;

const { stamp = false, paused = false, ...options } = JSON.parse(process.argv[2] ?? '{}') as SimulatorSetup;
const stamps: Stamps = {};
if (stamp) stampFrames();
const simulator = await createSimulator(options);
if (paused) simulator.control.pause();
offer({
  stamps: () => stamps,
  forget() {
    for (const key of Object.keys(stamps)) delete stamps[key];
  },
});
console.log(simulator.url);

function stampFrames(): void {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (this: WebSocket, ...args: Parameters<typeof send>) {
    const at = monotonicMs();
    const [frame] = args;
    const key = typeof frame === 'string' ? keyOf(frame) : undefined;
    if (key !== undefined) stamps[key] ??= at;
    send.apply(this, args);
  } as typeof send;
}

/** The event that subscribers get from this frame. */
function keyOf(text: string): string | undefined {
  const { type, data } = JSON.parse(text) as { type: string; data: Record<string, unknown> };
  if (type === 'execution_start') return 'status:running';
  if (type === 'execution_success') return 'status:succeeded';
  if (type === 'executed') return `output:${String(data['node'])}`;
  if (type !== 'progress_state') return undefined;
  const nodes = Object.values(data['nodes'] as Record<string, { state: string; value: number; max: number }>);
  const current = nodes.find(({ state, max }) => state === 'running' && max > 1);
  return current && `progress:${current.value}`;
}
