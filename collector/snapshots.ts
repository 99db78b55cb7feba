/**
 * The folder of heap snapshots that a collector keeps. A snapshot holds every string of a process: files are 0600, and
 * what is no plain file of this folder is not read, whatever its name.
 */
import { constants } from 'node:fs';
import { type FileHandle, lstat, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type SnapshotFile, SnapshotName } from '../protocol/snapshots.ts';

export class Snapshots {
  readonly #folder: string | undefined;

  /** @param folder undefined: none are kept. */
  constructor(folder: string | undefined) {
    this.#folder = folder;
  }

  /** The newest first. */
  async list(): Promise<SnapshotFile[]> {
    const files = await Promise.all((await this.#names()).map((name) => this.#describe(name)));
    return files
      .filter((file) => file !== undefined)
      .sort((a, b) => (a.writtenAt === b.writtenAt ? (a.name < b.name ? -1 : 1) : a.writtenAt < b.writtenAt ? 1 : -1));
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

  async #names(): Promise<string[]> {
    if (this.#folder === undefined) return [];
    try {
      return (await readdir(this.#folder)).filter((name) => SnapshotName.safeParse(name).success);
    } catch (error) {
      if (isMissing(error)) return [];
      throw error;
    }
  }

  async #describe(name: string): Promise<SnapshotFile | undefined> {
    try {
      const stats = await lstat(join(this.#folder!, name));
      if (!stats.isFile()) return undefined;
      return { name, sizeBytes: stats.size, writtenAt: stats.mtime.toISOString() };
    } catch (error) {
      if (isMissing(error)) return undefined;
      throw error;
    }
  }
}

/** Not there, not a folder, or a link where no link is followed. */
function isMissing(error: unknown): boolean {
  return ['ENOENT', 'ENOTDIR', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '');
}
