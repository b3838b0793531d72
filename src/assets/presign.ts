/**
 * Links to a private bucket: AWS Signature Version 4 in the query, for GET. The SDK's own signer is asynchronous and
 * would have to be loaded; a list of jobs carries hundreds of links.
 */
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/** Where a bucket is and the key to it. */
export interface Bucket {
  bucket: string;
  region: string;
  /** Origin of a service that is not AWS. */
  endpoint?: string;
  pathStyle: boolean;
  accessKeyId: string;
  secretAccessKey: string;
}

/** Makes links to `key`, good from `signedAt` (ms since 1970) for `seconds` (a week at most). */
export function createPresigner({
  bucket,
  region,
  endpoint,
  pathStyle,
  accessKeyId,
  secretAccessKey,
}: Bucket) {
  const service = new URL(endpoint ?? `https://s3.${region}.amazonaws.com`);
  const host = pathStyle ? service.host : `${bucket}.${service.host}`;
  const prefix = pathStyle ? `/${encode(bucket)}/` : '/';
  let daily: { day: string; key: Uint8Array } | undefined;

  function signingKey(day: string): Uint8Array {
    if (daily?.day === day) return daily.key;
    const steps = [day, region, 's3', 'aws4_request'];
    const key = steps.reduce(
      (secret, step) => hmac(sha256, secret, utf8ToBytes(step)),
      utf8ToBytes(`AWS4${secretAccessKey}`),
    );
    daily = { day, key };
    return key;
  }

  return (key: string, signedAt: number, seconds: number): string => {
    const time = `${new Date(signedAt).toISOString().slice(0, 19).replace(/[-:]/g, '')}Z`;
    const scope = `${time.slice(0, 8)}/${region}/s3/aws4_request`;
    const path = prefix + key.split('/').map(encode).join('/');
    // In the order of their names, as the signature wants it.
    const query = [
      'X-Amz-Algorithm=AWS4-HMAC-SHA256',
      `X-Amz-Credential=${encode(`${accessKeyId}/${scope}`)}`,
      `X-Amz-Date=${time}`,
      `X-Amz-Expires=${seconds}`,
      'X-Amz-SignedHeaders=host',
    ].join('&');
    const request = ['GET', path, query, `host:${host}`, '', 'host', 'UNSIGNED-PAYLOAD'].join('\n');
    const text = ['AWS4-HMAC-SHA256', time, scope, bytesToHex(sha256(utf8ToBytes(request)))].join('\n');
    const signature = bytesToHex(hmac(sha256, signingKey(time.slice(0, 8)), utf8ToBytes(text)));
    return `${service.protocol}//${host}${path}?${query}&X-Amz-Signature=${signature}`;
  };
}

/** All but letters, digits and - . _ ~ as %XX. */
function encode(text: string): string {
  return encodeURIComponent(text).replace(
    /[!'()*]/g,
    (mark) => `%${mark.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}
