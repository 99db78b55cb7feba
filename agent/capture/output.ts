/**
 * The file that a snapshot (or a profile) is written to as it comes.
 *
 *     x.heapsnapshot       nothing, or what was there before, until the snapshot is whole
 *     .heapwatch-….partial  what has come so far, in the same folder, mode 0600
 *
 * Bytes are written by the thread that receives them, at once and in order: nothing is buffered, so nothing can swell. Where
 * contents are to be replaced, that is done before the first byte is written. What is called .gz is packed as it comes, in members
 * of a megabyte, which every reader of gzip takes for one file.
 */
import { randomUUID } from 'node:crypto';
import { accessSync, closeSync, constants, fsync, lstatSync, openSync, renameSync, rmSync, writeSync } from 'node:fs';
import { rm, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { humanSize } from '../../protocol/human.ts';
import { fileError } from '../base/file-error.ts';
import type { Redaction } from '../redact/redaction.ts';
import { Redactor } from '../redact/redactor.ts';
import { Packer } from './packer.ts';

/** Names of an output; who starts the thread that writes it also removes `partialPath` when that thread has ended. */
export interface OutputPaths {
  readonly path: string;
  readonly partialPath: string;
  /** Whether a file that is at `path` may be replaced. */
  readonly force: boolean;
  /** Of a snapshot: how the contents of its strings are replaced. Absent: they stay. */
  readonly redaction?: Redaction;
}

/** As `outputPaths`, for a snapshot. */
export function snapshotPaths(path: string, force = false, redaction?: Redaction): OutputPaths {
  return { ...outputPaths(path, force), ...(redaction && { redaction }) };
}

/** @throws Error of one line for a path at which nothing can be put: no folder, a device, a file and no `force` */
export function outputPaths(path: string, force = false): OutputPaths {
  if (path === '' || path.endsWith('/')) throw new Error(`Cannot write "${path}": name a file`);
  told(path, () => accessSync(dirname(path), constants.W_OK));
  const paths: OutputPaths = {
    path,
    partialPath: join(dirname(path), `.heapwatch-${process.pid}-${randomUUID()}.partial`),
    force,
  };
  assertFree(paths);
  return paths;
}

/** There is no room for what is to be written. */
export class SpaceError extends Error {
  override name = 'SpaceError';
  readonly code = 'ENOSPC';
}

/** @param bytes that are about to be written @throws SpaceError where the disk has less; Error of one line */
export async function assertSpace(path: string, bytes: number): Promise<void> {
  const { blocks, bavail, bsize } = await statfs(dirname(path)).catch((cause) => {
    throw fileError('write', path, cause);
  });
  // a file system without a size of its own does not tell
  if (blocks === 0 || bavail * bsize >= bytes) return;
  throw new SpaceError(
    `Cannot write ${path}: it needs about ${humanSize(bytes)}, ${humanSize(bavail * bsize)} are free: no space left on device, free some or choose another folder`,
  );
}

/** The file that a snapshot is written to, if there is to be one. */
export interface SnapshotFile {
  readonly output?: string;
  readonly force?: boolean;
  readonly redaction?: Redaction;
}

/** Does `work` with the paths for a snapshot's file, if there is to be one; whatever becomes of it, nothing half-written stays. */
export async function withSnapshotFile<R>(
  { output: path, force, redaction }: SnapshotFile,
  work: (output: OutputPaths | undefined) => Promise<R>,
): Promise<R> {
  if (path === undefined) return await work(undefined);
  const output = snapshotPaths(path, force, redaction);
  return await withoutPartial(output, () => work(output));
}

/** Half-written files, which go with this process. */
const partials = new Set<string>();

function removePartials(): void {
  for (const path of partials) rmSync(path, { force: true });
}

/** Does `work`, which writes to `paths`; nothing half-written stays, also where this process exits in the middle. */
export async function withoutPartial<R>({ partialPath }: OutputPaths, work: () => Promise<R>): Promise<R> {
  if (partials.size === 0) process.on('exit', removePartials);
  partials.add(partialPath);
  try {
    return await work();
  } finally {
    await rm(partialPath, { force: true });
    partials.delete(partialPath);
    if (partials.size === 0) process.off('exit', removePartials);
  }
}

export class Output implements Disposable {
  readonly #paths: OutputPaths;
  readonly #fd: number;
  readonly #redactor: Redactor | undefined;
  readonly #packer: Packer | undefined;
  #isOpen = true;

  /** Creates the partial file. @throws Error of one line */
  constructor(paths: OutputPaths) {
    this.#paths = paths;
    const { redaction } = paths;
    this.#fd = told(paths.path, () => openSync(paths.partialPath, 'wx', 0o600));
    this.#packer = /\.gz$/i.test(paths.path) ? new Packer((bytes) => this.#writeOut(bytes)) : undefined;
    this.#redactor = redaction && new Redactor({ ...redaction, write: (bytes) => this.#write(bytes) });
  }

  /**
   * Takes all of `bytes` before it returns. @throws Error of one line: disk full, quota, ...; SnapshotSyntaxError for what
   * cannot be redacted
   */
  write(bytes: Uint8Array): void {
    if (this.#redactor) this.#redactor.write(bytes);
    else this.#write(bytes);
  }

  #write(bytes: Uint8Array): void {
    if (this.#packer) this.#packer.write(bytes);
    else this.#writeOut(bytes);
  }

  #writeOut(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      done += told(this.#paths.path, () => writeSync(this.#fd, bytes, done));
    }
  }

  /** Gives the file its name, once the disk has it: a power cut leaves the whole file or none. @throws Error of one line */
  async commit(): Promise<void> {
    const { path, partialPath } = this.#paths;
    this.#redactor?.end();
    this.#packer?.end();
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
