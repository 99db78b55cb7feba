/**
 * What is exported: one row a gauge, or a kind, at a moment. The same columns in every format, so that tables are joined and
 * summed without unpacking.
 */

export interface ExportRow {
  readonly target: string;
  readonly isolate: string;
  /** Milliseconds since 1970: when it was read, or when the step begins. */
  readonly atMs: number;
  readonly what: 'gauge' | 'kind';
  /** Null for a gauge. */
  readonly probe: string | null;
  readonly by: string | null;
  /** Of the gauge, or of the kind. */
  readonly name: string;
  /** Readings that the row stands for. */
  readonly samples: number;
  /** Objects; null for a gauge. */
  readonly count: number | null;
  /** The last of the step. */
  readonly bytes: number;
  readonly bytesMin: number;
  readonly bytesMax: number;
}

/** `time`: milliseconds since 1970. */
export type ColumnType = 'text' | 'time' | 'number';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly of: (row: ExportRow) => string | number | null;
}

export const COLUMNS: readonly Column[] = [
  { name: 'target', type: 'text', of: ({ target }) => target },
  { name: 'isolate', type: 'text', of: ({ isolate }) => isolate },
  { name: 'taken_at', type: 'time', of: ({ atMs }) => atMs },
  { name: 'what', type: 'text', of: ({ what }) => what },
  { name: 'probe', type: 'text', of: ({ probe }) => probe },
  { name: 'classifier', type: 'text', of: ({ by }) => by },
  { name: 'name', type: 'text', of: ({ name }) => name },
  { name: 'samples', type: 'number', of: ({ samples }) => samples },
  { name: 'count', type: 'number', of: ({ count }) => count },
  { name: 'bytes', type: 'number', of: ({ bytes }) => bytes },
  { name: 'bytes_min', type: 'number', of: ({ bytesMin }) => bytesMin },
  { name: 'bytes_max', type: 'number', of: ({ bytesMax }) => bytesMax },
];

/** Rows that are written at once. */
const BATCH_ROWS = 32_768;

/** @throws RangeError for more rows than `most` */
export function* batchesOf(rows: Iterable<ExportRow>, most: number): Iterable<ExportRow[]> {
  let batch: ExportRow[] = [];
  let count = 0;
  for (const row of rows) {
    if (++count > most) {
      throw new RangeError(`Cannot export more than ${most} rows: name a target, a kind, or a shorter span`);
    }
    batch.push(row);
    if (batch.length < BATCH_ROWS) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
