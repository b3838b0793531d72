// The control object over HTTP, under /__simulator/, so that tests can drive a simulator in another process.

import { parseFault, type Fault, type Faults } from './faults.ts';
import { empty, json, type Route } from './http.ts';
import { isFolderType } from './paths.ts';
import type { StatsReport } from './stats.ts';
import { isRecord, type FileRef } from './types.ts';

export interface Control {
  /** Adds a fault for the next matching requests; returns its number. */
  fault(fault: Fault): number;
  /** Removes one fault, those of a route, or all. */
  clearFaults(which?: number | string): void;
  faults(): ReturnType<Faults['list']>;
  sockets: {
    /** Cuts every socket without a closing handshake. */
    drop(): void;
    /** Closes every socket with a closing handshake. */
    close(code?: number): void;
    /** The sockets open now (or those of one client) stay open but get no more frames. */
    deafen(clientId?: string): void;
    /** Ends the deafness of sockets that are still open; what they missed is lost. */
    hear(): void;
    /** Every frame is sent that much later; 0 ends it. */
    delay(delayMs: number): void;
    /** Refuses new sockets with 503. */
    refuse(): void;
    accept(): void;
  };
  /** Nothing is started any more; what runs goes on. */
  pause(): void;
  resume(): void;
  /** As if the process was killed and started again; between the two it cannot be reached for `downMs`. */
  restart(downMs?: number): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  stats(): StatsReport;
  /** Forgets counts and headers, removes all faults, ends deafness, delay, refusal and pause. */
  reset(): void;
  putFile(ref: FileRef, bytes: Uint8Array): void;
  removeFile(ref: FileRef): boolean;
  /** The model files of a folder from now on; `/models`, `/object_info` and validation know them at once. */
  setModels(folder: string, names: readonly string[]): void;
}

export function controlRoutes(control: Control): Route[] {
  const base = '/__simulator';
  const ok = (value: unknown = { ok: true }) => json(value);
  const refused = (error: string) => json({ error }, 400);
  return [
    { method: 'GET', pattern: `${base}/stats`, handler: () => ok(control.stats()) },
    {
      method: 'POST',
      pattern: `${base}/reset`,
      handler() {
        control.reset();
        return ok();
      },
    },
    { method: 'GET', pattern: `${base}/faults`, handler: () => ok(control.faults()) },
    {
      method: 'POST',
      pattern: `${base}/faults`,
      async handler(request) {
        const fault = parseFault(await request.json());
        return typeof fault === 'string' ? refused(fault) : ok({ id: control.fault(fault) });
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/faults`,
      handler({ query }) {
        const id = query.get('id');
        control.clearFaults(id === null ? (query.get('route') ?? undefined) : Number(id));
        return ok();
      },
    },
    {
      method: 'POST',
      pattern: `${base}/sockets`,
      async handler(request) {
        const body = await request.json();
        const action = isRecord(body) ? body['action'] : undefined;
        const { clientId, delayMs, code } = isRecord(body) ? body : {};
        const { sockets } = control;
        if (action === 'drop') sockets.drop();
        else if (action === 'close') sockets.close(typeof code === 'number' ? code : undefined);
        else if (action === 'deafen') sockets.deafen(typeof clientId === 'string' ? clientId : undefined);
        else if (action === 'hear') sockets.hear();
        else if (action === 'delay') sockets.delay(Number(delayMs ?? 0));
        else if (action === 'refuse') sockets.refuse();
        else if (action === 'accept') sockets.accept();
        else
          return refused(
            `action is ${String(action)}, not drop, close, deafen, hear, delay, refuse or accept`,
          );
        return ok();
      },
    },
    {
      method: 'POST',
      pattern: `${base}/pause`,
      handler() {
        control.pause();
        return ok();
      },
    },
    {
      method: 'POST',
      pattern: `${base}/resume`,
      handler() {
        control.resume();
        return ok();
      },
    },
    {
      method: 'POST',
      pattern: `${base}/restart`,
      handler({ query }) {
        const downMs = Number(query.get('downMs') ?? 0);
        // After this answer is out: the restart cuts its connection, too.
        const restart = () => {
          control
            .restart(downMs)
            .catch((error: unknown) => console.error('simulator: restart failed', error));
        };
        setTimeout(restart, 20);
        return ok();
      },
    },
    {
      method: 'PUT',
      pattern: `${base}/files`,
      async handler(request) {
        const ref = fileRef(request.query);
        if (ref === undefined) return refused('type (output, temp or input) and filename are needed');
        control.putFile(ref, await request.body());
        return ok();
      },
    },
    {
      method: 'DELETE',
      pattern: `${base}/files`,
      handler({ query }) {
        const ref = fileRef(query);
        if (ref === undefined) return refused('type (output, temp or input) and filename are needed');
        return control.removeFile(ref) ? ok() : empty(404);
      },
    },
    {
      method: 'PUT',
      pattern: `${base}/models/{folder}`,
      async handler(request) {
        const names = await request.json();
        if (!Array.isArray(names) || !names.every((name) => typeof name === 'string'))
          return refused('the body is no list of file names');
        control.setModels(request.params['folder'] ?? '', names);
        return ok();
      },
    },
  ];
}

function fileRef(query: URLSearchParams): FileRef | undefined {
  const type = query.get('type') ?? 'output';
  const filename = query.get('filename') ?? '';
  return isFolderType(type) && filename !== ''
    ? { type, filename, subfolder: query.get('subfolder') ?? '' }
    : undefined;
}
