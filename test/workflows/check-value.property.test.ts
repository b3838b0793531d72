/** Types and limits, as properties: bind and schema agree, and whoever follows a refusal's hint is not refused again. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseLossless } from '../../src/comfyui/json.ts';
import { checkValue } from '../../src/workflows/check-value.ts';
import { schemaOf } from '../../src/workflows/schema.ts';
import type { Parameter, ParameterType } from '../../src/workflows/workflow.ts';
import { anyText } from './arbitraries.ts';

const RUNS = { numRuns: 1_000 };
const TYPES: ParameterType[] = ['string', 'integer', 'number', 'boolean', 'array', 'object'];

function parameter(type: ParameterType, limits: Partial<Parameter> = {}): Parameter {
  return { name: 'x', type, required: true, bindings: [{ node: '1', input: 'a' }], ...limits };
}

const small = fc.integer({ min: -30, max: 30 });
const fraction = small.map((n) => n / 4);
const limitsOf = (bound: fc.Arbitrary<number>, step: fc.Arbitrary<number>) =>
  fc
    .record(
      { minimum: bound, maximum: bound, multipleOf: step, enum: fc.uniqueArray(bound, { minLength: 1 }) },
      { requiredKeys: [] },
    )
    .filter(({ minimum = -Infinity, maximum = Infinity }) => minimum <= maximum);
const numeric = fc.oneof(
  limitsOf(small, fc.integer({ min: 1, max: 9 })).map((limits) => parameter('integer', limits)),
  limitsOf(fraction, fc.constantFrom(0.25, 0.5, 1, 2.25)).map((limits) => parameter('number', limits)),
);
const anyParameter = fc.oneof(
  numeric,
  fc.constantFrom(...TYPES).map((type) => parameter(type)),
  fc
    .uniqueArray(fc.oneof(anyText, fc.constantFrom('euler', 'heun', 1, 2.5, '1', true)), { minLength: 1 })
    .map((options) => parameter('string', { enum: options })),
  fc
    .uniqueArray(fc.constantFrom('euler', 'heun', 'dpm'), { minLength: 1 })
    .map((options) => parameter('array', { enum: options })),
);
const anyGiven = fc.oneof(
  anyText,
  fraction,
  fc.double(),
  fc.jsonValue({ maxDepth: 2 }),
  fc.constantFrom('eulr', '2', 'False', 'true', '1.5', null, ['euler', 'eulr'], ['1', 0]),
);

const ajv = new Ajv2020({ strict: false, multipleOfPrecision: 9 });
const fits = (p: Parameter, given: unknown) =>
  ajv.validate((schemaOf([p], { title: 't' })['properties'] as Record<string, object>)['x']!, given);

test('a value is taken exactly if the schema that we publish takes it', () => {
  fc.assert(
    fc.property(anyParameter, anyGiven, (p, given) => {
      // What JSON Schema cannot say: links; and steps of numbers so large that doubles do not tell.
      fc.pre(!(Array.isArray(given) && given.length === 2 && typeof given[1] === 'number'));
      fc.pre(typeof given !== 'number' || Math.abs(given) < 1e12);
      expect(checkValue(p, given).ok).toBe(fits(p, given));
    }),
    RUNS,
  );
});

test('what a refusal names as nearest is allowed, and of numbers nothing allowed is nearer', () => {
  let named = 0;
  fc.assert(
    fc.property(fc.oneof(numeric, anyParameter), fc.oneof(fraction, anyGiven), (p, given) => {
      const checked = checkValue(p, given);
      if (checked.ok) return;
      const { nearest = [], reason } = checked.fault;
      named += nearest.length;
      for (const value of nearest)
        expect(checkValue(p, p.type === 'array' ? [value] : value)).toMatchObject({ ok: true });
      if (typeof given !== 'number' || !Number.isFinite(given) || reason === 'wrong_type') return;
      const distance = (value: unknown) => Math.abs(Number(value) - given);
      const allowed = Array.from({ length: 1200 }, (_, i) => (i - 600) / 4).filter(
        (v) => checkValue(p, v).ok,
      );
      if (Math.abs(given) > 100 || allowed.length === 0) return;
      expect(distance(nearest[0])).toBe(Math.min(...allowed.map(distance)));
    }),
    RUNS,
  );
  expect(named).toBeGreaterThan(100);
  expect(checkValue(parameter('number', { multipleOf: 0.25 }), -4.5e307).ok).toBe(true);
  expect(checkValue(parameter('number', { multipleOf: 0.25 }), 25801034.224198967).ok).toBe(false);
  const huge = checkValue(parameter('integer', { multipleOf: 3 }), 1.1238873767330737e308);
  for (const value of huge.ok ? [] : huge.fault.nearest!)
    expect(checkValue(parameter('integer', { multipleOf: 3 }), value).ok).toBe(true);
});

test('only true and false are boolean, only numbers are numbers, and none loses its fraction or a digit', () => {
  fc.assert(
    fc.property(fc.oneof(anyGiven, fc.bigInt()), (given) => {
      expect(checkValue(parameter('boolean'), given).ok).toBe(typeof given === 'boolean');
      const integer = checkValue(parameter('integer'), given);
      expect(integer.ok).toBe(typeof given === 'bigint' || Number.isInteger(given));
      // As JSON writes it: that is what the caller has sent.
      if (integer.ok && typeof given === 'number' && Math.abs(given) < 1e21)
        expect(JSON.stringify(integer.json)).toBe(JSON.stringify(given));
      if (integer.ok && typeof given === 'bigint')
        expect(JSON.stringify(integer.json)).toBe(given.toString());
      const number = checkValue(parameter('number'), given);
      expect(number.ok).toBe(typeof given === 'bigint' || Number.isFinite(given));
      if (number.ok && typeof given === 'number') expect(number.json).toBe(given);
    }),
    RUNS,
  );
});

test('integers of 64 bits: limits hold to the last digit, and the record can be given again', () => {
  const MAX = 2n ** 64n - 1n;
  const near = fc.oneof(
    fc.bigInt({ min: MAX - 5n, max: MAX + 5n }),
    fc.bigInt({ min: -(2n ** 65n), max: 2n ** 65n }),
  );
  fc.assert(
    fc.property(near, fc.boolean(), fc.boolean(), (integer, seed, raw) => {
      const p = parameter('integer', { minimum: -(2 ** 63), maximum: 2 ** 64, ...(seed && { seed: true }) });
      const checked = checkValue(p, raw ? parseLossless(integer.toString()) : integer);
      expect(checked.ok).toBe(integer >= -(2n ** 63n) && integer <= MAX);
      const again = checked.ok ? checked.recorded : checked.fault.nearest![0];
      const second = checkValue(p, again);
      expect(second.ok && JSON.stringify(second.json)).toBe(
        (integer > MAX ? MAX : integer < -(2n ** 63n) ? -(2n ** 63n) : integer).toString(),
      );
      if (!checked.ok) expect(JSON.stringify(checked.fault)).not.toContain('18446744073709552000');
    }),
    RUNS,
  );
});
