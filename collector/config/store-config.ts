/** Where a collector keeps what it learns, and for how long. */

import { StoreFile } from './store-file.ts';

/** How long a store keeps what it has. */
export interface RetentionLimits {
  /** Every event is kept for so long. */
  readonly fullMs: number;
  /** The first of each series in an hour is, and how all of the hour went. */
  readonly hourlyMs: number;
  /** The same of a day. */
  readonly keepMs: number;
}

export interface StoreConfig {
  /** The SQLite file; where it is relative, to the working directory. */
  readonly path: string;
  readonly retention: RetentionLimits;
}

/** Undefined where nothing names a path: then nothing is stored. */
export function storeConfig(store: StoreFile | undefined): StoreConfig | undefined {
  return store && { path: store.path, retention: retentionOf(store) };
}

function retentionOf({ full, hourly, keep }: StoreFile): RetentionLimits {
  return { fullMs: full, hourlyMs: hourly, keepMs: keep };
}

export const DEFAULT_RETENTION: RetentionLimits = retentionOf(StoreFile.parse({ path: 'any' }));
