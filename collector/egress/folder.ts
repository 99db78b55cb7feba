/** A folder, of another disk perhaps: a file is copied beside its place and then given its name. */
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { fileError } from '../../agent/base/file-error.ts';
import { SnapshotName } from '../../protocol/snapshots.ts';
import { EgressError } from './exchange.ts';
import type { Place, PlacedFile, SendOptions } from './place.ts';

const PARTIAL = /^\.heapwatch-sending-.*\.partial$/;

export class FolderPlace implements Place {
  readonly name: string;

  constructor(dir: string) {
    this.name = dir;
  }

  addressOf(name: string): string {
    return join(this.name, name);
  }

  async send(path: string, name: string, { signal, onBytes }: SendOptions = {}): Promise<void> {
    const partial = join(this.name, `.heapwatch-sending-${process.pid}-${name}.partial`);
    try {
      await mkdir(this.name, { recursive: true, mode: 0o700 });
      let bytes = 0;
      const counted = new Transform({
        transform(chunk: Buffer, _, done) {
          bytes += chunk.length;
          onBytes?.(bytes);
          done(null, chunk);
        },
      });
      await pipeline(createReadStream(path), counted, createWriteStream(partial, { mode: 0o600 }), { signal });
      await synchronized(partial);
      await rename(partial, this.addressOf(name));
    } catch (cause) {
      signal?.throwIfAborted();
      throw new EgressError(fileError('write', this.addressOf(name), cause as NodeJS.ErrnoException).message, true, {
        cause,
      });
    } finally {
      await rm(partial, { force: true });
    }
  }

  async list(): Promise<PlacedFile[]> {
    const files: PlacedFile[] = [];
    for (const name of await this.#names()) {
      if (!SnapshotName.safeParse(name).success) continue;
      const { size: sizeBytes, mtime } = await stat(this.addressOf(name));
      files.push({ name, sizeBytes, placedAt: mtime.toISOString() });
    }
    return files;
  }

  async remove(name: string): Promise<void> {
    await rm(this.addressOf(name), { force: true });
  }

  async clear(): Promise<void> {
    for (const name of (await this.#names()).filter((each) => PARTIAL.test(each)))
      await rm(join(this.name, name), { force: true });
  }

  async #names(): Promise<string[]> {
    try {
      return await readdir(this.name);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
      throw fileError('read', this.name, error as NodeJS.ErrnoException);
    }
  }
}

/** A power cut then leaves the whole file or none. */
async function synchronized(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
