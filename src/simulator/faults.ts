// Faults on demand: what the next matching requests meet instead of, or around, their normal handling.

import { isRecord } from './types.ts';

export type FaultKind =
  /** The connection is closed before the request is handled. */
  | 'drop'
  /** The request is handled, then the connection is closed without an answer. */
  | 'accept-then-drop'
  /** The request is handled and never answered. */
  | 'accept-then-hang'
  /** The request is neither handled nor answered. */
  | 'hang'
  /** `status` and `body` are answered, the request is not handled. */
  | 'status'
  /** The request is handled after `delayMs`. */
  | 'delay';

export interface Fault {
  /** `POST /prompt`, `GET /history/{id}` (without /api), the concrete `GET /history/abc`, `GET /ws`, or `*`. */
  route: string;
  kind: FaultKind;
  /** How many requests meet it; until cleared when left out. */
  times?: number;
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  delayMs?: number;
}

export interface Faults {
  /** Adds a fault and returns its number. */
  add(fault: Fault): number;
  /** Removes one fault, those of a route, or all. */
  clear(which?: number | string): void;
  list(): { id: number; fault: Fault; left: number | null }[];
  /** The oldest fault for a request, which counts as met. */
  take(route: string, concrete: string): Fault | undefined;
}

const kinds: readonly string[] = ['drop', 'accept-then-drop', 'accept-then-hang', 'hang', 'status', 'delay'];

export function createFaults(): Faults {
  const active = new Map<number, { fault: Fault; left: number }>();
  let counter = 0;
  return {
    add(fault) {
      active.set(++counter, { fault, left: fault.times ?? Infinity });
      return counter;
    },
    clear(which) {
      for (const [id, { fault }] of active) {
        if (which === undefined || which === id || which === fault.route) active.delete(id);
      }
    },
    list: () =>
      [...active].map(([id, { fault, left }]) => ({ id, fault, left: Number.isFinite(left) ? left : null })),
    take(route, concrete) {
      for (const [id, entry] of active) {
        if (entry.fault.route !== '*' && entry.fault.route !== route && entry.fault.route !== concrete)
          continue;
        if (--entry.left <= 0) active.delete(id);
        return entry.fault;
      }
      return undefined;
    },
  };
}

/** Reads a fault that came over HTTP; returns what is wrong with it as a text. */
export function parseFault(value: unknown): Fault | string {
  if (!isRecord(value)) return 'a fault is an object such as {"route": "POST /prompt", "kind": "drop"}';
  const { route, kind, times, status, body, headers, delayMs } = value;
  if (typeof route !== 'string') return 'route is missing, e.g. "POST /prompt" or "*"';
  if (typeof kind !== 'string' || !kinds.includes(kind))
    return `kind is ${String(kind)}, not one of ${kinds.join(', ')}`;
  const fault: Fault = { route, kind: kind as FaultKind };
  if (typeof times === 'number') fault.times = times;
  if (typeof status === 'number') fault.status = status;
  if (body !== undefined) fault.body = body;
  if (isRecord(headers))
    fault.headers = Object.fromEntries(Object.entries(headers).map(([k, v]) => [k, String(v)]));
  if (typeof delayMs === 'number') fault.delayMs = delayMs;
  return fault;
}
