// JSON that keeps every digit of integers beyond 2^53 (64-bit seeds): they stay raw JSON values inside, which
// JSON.stringify writes back unchanged. Texts without a long run of digits take the plain, faster path.

interface RawJson {
  readonly rawJSON: string;
}

// `JSON.rawJSON` and the reviver's third argument are in Node 24, but not yet in the ES2024 typings.
const json = JSON as unknown as {
  parse(
    text: string,
    reviver: (key: string, value: unknown, context: { source?: string }) => unknown,
  ): unknown;
  rawJSON(text: string): RawJson;
  isRawJSON(value: unknown): value is RawJson;
};

const longDigits = /\d{16}/;
const integer = /^-?\d+$/;

/** Parses a text; integers that a double cannot hold become raw JSON values. Throws SyntaxError. */
export function parseJson(text: string): unknown {
  if (!longDigits.test(text)) return JSON.parse(text);
  return json.parse(text, (_key, value, { source }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source !== undefined && integer.test(source)
      ? json.rawJSON(source)
      : value,
  );
}

/** The digits of an integer beyond 2^53, or undefined for any other value. */
export function bigDigits(value: unknown): string | undefined {
  return json.isRawJSON(value) ? value.rawJSON : undefined;
}

/** A JSON value for an integer of any size. */
export function integerValue(value: bigint): unknown {
  const plain = Number(value);
  return Number.isSafeInteger(plain) ? plain : json.rawJSON(value.toString());
}

/** Joins entries to a JSON object in the given order (plain objects would sort number-like keys to the front). */
export function orderedObject(entries: Iterable<[string, unknown]>): string {
  const parts: string[] = [];
  for (const [key, value] of entries) parts.push(`${JSON.stringify(key)}: ${JSON.stringify(value)}`);
  return `{${parts.join(', ')}}`;
}
