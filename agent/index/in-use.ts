/** Where this process keeps indexes, in all of its threads: a thread takes over the setting when it begins. */
import { sep } from 'node:path';
import { getEnvironmentData, setEnvironmentData } from 'node:worker_threads';

const SETTING = 'heapwatch index';
const EXCEPTIONS = 'heapwatch index, but not of';

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

/** The setting for a file at `path`; undefined where none is to be made of it. */
export function indexInUse(path: string): IndexSetting | undefined {
  if (exceptions().some((folder) => path.startsWith(`${folder}${sep}`))) return undefined;
  return getEnvironmentData(SETTING) as unknown as IndexSetting | undefined;
}

/** Of files in `folder`, named as they will be, none is made until the end of what is given. */
export function withoutIndexOf(folder: string): Disposable {
  setEnvironmentData(EXCEPTIONS, [...exceptions(), folder]);
  return {
    [Symbol.dispose]: () =>
      setEnvironmentData(
        EXCEPTIONS,
        exceptions().filter((each) => each !== folder),
      ),
  };
}

function exceptions(): readonly string[] {
  return (getEnvironmentData(EXCEPTIONS) ?? []) as readonly string[];
}
