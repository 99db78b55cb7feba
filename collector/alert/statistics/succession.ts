/**
 * What was seen of a process goes on with the one after it, where that behaves alike: the same kind grows at the same pace. Then
 * the floors of both are one window, as if the level had not fallen in between.
 *
 *     before    . . ' '                    after   . . ' '              one window   . . ' ' . . ' '
 *                      ✝ restart                                        (before, lifted to where after begins)
 *
 * Alike is what rises in both by at least half of the rule's rate, and not twice as fast in one as in the other. Warm-ups are
 * not: the end of the one before is past it. Pure.
 */
import type { Floors } from './floors.ts';
import { medianOf, theilSen } from './theil-sen.ts';
import type { Window } from './trend.ts';

/** Floors of each that are compared: a quarter of a window. */
export const COMPARED_FLOORS = 12;
/** A longer gap between two processes is no restart, in floors. */
const LONGEST_GAP = COMPARED_FLOORS;
const SURE_RATIO = 0.5;
const ALIKE_RATIO = 2;

/**
 * Puts the floors of the process before in front of those of its successor, lifted so that they go on.
 * @param after at least COMPARED_FLOORS
 * @param slopePerMs the rule's rate
 * @returns whether they are alike; if not nothing is done
 */
export function succeed(before: Window, after: Floors, slopePerMs: number, floorMs: number): boolean {
  const old = { atMs: before.atMs.slice(-COMPARED_FLOORS), values: before.values.slice(-COMPARED_FLOORS) };
  const [begins, ended] = [after.atMs[0]!, old.atMs.at(-1)!];
  if (old.values.length < COMPARED_FLOORS || begins - ended > LONGEST_GAP * floorMs) return false;
  const [slopeBefore, slopeAfter] = [slopeOf(old), slopeOf(after)];
  const [least, most] = [Math.min(slopeBefore, slopeAfter), Math.max(slopeBefore, slopeAfter)];
  if (least < slopePerMs * SURE_RATIO || most > least * ALIKE_RATIO) return false;
  const middleMs = (begins + ended) / 2;
  const by = levelAt(after, slopeAfter, middleMs) - levelAt(old, slopeBefore, middleMs);
  const lifted = before.values.map((value) => value + by);
  after.precede(before.atMs, lifted);
  return true;
}

function slopeOf({ atMs, values }: Window): number {
  return theilSen(atMs, values, 0.5).slope;
}

function levelAt({ atMs, values }: Window, slope: number, wantedMs: number): number {
  return medianOf(values.map((value, i) => value - slope * (atMs[i]! - wantedMs)));
}
