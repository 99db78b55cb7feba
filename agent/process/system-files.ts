/** Files of /proc and /sys as text, of this machine or, by its inspector, of another. */
import { readFile } from 'node:fs/promises';

/** The texts of files, in their order: null for one that is not there, or not for us. */
export type ReadFiles = (paths: readonly string[]) => Promise<(string | null)[]>;

export const readHere: ReadFiles = (paths) => Promise.all(paths.map(textOf));

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
