/** What `heapwatch leak` is asked. */
import type { Consent } from '../measure/consent.ts';

export interface LeakQuestion {
  readonly target: string;
  readonly isolate: string;
  readonly forMs: number;
  /** 0 to 1. */
  readonly confidence: number;
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
  /** Of a walk: false reads the process as it runs. */
  readonly stop?: boolean | undefined;
  readonly consent: Consent;
}
