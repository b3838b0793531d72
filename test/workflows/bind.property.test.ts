/** Binding, as properties over arbitrary graphs, placeholders and values. */
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { isObject } from '../../src/comfyui/json.ts';
import { bindGraph, type Bound } from '../../src/workflows/bind.ts';
import { parseWorkflow } from '../../src/workflows/parse.ts';
import type { Binding, Parameter } from '../../src/workflows/workflow.ts';
import { anyText, meaning, plan, valuesOf, type Plan } from './arbitraries.ts';
import { parsed } from './helpers.ts';

const RUNS = { numRuns: 500 };
const FIXED = { seed: () => 12345 };
const anyValue = fc.oneof(
  anyText,
  fc.jsonValue({ maxDepth: 2 }),
  fc.bigInt(),
  fc.constantFrom('PARAM_PROMPT', ['PARAM_X'], { a: 'PARAM_X' }, ['1', 0], '-1', -1, 1.5, 'false', null),
);

/** Parameters by placeholder only: none are offered for a graph that has no placeholder. */
function parametersOf(plan: Plan): Parameter[] {
  const { parameters } = parsed(plan.text());
  return plan.places.length === 0 ? [] : parameters;
}

function taken(bound: Bound) {
  if (!bound.ok) throw new Error(bound.error.message);
  return bound;
}

/** Every string that is a whole value somewhere in the inputs. */
function textsIn(graphText: string): string[] {
  const walk = (value: unknown): string[] =>
    typeof value === 'string'
      ? [value]
      : typeof value === 'object' && value !== null
        ? Object.values(value).flatMap(walk)
        : [];
  const graph = JSON.parse(graphText) as Record<string, { inputs: unknown }>;
  return Object.values(graph).flatMap((node) => walk(node.inputs));
}

const isToken = (text: string) => text.startsWith('PARAM_');

test('every placeholder becomes a parameter of its name and type, with all its places', () => {
  fc.assert(
    fc.property(plan, (plan) => {
      // JSON puts node ids that are numbers first; the order says nothing.
      const ordered = (bindings: Binding[]) => bindings.map((b) => `${b.node} ${b.input}`).sort();
      const found = parametersOf(plan).map((p) => [p.name, p.type, ordered(p.bindings)]);
      const wanted = [...plan.parameters].map(([name, { type }]) => [
        name,
        type,
        ordered(plan.places.filter((place) => place.name === name)),
      ]);
      const sorted = (list: unknown[]) => list.map((item) => JSON.stringify(item)).sort();
      expect(sorted(found)).toEqual(sorted(wanted));
    }),
    RUNS,
  );
});

test('binding puts the values in the places and changes nothing else, to the last digit', () => {
  fc.assert(
    fc.property(plan, (plan) => {
      const bound = taken(bindGraph(plan.text(), parametersOf(plan), valuesOf(plan), FIXED));
      const texts = new Map([...plan.parameters].map(([name, { value }]) => [name, value]));
      expect(meaning(bound.graphText)).toBe(meaning(plan.text(texts)));
    }),
    RUNS,
  );
});

test('binding the same values again, and regenerating with nothing changed, gives the same graph', () => {
  fc.assert(
    fc.property(plan, (plan) => {
      const parameters = parametersOf(plan);
      const bound = taken(bindGraph(plan.text(), parameters, valuesOf(plan), FIXED));
      const values = JSON.parse(JSON.stringify(bound.values)) as Record<string, unknown>;
      expect(taken(bindGraph(bound.graphText, parameters, values, FIXED))).toEqual(bound);
      const again = bindGraph(bound.graphText, parameters, {}, { ...FIXED, keepSeeds: true });
      expect(taken(again).graphText).toBe(bound.graphText);
    }),
    RUNS,
  );
});

test('whatever the values and whichever parameters are known: refused, or without any placeholder', () => {
  fc.assert(
    fc.property(
      plan,
      fc.dictionary(fc.oneof(fc.constantFrom('prompt', 'a_b', '1.text', 'seed'), anyText), anyValue),
      fc.func(fc.boolean()),
      fc.boolean(),
      (plan, values, known, keepSeeds) => {
        const parameters = parametersOf(plan).filter((p) => known(p.name));
        const own = valuesOf(plan);
        const given = { ...(known('own') && own), ...values };
        const bound = bindGraph(plan.text(), parameters, given, { ...FIXED, keepSeeds });
        if (bound.ok) expect(textsIn(bound.graphText).filter(isToken)).toEqual([]);
        else expect(bound.error.faults.length).toBeGreaterThan(0);
      },
    ),
    RUNS,
  );
});

test('a parameter that is left out is named, and one that is not there too', () => {
  fc.assert(
    fc.property(plan, fc.nat(), (plan, pick) => {
      fc.pre(plan.parameters.size > 0);
      const names = [...plan.parameters.keys()];
      const left = names[pick % names.length]!;
      const values = Object.fromEntries(Object.entries(valuesOf(plan)).filter(([name]) => name !== left));
      const missing = bindGraph(plan.text(), parametersOf(plan), values, FIXED);
      expect(missing).toMatchObject({
        ok: false,
        error: { faults: [{ parameter: left, reason: 'missing_input' }] },
      });
      const more = Object.fromEntries([...Object.entries(valuesOf(plan)), ['no such thing', 1]]);
      expect(bindGraph(plan.text(), parametersOf(plan), more, FIXED)).toMatchObject({
        ok: false,
        error: { faults: [{ parameter: 'no such thing', reason: 'unknown_parameter' }] },
      });
    }),
    RUNS,
  );
});

