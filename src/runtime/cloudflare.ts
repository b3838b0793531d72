/** comfygate on Cloudflare Workers, without the S3 client, which would nearly double its size (see cloudflare-s3.ts). */
import { createWorker } from './worker.ts';

export default createWorker();
