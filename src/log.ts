/** One JSON line per event. Fields are named by the caller, who never passes a secret or a request's headers. */

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export type Log = (level: LogLevel, event: string, fields?: Record<string, unknown>) => void;

const RANK = { debug: 0, info: 1, warn: 2, error: 3, silent: 4 };

/** Lines of `level` and above go to `write`, without a line end. `now` in ms since 1970. */
export function createLog(level: LogLevel | 'silent', write: (line: string) => void, now: () => number): Log {
  return (of, event, fields) => {
    if (RANK[of] < RANK[level]) return;
    write(JSON.stringify({ time: new Date(now()).toISOString(), level: of, event, ...fields }));
  };
}

/** An error with its causes as text, for a field of a log line. */
export function causes(error: unknown): string {
  const parts: string[] = [];
  for (
    let e: unknown = error;
    e !== undefined && parts.length < 5;
    e = e instanceof Error ? e.cause : undefined
  ) {
    parts.push(e instanceof Error ? (e.stack ?? e.message) : typeof e === 'string' ? e : JSON.stringify(e));
  }
  return parts.join('\ncaused by: ');
}
