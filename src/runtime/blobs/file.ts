/**
 * Blobs as files below a folder, each with a small file that tells its type. Written under another name, then renamed,
 * so that a blob is there as a whole or not at all, whenever the process dies. A full disk is `storage_unavailable`.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { mkdir, open, readFile, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GatewayError } from '../../errors.ts';
import type { BlobStore } from '../../storage/ports.ts';

/** Bytes that are read at once. */
const PIECE = 64 * 1024;

/** Opens the folder, making it if need be; what an earlier process left unfinished is removed. */
export function openFileBlobs(dir: string): BlobStore {
  const unfinished = join(dir, 'unfinished');
  rmSync(unfinished, { recursive: true, force: true });
  mkdirSync(unfinished, { recursive: true, mode: 0o700 });

  const pathOf = (key: string): string => join(dir, 'kept', ...key.split('/').map(checked));

  /** A file that is whole, under a name of its own. */
  async function write(body: ReadableStream<Uint8Array> | Uint8Array | string): Promise<string> {
    const path = join(unfinished, randomUUID());
    const file = await open(path, 'wx', 0o600);
    try {
      if (body instanceof ReadableStream) for await (const part of body) await writeAll(file, part);
      else await file.writeFile(body);
    } catch (error) {
      await file.close();
      await rm(path, { force: true });
      throw error;
    }
    await file.close();
    return path;
  }

  return {
    kind: 'file',

    async put(key, body, { contentType }) {
      const path = pathOf(key);
      const written: string[] = [];
      try {
        written.push(await write(body));
        written.push(await write(contentType));
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        // The type last: a blob without one is none.
        await rename(written[0]!, path);
        await rename(written[1]!, path + TYPE);
      } catch (error) {
        for (const left of written) await rm(left, { force: true });
        throw isFull(error) ? full(error) : error;
      }
    },

    async get(key, range) {
      const path = pathOf(key);
      const contentType = await readFile(path + TYPE, 'utf8').catch(absent);
      const file = await open(path).catch(absent);
      if (contentType === undefined || !file) {
        await file?.close();
        return undefined;
      }
      const { size: sizeBytes } = await file.stat();
      const end = Math.min(range?.end ?? sizeBytes, sizeBytes);
      return { sizeBytes, contentType, stream: read(file, range?.start ?? 0, end) };
    },

    async head(key) {
      const path = pathOf(key);
      const contentType = await readFile(path + TYPE, 'utf8').catch(absent);
      const found = await stat(path).catch(absent);
      return contentType !== undefined && found ? { sizeBytes: found.size, contentType } : undefined;
    },

    async delete(key) {
      const path = pathOf(key);
      await rm(path, { force: true });
      await rm(path + TYPE, { force: true });
    },
  };
}

/** Ending of the file that holds the type of another. Keys have no such part. */
const TYPE = '~type';

/** Keys are of our own making; that none leads out of the folder is still seen to here. */
function checked(part: string): string {
  if (!/^[\w-][\w.-]*$/.test(part)) throw new Error(`'${part}' cannot be part of the key of a blob`);
  return part;
}

/** For `catch`: a file that is not there is undefined. */
function absent(error: unknown): undefined {
  if ((error as { code?: unknown }).code === 'ENOENT') return undefined;
  throw error;
}

function isFull(error: unknown): boolean {
  return ['ENOSPC', 'EDQUOT', 'EROFS'].includes(String((error as { code?: unknown }).code));
}

function full(cause: unknown): GatewayError {
  return new GatewayError(
    'storage_unavailable',
    'The disk of this gateway takes no more files. Whoever runs it must make room there (STORAGE_URL).',
    { cause, retryAfterSeconds: 60 },
  );
}

async function writeAll(file: FileHandle, part: Uint8Array): Promise<void> {
  for (let offset = 0; offset < part.length;)
    offset += (await file.write(part, offset, part.length - offset)).bytesWritten;
}

function read(file: FileHandle, start: number, end: number): ReadableStream<Uint8Array> {
  let position = start;
  const controlled = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      try {
        const part = new Uint8Array(Math.min(PIECE, Math.max(end - position, 0)));
        const { bytesRead } = part.length > 0 ? await file.read(part, 0, part.length, position) : NOTHING;
        position += bytesRead;
        if (bytesRead > 0) return controller.enqueue(part.subarray(0, bytesRead));
        await file.close();
        if (position < end) throw new Error('the file of a blob has become shorter');
        controller.close();
      } catch (error) {
        await file.close().catch(() => undefined);
        throw error;
      }
    },
    cancel: () => file.close(),
  };
  return new ReadableStream(controlled, { highWaterMark: 0 });
}

const NOTHING = { bytesRead: 0 };
