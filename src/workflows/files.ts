/**
 * The workflows of a folder and of config.json. The folder is looked at when somebody asks, and what changed is read again; a file
 * that cannot be used is listed with its error, the others work.
 */
import { embeddedGraph, isPicture } from './embedded.ts';
import type { ServiceSource, WorkflowFile, WorkflowFolder } from './folder.ts';
import { normaliseName, uniqueName } from './names.ts';
import { parseWorkflow } from './parse.ts';
import { fromService } from './service.ts';
import type { Parsed, Workflow, WorkflowError } from './workflow.ts';

/** A workflow, or why it is none. */
export interface Entry {
  name: string;
  source: Workflow['source'];
  /** File name within the workflow folder. */
  file?: string;
  workflow?: Workflow;
  error?: WorkflowError;
  /** Ms since 1970. */
  updatedAt: number;
}

export interface WorkflowFiles {
  /** By name, at most `maxAgeMs` old. */
  entries(maxAgeMs: number): Promise<ReadonlyMap<string, Entry>>;
}

interface WorkflowFilesDeps {
  folder: WorkflowFolder;
  services: readonly ServiceSource[];
  /** Whether requests may wait for each other. */
  shared: boolean;
  now: () => number;
}

/** Files that are read, and bytes of one. */
const MAX_FILES = 2_000;
const MAX_FILE_BYTES = 64 * 1024 * 1024;

export function createWorkflowFiles({ folder, services, shared, now }: WorkflowFilesDeps): WorkflowFiles {
  let entries: ReadonlyMap<string, Entry> = new Map();
  let lookedAt = Number.NEGATIVE_INFINITY;
  let looking: Promise<void> | undefined;
  /** What was made of each source, by everything that it was made from. */
  let made = new Map<string, { stamp: string; entry: Entry }>();
  /** Of files that could not be read. */
  const unread = new WeakSet<Entry>();

  async function look(): Promise<void> {
    const startedAt = now();
    const files = (await folder.list()).sort((a, b) => (a.name < b.name ? -1 : 1)).slice(0, MAX_FILES);
    const metas = new Map(files.filter(isMeta).map((file) => [stemOf(file.name), file]));
    const fresh: typeof made = new Map();
    const next = new Map<string, Entry>();
    for (const [index, service] of services.entries()) {
      const entry = await serviceEntry(service, index, fresh);
      next.set(uniqueName(entry.name, new Set(next.keys())), entry);
    }
    for (const file of files.filter(isWorkflow)) {
      const named = normaliseName(stemOf(file.name));
      const wanted = named.ok ? named.name : stemOf(file.name);
      const name = uniqueName(wanted, new Set(next.keys()));
      const owner = name === wanted ? undefined : next.get(wanted);
      const clash =
        owner &&
        `'${wanted}' is already ${owner.file ?? 'a service of config.json'}; ${file.name} is called '${name}'. Rename one of them.`;
      const meta = metas.get(stemOf(file.name));
      const stamp = [name, file.stamp, meta?.stamp, clash].join('|');
      const known = made.get(file.name);
      const entry =
        known?.stamp === stamp
          ? known.entry
          : named.ok
            ? await fileEntry(name, file, meta, clash)
            : broken(name, file, named.message);
      if (!unread.has(entry)) fresh.set(file.name, { stamp, entry });
      next.set(name, entry);
    }
    const same =
      next.size === entries.size && [...next].every(([name, entry]) => entries.get(name) === entry);
    made = fresh;
    entries = same ? entries : next;
    lookedAt = startedAt;
  }

  async function fileEntry(
    name: string,
    file: WorkflowFile,
    meta: WorkflowFile | undefined,
    clash: string | undefined,
  ): Promise<Entry> {
    try {
      if (file.sizeBytes > MAX_FILE_BYTES)
        return broken(
          name,
          file,
          `${file.name} has ${file.sizeBytes} bytes; at most ${MAX_FILE_BYTES} are read.`,
        );
      const bytes = await folder.read(file.name);
      const metaText = meta && decode(await folder.read(meta.name));
      const updatedAt = Math.max(file.modifiedAt, meta?.modifiedAt ?? 0);
      const parsed = await readWorkflow({ name, bytes, metaText, now: updatedAt, source: 'file' });
      if (parsed.ok && clash !== undefined) parsed.workflow.warnings.push(clash);
      return entryOf(parsed, { name, source: 'file', file: file.name, updatedAt });
    } catch (error) {
      // It may have gone since the look, or may be readable soon without a change of its own: the next look tries again.
      const entry = broken(name, file, `${file.name} cannot be read: ${messageOf(error)}.`);
      unread.add(entry);
      return entry;
    }
  }

  async function serviceEntry(source: ServiceSource, index: number, fresh: typeof made): Promise<Entry> {
    const key = `config.json:${index}`;
    const name = nameOfService(source.service, index);
    let graph: { text: string; modifiedAt: number };
    try {
      graph = await source.graph();
    } catch (error) {
      const message = `service '${name}': ${messageOf(error)}`;
      return { name, source: 'config', error: { message, file: 'config' }, updatedAt: now() };
    }
    const known = made.get(key);
    const entry =
      known?.stamp === graph.text
        ? known.entry
        : entryOf(fromService(source.service, graph.text, graph.modifiedAt), {
            name,
            source: 'config',
            updatedAt: graph.modifiedAt,
          });
    fresh.set(key, { stamp: graph.text, entry });
    return entry;
  }

  return {
    async entries(maxAgeMs) {
      if (now() - lookedAt <= maxAgeMs) return entries;
      if (!shared) await look();
      else {
        looking ??= look().finally(() => (looking = undefined));
        await looking;
      }
      return entries;
    },
  };
}

