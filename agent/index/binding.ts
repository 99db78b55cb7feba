/**
 * What an index is bound to: the snapshot file as it was read, and the program that read it. The file is known by its device
 * and inode, its size, the times of its last change in nanoseconds (of its contents, and of its inode: that one nobody can
 * set back), and by a hash of samples of its contents:
 *
 *     the first 4 KB, the last 4 KB, and 30 times 4 KB between them, evenly spread
 *
 * The program is known by its version and by when its files were written, since classifiers change.
 */
import { createHash } from 'node:crypto';
import { type BigIntStats, statSync } from 'node:fs';
import { endianness } from 'node:os';
import { fileURLToPath } from 'node:url';
import { version } from '../base/version.ts';
import type { ReadAt } from '../parse/find-section.ts';

/** Counted up when parts change their form. */
const FORMAT = 1;
const SAMPLES = 32;
const SAMPLE_BYTES = 4096;

/** A snapshot file that is open. */
export interface Snapshot {
  readonly path: string;
  readonly readAt: ReadAt;
  stats(): BigIntStats;
}

/** As text; equal for the same bytes of the same file, read by the same program. */
export function bindingOf(snapshot: Snapshot): string {
  const { dev, ino, size, mtimeNs, ctimeNs } = snapshot.stats();
  const hash = createHash('sha256');
  hash.update([FORMAT, version, programMs(), endianness(), dev, ino, size, mtimeNs, ctimeNs, ''].join('\n'));
  const buffer = new Uint8Array(SAMPLE_BYTES);
  const last = Math.max(0, Number(size) - SAMPLE_BYTES);
  for (let sample = 0; sample < SAMPLES; sample++) {
    const read = snapshot.readAt(buffer, Math.floor((last * sample) / (SAMPLES - 1)));
    hash.update(buffer.subarray(0, read));
  }
  return hash.digest('hex');
}

/** The name of the index of a file, whatever is in it: a file that has changed gets a new index in the place of the old. */
export function indexName({ dev, ino }: Pick<BigIntStats, 'dev' | 'ino'>): string {
  return createHash('sha256').update(`${dev}:${ino}`).digest('hex').slice(0, 32);
}

function programMs(): number {
  return statSync(fileURLToPath(import.meta.url)).mtimeMs;
}
