/** Limits as a configuration says them, in the words of prices. */
import { DEFAULT_LIMITS, type Limits } from '../../agent/price/limits.ts';
import type { ConfigFile } from './config-file.ts';
import type { LimitsFile } from './limits-file.ts';

/** The limits of all targets. */
export function limitsOf(limits: ConfigFile['limits']): Limits {
  return { ...DEFAULT_LIMITS, ...limitsGiven(limits) };
}

/** What is said of them. */
export function limitsGiven({ maxPause, maxExtraMemory, pauseBudget }: LimitsFile): Partial<Limits> {
  return {
    ...(maxPause !== undefined && { maxPauseMs: maxPause }),
    ...(maxExtraMemory !== undefined && { maxExtraBytes: maxExtraMemory, isExtraGiven: true }),
    ...(pauseBudget !== undefined && { pauseBudget }),
  };
}
