// A stand-in for ComfyUI in this process: HTTP and WebSocket on a loopback port, behaving like the recordings of a
// real ComfyUI 0.3.64 (or, with `jobsApi`, like 0.38). For the demo, tests and benchmarks; nothing is on disk.

import { setTimeout as delay } from 'node:timers/promises';
import { controlRoutes, type Control } from './control.ts';
import { createFaults } from './faults.ts';
import { createFileStore } from './files.ts';
import { jobsRoutes } from './jobs-api.ts';
import { createLife, type Life } from './life.ts';
import type { Timing } from './node-types.ts';
import { loadNodeClasses } from './object-info.ts';
import { drawScene } from './picture.ts';
import { encodePng } from './png.ts';
import { coreRoutes } from './routes.ts';
import { createListener } from './server.ts';
import { createStats } from './stats.ts';
import { userdataRoutes } from './userdata.ts';

export interface SimulatorOptions extends Partial<Timing> {
  /** 0 (the default) takes any free port. */
  port?: number;
  host?: string;
  /** Like 0.38: /api/jobs, UUIDs as prompt ids, `create_time`, newer errors. */
  jobsApi?: boolean;
  /** `none` is ComfyUI's own default: samplers report steps without pictures. */
  previewMethod?: 'auto' | 'none';
  /** Model files by folder; looked at when ComfyUI would look into the folder. */
  models?: Record<string, string[]>;
  /** Bound of all files together; the oldest go first. Default 256 MB. */
  maxFileBytes?: number;
  /** Default 10000, as in ComfyUI. */
  historyLimit?: number;
  /** What the number counter begins with (after a restart always 0). */
  firstNumber?: number;
  /** Order in which output nodes are taken; a real ComfyUI takes them from an unordered set. Default: as submitted. */
  outputOrder?: (outputs: readonly string[]) => string[];
  now?: () => number;
  random?: () => number;
  /** Waits for node times; rejects when aborted. Tests replace it to step through a run. */
  sleep?: (ms: number, signal: AbortSignal) => Promise<void>;
}

export interface Simulator {
  /** Such as `http://127.0.0.1:8188`, without a slash at the end. */
  url: string;
  port: number;
  control: Control;
  /** May be called twice. */
  close(): Promise<void>;
}

const defaultTiming: Timing = {
  stepMs: 60,
  loadMs: 250,
  encodeMs: 20,
  decodeMs: 60,
  nodeMs: 5,
  betweenMs: 0,
  delayScale: 1,
};

const defaultModels: Record<string, string[]> = {
  checkpoints: ['ace_step_v1_3.5b.safetensors', 'v1-5-pruned-emaonly.safetensors'],
};

export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const { host = '127.0.0.1', jobsApi = false, now = Date.now, random = Math.random } = options;
  const timing: Timing = { ...defaultTiming };
  for (const name of Object.keys(defaultTiming) as (keyof Timing)[])
    timing[name] = options[name] ?? timing[name];

  const files = createFileStore({ limitBytes: options.maxFileBytes ?? 256 * 1024 * 1024, now });
  const example = () => encodePng(drawScene({ text: 'meadow in the morning', seed: '1' }, 256, 256));
  files.put({ type: 'input', subfolder: '', filename: 'example.png' }, example, 60_000);
  const models: Record<string, readonly string[]> = { ...(options.models ?? defaultModels) };
  const classes = loadNodeClasses(models, files);
  const faults = createFaults();
  const stats = createStats();
  let paused = false;
  let refusing = false;
  let socketDelayMs = 0;
  let port = options.port ?? 0;

  const begin = (firstNumber: number): Life => {
    const life = createLife({
      files,
      classes,
      timing,
      paused,
      now,
      random,
      firstNumber,
      newer: jobsApi,
      previews: options.previewMethod !== 'none',
      historyLimit: options.historyLimit ?? 10000,
      outputOrder: options.outputOrder ?? ((outputs) => [...outputs]),
      sleep: options.sleep ?? ((ms, signal) => delay(ms, undefined, { signal })),
      onStart: (promptId) => stats.executed(promptId),
    });
    life.hub.setDelay(socketDelayMs);
    return life;
  };
  let life = begin(options.firstNumber ?? 0);

  const setSocketDelay = (delayMs: number) => {
    socketDelayMs = delayMs;
    life.hub.setDelay(delayMs);
  };
  const control: Control = {
    fault: (fault) => faults.add(fault),
    clearFaults: (which) => faults.clear(which),
    faults: () => faults.list(),
    sockets: {
      drop: () => life.hub.dropAll(),
      close: (code) => life.hub.closeAll(code),
      deafen: (clientId) => life.hub.deafen(clientId),
      hear: () => life.hub.hear(),
      delay: setSocketDelay,
      refuse: () => void (refusing = true),
      accept: () => void (refusing = false),
    },
    pause() {
      paused = true;
      life.executor.pause();
    },
    resume() {
      paused = false;
      life.executor.resume();
    },
    async restart(downMs = 0) {
      await control.stop();
      if (downMs > 0) await delay(downMs);
      await control.start();
    },
    async stop() {
      life.end();
      life.hub.dropAll();
      await listener.stop();
      files.clear('temp');
    },
    async start() {
      life = begin(0);
      await listener.start();
    },
    stats: () =>
      stats.report({
        openSockets: life.hub.count(),
        queueRemaining: life.queue.remaining(),
        idle: life.executor.idle(),
      }),
    reset() {
      stats.reset();
      faults.clear();
      life.hub.hear();
      setSocketDelay(0);
      refusing = false;
      control.resume();
    },
    putFile: (ref, bytes) => files.put(ref, bytes),
    removeFile: (ref) => files.remove(ref),
    setModels: (folder, names) => void (models[folder] = names),
  };

  const routes = [
    ...coreRoutes({ life: () => life, files, classes, models, newer: jobsApi, port: () => port }),
    ...userdataRoutes(now),
    ...(jobsApi ? jobsRoutes(() => ({ queue: life.queue, interrupt: () => life.executor.interrupt() })) : []),
  ];
  const listener = createListener({
    host,
    port,
    routes,
    controlRoutes: controlRoutes(control),
    life: () => life,
    faults,
    stats,
    refusesSockets: () => refusing,
  });
  port = await listener.start();
  return { url: `http://${host}:${port}`, port, control, close: () => control.stop() };
}
