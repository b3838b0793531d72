/**
 * Writes the files of the workflow folder into a module, as a Worker has no file system: what wrangler runs before each build
 * (wrangler.toml). Arguments: folder, module.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { BASE64, type WorkflowBundle } from '../workflows/bundle.ts';

const [dir = 'workflows', target = 'src/runtime/_workflows.ts'] = process.argv.slice(2);
const names = readdirSync(dir).filter((name) => /^[^.].*\.(?:json|png|webp)$/i.test(name));
const bundle: WorkflowBundle = Object.fromEntries(
  names.sort().map((name) => {
    const bytes = readFileSync(join(dir, name));
    return [
      name,
      name.toLowerCase().endsWith('.json') ? bytes.toString('utf8') : BASE64 + bytes.toString('base64'),
    ];
  }),
);
const module = `/** Made by bundle-workflows.ts from the files in ${dir}/. */
import type { WorkflowBundle } from '../workflows/bundle.ts';

export const WORKFLOWS: WorkflowBundle = ${JSON.stringify(bundle, null, 2)};
`;
// Only if something changed: wrangler watches it.
let before = '';
try {
  before = readFileSync(target, 'utf8');
} catch {
  // The first time.
}
if (before !== module) writeFileSync(target, module);
