import { PENDING_COPY, type CopyState } from '../../src/jobs/output-facts.ts';
import { describe, expect, test } from 'vitest';
import { v7 } from 'uuid';
import {
  createJob,
  isTerminal,
  reduce,
  type Evidence,
  type Job,
  type NewOutput,
} from '../../src/jobs/job.ts';
import { idTimeOf } from '../../src/storage/keys.ts';

const T = 1_790_000_000_000;

describe('reduce', () => {
  test('goes through the states of a good run and numbers every event', () => {
    const job = after([
      { type: 'accepted' },
      { type: 'started', at: T + 10, seenAt: T + 11 },
      { type: 'outputs', outputs: [output('a')] },
      ended('success', [output('a'), output('b')]),
    ]);
    expect(job.status).toBe('succeeded');
    expect(job.log.map(({ status }) => status)).toEqual(['queued', 'running', 'succeeded']);
    expect(job.outputs.map(({ id }) => id)).toEqual(['a', 'b']);
    const numbers = [...job.log, ...job.outputs].map(({ seq }) => seq).sort((a, b) => a - b);
    expect(new Set(numbers).size).toBe(numbers.length);
    // Outputs come before the end, which is what ends a stream.
    expect(job.log.at(-1)!.seq).toBe(job.seq);
  });

  test('gives the same record whatever the order and however often the facts come', () => {
    const facts: Evidence[] = [
      { type: 'accepted' },
      { type: 'started', at: T + 10, seenAt: T + 11 },
      { type: 'started', at: T + 12, seenAt: T + 9 },
      { type: 'outputs', outputs: [output('a')] },
      { type: 'outputs', outputs: [{ ...output('b'), sizeBytes: 7 }] },
      { type: 'stop', reason: 'cancel', at: T + 50 },
      { type: 'stop', reason: 'timeout', at: T + 40 },
      { type: 'stopped', at: T + 60 },
      { type: 'absent', at: T + 70 },
      { type: 'overdue', at: T + 65 },
      ended('interrupted', [output('a'), output('b')]),
    ];
    // Every subset that is seen at all leads, in any order, to one record.
    for (let round = 0; round < 300; round++) {
      const some = facts.filter(() => Math.random() < 0.6);
      const reference = shape(after(some));
      for (let i = 0; i < 5; i++) {
        const shuffled = [...some, ...some.filter(() => Math.random() < 0.5)].sort(() => Math.random() - 0.5);
        expect(shape(after(shuffled))).toEqual(reference);
      }
    }
  });

  test('what is learned of an output later does not depend on the order either, and a copy that is done stays', () => {
    const copies: CopyState[] = [
      PENDING_COPY,
      { state: 'failed', attempts: 1, error: 'a', retryAt: 5 },
      { state: 'failed', attempts: 1, error: 'b', retryAt: 6 },
      { state: 'failed', attempts: 2, error: 'a' },
      { state: 'done', attempts: 1, bucket: 'x' },
      { state: 'done', attempts: 3, bucket: 'x' },
    ];
    const facts: Evidence[] = [
      ...copies.map((copy): Evidence => ({ type: 'assets', assets: [{ id: 'a', copy }] })),
      { type: 'assets', assets: [{ id: 'a', media: { width: 1, height: 2 }, sizeBytes: 9 }] },
      { type: 'assets', assets: [{ id: 'never seen', sizeBytes: 5 }] },
      { type: 'outputs', outputs: [{ ...output('a'), cached: true, copy: PENDING_COPY }] },
    ];
    for (let round = 0; round < 200; round++) {
      const some = facts.filter(() => Math.random() < 0.6);
      const of = (order: Evidence[]) =>
        after([{ type: 'outputs', outputs: [output('a')] }, ...order]).outputs;
      const reference = of(some);
      for (let i = 0; i < 5; i++) {
        const shuffled = [...some, ...some.filter(() => Math.random() < 0.5)].sort(() => Math.random() - 0.5);
        expect(of(shuffled)).toEqual(reference);
      }
      const done = some.some((fact) => fact.type === 'assets' && fact.assets[0]!.copy?.state === 'done');
      if (done) expect(reference[0]!.copy?.state).toBe('done');
    }
  });

  test.each<[string, Evidence[], string, string | undefined]>([
    [
      'history beats everything',
      [stop('cancel'), { type: 'stopped', at: T }, ended('success')],
      'succeeded',
      undefined,
    ],
    ['an interrupt that was asked for', [stop('cancel'), ended('interrupted')], 'canceled', undefined],
    ['an interrupt by somebody else', [ended('interrupted')], 'canceled', undefined],
    ['an interrupt at the deadline', [stop('timeout'), ended('interrupted')], 'expired', 'timeout'],
    [
      'deleted from the queue at the deadline',
      [stop('queue_timeout'), { type: 'stopped', at: T }],
      'expired',
      'queue_timeout',
    ],
    ['gone without having been told to', [{ type: 'accepted' }, { type: 'absent', at: T }], 'failed', 'lost'],
    [
      'gone after it was told to',
      [{ type: 'accepted' }, stop('cancel'), { type: 'absent', at: T }],
      'canceled',
      undefined,
    ],
    ['a deadline that nothing answered', [stop('timeout'), { type: 'overdue', at: T }], 'expired', 'timeout'],
    ['lost, then found', [{ type: 'absent', at: T }, ended('success')], 'succeeded', undefined],
    [
      'expired, then found',
      [stop('timeout'), { type: 'overdue', at: T }, ended('error')],
      'failed',
      'node_execution_error',
    ],
    ['a failing node', [ended('error')], 'failed', 'node_execution_error'],
    ['a cancel that is not seen yet', [{ type: 'accepted' }, stop('cancel')], 'canceling', undefined],
    [
      'a deadline that is not seen yet',
      [{ type: 'started', at: T, seenAt: T }, stop('timeout')],
      'running',
      undefined,
    ],
  ])('%s', (_name, facts, status, code) => {
    const job = after(facts);
    expect(job.status).toBe(status);
    expect(job.error?.code).toBe(code);
    expect(isTerminal(job.status)).toBe(job.completedAt !== undefined);
  });

  test('what history says never changes', () => {
    const job = after([ended('success', [output('a')])]);
    for (const fact of [
      ended('error'),
      ended('interrupted'),
      stop('cancel'),
      { type: 'absent', at: T + 99 } as const,
    ]) {
      const later = reduce(job, fact, T + 500);
      expect({ status: later.status, error: later.error, completedAt: later.completedAt }).toEqual({
        status: 'succeeded',
        error: undefined,
        completedAt: job.completedAt,
      });
    }
  });

  test('returns the same object when nothing is new, so that nothing is written', () => {
    const facts: Evidence[] = [
      { type: 'accepted' },
      { type: 'started', at: T, seenAt: T },
      ended('success', [output('a')]),
    ];
    let job = fresh();
    for (const fact of facts) {
      job = reduce(job, fact, T);
      expect(reduce(job, fact, T + 1)).toBe(job);
    }
  });

  test('event numbers follow the clock, so that a rebuilt record goes on above the lost one', () => {
    const before = after([{ type: 'accepted' }, { type: 'started', at: T, seenAt: T }]);
    const rebuilt = reduce(createJob({ ...before, createdAt: T }, T + 60_000), ended('success'), T + 60_000);
    expect(rebuilt.log[0]!.seq).toBeGreaterThan(before.seq);
    expect(rebuilt.seq).toBe(60_000 + T - idTimeOf(before.id) + 1);
  });

  test('times stay in order although ComfyUI has another clock', () => {
    const job = after([
      { type: 'started', at: T - 5_000, seenAt: T },
      { ...ended('success'), startedAt: T - 5_000, at: T - 4_000 } as Evidence,
    ]);
    expect(job.startedAt).toBe(T);
    expect(job.completedAt).toBe(T);
  });
});

