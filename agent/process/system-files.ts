/** Files of /proc and /sys as text, of this machine or, by its inspector, of another. */
import { opendir, readFile } from 'node:fs/promises';

export interface ReadFiles {
  /** The texts of files, in their order: null for one that is not there, or not for us. */
  (paths: readonly string[]): Promise<(string | null)[]>;
  /** Names of the folders in a folder, a bounded number; none where it is not there. Absent: they cannot be listed. */
  readonly folders?: (path: string) => Promise<readonly string[]>;
}

const MOST_FOLDERS = 2_000;

export const readHere: ReadFiles = Object.assign(
  (paths: readonly string[]): Promise<(string | null)[]> => Promise.all(paths.map(textOf)),
  { folders: foldersOf },
);

/** Not there, not for us, or of a process that has gone. */
const OUT_OF_REACH = new Set(['ENOENT', 'EACCES', 'EPERM', 'ESRCH', 'ENOTDIR', 'EINVAL', 'EOPNOTSUPP', 'ENODEV']);

async function textOf(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (OUT_OF_REACH.has((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}

async function foldersOf(path: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(path)) {
      if (entry.isDirectory() && names.push(entry.name) === MOST_FOLDERS) break;
    }
  } catch (error) {
    if (!OUT_OF_REACH.has((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
  return names;
}
