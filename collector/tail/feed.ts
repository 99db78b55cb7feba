/** Where readings come from, and what can be asked for in return. */

import type { Quote } from './quote.ts';
import type { ProbeChoice, RowProbe, TailEvent } from './tail-event.ts';

export interface Feed extends AsyncDisposable {
  /** The name of the target in its readings; null where it has several, of a collector. */
  readonly target: string | null;
  /**
   * Tells `hear` what is read until `signal` ends it (then it returns), or nothing more can come.
   * @throws DetachedError where the target or the collector has gone; AttachError
   */
  run(hear: (reading: TailEvent) => void, signal: AbortSignal): Promise<void>;
  /** The probe to go on with. @param agreed whatever limit its price is over */
  choose(choice: ProbeChoice, agreed: boolean): void;
  /** While paused, nothing is asked of the target. */
  pause(paused: boolean): void;
  /** What a probe of a target would cost it now; null where nobody knows, or it is not the feed that would run it. */
  price(target: string, probe: RowProbe): Promise<Quote | null>;
  /** Runs a probe as soon as it is its turn; what comes of it is reported as a reading. */
  take(target: string, probe: RowProbe): void;
}
