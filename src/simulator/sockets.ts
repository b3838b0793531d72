// The web sockets of /ws: who is registered under which clientId, what each has announced, and what is sent to whom.
// As in ComfyUI, a closing socket takes the registration with it even when a newer one holds the same id.

import type { WebSocket } from 'ws';
import { isRecord } from './types.ts';

export interface SocketHub {
  /** Takes over an accepted socket and greets it. */
  accept(socket: WebSocket, clientId: string): void;
  /** Sends a JSON event to one client, or to every registered socket when `clientId` is null. */
  send(type: string, data: unknown, clientId: string | null): void;
  sendBinary(frame: Uint8Array, clientId: string | null): void;
  supportsMetadata(clientId: string | null): boolean;
  /** Whether anybody would get what is sent to that client (or to all, for null). */
  hasListener(clientId: string | null): boolean;
  count(): number;
  /** Destroys every connection without a closing handshake. */
  dropAll(): void;
  /** Closes every connection with a handshake. */
  closeAll(code?: number, reason?: string): void;
  /** The sockets open now (or those of one client) stay open but get no more frames. */
  deafen(clientId?: string): void;
  hear(): void;
  setDelay(delayMs: number): void;
}

interface Connection {
  socket: WebSocket;
  clientId: string;
  deaf: boolean;
  flags: Record<string, unknown>;
  late: { frame: string | Uint8Array; due: number }[];
}

export function createSocketHub(options: {
  queueInfo: () => unknown;
  /** What a client hears that comes back while its prompt runs. */
  currentNode: (clientId: string) => string | undefined;
}): SocketHub {
  const registered = new Map<string, Connection>();
  const open = new Set<Connection>();
  let delayMs = 0;

  const write = ({ socket, deaf }: Connection, frame: string | Uint8Array) => {
    if (!deaf && socket.readyState === socket.OPEN) socket.send(frame);
  };
  const deliver = (connection: Connection, frame: string | Uint8Array) => {
    const { late } = connection;
    if (delayMs === 0 && late.length === 0) return write(connection, frame);
    // One line of waiting frames per socket: also when the delay changes, none overtakes another.
    late.push({ frame, due: Math.max(Date.now() + delayMs, late.at(-1)?.due ?? 0) });
    if (late.length === 1) flushLater(connection);
  };
  const flushLater = (connection: Connection) => {
    const { late } = connection;
    const [first] = late;
    if (first === undefined) return;
    const flush = () => {
      while (late[0] !== undefined && late[0].due <= Date.now()) write(connection, late.shift()?.frame ?? '');
      flushLater(connection);
    };
    setTimeout(flush, Math.max(1, first.due - Date.now())).unref();
  };

  const listeners = (clientId: string | null): Connection[] => {
    if (clientId === null) return [...registered.values()];
    const connection = registered.get(clientId);
    return connection === undefined ? [] : [connection];
  };

  const send: SocketHub['send'] = (type, data, clientId) => {
    const targets = listeners(clientId);
    if (targets.length === 0) return;
    const frame = JSON.stringify({ type, data });
    for (const connection of targets) deliver(connection, frame);
  };

  return {
    accept(socket, clientId) {
      const connection: Connection = { socket, clientId, deaf: false, flags: {}, late: [] };
      registered.delete(clientId);
      registered.set(clientId, connection);
      open.add(connection);
      let first = true;
      socket.on('message', (raw, binary) => {
        if (binary) return;
        const message = parse(String(raw));
        if (first && isRecord(message) && message['type'] === 'feature_flags') {
          // ComfyUI keeps the flags by id: they belong to whoever is registered at this moment.
          const holder = registered.get(clientId);
          if (holder !== undefined) holder.flags = isRecord(message['data']) ? message['data'] : {};
          send('feature_flags', serverFeatures, clientId);
        }
        if (message !== undefined) first = false;
      });
      socket.on('close', () => {
        if (open.delete(connection)) registered.delete(clientId);
      });
      socket.on('error', () => socket.terminate());
      send('status', { status: options.queueInfo(), sid: clientId }, clientId);
      const node = options.currentNode(clientId);
      if (node !== undefined) send('executing', { node }, clientId);
    },
    send,
    sendBinary(frame, clientId) {
      for (const connection of listeners(clientId)) deliver(connection, frame);
    },
    supportsMetadata: (clientId) =>
      clientId !== null && registered.get(clientId)?.flags['supports_preview_metadata'] === true,
    hasListener: (clientId) => listeners(clientId).length > 0,
    count: () => open.size,
    dropAll() {
      const dropped = [...open];
      open.clear();
      registered.clear();
      for (const { socket } of dropped) socket.terminate();
    },
    closeAll(code = 1001, reason = '') {
      for (const { socket } of open) socket.close(code, reason);
    },
    deafen(clientId) {
      for (const connection of open) {
        if (clientId === undefined || connection.clientId === clientId) connection.deaf = true;
      }
    },
    hear() {
      for (const connection of open) connection.deaf = false;
    },
    setDelay(value) {
      delayMs = value;
    },
  };
}

export const serverFeatures = { supports_preview_metadata: true, max_upload_size: 104857600 };

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // ComfyUI logs and ignores text that is not JSON
  }
}
