/** A store's file: opened so that a killed process loses nothing that was committed, and brought to this version. */
import { closeSync, existsSync, openSync, renameSync } from 'node:fs';
import Database from 'libsql';
import { APPLICATION_ID, MIGRATIONS, VERSION } from './schema.ts';
import { StoreError, storeError } from './store-error.ts';

export type Connection = Database.Database;

/** How long a statement waits for somebody else's lock. */
const BUSY_TIMEOUT_MS = 2_000;
/** The longest that the log of writes may stay after it was copied into the file. */
const JOURNAL_LIMIT_BYTES = 16 * 2 ** 20;

/** Opens the store at `path` to write to it, and makes it where there is none. @throws StoreError */
export function openForWriting(path: string): Connection {
  try {
    // SQLite gives the files beside it the same mode
    closeSync(openSync(path, 'a', 0o600));
    const db = new Database(path);
    db.pragma(`busy_timeout=${BUSY_TIMEOUT_MS}`);
    const version = checkVersion(db, path);
    // before the first table, or it has no effect
    if (version === 0) db.pragma('auto_vacuum=INCREMENTAL');
    db.pragma('journal_mode=WAL');
    // a commit is then safe from a killed process; the very last ones not from a loss of power
    db.pragma('synchronous=NORMAL');
    db.pragma(`journal_size_limit=${JOURNAL_LIMIT_BYTES}`);
    migrate(db, version);
    return db;
  } catch (error) {
    throw storeError('open store', path, error);
  }
}

/** Opens a store that there is, to read. @throws StoreError */
export function openForReading(path: string): Connection {
  if (!existsSync(path)) throw new StoreError('failed', `Cannot open store ${path}: there is no such file`);
  try {
    const db = new Database(path);
    db.pragma(`busy_timeout=${BUSY_TIMEOUT_MS}`);
    db.pragma('query_only=1');
    const version = checkVersion(db, path);
    if (version < VERSION) {
      const what = version === 0 ? 'it is empty' : `it is of version ${version}, a collector brings it to ${VERSION}`;
      throw new StoreError('foreign', `Cannot read store ${path}: ${what}`);
    }
    return db;
  } catch (error) {
    throw storeError('open store', path, error);
  }
}

/** Puts a damaged file, and what SQLite keeps beside it, out of the way. Gives the new name; undefined where there is no file. */
export function setAside(path: string, now: Date): string | undefined {
  const isThere = existsSync(path);
  const aside = `${path}.damaged-${now.toISOString().replaceAll(/[-:]|\.\d+/g, '')}`;
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(path + suffix)) renameSync(path + suffix, aside + suffix);
  }
  return isThere ? aside : undefined;
}

/** Does `work` in one transaction: all of it, or nothing. */
export function transact<T>(db: Connection, work: () => T): T {
  db.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite may have rolled back by itself
    if (db.inTransaction) db.exec('ROLLBACK');
    throw error;
  }
}

/** The number that a pragma gives. */
export function pragmaNumber(db: Connection, name: string): number {
  const row = db.prepare(`PRAGMA ${name}`).get() as Record<string, unknown>;
  return Number(row[name]);
}

/** The version of the file's tables; 0 where there are none yet. @throws StoreError for a file that is not ours to write */
function checkVersion(db: Connection, path: string): number {
  const version = pragmaNumber(db, 'user_version');
  const tables = (db.prepare('SELECT count(*) AS n FROM sqlite_schema').get() as { n: number }).n;
  if (tables > 0 && pragmaNumber(db, 'application_id') !== APPLICATION_ID) {
    throw new StoreError('foreign', `Cannot open store ${path}: it is another program's database, name another file`);
  }
  if (version <= VERSION) return version;
  const versions = `it is of version ${version} and this heapwatch knows ${VERSION}`;
  throw new StoreError('foreign', `Cannot open store ${path}: ${versions}, use a newer heapwatch or another file`);
}

function migrate(db: Connection, from: number): void {
  for (let version = from; version < VERSION; version++) {
    transact(db, () => {
      db.exec(MIGRATIONS[version]!);
      db.pragma(`application_id=${APPLICATION_ID}`);
      db.pragma(`user_version=${version + 1}`);
    });
  }
}
