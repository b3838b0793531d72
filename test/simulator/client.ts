// The client's side of a recording: requests with any header, forms, sockets that keep what they receive.

import { request as httpRequest } from 'node:http';
import { WebSocket } from 'ws';
import type { Simulator } from '../../src/simulator/simulator.ts';
import type { FormField, TraceEvent } from './recording.ts';

export interface Answer {
  status?: number;
  headers: Record<string, string>;
  body: Buffer;
  error?: string;
}

export interface Connection {
  socket: WebSocket;
  frames: { text?: string; binary?: Buffer }[];
  expected: number;
  closeCode?: number;
}

export async function send(
  simulator: Simulator,
  event: Pick<
    TraceEvent,
    'method' | 'path' | 'requestJson' | 'requestText' | 'requestForm' | 'requestHeaders'
  >,
  translate: (text: string) => string,
): Promise<Answer> {
  const headers: Record<string, string> = {};
  for (const [key, value] of Object.entries(event.requestHeaders ?? {})) headers[key] = translate(value);
  let body: Uint8Array | undefined;
  if (event.requestForm !== undefined) {
    const form = new Response(formData(event.requestForm));
    headers['content-type'] = form.headers.get('content-type') ?? '';
    body = new Uint8Array(await form.arrayBuffer());
  } else if (event.requestJson !== undefined) {
    headers['content-type'] ??= 'application/json';
    body = Buffer.from(translate(JSON.stringify(event.requestJson)));
  } else if (event.requestText !== undefined) {
    body = Buffer.from(event.requestText);
  }
  return new Promise((resolve) => {
    const request = httpRequest(simulator.url + translate(event.path ?? '/'), {
      method: event.method ?? 'GET',
      headers: { ...headers, ...(body && { 'content-length': String(body.byteLength) }) },
      agent: false,
    });
    const failed = (error: Error) => resolve({ headers: {}, body: Buffer.alloc(0), error: error.message });
    request.on('error', failed);
    request.on('response', (response) => {
      const chunks: Buffer[] = [];
      response.on('error', failed);
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => {
        const received = Object.entries(response.headers).map(([key, value]) => [key, String(value)]);
        resolve({
          status: response.statusCode ?? 0,
          headers: Object.fromEntries(received),
          body: Buffer.concat(chunks),
        });
      });
    });
    request.end(body);
  });
}

function formData(fields: FormField[]): FormData {
  const form = new FormData();
  for (const { name, value, filename, contentType = '', bytes = 0, base64 } of fields) {
    if (filename === undefined) form.append(name, value ?? '');
    else {
      const content = base64 === undefined ? Buffer.alloc(bytes) : Buffer.from(base64, 'base64');
      form.append(name, new File([content], filename, { type: contentType }));
    }
  }
  return form;
}

function socketUrl(simulator: Simulator, clientId: string | null): string {
  return `${simulator.url.replace('http', 'ws')}/ws${clientId === null ? '' : `?clientId=${clientId}`}`;
}

export function open(simulator: Simulator, clientId: string | null): Promise<Connection> {
  const socket = new WebSocket(socketUrl(simulator, clientId));
  const connection: Connection = { socket, frames: [], expected: 0 };
  socket.on('message', (data: Buffer, binary) => {
    connection.frames.push(binary ? { binary: data } : { text: data.toString('utf8') });
  });
  socket.on('close', (code) => (connection.closeCode = code));
  return new Promise((resolve, reject) => {
    socket.once('open', () => resolve(connection));
    socket.once('error', reject);
  });
}

export function close(socket: WebSocket | undefined): Promise<void> {
  return new Promise((resolve) => {
    if (socket === undefined || socket.readyState === socket.CLOSED) return resolve();
    socket.once('close', () => resolve());
    socket.close(1000);
  });
}

export function refusedStatus(
  simulator: Simulator,
  headers: Record<string, string>,
): Promise<number | undefined> {
  return new Promise((resolve) => {
    const socket = new WebSocket(socketUrl(simulator, 'refused'), { headers });
    socket.once('unexpected-response', (_request, response) => {
      resolve(response.statusCode);
      socket.terminate();
    });
    socket.once('open', () => resolve(101));
    socket.on('error', () => resolve(undefined));
  });
}
