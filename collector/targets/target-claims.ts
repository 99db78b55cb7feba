/** Who else could probe a process: only one of all that see it does. Absent: nobody else is there. */
import type { Identity } from '../../agent/attach/identity.ts';

/** A process that is one's own to probe. */
export interface TargetClaim {
  /** Aborted when it is somebody else's to take. */
  readonly lost: AbortSignal;
  /** Asked before each probe. */
  readonly isHeld: boolean;
  release(): Promise<void>;
}

export interface TargetClaims {
  /** Resolves when anything can be claimed; with false when the signal is aborted. */
  ready(signal: AbortSignal): Promise<boolean>;
  /** Null where somebody else has it. @throws Error where that cannot be known; the reason of the signal */
  claim(process: Pick<Identity, 'key'>, signal: AbortSignal): Promise<TargetClaim | null>;
  /** Resolves when nobody has it any more, or the signal is aborted. */
  free(process: Pick<Identity, 'key'>, signal: AbortSignal): Promise<void>;
}
