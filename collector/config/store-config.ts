/** Where a collector keeps what it learns, and for how long. */

import type { RetentionLimits } from '../store/retention.ts';
import type { StoreFile } from './config-file.ts';

export interface StoreConfig {
  /** The SQLite file; where it is relative, to the working directory. */
  readonly path: string;
  readonly retention: RetentionLimits;
}

const HOUR_MS = 3_600_000;

export const DEFAULT_RETENTION: RetentionLimits = {
  fullMs: 48 * HOUR_MS,
  hourlyMs: 14 * 24 * HOUR_MS,
  keepMs: 365 * 24 * HOUR_MS,
};

/** Undefined where nothing names a path: then nothing is stored. */
export function storeConfig(store: StoreFile | undefined): StoreConfig | undefined {
  if (store === undefined) return undefined;
  const retention = {
    fullMs: store.full ?? DEFAULT_RETENTION.fullMs,
    hourlyMs: store.hourly ?? DEFAULT_RETENTION.hourlyMs,
    keepMs: store.keep ?? DEFAULT_RETENTION.keepMs,
  };
  return { path: store.path, retention };
}
