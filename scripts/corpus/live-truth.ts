/** When rules on a level hold, by the level itself: what alerts are held against. */

/** Objects by milliseconds since the process began. */
export type Objects = (sinceMs: number) => number;

export interface Truth {
  /** Whether an alert has to fire; null where it is too near to tell, or lasts too short to be read. */
  readonly fires: boolean | null;
  /** When its condition first holds. */
  readonly afterMs: number | null;
}

const STEP_MS = 50;
/** What is so near the limit, as a share of it, may fire or not. */
const NEAR_RATIO = 0.03;
/** What holds for less may fall between two readings. */
const SURELY_READ_MS = 4_000;

export function aboveTruth(objects: Objects, limit: number, untilMs: number): Truth {
  return truthOf((sinceMs, share) => objects(sinceMs) > limit * share, 0, untilMs);
}

export function growthTruth(objects: Objects, growth: number, withinMs: number, untilMs: number): Truth {
  const holds = (sinceMs: number, share: number) =>
    floorAt(objects, sinceMs, withinMs) - floorAt(objects, Math.max(0, sinceMs - withinMs), withinMs) >= growth * share;
  return truthOf(holds, 0, untilMs);
}

/** The least of the last fifth of the window, as the rule takes it. */
function floorAt(objects: Objects, sinceMs: number, withinMs: number): number {
  let least = Number.POSITIVE_INFINITY;
  for (let atMs = Math.max(0, sinceMs - withinMs / 5); atMs <= sinceMs; atMs += STEP_MS) {
    least = Math.min(least, objects(atMs));
  }
  return least;
}

/** @param holds whether the condition holds at a time, with its limit times `share` */
function truthOf(holds: (sinceMs: number, share: number) => boolean, fromMs: number, untilMs: number): Truth {
  let afterMs: number | null = null;
  let may = false;
  let surelySinceMs: number | null = null;
  let must = false;
  for (let atMs = fromMs; atMs <= untilMs; atMs += STEP_MS) {
    if (holds(atMs, 1)) afterMs ??= atMs;
    may ||= holds(atMs, 1 - NEAR_RATIO);
    surelySinceMs = holds(atMs, 1 + NEAR_RATIO) ? (surelySinceMs ?? atMs) : null;
    must ||= surelySinceMs !== null && atMs - surelySinceMs >= SURELY_READ_MS;
  }
  return { fires: must ? true : may ? null : false, afterMs };
}
