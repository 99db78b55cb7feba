/** Where the project is on disk, whether its code runs from `dist/` or from the sources. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Absolute path of the folder that holds package.json. */
export const projectRoot: string = rootAbove(dirname(fileURLToPath(import.meta.url)));

/** Absolute path inside `.cache/`, where whatever is fetched or made on demand is kept; git and npm ignore it. */
export function cachePath(...parts: string[]): string {
  return join(projectRoot, '.cache', ...parts);
}

function rootAbove(folder: string): string {
  if (existsSync(join(folder, 'package.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('Cannot find the project: no package.json above this file');
  return rootAbove(parent);
}
