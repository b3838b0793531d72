/**
 * The files that a submitted graph names: `core/ASSET` objects anywhere, and, for inputs that take an upload, an asset id, a
 * `data:` URL or an `https:` address. What comes with the graph becomes an upload of the caller first, so that the graph that
 * is kept names assets, and can be run again.
 */
import { validate } from 'uuid';
import { isObject, parseLossless, type JsonObject } from '../comfyui/json.ts';
import { GatewayError, notFoundIsUndefined } from '../errors.ts';
import type { Backend } from '../jobs/backend.ts';
import type { Caller } from '../jobs/caller.ts';
import type { Prepare, Submission } from '../jobs/submission.ts';
import { inputFacts, inputSpec, type InputFacts } from '../workflows/input-facts.ts';
import { readDataUrl } from './data-url.ts';
import type { Delivery, Source } from './delivery.ts';
import type { OpenOutside } from './outside.ts';
import type { OutputAssets } from './outputs.ts';
import type { Incoming, Receiver } from './receive.ts';
import { contentTypeOf, extensionFor } from './sniff.ts';
import type { Upload } from './contents.ts';
import type { Uploads } from './uploads.ts';

interface InputsDeps {
  uploads: Uploads;
  receiver: Receiver;
  outputs: OutputAssets;
  delivery: Delivery;
  openOutside: OpenOutside;
  /** The definition of a node class; undefined if there is none. Throws if no ComfyUI can be asked. */
  nodeClass: (classType: string) => Promise<unknown>;
  config: { maxUploadBytes: number; assetTtlMs: number };
}

/** Most files of one graph, and how long fetching all of them may take, in ms. */
const MAX_FILES = 100;
const FETCH_MS = 120_000;

/** A place in a graph that names a file. */
interface Slot {
  /** From the graph on. */
  path: string[];
  /** Asset id, `data:` URL or address; undefined for a `core/ASSET` without an id. */
  value: string | undefined;
  reference: boolean;
  upload?: InputFacts['upload'];
}

export function createInputs(deps: InputsDeps): { prepare: Prepare } {
  const { uploads, receiver, outputs, delivery, openOutside, nodeClass, config } = deps;

  /** What the input at a place takes. */
  async function uploadKind(graph: JsonObject, { path, reference }: Slot): Promise<InputFacts['upload']> {
    const [node = '', , input = ''] = path;
    const { class_type: classType } = graph[node] as JsonObject;
    if (typeof classType !== 'string' || path[1] !== 'inputs') return undefined;
    // A reference says itself that it is a file.
    const found = await nodeClass(classType).catch((error: unknown) => {
      if (!reference) throw error;
      return undefined;
    });
    return inputFacts(inputSpec(found, input))?.upload;
  }

  /** The places that name files, and nothing that only looks like one. */
  async function slotsOf(graph: JsonObject, graphText: string): Promise<Slot[]> {
    const slots: Slot[] = [];
    // Any reference has its type in the text; escaped, it would be somebody's who wants to hide it, and ComfyUI refuses it.
    const referred = graphText.includes(REFERENCE) ? references(graph, []) : [];
    for (const slot of [...referred, ...candidates(graph)]) {
      const upload = await uploadKind(graph, slot);
      if (slot.reference || upload !== undefined) slots.push({ ...slot, ...(upload && { upload }) });
    }
    return slots;
  }

  async function findAsset(caller: Caller, id: string): Promise<Source | undefined> {
    const upload = await uploads.find(caller, id);
    if (upload) {
      await uploads.touch(upload);
      return sourceOf(upload);
    }
    const found = await outputs.find(caller, id).catch(notFoundIsUndefined);
    return found && { kind: 'output', id, ...found };
  }

  /** Bytes that came with the graph, as an upload. */
  async function keep(caller: Caller, slot: Slot, incoming: Omit<Incoming, 'maxBytes'>): Promise<Upload> {
    const { stream, contentType, name } = incoming;
    const { upload } = await receiver.receive(
      caller.owner,
      { stream, contentType, name, maxBytes: config.maxUploadBytes },
      async ({ sizeBytes, sniffed }) => {
        if (sizeBytes === 0) throw invalid(slot, 'has no bytes');
        const type = contentTypeOf(sniffed, contentType);
        return {
          filePath: `input.${extensionFor(type, name)}`,
          contentType: type,
          tags: ['input'],
          ttlMs: config.assetTtlMs,
        };
      },
    );
    return upload;
  }

  async function bring(caller: Caller, slot: Slot, value: string, signal: AbortSignal): Promise<Source> {
    if (!isData(value)) {
      const { stream, contentType, name } = await openOutside(value, signal);
      return sourceOf(await keep(caller, slot, { stream, contentType, name }));
    }
    const data = readDataUrl(value);
    if (!data) throw invalid(slot, "is no data: URL that can be read, such as 'data:image/png;base64,…'");
    const stream = new Blob([data.bytes]).stream();
    return sourceOf(await keep(caller, slot, { stream, contentType: data.contentType, name: '' }));
  }

  return {
    async prepare(caller, submission, graph) {
      const slots = await slotsOf(graph, submission.graphText);
      if (slots.length === 0) return { submission, on: async () => submission.graphText };
      if (slots.length > MAX_FILES) {
        throw new GatewayError(
          'invalid_request',
          `The workflow names ${slots.length} files; at most ${MAX_FILES} are taken.`,
          { status: 422 },
        );
      }
      const sources = new Map<string, Source>();
      const missing = new Set<string>();
      // Those that cost nothing first: one that is missing refuses all of it.
      for (const { value, reference } of slots) {
        if (!reference && !validate(value)) continue;
        const found = value === undefined ? undefined : await findAsset(caller, value);
        if (found && value !== undefined) sources.set(value, found);
        else missing.add(value?.slice(0, MAX_ID) ?? '(no id)');
      }
      if (missing.size > 0) throw missingAssets([...missing]);
      const signal = AbortSignal.timeout(FETCH_MS);
      for (const slot of slots) {
        const { value } = slot;
        if (value !== undefined && !sources.has(value))
          sources.set(value, await bring(caller, slot, value, signal));
      }
      const kept = withIds(submission, slots, sources);
      return {
        submission: kept,
        async on(backend: Backend) {
          const names = new Map<Slot, unknown>();
          for (const slot of slots)
            names.set(slot, await delivery.deliver(sources.get(slot.value!)!, backend, slot.upload));
          return edit(kept.graphText, slots, (slot) => names.get(slot));
        },
      };
    },
  };
}

