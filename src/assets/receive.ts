/**
 * Taking in bytes: hashed, counted and looked at while they stream to where they are kept. Whether they are wanted is
 * decided at their end, before the last of them is handed on, so that nothing is kept of what is refused, known already,
 * or broken off.
 */
import { blake3 } from '@noble/hashes/blake3.js';
import { bytesToHex } from '@noble/hashes/utils.js';
import { GatewayError } from '../errors.ts';
import { inTurn, type Backend } from '../jobs/backend.ts';
import { INCOMING_PREFIX, incomingKey, uploadBlobKey } from '../storage/keys.ts';
import type { BlobStore, Stores } from '../storage/ports.ts';
import type { Places } from './places.ts';
import { contentTypeOf, extensionFor, HEAD_BYTES, sniff } from './sniff.ts';
import type { NewUse, Place, Upload, Uploads } from './uploads.ts';

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
  stores: Stores;
  blobs: BlobStore | undefined;
  backends: () => readonly Backend[];
  places: Places;
  uploads: Uploads;
  /** A new UUID. */
  newId: () => string;
  now: () => number;
  /** Something could not be cleaned up. Never throws. */
  report: (error: unknown, stage: string) => void;
}

/** Bytes that come in for longer than this were given up, in ms; far longer than a request may take. */
const GIVEN_UP_MS = 2 * 60 * 60 * 1000;

export function createReceiver(deps: ReceiverDeps) {
  const { stores, blobs, backends, places, uploads, newId, now, report } = deps;

  async function toBlob(store: BlobStore, stream: ReadableStream<Uint8Array>, contentType: string) {
    const id = newId();
    const blob = uploadBlobKey(id);
    // A process that ends in between leaves bytes that no record knows: this one does.
    await stores.storage.setItem(incomingKey(id), { blob, at: now() });
    const done = () => stores.storage.removeItem(incomingKey(id));
    try {
      await store.put(blob, stream, { contentType });
    } catch (error) {
      await done().catch((fault: unknown) => report(fault, 'upload'));
      throw error;
    }
    return { place: { blob }, done };
  }

  async function toComfy(stream: ReadableStream<Uint8Array>, contentType: string, extension: string) {
    const [backend] = await inTurn(backends(), {});
    if (!backend) throw new GatewayError('internal_error', 'No ComfyUI is configured.');
    const filename = `comfygate-${newId()}.${extension}`;
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
    const { head, rest } = await beginning(stream);
    const sniffed = sniff(head);
    const type = contentTypeOf(sniffed, contentType);
    const { stream: checked, cause } = inspect(rest, maxBytes, async (hash, sizeBytes) => {
      seen = { hash, sizeBytes, sniffed };
      use = await decide(seen);
      if (await uploads.byHash(owner, hash)) throw KNOWN;
    });
    let kept: { place: Place; done: () => Promise<void> } | undefined;
    try {
      kept = blobs
        ? await toBlob(blobs, checked, type)
        : await toComfy(checked, type, extensionFor(type, name));
    } catch (error) {
      if (cause(error) !== KNOWN) throw cause(error);
    }
    if (!seen || !use) throw new Error('bytes were kept before they had ended');
    const added = await uploads.add(owner, seen, kept?.place, use);
    // It was deleted while it came in again.
    if (!added) throw new GatewayError('storage_unavailable', 'Try again.', { retryAfterSeconds: 1 });
    // Others were faster with the same bytes.
    if (kept && !added.createdNew) await places.drop(kept.place);
    await kept?.done();
    return added;
  }

  return {
    receive,

    /** Removes bytes that came in and were never recorded, looking at so many of them. */
    async sweep(limit: number): Promise<void> {
      for (const key of (await stores.storage.getKeys(INCOMING_PREFIX)).slice(0, limit)) {
        const marked = await stores.storage.getItem<{ blob: string; at: number }>(key);
        if (!marked || marked.at > now() - GIVEN_UP_MS) continue;
        await blobs?.delete(marked.blob);
        await stores.storage.removeItem(key);
      }
    },
  };
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
): { stream: ReadableStream<Uint8Array>; cause: (error: unknown) => unknown } {
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
  };
}

export function tooLarge(maxBytes: number): GatewayError {
  return new GatewayError(
    'payload_too_large',
    `The file has more than ${maxBytes} bytes, which is the limit (MAX_UPLOAD_BYTES).`,
    { details: { max_bytes: maxBytes } },
  );
}
