/** An S3 server (s3rver) as a child; its folder and bucket are the arguments. Offers how many objects it has. */
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import S3rver from 's3rver';
import { offer } from './leash.ts';

const [directory = '', bucket = ''] = process.argv.slice(2);
const server = new S3rver({
  port: 0,
  address: '127.0.0.1',
  silent: true,
  directory,
  configureBuckets: [{ name: bucket }],
});
const { port } = await server.run();
offer({
  async objects() {
    const files = await readdir(join(directory, bucket), { recursive: true });
    return files.filter((name) => name.endsWith('._S3rver_object')).length;
  },
});
console.log(`http://127.0.0.1:${port}`);
