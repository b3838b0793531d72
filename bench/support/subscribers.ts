/**
 * Many SSE subscribers in one process. As light as they can be, as they share the machine with what is measured: plain
 * sockets with one receive buffer for all, no HTTP parser. The bytes of a stream are searched for whole events, and the
 * time of each is noted.
 */
import { connect } from 'node:net';
import { monotonicMs } from './clock.ts';
import { offer } from './leash.ts';

/** When each subscriber got an event, in ms, by `status:NAME`, `output:NODE` or `progress:STEP`. */
export type Arrivals = Record<string, number[]>;

export interface Opened {
  open: number;
  failed: number;
}

offer({ open, arrivals: () => ({ ...arrivals, ended: [ended] }), close });
console.log('http://no.address');

/** How many connect at once. */
const AT_ONCE = 100;
const arrivals: Arrivals = {};
const sockets: ReturnType<typeof connect>[] = [];
const buffer = Buffer.allocUnsafe(256 * 1024);
let ended = 0;

/** Resolves when all have got their first event, or have failed. */
async function open({ url, count }: { url: string; count: number }): Promise<Opened> {
  let left = count;
  let failed = 0;
  const line = async () => {
    while (left-- > 0) await subscribe(new URL(url)).catch(() => failed++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, line));
  return { open: count - failed, failed };
}

function close(): void {
  for (const socket of sockets) socket.destroy();
}

/** Resolves with the first event. */
function subscribe({ hostname, port, pathname, host }: URL): Promise<void> {
  return new Promise((resolve, reject) => {
    let rest = '';
    let begun = false;
    const timer = setTimeout(() => reject(new Error('no event in 30 s')), 30_000);
    const take = (length: number) => {
      const at = monotonicMs();
      const text = rest + buffer.toString('latin1', 0, length);
      const end = text.lastIndexOf('\n\n');
      rest = end === -1 ? text : text.slice(end + 2);
      if (end === -1) return true;
      for (const [, event = '', data = ''] of text.slice(0, end + 2).matchAll(EVENT)) note(event, data, at);
      if (!begun && text.includes('event: ')) {
        begun = true;
        clearTimeout(timer);
        resolve();
      }
      return true;
    };
    const socket = connect({
      host: hostname,
      port: Number(port),
      onread: { buffer, callback: take },
    });
    sockets.push(socket);
    socket.on('error', reject);
    socket.on('end', () => {
      ended++;
      socket.end();
    });
    socket.write(`GET ${pathname} HTTP/1.1\r\nhost: ${host}\r\naccept: text/event-stream\r\n\r\n`);
  });
}

const EVENT = /event: (status|output|progress)\ndata: ([^\n]*)\n\n/g;
const NAMES: Record<string, RegExp> = {
  status: /"status":"(\w+)"/,
  output: /"node_id":"(\w+)"/,
  progress: /"step":(\d+)/,
};

function note(event: string, data: string, at: number): void {
  const name = NAMES[event]?.exec(data)?.[1];
  if (name !== undefined) (arrivals[`${event}:${name}`] ??= []).push(at);
}
