// What has happened, for tests to look at: executions, requests, sockets, and the headers that arrived.

import type { IncomingHttpHeaders } from 'node:http';

export interface StatsReport {
  /** How often each prompt id was started. */
  executions: Record<string, number>;
  /** Requests per route, such as `GET /history/{id}`; /api twins count under the same name. */
  requests: Record<string, number>;
  /** Headers of the latest request per route, `GET /ws` included. */
  headers: Record<string, IncomingHttpHeaders>;
  openSockets: number;
  /** Sockets ever opened per clientId (the empty id stands for none). */
  socketsOpened: Record<string, number>;
  queueRemaining: number;
  idle: boolean;
}

export interface Stats {
  executed(promptId: string): void;
  requested(route: string, headers: IncomingHttpHeaders): void;
  socketOpened(clientId: string): void;
  report(now: Pick<StatsReport, 'openSockets' | 'queueRemaining' | 'idle'>): StatsReport;
  reset(): void;
}

// Ids come from outside, so their number is bounded; the oldest are forgotten.
const maxIds = 100_000;

export function createStats(): Stats {
  const executions = new Map<string, number>();
  const requests = new Map<string, number>();
  const headersSeen = new Map<string, IncomingHttpHeaders>();
  const sockets = new Map<string, number>();
  const count = (map: Map<string, number>, key: string) => {
    map.set(key, (map.get(key) ?? 0) + 1);
    if (map.size <= maxIds) return;
    for (const oldest of map.keys()) {
      map.delete(oldest);
      return;
    }
  };
  return {
    executed: (promptId) => count(executions, promptId),
    requested(route, headers) {
      count(requests, route);
      headersSeen.set(route, headers);
    },
    socketOpened: (clientId) => count(sockets, clientId),
    report: (now) => ({
      executions: Object.fromEntries(executions),
      requests: Object.fromEntries(requests),
      headers: Object.fromEntries(headersSeen),
      socketsOpened: Object.fromEntries(sockets),
      ...now,
    }),
    reset() {
      for (const map of [executions, requests, sockets]) map.clear();
      headersSeen.clear();
    },
  };
}
