/** A redis-server of its own on a free port, with its data in the given folder. */
import { freePort } from '../../test/support/port.ts';
import { startProgram, type Child } from './processes.ts';

export async function startRedis(dir: string): Promise<Child> {
  const port = await freePort();
  const options = { port, bind: '127.0.0.1', dir, save: '', appendonly: 'yes', appendfsync: 'everysec' };
  const flags = Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]);
  const child = await startProgram(['redis-server', ...flags], {}, { ready: 'Ready to accept connections' });
  return { ...child, url: `redis://127.0.0.1:${port}` };
}
