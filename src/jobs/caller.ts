/** Who asks. */

/** `admin` sees everything, anybody else only what their key made. */
export interface Caller {
  owner: string;
  admin: boolean;
}

/** The key of this name sees what all keys made. */
const ADMIN = 'admin';

/** Whoever has the key of this name; undefined where there are no keys: all are one owner then. */
export function callerOf(key: string | undefined): Caller {
  return key === undefined ? { owner: 'anonymous', admin: true } : { owner: key, admin: key === ADMIN };
}