/** Faults of services that must stop the start; empty if there are none. */
export async function serviceFaults(services: readonly ServiceSource[]): Promise<string[]> {
  const faults: string[] = [];
  const names = new Set<string>();
  for (const [index, source] of services.entries()) {
    const name = nameOfService(source.service, index);
    if (names.has(name)) faults.push(`service '${name}' is there twice; give each its own name.`);
    names.add(name);
    try {
      const { text } = await source.graph();
      const parsed = fromService(source.service, text);
      if (!parsed.ok) faults.push(parsed.error.message);
    } catch (error) {
      const cause = error instanceof Error && typeof error.cause === 'string' ? ` (${error.cause})` : '';
      faults.push(`service '${name}': ${messageOf(error)}${cause}`);
    }
  }
  return faults;
}

export interface WorkflowBytes {
  name: string;
  /** A graph's JSON, or a picture that carries one. */
  bytes: Uint8Array;
  metaText: string | undefined;
  source: 'file' | 'upload';
  /** Ms since 1970. */
  now: number;
}

/** A workflow from bytes; what they are is seen from their beginning. */
export async function readWorkflow({ name, bytes, metaText, source, now }: WorkflowBytes): Promise<Parsed> {
  const graph = await graphTextOf(bytes);
  if (!graph.ok) return graph;
  return parseWorkflow({
    name,
    source,
    graphText: graph.text,
    ...(metaText !== undefined && { metaText }),
    now,
  });
}

async function graphTextOf(
  bytes: Uint8Array,
): Promise<{ ok: true; text: string } | { ok: false; error: WorkflowError }> {
  if (!isPicture(bytes)) return { ok: true, text: decode(bytes) };
  const found = await embeddedGraph(bytes);
  return found.ok
    ? { ok: true, text: found.graphText }
    : { ok: false, error: { message: found.message, file: 'workflow' } };
}

function entryOf(parsed: Parsed, base: Entry): Entry {
  return parsed.ok ? { ...base, workflow: parsed.workflow } : { ...base, error: parsed.error };
}

function broken(name: string, file: WorkflowFile, message: string): Entry {
  const error: WorkflowError = { message, file: 'workflow' };
  return { name, source: 'file', file: file.name, error, updatedAt: file.modifiedAt };
}

function nameOfService(service: unknown, index: number): string {
  const name = (service as { name?: unknown } | null)?.name;
  return typeof name === 'string' && name !== '' ? name : `services[${index}]`;
}

function isMeta({ name }: WorkflowFile): boolean {
  return /\.meta\.json$/i.test(name) && !name.startsWith('.');
}

function isWorkflow(file: WorkflowFile): boolean {
  return /\.(?:json|png|webp)$/i.test(file.name) && !isMeta(file) && !file.name.startsWith('.');
}

function stemOf(name: string): string {
  return name.replace(/(?:\.meta)?\.\w+$/i, '');
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

/** Of what the file system says only the code: the rest is where files lie on this machine. */
function messageOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') return code;
  return error instanceof Error ? error.message : String(error);
}
