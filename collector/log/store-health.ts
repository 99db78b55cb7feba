/** How a store is, as its log tells it. */

/**
 * `full`: no room. `locked`: somebody else holds the file. `taken`: another collector does, for good. `corrupt`: it is no
 * database (any more). `foreign`: it is another program's, or a newer version's. `failed`: anything else.
 */
export type StoreFault = 'full' | 'locked' | 'taken' | 'corrupt' | 'foreign' | 'failed';

export interface StoreHealth {
  readonly durable: boolean;
  /** What is wrong, where it is not durable. */
  readonly fault?: StoreFault;
  readonly message?: string;
  /** Events that were sent and wait in memory to be stored. */
  readonly unsaved: number;
  /** Events that were sent and can not be stored any more: memory did not suffice. */
  readonly lost: number;
}

const WORDS: Readonly<Record<StoreFault, string>> = {
  full: 'its disk is full',
  locked: 'another program holds a lock on its file',
  taken: 'another collector writes to its file',
  corrupt: 'its file is damaged',
  foreign: "its file is another program's",
  failed: 'its file cannot be written',
};

/** Why a store does not keep what it should, in words that name no file: anybody may ask. Undefined: it does. */
export function storeTrouble({ durable, fault = 'failed', unsaved }: StoreHealth): string | undefined {
  return durable ? undefined : `the store fails, ${WORDS[fault]}; events that wait in memory: ${unsaved}`;
}
