/** What a benchmark says, and how it is shown. */

export interface Figure {
  name: string;
  value: number;
  /** Shown after the value; `ratio` is shown as a bare number. */
  unit: 'ratio' | 'ms' | 'KB' | 'MB' | '/s' | 'requests' | 'jobs' | 'sockets' | 'events' | 'files';
  /** Absent where there is nothing to meet. */
  aim?: { atLeast: number } | { atMost: number };
  /** What the value is made of, in a few words. */
  detail?: string;
}

export interface Result {
  figures: Figure[];
  /** Everything that was measured. */
  raw: unknown;
}

export interface Benchmark {
  name: string;
  /** Longest time it may take, in ms; then it counts as failed. */
  limitMs: number;
  run(): Promise<Result>;
}

export type Outcome = { name: string; seconds: number } & (Result | { failed: string });

export function isMet({ value, aim }: Figure): boolean {
  if (aim === undefined) return true;
  return 'atLeast' in aim ? value >= aim.atLeast : value <= aim.atMost;
}

/** The table of all figures, with how far a missed aim was missed. */
export function table(outcomes: readonly Outcome[]): string {
  const rows = [['benchmark', 'measured', 'aim', 'result', 'from']];
  for (const outcome of outcomes) {
    if ('failed' in outcome) {
      rows.push([outcome.name, '–', '', 'FAILED', outcome.failed.split('\n', 1)[0] ?? '']);
      continue;
    }
    for (const figure of outcome.figures) {
      const { name, value, unit, detail = '' } = figure;
      rows.push([`${outcome.name}: ${name}`, show(value, unit), showAim(figure), showResult(figure), detail]);
    }
  }
  const widths = rows[0]!.map((_, column) => Math.max(...rows.map((row) => row[column]!.length)));
  const line = (row: string[]) =>
    row
      .map((cell, column) => cell.padEnd(column === row.length - 1 ? 0 : widths[column]!))
      .join('  ')
      .trimEnd();
  const [header, ...body] = rows;
  return [line(header!), widths.map((width) => '─'.repeat(width)).join('  '), ...body.map(line)].join('\n');
}

function showAim({ aim, unit }: Figure): string {
  if (aim === undefined) return '';
  return 'atLeast' in aim ? `≥ ${show(aim.atLeast, unit)}` : `≤ ${show(aim.atMost, unit)}`;
}

function showResult(figure: Figure): string {
  const { value, aim } = figure;
  if (aim === undefined) return '';
  if (isMet(figure)) return 'met';
  const target = 'atLeast' in aim ? aim.atLeast : aim.atMost;
  const percent = target === 0 ? '' : ` (${Math.round((Math.abs(value - target) / target) * 100)} %)`;
  return `missed by ${show(Math.abs(value - target), figure.unit)}${percent}`;
}

function show(value: number, unit: Figure['unit']): string {
  const whole = ['jobs', 'sockets', 'events', 'files'].includes(unit);
  const digits = whole ? 0 : unit === 'ratio' ? 2 : Math.abs(value) < 10 ? 2 : Math.abs(value) < 100 ? 1 : 0;
  return unit === 'ratio' ? value.toFixed(digits) : `${value.toFixed(digits)} ${unit}`;
}
