/**
 * Fetching from addresses that callers name, where names can be resolved: every address is asked about before anything
 * connects to it, and the connection goes to that very address, whatever the name stands for a moment later.
 */
import { lookup as resolve, type LookupAddress } from 'node:dns';
import { request as requestHttp, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { LookupFunction } from 'node:net';
import { Readable } from 'node:stream';
import type { FetchOutside, OutsideResponse } from '../assets/outside.ts';

export const fetchOutside: FetchOutside = (url, { headers, signal, isAllowed }) =>
  new Promise((done, fail) => {
    const options: RequestOptions = { headers, signal, agent: false, lookup: checkedLookup(isAllowed) };
    const send = url.protocol === 'https:' ? requestHttps : requestHttp;
    const sent = send(url, options, (answer) => done(toResponse(answer)));
    sent.on('error', fail);
    sent.end();
  });

function checkedLookup(isAllowed: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname, { family: options.family ?? 0, all: true }, (error, found: LookupAddress[] = []) => {
      const [first] = found;
      const refused = found.find(({ address }) => !isAllowed(address));
      const fault = error ?? (refused && new Error('the name stands for an address that is not allowed'));
      if (fault || !first) callback(fault ?? new Error('the name stands for no address'), '', 0);
      else if (options.all) callback(null, found);
      else callback(null, first.address, first.family);
    });
  };
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
