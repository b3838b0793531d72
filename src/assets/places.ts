/**
 * The places where bytes of uploads are: the blob store, or, where there is none, the input folder of a ComfyUI, which
 * gives them back but cannot delete them.
 */
import type { ComfyClient } from '../comfyui/client.ts';
import type { FileRef } from '../comfyui/outputs.ts';
import { GatewayError } from '../errors.ts';
import type { BlobStore } from '../storage/ports.ts';
import type { Place } from './contents.ts';

export type Places = ReturnType<typeof createPlaces>;

/** `end` is exclusive. */
export interface Range {
  start: number;
  end: number;
}

interface PlacesDeps {
  blobs: BlobStore | undefined;
  /** By the key of its address. */
  clientOf: (backendKey: string) => ComfyClient | undefined;
}

export function createPlaces({ blobs, clientOf }: PlacesDeps) {
  return {
    /** Bytes of a file, all or a range; undefined if they are gone. */
    async open(place: Place, range?: Range): Promise<ReadableStream<Uint8Array> | undefined> {
      if ('blob' in place) return (await blobs?.get(place.blob, range))?.stream;
      const client = clientOf(place.backendKey);
      return client && openFile(client, place.file, range);
    },

    async isThere(place: Place): Promise<boolean> {
      if ('blob' in place) return (await blobs?.head(place.blob)) !== undefined;
      const client = clientOf(place.backendKey);
      return client !== undefined && (await sizeOf(client, place.file)) !== undefined;
    },
  };
}

/** Bytes must come as they are: sizes and ranges count in them. */
const IDENTITY = { 'accept-encoding': 'identity' };

/** A file of a ComfyUI, or a range of it, as a stream; undefined if it is not there. */
export async function openFile(
  client: ComfyClient,
  file: FileRef,
  range?: Range,
): Promise<ReadableStream<Uint8Array> | undefined> {
  const headers = { ...IDENTITY, ...(range && { range: `bytes=${range.start}-${range.end - 1}` }) };
  const response = await client.view(file, { headers });
  if (response.status === (range ? 206 : 200)) return response.stream() ?? new Blob([]).stream();
  await response.discard();
  if (response.status === 404) return undefined;
  throw new GatewayError('upstream_error', `${client.name} answered ${response.status} for a file.`);
}

/** Bytes of a file of a ComfyUI; undefined if it is not there. One of them is asked for, as undici closes after HEAD. */
export async function sizeOf(client: ComfyClient, file: FileRef): Promise<number | undefined> {
  const response = await client.view(file, { headers: { ...IDENTITY, range: 'bytes=0-0' } });
  const total = /\/(\d+)$/.exec(response.headers.get('content-range') ?? '')?.[1];
  if (response.status === 206) await response.arrayBuffer();
  else await response.discard();
  if (response.status === 206 && total !== undefined) return Number(total);
  if (response.status === 404) return undefined;
  throw new GatewayError('upstream_error', `${client.name} answered ${response.status} for a file.`);
}
