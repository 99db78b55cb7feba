/** A snapshot that the running Node writes of a small program, as bytes. */
import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { folder } from './folder.ts';
import { projectRoot } from './project.ts';

export async function ownSnapshot(): Promise<Uint8Array> {
  await using dir = await folder();
  const path = dir.join('own.heapsnapshot');
  await promisify(execFile)(process.execPath, [join(projectRoot, 'test/fixtures/write-snapshot.mjs'), path]);
  // not a Buffer, whose slice() is a view
  return new Uint8Array(await readFile(path));
}
