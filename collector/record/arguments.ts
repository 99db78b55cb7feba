/** What `heapwatch record` is asked. */
import type { TailArguments } from '../tail/arguments.ts';

export interface RecordArguments extends Omit<TailArguments, 'kind' | 'json'> {
  output: string;
  force: boolean;
  programMarks: string | undefined;
  /** Milliseconds; absent: until interrupted. */
  for: number | undefined;
}
