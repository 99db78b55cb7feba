/**
 * The file that a snapshot (or a profile) is written to as it comes.
 *
 *     x.heapsnapshot       nothing, or what was there before, until the snapshot is whole
 *     .heapwatch-….partial  what has come so far, in the same folder, mode 0600
 *
 * Bytes are written by the thread that receives them, at once and in order: nothing is buffered, so nothing can swell.
 */
import { randomUUID } from 'node:crypto';
import { accessSync, closeSync, constants, fsync, lstatSync, openSync, renameSync, writeSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { fileError } from './file-error.ts';

/** Names of an output; who starts the thread that writes it also removes `partialPath` when that thread has ended. */
export interface OutputPaths {
  readonly path: string;
  readonly partialPath: string;
  /** Whether a file that is at `path` may be replaced. */
  readonly force: boolean;
}

/** As `outputPaths`, for a snapshot. */
export function snapshotPaths(path: string, force = false): OutputPaths {
  if (/\.gz$/i.test(path)) {
    throw new Error(`Cannot write ${path}: snapshots are written unpacked, leave out .gz and run gzip on the file`);
  }
  return outputPaths(path, force);
}

/** @throws Error of one line for a path at which nothing can be put: no folder, a device, a file and no `force` */
export function outputPaths(path: string, force = false): OutputPaths {
  if (path === '' || path.endsWith('/')) throw new Error(`Cannot write "${path}": name a file`);
  told(path, () => accessSync(dirname(path), constants.W_OK));
  const paths: OutputPaths = { path, partialPath: join(dirname(path), `.heapwatch-${randomUUID()}.partial`), force };
  assertFree(paths);
  return paths;
}

/** Does `work` with the paths for a snapshot's file, if there is to be one; whatever becomes of it, nothing half-written stays. */
export async function withSnapshotFile<R>(
  { output: path, force }: { readonly output?: string; readonly force?: boolean },
  work: (output: OutputPaths | undefined) => Promise<R>,
): Promise<R> {
  const output = path === undefined ? undefined : snapshotPaths(path, force);
  try {
    return await work(output);
  } finally {
    if (output) await rm(output.partialPath, { force: true });
  }
}

export class Output implements Disposable {
  readonly #paths: OutputPaths;
  readonly #fd: number;
  #isOpen = true;

  /** Creates the partial file. @throws Error of one line */
  constructor(paths: OutputPaths) {
    this.#paths = paths;
    this.#fd = told(paths.path, () => openSync(paths.partialPath, 'wx', 0o600));
  }

  /** Writes all of `bytes` before it returns. @throws Error of one line: disk full, quota, ... */
  write(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += told(this.#paths.path, () => writeSync(this.#fd, bytes, done));
    }
  }

  /** Gives the file its name, once the disk has it: a power cut leaves the whole file or none. @throws Error of one line */
  async commit(): Promise<void> {
    const { path, partialPath } = this.#paths;
    await promisify(fsync)(this.#fd).catch((cause) => {
      throw fileError('write', path, cause);
    });
    told(path, () => this[Symbol.dispose]());
    assertFree(this.#paths);
    told(path, () => renameSync(partialPath, path));
  }

  /** Closes the partial file, and leaves it. */
  [Symbol.dispose](): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    closeSync(this.#fd);
  }
}

/** Refuses a path that is taken. */
function assertFree({ path, force }: OutputPaths): void {
  const there = told(path, () => lstatSync(path, { throwIfNoEntry: false }));
  if (!there) return;
  if (!there.isFile()) throw new Error(`Cannot write ${path}: it is no regular file, choose another name`);
  if (!force) throw new Error(`Cannot write ${path}: it exists already, remove it or choose another name`);
}

/** Gives what `act` gives, and tells in one line what the file system refuses. */
function told<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (cause) {
    throw fileError('write', path, cause as NodeJS.ErrnoException);
  }
}
