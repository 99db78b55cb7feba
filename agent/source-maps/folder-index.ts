/** What lies in the folders that were given for source maps: their scripts and maps, by name. */
import { type Dirent, readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileError } from '../base/file-error.ts';

const MAX_FILES = 100_000;
const MAX_DEPTH = 16;
/** Maps that are read for a debug id, and how large each may be. */
const MAX_READ = 2_000;
const MAX_READ_BYTES = 64 * 2 ** 20;

export class FolderIndex {
  readonly #folders: readonly string[];
  #files: ReadonlyMap<string, readonly string[]> | undefined;
  #debugIds: ReadonlyMap<string, readonly string[]> | undefined;

  /** @throws Error of one line for a folder that is none */
  constructor(folders: readonly string[]) {
    this.#folders = folders.map((folder) => resolve(folder));
    for (const folder of this.#folders) look(folder);
  }

  /** Paths of the files of that name, in the order of their folders. */
  named(name: string): readonly string[] {
    this.#files ??= filesIn(this.#folders);
    return this.#files.get(name) ?? [];
  }

  /** Paths of the maps that bear a debug id. */
  withDebugId(debugId: string): readonly string[] {
    this.#files ??= filesIn(this.#folders);
    this.#debugIds ??= byDebugId(
      [...this.#files].filter(([name]) => name.endsWith('.map')).flatMap(([, paths]) => paths),
    );
    return this.#debugIds.get(debugId) ?? [];
  }
}

function look(folder: string): void {
  try {
    readdirSync(folder);
  } catch (cause) {
    throw fileError('read source maps in', folder, cause as NodeJS.ErrnoException);
  }
}

function filesIn(folders: readonly string[]): Map<string, string[]> {
  const files = new Map<string, string[]>();
  const pending = folders.map((path) => ({ path, depth: 0 }));
  let count = 0;
  for (let next = pending.shift(); next && count < MAX_FILES; next = pending.shift()) {
    for (const entry of entriesOf(next.path)) {
      const path = join(next.path, entry.name);
      if (entry.isDirectory() && next.depth < MAX_DEPTH) pending.push({ path, depth: next.depth + 1 });
      if (!entry.isFile() || !/\.(?:[cm]?js|jsx|map)$/.test(entry.name)) continue;
      files.set(entry.name, [...(files.get(entry.name) ?? []), path]);
      count++;
    }
  }
  return files;
}

function entriesOf(path: string): Dirent[] {
  try {
    return readdirSync(path, { withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    // a folder inside that is not for us, or is gone by now
    return [];
  }
}

function byDebugId(paths: readonly string[]): Map<string, string[]> {
  const found = new Map<string, string[]>();
  for (const path of paths.slice(0, MAX_READ)) {
    const id = debugIdIn(path);
    if (id !== undefined) found.set(id, [...(found.get(id) ?? []), path]);
  }
  return found;
}

function debugIdIn(path: string): string | undefined {
  try {
    if (statSync(path).size > MAX_READ_BYTES) return undefined;
    return /"debug(?:Id|_id)"\s*:\s*"([0-9a-fA-F-]{32,36})"/.exec(readFileSync(path, 'utf8'))?.[1]?.toLowerCase();
  } catch {
    // gone by now, or not for us
    return undefined;
  }
}
