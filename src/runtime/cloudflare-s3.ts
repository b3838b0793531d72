/** comfygate on Cloudflare Workers, with the S3 client: a Worker is one file, from which nothing can be loaded later. */
import { openS3Blobs } from './blobs/s3.ts';
import { createWorker } from './worker.ts';

export default createWorker((s3) => openS3Blobs(s3));
