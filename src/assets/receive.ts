/**
 * Taking in bytes: hashed, counted and looked at while they stream to where they are kept. Whether they are wanted is
 * decided at their end, before the last of them is handed on, so that nothing is kept of what is refused, known already,
 * or broken off.
 */
import { blake3 } from '@noble/hashes/blake3.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { inputName } from '../comfyui/input-names.ts';
import { GatewayError } from '../errors.ts';
import { inTurn, type Backend } from '../jobs/backend.ts';
import type { BlobStore } from '../storage/ports.ts';
import type { Leftovers } from './leftovers.ts';
import { contentTypeOf, extensionFor, HEAD_BYTES, sniff } from './sniff.ts';
import type { Place, Upload } from './contents.ts';
import type { NewUse, Uploads } from './uploads.ts';

/** What the bytes were seen to be. */
export interface Seen {
  /** blake3, hex. */
  hash: string;
  sizeBytes: number;
  /** From the bytes, where they tell. */
  sniffed: string | undefined;
}

/** Bytes that come in, and what is said of them beforehand: the extension of `name` and the type matter only for unknown bytes. */
export interface Incoming {
  stream: ReadableStream<Uint8Array>;
  contentType: string;
  name: string;
  /** 413 beyond it; `limitName` is the setting. */
  maxBytes: number;
}

export type Receiver = ReturnType<typeof createReceiver>;

interface ReceiverDeps {
  blobs: BlobStore | undefined;
  leftovers: Leftovers;
  backends: () => readonly Backend[];
  uploads: Uploads;
  /** A new UUID. */
  newId: () => string;
}

type Bytes = ReadableStream<Uint8Array>;

export function createReceiver(deps: ReceiverDeps) {
  const { blobs, leftovers, backends, uploads, newId } = deps;

  /** `isRefused`: whether the bytes themselves were what failed, so that nothing of them was kept. */
  async function toBlob(
    store: BlobStore,
    owner: string,
    { stream, contentType, isRefused }: { stream: Bytes; contentType: string; isRefused: () => boolean },
  ) {
    const { blob, done } = await leftovers.announce(owner);
    try {
      await store.put(blob, stream, { contentType });
    } catch (error) {
      // A bucket that did not answer may have taken them all the same.
      if (isRefused()) await done();
      throw error;
    }
    return { place: { blob }, done };
  }

  async function toComfy(stream: Bytes, contentType: string, extension: string) {
    const [backend] = await inTurn(backends(), {});
    if (!backend) throw new GatewayError('internal_error', 'No ComfyUI is configured.');
    const filename = inputName(newId(), extension);
    const file = await backend.client.upload({ filename, subfolder: '', contentType, body: stream });
    return { place: { backendKey: backend.key, file }, done: async () => undefined };
  }

  /**
   * Keeps the bytes for an owner and records them. `decide` is called when all of them have come; what it throws, is thrown.
   * `createdNew` is false if the owner had them before.
   */
  async function receive(
    owner: string,
    { stream, contentType, name, maxBytes }: Incoming,
    decide: (seen: Seen) => Promise<NewUse>,
  ): Promise<{ upload: Upload; createdNew: boolean }> {
    let seen: Seen | undefined;
    let use: NewUse | undefined;
    let known: Awaited<ReturnType<Uploads['add']>>;
    const { head, rest } = await beginning(stream);
    const sniffed = sniff(head);
    const type = contentTypeOf(sniffed, contentType);
    const checked = inspect(rest, maxBytes, async (hash, sizeBytes) => {
      seen = { hash, sizeBytes, sniffed };
      use = await decide(seen);
      known = await uploads.add(owner, seen, undefined, use);
      if (known) throw KNOWN;
    });
    let kept: { place: Place; done: () => Promise<void> };
    try {
      kept = blobs
        ? await toBlob(blobs, owner, { ...checked, contentType: type })
        : await toComfy(checked.stream, type, extensionFor(type, name));
    } catch (error) {
      if (checked.cause(error) !== KNOWN || !known) throw checked.cause(error);
      return known;
    }
    const added = seen && use && (await uploads.add(owner, seen, kept.place, use));
    if (!added) throw new Error('bytes were kept before they had ended');
    // Others were faster with the same bytes.
    if (!added.createdNew) await leftovers.drop(kept.place);
    await kept.done();
    return added;
  }

  return { receive };
}

/** Stops the keeping of bytes that are there already. */
const KNOWN = new Error('known');

/** The first bytes of a stream, and all of it. */
async function beginning(
  stream: ReadableStream<Uint8Array>,
): Promise<{ head: Uint8Array; rest: AsyncGenerator<Uint8Array> }> {
  const reader = stream.getReader();
  const first: Uint8Array[] = [];
  let size = 0;
  let ended = false;
  while (size < HEAD_BYTES && !ended) {
    const { done, value } = await reader.read();
    ended = done;
    if (!value) continue;
    first.push(value);
    size += value.length;
  }
  const head = new Uint8Array(Math.min(size, HEAD_BYTES));
  let filled = 0;
  for (const part of first) {
    const taken = part.subarray(0, head.length - filled);
    head.set(taken, filled);
    filled += taken.length;
  }
  async function* all(): AsyncGenerator<Uint8Array> {
    try {
      yield* first;
      for (;;) {
        const { done, value } = ended ? { done: true as const, value: undefined } : await reader.read();
        if (done) return;
        yield value;
      }
    } finally {
      // Whoever gave up early wants no more of it.
      await reader.cancel().catch(() => undefined);
    }
  }
  return { head, rest: all() };
}

/**
 * The same bytes, counted and hashed; `atEnd` decides whether the stream ends, or fails with what that throws. `cause` is
 * what the stream failed with, whatever its reader made of it.
 */
function inspect(
  source: AsyncGenerator<Uint8Array>,
  maxBytes: number,
  atEnd: (hash: string, sizeBytes: number) => Promise<void>,
): { stream: Bytes; cause: (error: unknown) => unknown; isRefused: () => boolean } {
  const hash = blake3.create();
  let sizeBytes = 0;
  let fault: { error: unknown } | undefined;
  const inspected = {
    async pull(controller: ReadableStreamDefaultController<Uint8Array>) {
      try {
        const { done, value } = await source.next();
        if (done) {
          await atEnd(bytesToHex(hash.digest()), sizeBytes);
          return controller.close();
        }
        sizeBytes += value.length;
        if (sizeBytes > maxBytes) throw tooLarge(maxBytes);
        hash.update(value);
        controller.enqueue(value);
      } catch (error) {
        fault = { error };
        controller.error(error);
        await source.return(undefined);
      }
    },
    cancel: async () => void (await source.return(undefined)),
  };
  return {
    stream: new ReadableStream(inspected, { highWaterMark: 0 }),
    cause: (error) => (fault ? fault.error : error),
    isRefused: () => fault !== undefined,
  };
}

export function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError(
    'payload_too_large',
    `The file has more than ${maxBytes} bytes, which is the limit (MAX_UPLOAD_BYTES).`,
    { details: { max_bytes: maxBytes } },
  );
}
