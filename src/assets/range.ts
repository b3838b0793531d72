/** One range of bytes as HTTP asks for it. */

/** Any other form counts as none given (RFC 9110 14.2). */
const RANGE = /^bytes=(?:(\d{1,15})-(\d{0,15})|-(\d{1,15}))$/;

/** Whether a `Range` header has the one form that is served. */
export const isRange = (header: string): boolean => RANGE.test(header);

/** The asked range, its end exclusive and within `size`; its start may be beyond it. Undefined: all of it. */
export function rangeOf(
  header: string | undefined,
  size: number,
): { start: number; end: number } | undefined {
  const [, first, last, suffix] = RANGE.exec(header ?? '') ?? [];
  if (suffix !== undefined) return { start: Math.max(size - Number(suffix), 0), end: size };
  if (first === undefined) return undefined;
  const start = Number(first);
  const end = last ? Number(last) + 1 : size;
  return end > start || start >= size ? { start, end: Math.min(end, size) } : undefined;
}
