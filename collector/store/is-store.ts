/** Whether a file is one of SQLite's, by its first bytes. */
import { closeSync, openSync, readSync } from 'node:fs';
import { fileError } from '../../agent/base/file-error.ts';

const HEAD = 'SQLite format 3';

/** @throws Error of one line where it cannot be read */
export function isStore(path: string): boolean {
  let file: number | undefined;
  try {
    file = openSync(path, 'r');
    const first = Buffer.alloc(HEAD.length);
    return first.toString('latin1', 0, readSync(file, first)) === HEAD;
  } catch (cause) {
    throw fileError('read', path, cause as NodeJS.ErrnoException);
  } finally {
    if (file !== undefined) closeSync(file);
  }
}
