// ComfyUI's protection against other web sites: on a loopback Host, the Origin must be the same host and port.

import type { IncomingHttpHeaders } from 'node:http';

export function isForeignOrigin(headers: IncomingHttpHeaders): boolean {
  const { host, origin } = headers;
  if (host === undefined || origin === undefined) return false;
  const own = splitHost(host.toLowerCase());
  const other = splitHost(/^[a-z][a-z0-9+.-]*:\/\/([^/?#]*)/i.exec(origin)?.[1]?.toLowerCase() ?? '');
  if (!isLoopback(own.name) || other.name === '') return false;
  const comparePorts = own.port !== '' && other.port !== '';
  return own.name !== other.name || (comparePorts && own.port !== other.port);
}

function splitHost(host: string): { name: string; port: string } {
  const match = /^(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(host);
  return { name: (match?.[1] ?? '').replace(/^\[|\]$/g, ''), port: match?.[2] ?? '' };
}

function isLoopback(name: string): boolean {
  return name === 'localhost' || name === '::1' || /^127(\.\d+){3}$/.test(name);
}
