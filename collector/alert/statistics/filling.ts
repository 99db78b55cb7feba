/**
 * What grows ever more slowly fills up: a cache, a warm-up. Where it ends follows from four steps of one length, each smaller
 * than the one before, as an approach by a constant share:
 *
 *     step      800   500   310   190        each 0.62 of the one before: 310 more are to come
 *     level  ───────────────────────── ─ ─ ─ ─ limit
 *
 * Pure. A step that is larger than the one before says nothing: so does noise, and so does a leak.
 */

export interface Filling {
  /** The level that it approaches. */
  readonly limit: number;
  /** How long until all but a twentieth of what is missing is there. */
  readonly inMs: number;
}

const STEPS = 4;
const LEAST_POINTS = 8;
/** The last step against the first, above which it does not bend enough to tell. */
const BENT = 0.5;
const NEARLY = 0.05;

/**
 * Undefined where it does not bend, or has too few points.
 * @param atMs rising, as many as `values`
 * @param leastPoints five or more, where each is certain
 */
export function fillingOf(
  atMs: readonly number[],
  values: readonly number[],
  leastPoints = LEAST_POINTS,
): Filling | undefined {
  if (values.length < leastPoints) return undefined;
  const [from, to] = [atMs[0]!, atMs.at(-1)!];
  const stepMs = (to - from) / STEPS;
  const levels = Array.from({ length: STEPS + 1 }, (_, step) => levelAt(atMs, values, from + step * stepMs));
  const steps = levels.slice(1).map((level, at) => level - levels[at]!);
  const [first, last] = [steps[0]!, steps.at(-1)!];
  const falls = steps.every((step, at) => step > 0 && (at === 0 || step < steps[at - 1]!));
  if (!falls || last > BENT * first) return undefined;
  const ratio = (last / first) ** (1 / (STEPS - 1));
  const limit = values.at(-1)! + (last * ratio) / (1 - ratio);
  return { limit, inMs: (stepMs * Math.log(NEARLY)) / Math.log(ratio) };
}

/** Between two points on the line through them. */
function levelAt(atMs: readonly number[], values: readonly number[], wantedMs: number): number {
  const after = atMs.findIndex((each) => each >= wantedMs);
  if (after <= 0) return after < 0 ? values.at(-1)! : values[0]!;
  const [t0, t1, v0, v1] = [atMs[after - 1]!, atMs[after]!, values[after - 1]!, values[after]!];
  return v0 + ((v1 - v0) * (wantedMs - t0)) / (t1 - t0);
}
