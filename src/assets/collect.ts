/** Bytes of a stream in memory, within a limit. */

/** The first `maxBytes` of a stream, and whether there were more; what is left is not read. */
export async function collect(
  stream: ReadableStream<Uint8Array>,
  maxBytes: number,
): Promise<{ bytes: Uint8Array<ArrayBuffer>; more: boolean }> {
  const reader = stream.getReader();
  const parts: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    parts.push(value);
    length += value.length;
    if (length > maxBytes) {
      await reader.cancel();
      break;
    }
  }
  const bytes = new Uint8Array(Math.min(length, maxBytes));
  let filled = 0;
  for (const part of parts) {
    const fitting = part.subarray(0, bytes.length - filled);
    bytes.set(fitting, filled);
    filled += fitting.length;
  }
  return { bytes, more: length > maxBytes };
}
