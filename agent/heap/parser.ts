/** Snapshot bytes -> Columns. */
import type { Columns } from './columns.ts';
import type { SnapshotSink } from './sink.ts';

export interface ColumnsParserOptions {
  /** Size of the (unpacked) snapshot in bytes where it is known, for allocating once; it may be wrong. */
  readonly expectedBytes?: number;
}

export class ColumnsParser implements SnapshotSink<Columns> {
  readonly #options: ColumnsParserOptions;

  constructor(options: ColumnsParserOptions = {}) {
    this.#options = options;
  }

  write(_bytes: Uint8Array): void {
    throw new Error(`Cannot parse: not built yet (${this.#options.expectedBytes})`);
  }

  end(): Columns {
    throw new Error('Cannot parse: not built yet');
  }
}
