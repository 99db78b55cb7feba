/** Keeps a second collector from a store: a lock that ends with its process, however that ends. */
import { closeSync, openSync, realpathSync, statSync } from 'node:fs';
import Database from 'libsql';
import { StoreError, storeError } from './store-error.ts';

export interface Lock {
  close(): void;
  /** False: its file was removed, and keeps nobody out. */
  isThere(): boolean;
}

/**
 * Holds the lock of the file at `path`, whatever it is called, until it is closed.
 * @throws StoreError if somebody else does, or if the file has two names, which SQLite cannot keep apart
 */
export function lockStore(path: string): Lock {
  const lockPath = `${realPath(path)}.lock`;
  try {
    closeSync(openSync(lockPath, 'a', 0o600));
  } catch (cause) {
    throw storeError('lock store', path, cause);
  }
  // an empty database: SQLite's lock on it is the system's, on the file
  const db = new Database(lockPath);
  try {
    // nothing is ever written to it: no journal beside it
    db.pragma('journal_mode=MEMORY');
    db.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    db.close();
    const error = storeError('lock store', path, cause);
    if (error.fault !== 'locked') throw error;
    throw new StoreError('taken', `Cannot open store ${path}: another collector writes to it, name another file`, {
      cause,
    });
  }
  const { ino } = statSync(lockPath);
  return {
    close: () => void db.close(),
    isThere: () => statSync(lockPath, { throwIfNoEntry: false })?.ino === ino,
  };
}

/** Where symbolic links lead; of a file that is not there yet, what was given. */
function realPath(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (!stats) return path;
  if (stats.nlink > 1) {
    throw new StoreError(
      'failed',
      `Cannot open store ${path}: the file has ${stats.nlink} names (hard links), leave it one`,
    );
  }
  return realpathSync(path);
}
