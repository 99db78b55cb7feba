/** What a reading of a tail would cost, and what is said where that is too much. */
import { humanDuration, humanSize } from '../../protocol/human.ts';
import type { Price } from '../../protocol/partition.ts';
import type { RowProbe } from './tail-event.ts';

/** A price, and what speaks against paying it without being asked. */
export interface Quote extends Price {
  /** For people: over which limit it is. Absent: inside all. */
  readonly objection?: string;
  /** It would take more memory than the target has left, which nobody can agree to. */
  readonly deadly?: boolean;
}

export function refusalText(probe: RowProbe, { pauseMs, extraBytes, objection, deadly }: Quote): string {
  const price = `${humanDuration(pauseMs)} of pause, ${humanSize(extraBytes)} of memory`;
  return `${probe} would cost ${price}: ${objection}${deadly ? '' : '; --yes agrees to it'}`;
}