const MAX_ID = 64;

/** `__type` of an object that stands for an asset. */
const REFERENCE = 'core/ASSET';

const isData = (value: string): boolean => /^data:/i.test(value);

function sourceOf(upload: Upload): Source {
  return { kind: 'upload', id: upload.id, upload };
}

/** `core/ASSET` objects, wherever they stand. */
function references(value: unknown, path: string[]): Slot[] {
  if (typeof value !== 'object' || value === null) return [];
  if (isObject(value) && value['__type'] === REFERENCE) {
    const { info } = value;
    const id = isObject(info) && typeof info['id'] === 'string' ? info['id'] : undefined;
    return [{ path, value: id, reference: true }];
  }
  return Object.entries(value).flatMap(([key, member]) => references(member, [...path, key]));
}

/** Inputs that could name a file: whether they do depends on their node class. */
function candidates(graph: JsonObject): Slot[] {
  return Object.entries(graph).flatMap(([id, node]) => {
    const inputs = isObject(node) && isObject(node['inputs']) ? node['inputs'] : {};
    return Object.entries(inputs).flatMap(([input, value]) =>
      typeof value === 'string' && (validate(value) || isAddress(value))
        ? [{ path: [id, 'inputs', input], value, reference: false }]
        : [],
    );
  });
}

const isAddress = (value: string): boolean => isData(value) || /^https?:\/\//i.test(value);

/** Asset ids in place of what came with the graph, in `inputs` too. */
function withIds(
  submission: Submission,
  slots: readonly Slot[],
  sources: ReadonlyMap<string, Source>,
): Submission {
  const brought = slots.filter(({ value, reference }) => !reference && isAddress(value!));
  if (brought.length === 0) return submission;
  const { inputs } = submission;
  const graphText = edit(submission.graphText, brought, ({ value }) => sources.get(value!)!.id);
  return {
    ...submission,
    graphText,
    graph: JSON.parse(graphText),
    ...(inputs && { inputs: replaced(inputs, sources) as JsonObject }),
  };
}

function replaced(value: unknown, sources: ReadonlyMap<string, Source>): unknown {
  if (typeof value === 'string') return sources.get(value)?.id ?? value;
  if (Array.isArray(value)) return value.map((item) => replaced(item, sources));
  if (!isObject(value)) return value;
  // Numbers with more digits than JavaScript has stay what they are.
  if (Object.getPrototypeOf(value) === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, replaced(member, sources)]));
}

/** A graph with other values at some places, every digit of the rest kept. */
function edit(graphText: string, slots: readonly Slot[], valueOf: (slot: Slot) => unknown): string {
  const graph = parseLossless(graphText);
  for (const slot of slots) {
    const holder = slot.path.slice(0, -1).reduce<unknown>((at, key) => (at as JsonObject)[key], graph);
    (holder as JsonObject)[slot.path.at(-1)!] = valueOf(slot);
  }
  return JSON.stringify(graph);
}

function invalid({ path }: Slot, what: string): GatewayError {
  const [node = '', , input = ''] = path;
  const field = `${node}.${input}`;
  return new GatewayError('invalid_request', `Input '${input}' of node ${node} ${what}.`, {
    status: 422,
    details: { field },
  });
}

function missingAssets(ids: readonly string[]): GatewayError {
  return new GatewayError(
    'missing_asset',
    `No asset of yours has the id ${ids.map((id) => `'${id}'`).join(', ')}. It may have expired: upload the file again.`,
    { details: { missing_ids: ids } },
  );
}
