/** A folder of a test's own, gone when the test is: `await using dir = await folder()`. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Folder extends AsyncDisposable {
  readonly path: string;
  /** The path of `name` in it. */
  join(name: string): string;
}

export async function folder(): Promise<Folder> {
  const path = await mkdtemp(join(tmpdir(), 'heapwatch-'));
  return {
    path,
    join: (name) => join(path, name),
    // children of a program that was killed, as a browser has, may still write
    [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true, maxRetries: 20 }),
  };
}
