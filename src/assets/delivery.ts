/**
 * Bringing files to the ComfyUI that needs them, once per backend and content: the name there comes from the content, so
 * that ComfyUI itself remembers what it has, and says so when asked. It may forget at any time, and is given it again.
 */
import type { Job, JobOutput } from '../jobs/job.ts';
import { inputName } from '../comfyui/input-names.ts';
import type { FileRef } from '../comfyui/outputs.ts';
import { GatewayError } from '../errors.ts';
import type { Backend } from '../jobs/backend.ts';
import type { InputFacts } from '../workflows/input-facts.ts';
import type { OutputAssets } from './outputs.ts';
import { sizeOf, type Places } from './places.ts';
import { extensionFor } from './sniff.ts';
import type { Upload } from './contents.ts';

/** An asset that is an input. */
export type Source =
  | { kind: 'upload'; id: string; upload: Upload }
  | { kind: 'output'; id: string; job: Job; output: JobOutput };

export type Delivery = ReturnType<typeof createDelivery>;

interface DeliveryDeps {
  places: Places;
  outputs: Pick<OutputAssets, 'fetch'>;
  /** Whether requests may wait for each other. */
  shared: boolean;
}

export function createDelivery({ places, outputs, shared }: DeliveryDeps) {
  /** Files on their way, by backend and name. */
  const underway = new Map<string, Promise<FileRef>>();

  async function open(source: Source): Promise<ReadableStream<Uint8Array> | undefined> {
    if (source.kind === 'upload') return places.open(source.upload.place);
    const { job, output } = source;
    if (output.text !== undefined) return new Blob([output.text]).stream();
    const answer = await outputs.fetch(job, output, 'GET', () => undefined, new AbortController().signal);
    return answer.stream() ?? undefined;
  }

  async function put(source: Source, backend: Backend, file: FileRef, contentType: string): Promise<FileRef> {
    const { client } = backend;
    const size = await sizeOf(client, file);
    const expected = source.kind === 'upload' ? source.upload.sizeBytes : source.output.sizeBytes;
    // The size of an output may not be known.
    if (size !== undefined && (expected === 0 || size === expected)) return file;
    const body = await open(source);
    if (!body) {
      throw new GatewayError(
        'missing_asset',
        `The bytes of asset '${source.id}' are gone from where they were kept. Upload the file again.`,
        { details: { missing_ids: [source.id] } },
      );
    }
    const { filename, subfolder } = file;
    return client.upload({ filename, subfolder, contentType, body });
  }

  return {
    /** What a node calls the file at that backend; puts it there if it has not got it. */
    async deliver(source: Source, backend: Backend, upload: InputFacts['upload']): Promise<string> {
      const { contentType } = source.kind === 'upload' ? source.upload : source.output;
      const place = source.kind === 'upload' ? source.upload.place : undefined;
      const own = place && 'file' in place && place.backendKey === backend.key ? place.file : undefined;
      // 3D loaders look into a folder of their own; all others list the input folder itself.
      const subfolder = upload === 'file' ? '3d' : '';
      const file =
        own && own.subfolder === subfolder ? own : { filename: nameOf(source), subfolder, type: 'input' };
      const key = `${backend.key} ${file.subfolder}/${file.filename}`;
      const running = shared ? underway.get(key) : undefined;
      const work = running ?? put(source, backend, file, contentType);
      if (!running) {
        underway.set(key, work);
        const leave = (): boolean => underway.delete(key);
        work.then(leave, leave);
      }
      const ref = await work;
      return ref.subfolder === '' ? ref.filename : `${ref.subfolder}/${ref.filename}`;
    },
  };
}

/** The same for the same bytes. */
function nameOf(source: Source): string {
  if (source.kind === 'output') {
    const { output } = source;
    return inputName(output.id, extensionFor(output.contentType, output.file?.filename ?? ''));
  }
  const { hash, contentType, filePath } = source.upload;
  return inputName(hash.slice(0, 32), extensionFor(contentType, filePath));
}
