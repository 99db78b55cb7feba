/** Limits as a configuration says them, in the words of prices. */
import type { Limits } from '../../agent/price/limits.ts';
import type { LimitsFile } from './config-file.ts';

/** What is said of them. */
export function limitsGiven({ maxPause, maxExtraMemory, pauseBudget }: LimitsFile): Partial<Limits> {
  return {
    ...(maxPause !== undefined && { maxPauseMs: maxPause }),
    ...(maxExtraMemory !== undefined && { maxExtraBytes: maxExtraMemory }),
    ...(pauseBudget !== undefined && { pauseBudget }),
  };
}
