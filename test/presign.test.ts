/** Our links to a private bucket: the example of AWS to the letter, and on the hosts and paths that the SDK asks. */
import { GetObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { expect, test } from 'vitest';
import { createPresigner, type Bucket } from '../src/assets/presign.ts';

test('the example of the S3 documentation', () => {
  const presign = createPresigner({
    bucket: 'examplebucket',
    region: 'us-east-1',
    endpoint: 'https://s3.amazonaws.com',
    pathStyle: false,
    accessKeyId: 'AKIAIOSFODNN7EXAMPLE',
    secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY',
  });
  expect(presign('test.txt', Date.UTC(2013, 4, 24), 86_400)).toBe(
    'https://examplebucket.s3.amazonaws.com/test.txt?X-Amz-Algorithm=AWS4-HMAC-SHA256' +
      '&X-Amz-Credential=AKIAIOSFODNN7EXAMPLE%2F20130524%2Fus-east-1%2Fs3%2Faws4_request' +
      '&X-Amz-Date=20130524T000000Z&X-Amz-Expires=86400&X-Amz-SignedHeaders=host' +
      '&X-Amz-Signature=aeeed9bbccd4d02ee5c0109b86d86835f995330da4c265957d157751f604d404',
  );
});

const keys = { bucket: 'pictures', accessKeyId: 'AKIA', secretAccessKey: 'secret' };

test.each<[string, Bucket]>([
  ['AWS', { region: 'eu-central-1', pathStyle: false, ...keys }],
  ['AWS by path', { region: 'us-west-2', pathStyle: true, ...keys }],
  ['R2', { region: 'auto', endpoint: 'https://x.r2.cloudflarestorage.com', pathStyle: true, ...keys }],
  ['hosts of buckets', { region: 'auto', endpoint: 'https://s3.example.org', pathStyle: false, ...keys }],
  ['a port', { region: 'us-east-1', endpoint: 'http://127.0.0.1:9000', pathStyle: true, ...keys }],
])('%s', async (_name, bucket) => {
  const { region, endpoint, pathStyle } = bucket;
  const asked: string[] = [];
  const client = new S3Client({
    region,
    forcePathStyle: pathStyle,
    credentials: keys,
    maxAttempts: 1,
    requestHandler: {
      handle({ protocol, hostname, port, path }: Record<string, string | undefined>) {
        asked.push(`${protocol}//${hostname}${port === undefined ? '' : `:${port}`}${path}`);
        return Promise.reject(new Error('seen'));
      },
    } as never,
    ...(endpoint !== undefined && { endpoint }),
  });
  const key = "comfyui-output/2026/ü('!*)+&=?.png";
  const command = new GetObjectCommand({ Bucket: bucket.bucket, Key: key });
  await expect(client.send(command)).rejects.toThrow('seen');
  const { origin, pathname } = new URL(createPresigner(bucket)(key, Date.now(), 60));
  expect([origin + pathname]).toEqual(asked);
});
