/**
 * Keeps a program that knows nothing of leashes: runs it in its own process group, prints the address that it says, and
 * kills the whole group when it is told to end, when the program ends, or when the parent is gone.
 */
import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { offer } from './leash.ts';

export interface Guarded {
  command: string[];
  cwd?: string;
  /** Part of the command line of the process to measure; without it that is the program itself. */
  find?: string;
  /** What it prints when it is ready, if that has no address. */
  ready?: string;
}

const { command, cwd, find, ready } = JSON.parse(process.argv[2] ?? '{}') as Guarded;
const [program = '', ...args] = command;
process.once('exit', killGroup);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.once(signal, killGroup);

const child = spawn(program, args, { ...(cwd !== undefined && { cwd }), stdio: ['ignore', 'pipe', 'pipe'] });
let printed: string | undefined = '';
for (const stream of [child.stdout, child.stderr]) {
  stream.setEncoding('utf8').on('data', (text: string) => {
    process.stderr.write(text);
    if (printed === undefined) return;
    printed = (printed + text).slice(-4_000);
    const url =
      ready === undefined
        ? /(?:listens|Ready) on (http:\/\/[^\s/]+)/.exec(printed)?.[1]
        : printed.includes(ready) && 'http://no.address';
    if (!url) return;
    printed = undefined;
    console.log(url);
  });
}
child.once('error', (error) => {
  console.error(String(error));
  process.exit(1);
});
child.once('exit', () => process.exit(1));
offer({ pid: () => (find === undefined ? child.pid : pidOf(find)) });

function killGroup(): void {
  // 0 is the own group, in which nobody starts another.
  process.kill(0, 'SIGKILL');
}

/** A process of our group. */
function pidOf(part: string): number | undefined {
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name) || Number(name) === process.pid) continue;
    try {
      const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
      const group = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[2]);
      if (group === process.pid && readFileSync(`/proc/${name}/cmdline`, 'utf8').includes(part))
        return Number(name);
    } catch {
      // It has ended since the folder was read.
    }
  }
  return undefined;
}
