/** Keeps a second collector from a store: a lock that ends with its process, however that ends. */
import { closeSync, openSync } from 'node:fs';
import Database from 'libsql';
import { StoreError, storeError } from './store-error.ts';

/** Holds `path.lock` until it is closed. @throws StoreError if somebody else does */
export function lockStore(path: string): { close(): void } {
  const lockPath = `${path}.lock`;
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
  return db;
}
