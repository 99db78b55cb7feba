/**
 * The members of one incident, its cause first: the kind that holds the others.
 *
 *     firing before pending before over
 *     what it retains, where a walk or a snapshot says so      a generic kind has to retain four times as much as a class
 *     a class of the program before what every program has     Session before Date, Array, function
 *     how well its slope fits: the narrowest interval first
 *     how much it has grown
 *
 * Pure.
 */
import { causeWeight, isGeneric } from '../../../agent/classify/generic.ts';
import type { Alert, AlertFigures } from '../../../protocol/alert.ts';

const STATES: Readonly<Record<Alert['state'], number>> = { firing: 0, pending: 1, resolved: 2, inactive: 3 };

export interface Ranked {
  readonly state: Alert['state'];
  /** Absent of a gauge: it says how much grows, not what. */
  readonly kind?: string | undefined;
  readonly figures: AlertFigures;
  /** Bytes that die with its objects; absent where no graph was read. */
  readonly retainedBytes?: number | undefined;
}

/** A new list, the likeliest cause first; what ranks alike stays in its order. */
export function rank<T extends Ranked>(members: readonly T[]): T[] {
  return members.toSorted(
    (a, b) =>
      STATES[a.state] - STATES[b.state] ||
      retained(b) - retained(a) ||
      classOf(a) - classOf(b) ||
      compare(looseness(a), looseness(b)) ||
      grown(b) - grown(a),
  );
}

function retained({ retainedBytes = 0, kind }: Ranked): number {
  return kind === undefined ? 0 : causeWeight(kind, retainedBytes);
}

/** A class of the program, then what every program has, then gauges. */
function classOf({ kind }: Ranked): number {
  if (kind === undefined) return 2;
  return isGeneric(kind) ? 1 : 0;
}

/** The width of the slope's interval as a share of the slope: 0 for growth without noise; unknown fits worst. */
function looseness({ figures: { perHour, lowerPerHour, upperPerHour } }: Ranked): number {
  if (perHour === undefined || lowerPerHour === undefined || upperPerHour === undefined || perHour <= 0) {
    return Number.POSITIVE_INFINITY;
  }
  return (upperPerHour - lowerPerHour) / perHour;
}

function grown({ figures: { value, before = value } }: Ranked): number {
  return value - before;
}

/** Of numbers that may both be infinite. */
function compare(a: number, b: number): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
