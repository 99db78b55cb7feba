/** Snapshot bytes -> counts and sizes by V8 type and name, without reading an edge. */
import type { Row } from '../../protocol/partition.ts';
import type { SnapshotSink } from './sink.ts';

/** The rows of the classifier `name`, size descending, then kind ascending by code unit; synthetic nodes are in none. */
export interface NameHistogram {
  readonly rows: Row[];
}

/** Reads into `buffer` from byte `position` on; gives the bytes read, 0 at the end (the contract of `fs.readSync`). */
export type ReadAt = (buffer: Uint8Array, position: number) => number;

export class HistogramParser implements SnapshotSink<NameHistogram> {
  write(_bytes: Uint8Array): void {
    throw new Error('Cannot parse: not built yet');
  }

  end(): NameHistogram {
    throw new Error('Cannot parse: not built yet');
  }
}

/**
 * The same of a file that can be read anywhere: its edges are never read.
 * @throws SnapshotSyntaxError
 */
export function histogramOfFile(_read: ReadAt, _sizeBytes: number): NameHistogram {
  throw new Error('Cannot parse: not built yet');
}
