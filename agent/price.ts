/**
 * What a snapshot will cost its target, forecast before it is taken; pure.
 *
 * The defaults are measured: pauses on heaps of 20 to 918 MB of mixed objects with an idle core, growth of RSS on the
 * same. Cost follows the number of nodes and edges, not bytes: a heap of many tiny objects costs two to three times the
 * typical pause and memory, one of long strings a tenth.
 */
import type { Price } from '../protocol/partition.ts';

const MB = 2 ** 20;

/** Milliseconds of pause for each MB of used heap by major version of Node, for it and those after it. */
const PAUSE_MS_PER_MB: readonly (readonly [major: number, ms: number])[] = [
  [24, 80],
  [20, 150],
  [0, 350],
];

/** Bytes by which RSS rises for each byte of used heap, in a typical heap (6.6 to 8.1 measured). */
export const EXTRA_BYTES_RATIO = 7.5;

/** The same at most: a heap of millions of tiny objects (20.8 to 23 measured). What must not go wrong reckons with this. */
export const EXTRA_BYTES_RATIO_BOUND = 25;

/** What a probe may cost without anybody being asked. */
export interface PriceLimits {
  readonly maxPauseMs: number;
  readonly maxExtraBytes: number;
}

/** 2 s and 512 MB. */
export const DEFAULT_LIMITS: PriceLimits = { maxPauseMs: 2_000, maxExtraBytes: 512 * MB };

/**
 * The typical price of a snapshot of a heap of `heapUsedBytes`.
 * @param nodeVersion `v20.20.2`; one that cannot be read is priced as the slowest.
 */
export function forecast(heapUsedBytes: number, nodeVersion: string): Price {
  return {
    pauseMs: Math.round((heapUsedBytes / MB) * pauseMsPerMb(nodeVersion)),
    extraBytes: Math.round(heapUsedBytes * EXTRA_BYTES_RATIO),
  };
}

/** Whether a price is over one of the limits. */
export function exceeds(price: Price, limits: PriceLimits = DEFAULT_LIMITS): boolean {
  return price.pauseMs > limits.maxPauseMs || price.extraBytes > limits.maxExtraBytes;
}

function pauseMsPerMb(nodeVersion: string): number {
  const major = Number(/^v?(\d+)/.exec(nodeVersion)?.[1] ?? 0);
  return PAUSE_MS_PER_MB.find(([since]) => major >= since)?.[1] ?? 0;
}
