/** What `heapwatch tail` and `heapwatch record` are asked. */
import type { ProbeChoice } from './tail-event.ts';

export interface TailArguments {
  targets: string[];
  probe: ProbeChoice;
  kind: string | undefined;
  /** Milliseconds. */
  every: number;
  /** 0 to 1. */
  maxShare: number;
  isolate: string;
  yes: boolean;
  /** Of a walk: whether the process is stopped for the copy. */
  stop?: boolean | undefined;
  json: boolean;
}
