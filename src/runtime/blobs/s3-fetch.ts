/** A bucket on Deno: for the SDK's own way over node:http it would have to be given all rights to look at the system. */
import { FetchHttpHandler } from '@smithy/fetch-http-handler';
import type { S3Config } from '../../config.ts';
import type { BlobStore } from '../../storage/ports.ts';
import { openS3Blobs } from './s3.ts';

export function openS3OverFetch(s3: S3Config): BlobStore {
  return openS3Blobs(s3, { requestHandler: new FetchHttpHandler({ requestTimeout: REQUEST_MS }) });
}

const REQUEST_MS = 60_000;
