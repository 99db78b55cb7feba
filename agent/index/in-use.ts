/** Where this process keeps indexes, in all of its threads: a thread takes over the setting when it begins. */
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const SETTING = 'heapwatch index';

export interface IndexSetting {
  /** Absolute path; it is made when it is first needed. */
  readonly folder: string;
  /** All indexes in the folder together take no more: those that were used longest ago go. */
  readonly maxBytes: number;
  /** Of a snapshot file that is smaller none is made: to read it anew takes no longer. */
  readonly fromBytes: number;
}

/** From now on, also in threads that are started from now on; undefined: none are made or read, which is the default. */
export function useIndex(setting: IndexSetting | undefined): void {
  setEnvironmentData(SETTING, setting as unknown as undefined);
}

export function indexInUse(): IndexSetting | undefined {
  return getEnvironmentData(SETTING) as unknown as IndexSetting | undefined;
}
