/**
 * Whether a server leaves more bytes a request than it may: by the interval of all kinds together, and of each.
 *
 *     max ──┤     0 ├─┤         under: the whole interval is below
 *           │       ├────┤      undecided: the interval holds it; more rounds make it narrower
 *           │          ├──┤     above: the whole interval is above
 *
 * The table of a Map grows by leaps, which make the interval of all kinds wide: above is also what objects alone leave. Pure.
 */
import type { Interval } from '../testing/report.ts';
import type { KindSlope } from '../testing/verdict.ts';
import type { GateBaseline, GateVerdict } from './report.ts';

/** More rounds than that is no advice: it will not be decided. */
const MOST_ROUNDS = 1_000;

export interface Measured {
  readonly bytes: Interval;
  /** Without stores of collections. */
  readonly objects?: Interval;
  readonly kinds: readonly KindSlope[];
  readonly rounds: number;
}

/**
 * @param maxBytes a request; of what it is more than the baseline's, where there is one
 * @param confidence of the intervals
 */
export function judgeGate(
  { bytes, objects, kinds, rounds }: Measured,
  maxBytes: number,
  confidence: number,
  baseline?: GateBaseline,
): GateVerdict {
  const judged = baseline ? more(bytes, baseline.bytes) : bytes;
  const above = kinds.filter(({ kind, bytes: each, p }) => {
    const before = baseline?.kinds.find((other) => other.kind === kind)?.bytes ?? NOTHING;
    return p < (1 - confidence) / Math.max(1, kinds.length) && more(each, before).lower > maxBytes;
  });
  if (judged.lower > maxBytes || above.length > 0) return { state: 'above', judged };
  // where an earlier run did not tell of its objects, these are not compared
  const own = baseline ? objects && baseline.objects && more(objects, baseline.objects) : objects;
  if (own && own.lower > maxBytes) return { state: 'above', judged: own };
  if (judged.upper < maxBytes) return { state: 'under', judged };
  const moreRounds = roundsToDecide(judged, maxBytes, rounds);
  return { state: 'undecided', judged, ...(moreRounds !== undefined && { moreRounds }) };
}

const NOTHING: Interval = { estimate: 0, lower: 0, upper: 0 };

/** A difference of two figures that were measured apart. */
function more(now: Interval, before: Interval): Interval {
  const estimate = now.estimate - before.estimate;
  const half = Math.hypot(now.upper - now.estimate, before.upper - before.estimate);
  return { estimate, lower: estimate - half, upper: estimate + half };
}

/** The interval narrows with the root of the rounds; undefined where it would never leave the limit aside. */
function roundsToDecide({ estimate, upper }: Interval, maxBytes: number, rounds: number): number | undefined {
  const distance = Math.abs(estimate - maxBytes);
  const needed = Math.ceil(rounds * ((upper - estimate) / distance) ** 2);
  return Number.isFinite(needed) && needed <= MOST_ROUNDS ? Math.max(1, needed - rounds) : undefined;
}
