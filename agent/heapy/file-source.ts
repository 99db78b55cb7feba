/** Heaps of a snapshot file, read anew each time. */

import type { FileEvent } from '../file/file-event.ts';
import { refusing } from '../file/refusal.ts';
import { type PackedColumns, unpacked } from '../parse/packed.ts';
import { programUrl } from '../threads/program.ts';
import { inThread } from '../threads/thread.ts';
import { ObjectView } from './object-view.ts';
import type { Source, Taken, TakeOptions } from './source.ts';

/** Reads a file whole, in a thread of its own. @throws as `partitionFile` does */
export async function takeFile(path: string, { signal, onProgress }: TakeOptions = {}): Promise<Taken> {
  const { columns, modifiedAtMs } = await refusing(path, () =>
    inThread<FileEvent, { columns: PackedColumns; modifiedAtMs: number }>(
      programUrl('../file/file-columns-thread', import.meta.url),
      { path },
      { ...(signal && { signal }), ...(onProgress && { onEvent: onProgress }) },
    ),
  );
  const origin = { target: path, takenAt: new Date(modifiedAtMs).toISOString() };
  return { columns: unpacked(columns), origin, ownIds: [] };
}

export class FileSource implements Source {
  readonly target: string;
  readonly description = 'snapshot file';
  readonly ended: Promise<Error>;
  #settleEnded!: (error: Error) => void;

  constructor(path: string) {
    this.target = path;
    this.ended = new Promise((resolve) => {
      this.#settleEnded = resolve;
    });
  }

  take(options: TakeOptions): Promise<Taken> {
    return takeFile(this.target, options);
  }

  takeSince(): Promise<never> {
    return this.mark();
  }

  async mark(): Promise<never> {
    throw new TypeError(
      `Cannot set a checkpoint on ${this.target}: a file does not change, compare it with another by diff`,
    );
  }

  async release(): Promise<void> {}

  async distrust(): Promise<void> {}

  async quote(): Promise<null> {
    return null;
  }

  async usage(): Promise<never> {
    throw new TypeError(`Cannot read the usage of ${this.target}: it is a file, only a live process has gauges`);
  }

  look(_id: number, text: string): ObjectView {
    return new ObjectView(text);
  }

  async close(): Promise<void> {
    this.#settleEnded(new Error('the session was closed here'));
  }
}
