/** `data:` URLs (RFC 2397). Pure. */

/** Undefined if it cannot be read. */
export function readDataUrl(
  url: string,
): { contentType: string; bytes: Uint8Array<ArrayBuffer> } | undefined {
  const comma = url.indexOf(',');
  if (comma === -1) return undefined;
  const [, contentType = '', base64] =
    /^data:([^;,]*)(?:;[^;,=]+=[^;,]*)*(;base64)?$/i.exec(url.slice(0, comma)) ?? [];
  if (!/^data:/i.test(url)) return undefined;
  try {
    const text = url.slice(comma + 1);
    const binary = base64 === undefined ? unescapeBytes(text) : atob(fromUrlSafe(text));
    return { contentType, bytes: Uint8Array.from(binary, (char) => char.charCodeAt(0)) };
  } catch {
    // Not base64, or a character beyond ASCII.
    return undefined;
  }
}

/** Some encoders write the alphabet for URLs, and escape what need not be. */
function fromUrlSafe(text: string): string {
  const plain = text.includes('%') ? decodeURIComponent(text) : text;
  return plain.replaceAll('-', '+').replaceAll('_', '/');
}

function unescapeBytes(text: string): string {
  if (/[^\x20-\x7e]/.test(text)) throw new Error('not ASCII');
  return text.replace(/%([\da-f]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
}
