/**
 * A small HTTP/1.1 client for load: one request at a time on a kept connection. Node's own client costs as much per
 * request as the servers that are measured here and would hide the difference between them.
 */
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  body: string;
}

export interface Connection {
  request(method: string, path: string, body?: string, headers?: string): Promise<Answer>;
  close(): void;
}

export function openConnection(url: string): Promise<Connection> {
  const { hostname, port, host } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: hostname, port: Number(port), noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => {
      socket.off('error', reject);
      resolve(createConnection(socket, host));
    });
  });
}

export interface Load {
  /** Requests per second. */
  rate: number;
  /** Of each request, in ms. */
  latencies: number[];
}

/** `total` requests over `concurrency` connections. Fails on any other status than `expected`. */
export async function load(
  url: string,
  concurrency: number,
  total: number,
  request: (connection: Connection, index: number) => Promise<Answer>,
  expected: number,
): Promise<Load> {
  const latencies: number[] = [];
  const connections = await Promise.all(Array.from({ length: concurrency }, () => openConnection(url)));
  let next = 0;
  const started = performance.now();
  try {
    await Promise.all(
      connections.map(async (connection) => {
        while (next < total) {
          const sent = performance.now();
          const { status, body } = await request(connection, next++);
          latencies.push(performance.now() - sent);
          if (status !== expected) throw new Error(`${url} answered ${status}: ${body.slice(0, 300)}`);
        }
      }),
    );
  } finally {
    for (const connection of connections) connection.close();
  }
  return { rate: (total / (performance.now() - started)) * 1000, latencies };
}

/** Reads a whole answer body without keeping it. */
export function download(url: string): Promise<{ bytes: number; ms: number }> {
  const { hostname, port, host, pathname, search } = new URL(url);
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  return new Promise((resolve, reject) => {
    const started = performance.now();
    let head = '';
    let bytes = -1;
    let expected = 0;
    const socket = connect({
      host: hostname,
      port: Number(port),
      onread: {
        buffer,
        callback(length) {
          if (bytes >= 0) bytes += length;
          else {
            head += buffer.toString('latin1', 0, length);
            const end = head.indexOf('\r\n\r\n');
            if (end === -1) return true;
            expected = Number(/content-length: *(\d+)/i.exec(head.slice(0, end))?.[1]);
            if (!/^HTTP\/1.1 200 /.test(head) || Number.isNaN(expected)) {
              socket.destroy(new Error(`unexpected answer: ${head.slice(0, 300)}`));
              return false;
            }
            bytes = head.length - end - 4;
          }
          if (bytes < expected) return true;
          resolve({ bytes, ms: performance.now() - started });
          socket.destroy();
          return false;
        },
      },
    });
    socket.on('error', reject);
    socket.on('close', () => reject(new Error(`ended after ${bytes} of ${expected} bytes`)));
    socket.write(`GET ${pathname}${search} HTTP/1.1\r\nhost: ${host}\r\n\r\n`);
  });
}

function createConnection(socket: Socket, host: string): Connection {
  let received: Buffer = Buffer.alloc(0);
  let waiter: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | undefined;
  socket.on('data', (chunk: Buffer) => {
    received = received.length === 0 ? chunk : Buffer.concat([received, chunk]);
    const answer = readAnswer(received);
    if (answer === undefined) return;
    received = Buffer.alloc(0);
    const { resolve } = waiter ?? {};
    waiter = undefined;
    resolve?.(answer);
  });
  const fail = (error: Error) => {
    waiter?.reject(error);
    waiter = undefined;
  };
  socket.on('error', fail);
  socket.on('close', () => fail(new Error('the connection was closed')));
  return {
    request: (method, path, body, headers = '') =>
      new Promise((resolve, reject) => {
        waiter = { resolve, reject };
        const length =
          body === undefined
            ? ''
            : `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n`;
        socket.write(`${method} ${path} HTTP/1.1\r\nhost: ${host}\r\n${headers}${length}\r\n${body ?? ''}`);
      }),
    close: () => socket.destroy(),
  };
}

/** The answer in these bytes, if they hold all of it. */
function readAnswer(bytes: Buffer): Answer | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = /\r\ncontent-length: *(\d+)/i.exec(head)?.[1];
  if (length !== undefined) {
    const last = end + 4 + Number(length);
    if (bytes.length < last) return undefined;
    return {
      status,
      // Most are not looked at.
      get body() {
        return bytes.toString('utf8', end + 4, last);
      },
    };
  }
  if (!bytes.subarray(-5).equals(LAST_CHUNK)) return undefined;
  const body = bytes
    .toString('utf8', end + 4, bytes.length - 5)
    .replaceAll(/(?:^|\r\n)[\da-f]+\r\n/gi, '')
    .trimEnd();
  return { status, body };
}

const LAST_CHUNK = Buffer.from('0\r\n\r\n');

/** Uploads a file of so many bytes as a form, without holding it; `seed` makes its content another one. */
export async function upload(
  url: string,
  bytes: number,
  seed: number,
): Promise<{ status: number; body: string; ms: number }> {
  const { hostname, port, host, pathname } = new URL(url);
  const part = (disposition: string) => `--b\r\ncontent-disposition: form-data; ${disposition}\r\n\r\n`;
  const before = `${part('name="file_path"')}big.bin\r\n${part('name="file"; filename="big.bin"')}`;
  const after = '\r\n--b--\r\n';
  const started = performance.now();
  const socket = connect({ host: hostname, port: Number(port) });
  let answer = '';
  socket.setEncoding('utf8').on('data', (text: string) => (answer += text));
  const ended = once(socket, 'close');
  socket.write(
    `POST ${pathname} HTTP/1.1\r\nhost: ${host}\r\nconnection: close\r\n` +
      `content-type: multipart/form-data; boundary=b\r\ncontent-length: ${before.length + bytes + after.length}\r\n\r\n${before}`,
  );
  const piece = Buffer.alloc(256 * 1024, seed);
  for (let sent = 0; sent < bytes; sent += piece.length)
    if (!socket.write(piece.subarray(0, bytes - sent))) await Promise.race([once(socket, 'drain'), ended]);
  socket.write(after);
  await ended;
  const status = Number(/^HTTP\/1.1 (\d+)/.exec(answer)?.[1]);
  return { status, body: answer.slice(-300), ms: performance.now() - started };
}
