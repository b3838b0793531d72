/**
 * Arbitrary graphs with placeholders, for the property tests. They are made as text, so that every digit is known, and with any
 * values in the place of the placeholders: what binding should give is the same text with the values in it.
 */
import * as fc from 'fast-check';
import type { ParameterType } from '../../src/workflows/workflow.ts';

/** A placeholder's name as it is written, and as the parameter is called. */
const NAMES = [
  ['PROMPT', 'prompt'],
  ['Näme 2', 'n_me_2'],
  ['A.B', 'a_b'],
  ['__PROTO__', '__proto__'],
  ['constructor', 'constructor'],
  ['toString', 'tostring'],
] as const;

const KINDS = [
  ['', 'string'],
  ['STR_', 'string'],
  ['STRING_', 'string'],
  ['TEXT_', 'string'],
  ['INT_', 'integer'],
  ['FLOAT_', 'number'],
  ['BOOL_', 'boolean'],
] as const satisfies readonly (readonly [string, ParameterType])[];

export interface Plan {
  /** Parameter → what it is, and the text of a JSON value that fits it. */
  parameters: Map<string, { type: ParameterType; value: string }>;
  /** Places of each parameter, in the order of the text. */
  places: { name: string; node: string; input: string }[];
  /** The graph; with `values` instead of placeholders. */
  text(values?: ReadonlyMap<string, string>): string;
}

const digits = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n - 1n }).map(String);
export const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 12 }),
  fc.constantFrom('', 'a PARAM_X inside', 'param_x', '__proto__', '"', '\u2028', '\ud800', 'false', '-1'),
);

const VALUES: Record<'string' | 'integer' | 'number' | 'boolean', fc.Arbitrary<string>> = {
  string: anyText.map((text) => JSON.stringify(text)),
  integer: digits,
  number: fc.oneof(
    fc.double({ noNaN: true, noDefaultInfinity: true }).map((number) => JSON.stringify(number)),
    digits,
  ),
  boolean: fc.constantFrom('true', 'false'),
};

/** Text of a literal: any JSON, large integers also deep inside, links. */
const literal = fc.oneof(
  digits,
  digits.map((number) => `{"a":[${number},{"b":${number}}]}`),
  fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.stringify(value)),
  VALUES.string,
  fc.constantFrom('1.50', '1e3', '-0.0', '8.0', 'null', '{}', '[]', '["1",0]', '["1", 0.0]', '[["1",0]]'),
);

const id = fc.oneof(
  fc.nat(30).map(String),
  fc.constantFrom('10:3', '2.0.0.1', '__proto__', 'constructor', ''),
  anyText,
);
const inputName = fc.oneof(
  fc.constantFrom('text', 'seed', 'a', 'a.b', '__proto__', 'toString', '0', 'inputs', 'über'),
  anyText,
);

interface Slot {
  input: string;
  /** Index of a name, or the text of a literal. */
  holds: number | string;
}

const node = fc.record({
  id,
  slots: fc.uniqueArray(
    fc.record({ input: inputName, holds: fc.oneof(fc.nat(NAMES.length - 1), literal) }) as fc.Arbitrary<Slot>,
    { selector: (slot) => slot.input, maxLength: 6 },
  ),
});

const kind = fc
  .constantFrom(...KINDS)
  .chain(([prefix, type]) => VALUES[type].map((value) => ({ prefix, type, value })));

/** A graph with any number of placeholders, one type for each name. */
export const plan: fc.Arbitrary<Plan> = fc
  .record({
    nodes: fc.uniqueArray(node, { selector: (n) => n.id, minLength: 1, maxLength: 5 }),
    kinds: fc.array(kind, { minLength: NAMES.length, maxLength: NAMES.length }),
  })
  .map(({ nodes, kinds }): Plan => {
    const slots = nodes.flatMap((n) => n.slots.map((slot) => ({ ...slot, node: n.id })));
    const places = slots.flatMap(({ node, input, holds }) =>
      typeof holds === 'number' ? [{ name: NAMES[holds]![1], node, input }] : [],
    );
    const parameters = new Map(
      NAMES.flatMap(([, name], i) =>
        places.some((place) => place.name === name)
          ? [[name, { type: kinds[i]!.type, value: kinds[i]!.value }]]
          : [],
      ),
    );
    const holding = (holds: number | string, values?: ReadonlyMap<string, string>): string => {
      if (typeof holds === 'string') return holds;
      const [written, name] = NAMES[holds]!;
      return values?.get(name) ?? JSON.stringify(`PARAM_${kinds[holds]!.prefix}${written}`);
    };
    const text = (values?: ReadonlyMap<string, string>) =>
      `{${nodes
        .map((n) => {
          const inputs = n.slots.map((s) => `${JSON.stringify(s.input)}:${holding(s.holds, values)}`);
          return `${JSON.stringify(n.id)}:{"class_type":"C","inputs":{${inputs.join(',')}},"_meta":{"n":${2n ** 64n}}}`;
        })
        .join(',')}}`;
    return { parameters, places, text };
  });

/** The values of a plan as a caller gives them: integers that a number cannot hold as bigint. */
export function valuesOf(plan: Plan): Record<string, unknown> {
  return Object.fromEntries(
    [...plan.parameters].map(([name, { value }]) => [
      name,
      /^-?\d+$/.test(value) && !Number.isSafeInteger(Number(value)) ? BigInt(value) : JSON.parse(value),
    ]),
  );
}

/** What a JSON text says, to the last digit; equal texts for equal meanings. */
export function meaning(text: string): string {
  type Context = { source?: string };
  const number = (source: string, value: number) =>
    /^-?\d+$/.test(source) ? BigInt(source).toString() : String(value === 0 ? 0 : value);
  const read = JSON.parse(text, ((_key: string, value: unknown, { source }: Context) =>
    typeof value === 'number' ? { '#': number(source!, value) } : value) as never) as unknown;
  return JSON.stringify(sorted(read));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return ['list', ...value.map(sorted)];
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => [key, sorted(inner)]);
}