test('single inputs: what is offered under "<node>.<input>" can be set, and nothing else changes', () => {
  fc.assert(
    fc.property(plan, fc.nat(), (plan, pick) => {
      const texts = new Map([...plan.parameters].map(([name, { value }]) => [name, value]));
      const workflow = parsed(plan.text(texts));
      fc.pre(workflow.parameters.length > 0);
      const parameter = workflow.parameters[pick % workflow.parameters.length]!;
      const { node, input } = parameter.bindings[0]!;
      const value = { string: 'new', integer: 7, number: 7.5, boolean: true, array: [1, 2, 3], object: {} };
      const given = { [parameter.name]: value[parameter.type] };
      // Two places may share the text of their path; then it means one of them.
      fc.pre(parameter.name !== '__proto__' && workflow.parameters.every((p) => p.bindings.length === 1));
      const bound = taken(bindGraph(workflow.graphText, workflow.parameters, given, FIXED));
      const graph = JSON.parse(bound.graphText) as Record<string, { inputs: Record<string, unknown> }>;
      const written = parameter.type === 'array' ? { __value__: value.array } : value[parameter.type];
      expect(graph[node]!.inputs[input]).toEqual(written);
      expect(bound.values).toEqual(given);
      // Put back, it is what it was.
      const old = (JSON.parse(workflow.graphText) as typeof graph)[node]!.inputs[input];
      Object.defineProperty(graph[node]!.inputs, input, { value: old, enumerable: true });
      expect(meaning(JSON.stringify(graph))).toBe(meaning(JSON.stringify(JSON.parse(workflow.graphText))));
    }),
    RUNS,
  );
});

test('a seed left out or -1 is drawn from 0 … 2^50 within its limits, and is recorded', () => {
  const limits = fc
    .record(
      { minimum: fc.integer({ min: 0, max: 2 ** 40 }), maximum: fc.constantFrom(2 ** 64, 2 ** 32, 2 ** 41) },
      { requiredKeys: [] },
    )
    .filter(({ minimum = 0, maximum = Infinity }) => minimum <= maximum);
  fc.assert(
    fc.property(
      fc.maxSafeInteger().map((n) => Math.abs(n) % (2 ** 50 + 1)),
      limits,
      fc.constantFrom(undefined, null, -1, '-1', -1n),
      (drawn, limits, seed) => {
        const workflow = parsed({
          a: { inputs: { x: 'PARAM_INT_SEED' } },
          b: { inputs: { y: 'PARAM_INT_SEED' } },
        });
        const parameters = workflow.parameters.map((p) => ({ ...p, ...limits }));
        const bound = taken(bindGraph(workflow.graphText, parameters, { seed }, { seed: () => drawn }));
        const { a, b } = JSON.parse(bound.graphText) as Record<string, { inputs: Record<string, number> }>;
        const used = bound.values['seed'] as number;
        expect([a!.inputs['x'], b!.inputs['y']]).toEqual([used, used]);
        expect(used).toBeGreaterThanOrEqual(limits.minimum ?? 0);
        expect(used).toBeLessThanOrEqual(Math.min(limits.maximum ?? Infinity, 2 ** 50));
        if (drawn >= (limits.minimum ?? 0) && drawn <= (limits.maximum ?? Infinity)) expect(used).toBe(drawn);
        // Regenerate: -1 keeps it, and what is given is taken, with every digit.
        const again = (values: Record<string, unknown>) =>
          taken(bindGraph(bound.graphText, parameters, values, { seed: () => 1, keepSeeds: true }));
        expect(again({ seed: -1 })).toEqual({ ...bound });
      },
    ),
    RUNS,
  );
});

test('two types of one name are refused, naming both places', () => {
  const kinds = ['STR_', 'INT_', 'FLOAT_', 'BOOL_'];
  fc.assert(
    fc.property(
      fc.tuple(fc.nat(3), fc.nat(3)).filter(([a, b]) => a !== b),
      fc.uniqueArray(fc.stringMatching(/^[a-z0-9:._]{1,8}$/), { minLength: 4, maxLength: 4 }),
      ([a, b], [node1, node2, input1, input2]) => {
        const graph = {
          [node1!]: { class_type: 'One', inputs: { [input1!]: `PARAM_${kinds[a]}N` } },
          [node2!]: { class_type: 'Two', inputs: { [input2!]: `PARAM_${kinds[b]}N` } },
        };
        const result = parseWorkflow({ name: 'x', graphText: JSON.stringify(graph), now: 0 });
        const message = result.ok ? '' : result.error.message;
        for (const part of [
          "'n' has two types",
          `${node1} (One)`,
          `'${input1}'`,
          `${node2} (Two)`,
          `'${input2}'`,
        ])
          expect(message).toContain(part);
      },
    ),
    RUNS,
  );
});

test('a workflow from any JSON is taken or refused with a message, never an exception', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.json(),
        plan.map((p) => p.text()),
      ),
      fc.oneof(fc.json(), anyText),
      (graphText, metaText) => {
        for (const files of [{ graphText }, { graphText, metaText }]) {
          const result = parseWorkflow({ name: 'x', now: 0, ...files });
          if (!result.ok) expect(result.error.message).toMatch(/\.$/);
          else expect(isObject(JSON.parse(result.workflow.graphText))).toBe(true);
        }
      },
    ),
    RUNS,
  );
});
