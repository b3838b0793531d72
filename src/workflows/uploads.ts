/** Workflows that were uploaded: kept in the store, per owner. Files on disk are never touched. */
import type { Storage } from 'unstorage';
import { isObject } from '../comfyui/json.ts';
import { workflowKey, workflowPrefix } from '../storage/keys.ts';
import { parseWorkflow } from './parse.ts';
import type { Parsed, Workflow } from './workflow.ts';

export interface WorkflowUploads {
  /** Of one owner, by name. */
  list(owner: string): Promise<Workflow[]>;
  find(owner: string, name: string): Promise<Workflow | undefined>;
  /** Characters of each, by name. */
  sizes(owner: string): Promise<Map<string, number>>;
  put(owner: string, name: string, graphText: string, metaText: string | undefined): Promise<void>;
  /** False if there is none. */
  remove(owner: string, name: string): Promise<boolean>;
}

/** Characters of workflows that stay parsed, which costs memory many times that. */
const REMEMBERED_CHARS = 8 * 1024 * 1024;

export function createWorkflowUploads(storage: Storage, now: () => number): WorkflowUploads {
  const parsed = new Map<string, { graphText: string; metaText: unknown; at: unknown; workflow: Workflow }>();
  let parsedChars = 0;

  function forget(key: string): void {
    parsedChars -= parsed.get(key)?.graphText.length ?? 0;
    parsed.delete(key);
  }

  /** The record as a workflow; it was checked when it came, so another version of us may have put it there if it is none. */
  function read(key: string, name: string, record: unknown): Workflow | undefined {
    if (!isObject(record) || typeof record['graph'] !== 'string') return undefined;
    const { graph: graphText, meta: metaText, at } = record;
    const known = parsed.get(key);
    if (known && known.graphText === graphText && known.metaText === metaText && known.at === at)
      return known.workflow;
    const result: Parsed = parseWorkflow({
      name,
      source: 'upload',
      graphText: graphText as string,
      ...(typeof metaText === 'string' && { metaText }),
      now: typeof at === 'number' ? at : 0,
    });
    if (!result.ok) return undefined;
    forget(key);
    parsed.set(key, { graphText: graphText as string, metaText, at, workflow: result.workflow });
    parsedChars += (graphText as string).length;
    while (parsedChars > REMEMBERED_CHARS) forget(parsed.keys().next().value!);
    return result.workflow;
  }

  async function find(owner: string, name: string): Promise<Workflow | undefined> {
    const key = workflowKey(owner, name);
    return read(key, name, await storage.getItem(key));
  }

  async function names(owner: string): Promise<string[]> {
    const prefix = workflowPrefix(owner);
    const keys = (await storage.getKeys(prefix)).filter((key) => key.startsWith(prefix)).sort();
    return keys.map((key) => key.slice(prefix.length));
  }

  return {
    find,

    async list(owner) {
      const found = await Promise.all((await names(owner)).map((name) => find(owner, name)));
      return found.filter((workflow) => workflow !== undefined);
    },

    async sizes(owner) {
      const sizes = (await names(owner)).map(async (name): Promise<[string, number]> => {
        const record = await storage.getItem(workflowKey(owner, name));
        const texts = isObject(record) ? [record['graph'], record['meta']] : [];
        return [name, texts.reduce<number>((sum, text) => sum + String(text ?? '').length, 0)];
      });
      return new Map(await Promise.all(sizes));
    },

    async put(owner, name, graphText, metaText) {
      // In an object, as unstorage would parse (and round) a text that looks like JSON.
      const record = { graph: graphText, ...(metaText !== undefined && { meta: metaText }), at: now() };
      await storage.setItem(workflowKey(owner, name), record);
    },

    async remove(owner, name) {
      const key = workflowKey(owner, name);
      if (!(await storage.hasItem(key))) return false;
      await storage.removeItem(key);
      forget(key);
      return true;
    },
  };
}
