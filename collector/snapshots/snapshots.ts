/**
 * The folder of heap snapshots that a collector keeps. One that was not redacted holds every string of a process: files are 0600, and
 * what is no plain file of this folder is not read, whatever its name.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { type SnapshotFile, SnapshotName } from '../../protocol/snapshots.ts';
import { isolatePart, keptParts, namePart } from './snapshot-name.ts';

/** A file that is there, and what tells it from what may stand there later. */
export interface KeptFile extends SnapshotFile {
  readonly path: string;
  readonly version: string;
}

export class Snapshots {
  readonly #folder: string | undefined;
  readonly #targets: () => Iterable<string>;

  /** @param folder undefined: none are kept. @param targets names of those there are, of which a file's name has a part */
  constructor(folder: string | undefined, targets: () => Iterable<string> = () => []) {
    this.#folder = folder;
    this.#targets = targets;
  }

  /** The newest first; of one target, or all. */
  async list(target?: string): Promise<SnapshotFile[]> {
    return (await this.#kept(target)).map(({ path: _, version: __, ...file }) => file);
  }

  /** The same, with where they are. */
  async files(): Promise<KeptFile[]> {
    return await this.#kept();
  }

  /**
   * The snapshot of that name, or the newest of an isolate of a target; undefined if there is none. One that is of another
   * target by its name is none of this.
   */
  async find(target: string, isolate: string, name?: string): Promise<KeptFile | undefined> {
    if (name === undefined) {
      const ofIsolate = isolatePart(isolate);
      return (await this.#kept(target)).find((file) => file.isolate === ofIsolate);
    }
    if (this.#folder === undefined || !SnapshotName.safeParse(name).success) return undefined;
    const file = await this.#describe(name);
    return file && isOf(target, file) ? file : undefined;
  }

  /** The snapshot of that name; undefined if there is none. */
  async named(name: string): Promise<KeptFile | undefined> {
    if (this.#folder === undefined || !SnapshotName.safeParse(name).success) return undefined;
    return await this.#describe(name);
  }

  /**
   * The targets that a file of this name may be of: a name tells of a target only what is left of its own. One that is no more is
   * called as its files are. Empty for a name that is not of ours.
   */
  ownersOf(name: string): string[] {
    const parts = keptParts(name);
    if (!parts) return [];
    const known = [...this.#targets()].filter((target) => namePart(target) === parts.target);
    return known.length > 0 ? known : [parts.target];
  }

  /** Opens a snapshot for reading; undefined if there is none of this name. */
  async open(name: string): Promise<{ file: FileHandle; sizeBytes: number } | undefined> {
    if (this.#folder === undefined || !SnapshotName.safeParse(name).success) return undefined;
    let file: FileHandle;
    try {
      // a link would lead out of the folder, and a pipe would never open
      file = await open(join(this.#folder, name), constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
    const stats = await file.stat();
    if (stats.isFile()) return { file, sizeBytes: stats.size };
    await file.close();
    return undefined;
  }

  /** Removes a snapshot; false if there is none of this name. What is being read of it is read to its end. */
  async remove(name: string): Promise<boolean> {
    if (this.#folder === undefined || !SnapshotName.safeParse(name).success) return false;
    const file = await this.#describe(name);
    if (file) await rm(file.path, { force: true });
    return file !== undefined;
  }

  async #kept(target?: string): Promise<KeptFile[]> {
    const files = await Promise.all((await this.#names()).map((name) => this.#describe(name)));
    return files
      .filter((file) => file !== undefined)
      .filter((file) => target === undefined || (file.target !== undefined && isOf(target, file)))
      .sort((a, b) => (a.writtenAt === b.writtenAt ? (a.name < b.name ? -1 : 1) : a.writtenAt < b.writtenAt ? 1 : -1));
  }

  async #names(): Promise<string[]> {
    if (this.#folder === undefined) return [];
    try {
      return (await readdir(this.#folder)).filter((name) => SnapshotName.safeParse(name).success);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  /** Undefined for what is no plain file. */
  async #describe(name: string): Promise<KeptFile | undefined> {
    const path = join(this.#folder!, name);
    try {
      const stats = await lstat(path);
      if (!stats.isFile()) return undefined;
      const { ino, size: sizeBytes, mtime } = stats;
      const writtenAt = mtime.toISOString();
      return { name, sizeBytes, writtenAt, ...this.#parts(name), path, version: `${ino} ${sizeBytes} ${writtenAt}` };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }

  #parts(name: string): Pick<SnapshotFile, 'target' | 'isolate' | 'takenAt'> {
    const parts = keptParts(name);
    if (!parts) return {};
    const target = [...this.#targets()].find((known) => namePart(known) === parts.target) ?? parts.target;
    return { ...parts, target };
  }
}

/** By its name, which may not have all of the target's; a file that somebody else has named is of any. */
function isOf(target: string, file: SnapshotFile): boolean {
  return file.target === undefined || namePart(file.target) === namePart(target);
}

/** Not there, not a folder, or a link where no link is followed. */
function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');
}
