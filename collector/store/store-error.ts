/** What can be wrong with a store, distinguished by what to do about it. */

import Database from 'libsql';
import { reasonOf } from '../../protocol/reason.ts';
import type { StoreFault } from '../log/store-health.ts';

export class StoreError extends Error {
  override name = 'StoreError';
  readonly fault: StoreFault;

  constructor(fault: StoreFault, message: string, options?: ErrorOptions) {
    super(message, options);
    this.fault = fault;
  }
}

const REASONS = {
  full: 'its disk is full, make room',
  locked: 'another program holds a lock on it',
  corrupt: 'it is damaged',
} as const;

/** What `error` means for the store at `path`. */
export function storeError(action: string, path: string, error: unknown): StoreError {
  if (error instanceof StoreError) return error;
  const message = reasonOf(error);
  const fault = faultOf(error);
  const reason = fault === 'failed' ? message : `${REASONS[fault]} (${message})`;
  return new StoreError(fault, `Cannot ${action} ${path}: ${reason}`, { cause: error });
}

function faultOf(error: unknown): keyof typeof REASONS | 'failed' {
  if (!(error instanceof Database.SqliteError)) return 'failed';
  switch (error.code) {
    case 'SQLITE_FULL':
      return 'full';
    case 'SQLITE_BUSY':
    case 'SQLITE_BUSY_SNAPSHOT':
    case 'SQLITE_BUSY_RECOVERY':
    case 'SQLITE_LOCKED':
      return 'locked';
    case 'SQLITE_CORRUPT':
    case 'SQLITE_NOTADB':
    // a page that should be there is not
    case 'SQLITE_IOERR_SHORT_READ':
      return 'corrupt';
    default:
      return 'failed';
  }
}
