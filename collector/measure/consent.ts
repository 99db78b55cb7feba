/** What a person agrees to before a probe has been priced: the options that say so. */

import type { Argv } from 'yargs';
import { DEFAULT_LIMITS, type Limits } from '../../agent/price/limits.ts';
import { reasonOf } from '../../protocol/reason.ts';
import { parseDuration, parseSize } from '../base/units.ts';
import { UsageError } from '../terminal/exit.ts';

export interface Consent {
  /** Agreed beforehand to whatever is inside the limits that were given, or to any price where none was. */
  readonly yes: boolean;
  /** False: also to what does not fit into the memory that the target has left. */
  readonly guard: boolean;
  /** As given. */
  readonly maxPause?: number | undefined;
  readonly maxMemory?: number | undefined;
}

/** Adds `--yes`, `--max-pause`, `--max-memory` and `--no-guard`. */
export function consentOptions<T>(yargs: Argv<T>): Argv<T & Consent> {
  return yargs
    .option('yes', { alias: 'y', type: 'boolean', default: false, describe: 'agree to the price in advance' })
    .option('max-pause', {
      type: 'string',
      coerce: (text: string | undefined) => read('max-pause', text, parseDuration),
      describe: 'maximum pause (2s): above it heapwatch asks, or with --yes refuses',
    })
    .option('max-memory', {
      type: 'string',
      coerce: (text: string | undefined) => read('max-memory', text, parseSize),
      describe: 'maximum extra memory (512MB), likewise',
    })
    .option('guard', {
      type: 'boolean',
      default: true,
      describe:
        'refuse probes that may need more memory than the target has left (--no-guard: run them, which may kill the target)',
    }) as Argv<unknown> as Argv<T & Consent>;
}

/** The limits above which a person is asked. */
export function limitsOf({ maxPause, maxMemory }: Consent): Limits {
  return {
    // one probe is no series
    pauseBudget: { ...DEFAULT_LIMITS.pauseBudget, pauseMs: Number.POSITIVE_INFINITY },
    maxPauseMs: maxPause ?? DEFAULT_LIMITS.maxPauseMs,
    maxExtraBytes: maxMemory ?? DEFAULT_LIMITS.maxExtraBytes,
  };
}

function read(option: string, text: string | undefined, parse: (text: string) => number): number | undefined {
  try {
    return text === undefined ? undefined : parse(text);
  } catch (cause) {
    throw new UsageError(`Cannot use --${option}: ${reasonOf(cause)}`, { cause });
  }
}
