/**
 * Names under which clients want their uploads, as the official proxy takes them: `photo.png` or `input/…/photo.png`. They
 * are only shown, and never name a file on any disk; still nothing is taken that somebody could mistake for a way out.
 */
import { GatewayError } from '../errors.ts';

/** Longest name, in characters. */
const MAX_LENGTH = 512;

/** Returns the name, or throws 422 `invalid_request`. */
export function checkFilePath(path: string): string {
  const fault = faultOf(path);
  if (fault === undefined) return path;
  const given = path.slice(0, 100);
  throw new GatewayError(
    'invalid_request',
    `'file_path' ${fault}: given ${JSON.stringify(given)}, allowed is a file name such as photo.png or input/photo.png.`,
    { status: 422, details: { field: 'file_path', given } },
  );
}

function faultOf(path: string): string | undefined {
  if (path === '') return 'is empty';
  if (path.length > MAX_LENGTH) return `has ${path.length} characters, more than ${MAX_LENGTH}`;
  // Also marks that turn the direction of text.
  if (/[\p{Cc}\p{Bidi_Control}]/u.test(path) || !path.isWellFormed()) return 'has control characters';
  if (path.includes('\\')) return "has a '\\'";
  if (path.startsWith('/')) return "must be relative, but begins with '/'";
  const parts = path.split('/');
  if (parts.some((part) => part === '..' || part === '.')) return "must not contain '.' or '..'";
  if (parts.some((part) => part.trim() === '')) return 'has an empty part';
  if (parts.length === 1 || parts[0] === 'input') return undefined;
  return `is below '${parts[0]?.slice(0, 50)}', where nothing can be uploaded to (models are put there by who runs ComfyUI)`;
}
