/** Workflow files on disk, services of config.json, and defaults of the home directory: for every runtime with files. */
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ConfigError, type Config } from '../config.ts';
import { serviceFaults } from '../workflows/files.ts';
import type { WorkflowSources } from '../workflows/wire.ts';
import { BUILT_IN, checkDefaultsPatch, NAMESPACES, type Defaults } from '../workflows/defaults.ts';
import type { ServiceSource, WorkflowFile, WorkflowFolder } from '../workflows/folder.ts';
import type { Namespace } from '../workflows/workflow.ts';

/** What `config` names, checked. `home`: the user's home directory, if there is one. @throws ConfigError for services. */
export async function openWorkflows(
  config: Pick<Config, 'workflowDir' | 'services'>,
  configFile: string,
  home: string | undefined,
): Promise<WorkflowSources> {
  const services = openServices(config.services, config.workflowDir, configFile);
  const faults = await serviceFaults(services);
  if (faults.length > 0) throw new ConfigError(faults.map((fault) => `${configFile}: ${fault}`));
  return { folder: openFolder(config.workflowDir), services, homeDefaults: readHomeDefaults(home) };
}

/** The usual folder, when it is not there, is the one that ships: whoever starts the package anywhere has something to run. */
function openFolder(dir: string): WorkflowFolder {
  const place = (): string => (dir === DEFAULT_DIR && !existsSync(dir) ? SHIPPED_DIR : dir);
  return {
    async list() {
      const found = place();
      const entries = await readdir(found, { withFileTypes: true }).catch(absentIsEmpty);
      const files = entries.filter((entry) => !entry.isDirectory()).map(({ name }) => look(found, name));
      return (await Promise.all(files)).filter((file) => file !== undefined);
    },
    read: (name) => readFile(join(place(), name)),
  };
}

const DEFAULT_DIR = './workflows';

/** Beside src/ and dist/. */
const SHIPPED_DIR = fileURLToPath(new URL('../../workflows', import.meta.url));

/** `configFile` is what names the services: paths count from its folder, names from the workflow folder. */
function openServices(
  services: readonly unknown[],
  workflowDir: string,
  configFile: string,
): ServiceSource[] {
  return services.map((service) => ({
    service,
    async graph() {
      const named = (service as { comfyui_workflow_api?: unknown } | null)?.comfyui_workflow_api;
      if (typeof named !== 'string' || named === '')
        throw new Error('\'comfyui_workflow_api\' must name a workflow file, such as "workflow_api.json".');
      const root = dirname(resolve(configFile));
      const places = [resolve(root, named), join(workflowDir, named), join(workflowDir, `${named}.json`)];
      const path = places.find((place) => existsSync(place));
      // The places are for whoever starts the server, not for its callers.
      if (path === undefined)
        throw new Error(`there is no workflow '${named}'.`, { cause: `looked for ${places.join(', ')}` });
      const [text, { mtimeMs }] = await Promise.all([readFile(path, 'utf8'), stat(path)]);
      return { text, modifiedAt: mtimeMs };
    },
  }));
}

/** `defaults` of ~/.config/comfy-mcp/config.json, the place of a seed system. Throws if it is there and cannot be used. */
function readHomeDefaults(home: string | undefined): Defaults {
  const path = join(home ?? '', '.config', 'comfy-mcp', 'config.json');
  const text = home ? readIfAllowed(path) : undefined;
  if (text === undefined) return {};
  let file: unknown;
  try {
    file = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} cannot be read as JSON: ${String(error)}. Repair it or delete it.`, {
      cause: error,
    });
  }
  const defaults = (file as { defaults?: unknown } | null)?.defaults ?? {};
  for (const [kind, values] of Object.entries({ '': defaults, ...(defaults as object) })) {
    if (typeof values !== 'object' || values === null || Array.isArray(values))
      throw new Error(
        `${path}: defaults${kind && `.${kind}`} must be an object, such as {"image": {"steps": 30}}; given: ${JSON.stringify(values)}.`,
      );
  }
  const builtIn = NAMESPACES.map((kind): [Namespace, object] => {
    const values = Object.entries((defaults as Defaults)[kind] ?? {});
    // Of other names the workflows know the types.
    return [kind, Object.fromEntries(values.filter(([name]) => name in BUILT_IN[kind]))];
  });
  const checked = checkDefaultsPatch(Object.fromEntries(builtIn));
  if (!checked.ok) throw new Error(`${path}: ${checked.message}.`);
  return defaults as Defaults;
}

/** Undefined if it is not there, or not for us: Deno has a permission for each place. */
function readIfAllowed(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'EPERM'].includes(code ?? '') || name === 'NotCapable')
      return undefined;
    throw error;
  }
}

async function look(dir: string, name: string): Promise<WorkflowFile | undefined> {
  // It may have gone since it was listed.
  const found = await stat(join(dir, name)).catch(() => undefined);
  if (!found?.isFile()) return undefined;
  const { size, mtimeMs, ino } = found;
  return { name, sizeBytes: size, modifiedAt: Math.floor(mtimeMs), stamp: `${mtimeMs}-${size}-${ino}` };
}

function absentIsEmpty(error: NodeJS.ErrnoException): [] {
  if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return [];
  throw error;
}
