/** A network in between, which can be cut. */
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Proxy {
  url: string;
  /** Open connections on which a request that matches was the last one. */
  open(): number;
  /** Breaks off those connections. */
  cut(): void;
}

/** Passes connections on to a port of this machine. */
export async function startProxy(port: number, counted = /^/): Promise<Proxy> {
  const sockets = new Set<Socket>();
  const matching = new Set<Socket>();
  const server = createServer((client) => {
    const upstream = connect(port, '127.0.0.1');
    sockets.add(client);
    client.on('data', (data) => {
      matching.delete(client);
      if (counted.test(data.toString('latin1'))) matching.add(client);
    });
    client.pipe(upstream).pipe(client);
    for (const socket of [client, upstream]) {
      socket.on('error', () => socket.destroy());
      socket.on('close', () => {
        client.destroy();
        upstream.destroy();
        sockets.delete(client);
        matching.delete(client);
      });
    }
  });
  const cut = () => {
    for (const socket of matching) socket.destroy();
  };
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    for (const socket of sockets) socket.destroy();
    server.close();
  });
  const { port: own } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${own}`, open: () => matching.size, cut };
}