function fresh(): Job {
  const id = v7({ msecs: T });
  return createJob(
    {
      id,
      owner: 'o',
      backend: 'b',
      backendKey: 'k',
      createdAt: T,
      nodeCount: 3,
      timeoutMs: 1,
      queueTimeoutMs: 1,
    },
    T,
  );
}

function after(facts: Evidence[]): Job {
  let now = T;
  return facts.reduce((job, fact) => reduce(job, fact, (now += 3)), fresh());
}

/** What must not depend on the order: all but the numbers of events and what was shown on the way. */
function shape(job: Job) {
  const { id: _id, seq: _seq, log: _log, outputs, ...rest } = job;
  return { ...rest, outputs: outputs.map(({ seq: _s, ...o }) => o).sort((a, b) => (a.id < b.id ? -1 : 1)) };
}

function output(id: string): NewOutput {
  return { id, node: '9', displayNode: '9', kind: 'image', contentType: 'image/png', sizeBytes: 5 };
}

function stop(reason: 'cancel' | 'timeout' | 'queue_timeout'): Evidence {
  return { type: 'stop', reason, at: T + 20 };
}

function ended(outcome: 'success' | 'error' | 'interrupted', outputs: NewOutput[] = []): Evidence {
  return { type: 'ended', outcome, startedAt: T + 10, at: T + 100, reused: false, outputs };
}
