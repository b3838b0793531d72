/**
 * Fetching from addresses that callers name, where names can be resolved: every address is asked about before anything
 * connects to it, and the connection goes to that very address, whatever the name stands for a moment later.
 */
import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { Readable, type Duplex } from 'node:stream';
import type { FetchOutside, OutsideResponse } from '../assets/outside.ts';

/** A TLS connection to an address, where the server must prove that it is the one of this name. */
export type OpenTls = (address: string, port: number, name: string) => Promise<Duplex>;

type IsAllowed = (address: string) => boolean;

/** `openTls`: where the runtime has a way of its own. */
export function createFetchOutside(openTls?: OpenTls): FetchOutside {
  return async (url, { headers, signal, isAllowed }) => {
    if (url.protocol === 'http:' || !openTls) {
      const request = url.protocol === 'https:' ? requestHttps : requestHttp;
      return send(request, url, { headers, signal, agent: false, lookup: checkedLookup(isAllowed) });
    }
    const name = url.hostname.replace(/^\[(.*)\]$/, '$1');
    const address = isIP(name) ? name : await addressOf(name, isAllowed);
    const socket = await openTls(address, Number(url.port || 443), name);
    signal.addEventListener('abort', () => socket.destroy());
    const plain = new URL(url.href.replace(/^https/, 'http'));
    const own = { ...headers, host: url.host, connection: 'close' };
    return send(requestHttp, plain, { headers: own, signal, createConnection: () => socket });
  };
}

function send(request: typeof requestHttp, url: URL, options: RequestOptions): Promise<OutsideResponse> {
  return new Promise((done, fail) => {
    const sent = request(url, options, (answer) => done(toResponse(answer)));
    sent.on('error', fail);
    sent.end();
  });
}

/** Gives all that a name stands for, or a fault if one of that is not allowed. */
function checkedLookup(isAllowed: IsAllowed): LookupFunction {
  return (name, options, callback) => {
    resolve(name, { family: options.family ?? 0, all: true }, (error, found: LookupAddress[] = []) => {
      const [first] = found;
      const refused = !found.every(({ address }) => isAllowed(address));
      if (error) callback(error, '', 0);
      else if (!first) callback(new Error('the name stands for no address'), '', 0);
      else if (refused) callback(new Error('the name stands for an address that is not allowed'), '', 0);
      else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
}

function addressOf(name: string, isAllowed: IsAllowed): Promise<string> {
  return new Promise((done, fail) => {
    checkedLookup(isAllowed)(name, {}, (error, address) => (error ? fail(error) : done(String(address))));
  });
}

function toResponse(answer: IncomingMessage): OutsideResponse {
  return {
    status: answer.statusCode ?? 0,
    header(name) {
      const value = answer.headers[name];
      return Array.isArray(value) ? value.join(', ') : value;
    },
    stream: () => Readable.toWeb(answer) as ReadableStream<Uint8Array>,
    discard: () => void answer.destroy(),
  };
}
