/** How a backend is right now, for those who ask in so many words. */
import { ComfyError } from '../comfyui/errors.ts';
import type { Backend } from './backend.ts';

/** `healthy`: it answers; `unhealthy`: it answers wrongly; `unreachable`: it does not. */
export interface BackendHealth {
  name: string;
  status: 'healthy' | 'unhealthy' | 'unreachable';
  version?: string;
  queueRunning?: number;
  queuePending?: number;
  latencyMs?: number;
}

/** Asks one backend for its queue and version. Never throws. `now` in ms since 1970. */
export async function checkBackend({ name, client }: Backend, now: () => number): Promise<BackendHealth> {
  const start = now();
  try {
    const items = (await client.activeJobs()) ?? (await client.queue());
    const latencyMs = now() - start;
    // Some proxies hide this route; the version is a courtesy.
    const version = await client.version().catch(() => undefined);
    const queueRunning = items.filter(({ position }) => position === 0).length;
    const queuePending = items.length - queueRunning;
    return { name, status: 'healthy', queueRunning, queuePending, latencyMs, ...(version && { version }) };
  } catch (error) {
    const answered = error instanceof ComfyError && error.fate === 'answered';
    return { name, status: answered ? 'unhealthy' : 'unreachable' };
  }
}
