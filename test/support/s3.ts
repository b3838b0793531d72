/** A real S3-compatible server (s3rver), and a proxy in front of it that can fail as buckets do. */
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import S3rver from 's3rver';

export const BUCKET = 'pictures';

/** What becomes of the next matching requests: an answer with this status, none at all, or a broken connection. */
export interface BucketFault {
  method?: string;
  /** In path and query. */
  match?: RegExp;
  kind: number | 'hang' | 'drop';
  /** How many; all until it is cleared. */
  times?: number;
}

export interface TestBucket {
  /** Of the proxy: S3_ENDPOINT. */
  url: string;
  /** Settings of a gateway that copies to it. */
  env: Record<string, string>;
  /** Requests so far, as `PUT /bucket/key?query`. */
  requests: string[];
  fault(fault: BucketFault): void;
  clearFaults(): void;
  /** Keys of the objects that are there. */
  keys(): Promise<string[]>;
  /** An object and its content type. */
  object(key: string): Promise<{ bytes: Buffer; contentType: string | undefined } | undefined>;
}

export async function startBucket(): Promise<TestBucket> {
  const directory = await mkdtemp(join(tmpdir(), 'comfygate-s3-'));
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await server.run();
  const requests: string[] = [];
  let faults: BucketFault[] = [];

  function answer(incoming: IncomingMessage, outgoing: ServerResponse): void {
    const { method = '', url = '' } = incoming;
    requests.push(`${method} ${url}`);
    const fault = faults.find(
      (candidate) =>
        (candidate.method ?? method) === method &&
        (candidate.match?.test(url) ?? true) &&
        candidate.times !== 0,
    );
    if (!fault) return forward(incoming, outgoing);
    if (fault.times !== undefined) fault.times--;
    if (fault.kind === 'drop') return void incoming.socket.destroy();
    incoming.resume();
    if (fault.kind === 'hang') return;
    const code = fault.kind === 403 ? 'AccessDenied' : 'InternalError';
    incoming.on('end', () =>
      outgoing
        .writeHead(fault.kind as number, { 'content-type': 'application/xml' })
        .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`),
    );
  }

  function forward(incoming: IncomingMessage, outgoing: ServerResponse): void {
    // The host stays that of the proxy: it is signed.
    const { method, url: path, headers } = incoming;
    const upstream = httpRequest({ host: '127.0.0.1', port, method, path, headers }, (response) => {
      outgoing.writeHead(response.statusCode ?? 502, response.headers);
      response.pipe(outgoing);
    });
    upstream.on('error', () => outgoing.destroy());
    outgoing.on('close', () => upstream.destroy());
    incoming.pipe(upstream);
  }

  const proxy = createServer(answer);
  await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`;
  onTestFinished(async () => {
    proxy.close();
    proxy.closeAllConnections();
    await server.close();
    await rm(directory, { recursive: true, force: true });
  });

  async function files(): Promise<string[]> {
    const found = await readdir(join(directory, BUCKET), { recursive: true });
    return found.sort();
  }

  return {
    url,
    env: {
      S3_ENABLE: 'true',
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: url,
      AWS_ACCESS_KEY_ID: 'S3RVER',
      AWS_SECRET_ACCESS_KEY: 'S3RVER',
    },
    requests,
    fault: (fault) => void faults.push({ ...fault }),
    clearFaults: () => void (faults = []),
    async keys() {
      const suffix = '._S3rver_object';
      return (await files())
        .filter((name) => name.endsWith(suffix))
        .map((name) => name.slice(0, -suffix.length));
    },
    async object(key) {
      const path = join(directory, BUCKET, key);
      const bytes = await readFile(`${path}._S3rver_object`).catch(() => undefined);
      if (!bytes) return undefined;
      const metadata = JSON.parse(await readFile(`${path}._S3rver_metadata.json`, 'utf8')) as Record<
        string,
        string
      >;
      return { bytes, contentType: metadata['content-type'] };
    },
  };
}
