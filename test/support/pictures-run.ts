/** On Node, Bun or Deno: prints what is seen of every picture in a folder, given as JSON `[folder, limits]`. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import type { ThumbnailLimits } from '../../src/assets/thumbnail.ts';
import { createCodecLoader } from '../../src/runtime/codec-files.ts';
import { look, type Seen } from './pictures.ts';

const [folder, limits] = JSON.parse(process.argv[2]!) as [string, ThumbnailLimits];
const codecs = await createCodecLoader()();
const seen: Record<string, Seen> = {};
for (const name of readdirSync(folder))
  seen[name] = await look(codecs, readFileSync(join(folder, name)), limits);
console.log(JSON.stringify(seen));
