/**
 * Is a leak mended? By the rates of two arms, of all that grew in the first.
 *
 *     before        after                                           verdict
 *     1.2 MB/h      0 B/h (-10 to 20 KB/h)      all below a tenth   yes
 *     1.2 MB/h      1.1 MB/h (1.0 to 1.2)       all above a tenth   no
 *     1.2 MB/h      0.1 MB/h (-0.4 to 0.6)      around a tenth      not yet
 *     nothing grows                                                 not yet: there is no leak to be mended
 *
 * One line that is not mended is enough for `no`, and so is a kind that grows only in the second arm. Pure.
 */
import { maxOf } from '../../protocol/extremes.ts';
import { floorsOf, type Rate, type Run, rateOf, timesLonger } from '../alert/statistics/arms.ts';
import { isOfProgram } from '../leak/finding.ts';

/** What was read of one process of an arm. */
export interface ArmRun {
  /** How it was named, and which process of that: for people. */
  readonly source: string;
  /** Heap used; absent where it was not read. */
  readonly usage?: Run;
  /** Bytes by kind; a kind that a reading lacks is 0 there. */
  readonly kinds: ReadonlyMap<string, Run>;
  /** The readings of kinds hold no garbage. */
  readonly isExact: boolean;
}

export type Arm = readonly ArmRun[];

export interface VerifyOptions {
  /** Of the intervals. */
  readonly confidence: number;
  /** Bytes an hour that count as mended; absent: a tenth of what was there before. */
  readonly maxPerHour?: number;
}

export type VerifyState = 'yes' | 'no' | 'not yet';

/** Bytes an hour. */
export interface HourlyRate {
  readonly estimate: number;
  readonly lower: number;
  readonly upper: number;
}

/** A kind, or the heap as a whole. */
export interface VerifiedLine {
  /** `heap used` where it is no kind. */
  readonly kind: string;
  readonly state: VerifyState;
  readonly before: HourlyRate;
  readonly after: HourlyRate;
  /** Bytes an hour below which it counts as mended. */
  readonly maxPerHour: number;
  /** Bytes an hour that each arm may leak unseen: the upper ends of the intervals. */
  readonly couldHide: { readonly before: number; readonly after: number };
  /** How many times as long as it was the second arm must be watched; absent where that is not known. */
  readonly timesLonger?: number;
}

export interface VerifyReport {
  readonly state: VerifyState;
  readonly confidence: number;
  /** What grew before, the fastest first; then what only grows after. */
  readonly lines: readonly VerifiedLine[];
  readonly runs: { readonly before: number; readonly after: number };
  /** Of the longest run of each arm. */
  readonly watchedMs: { readonly before: number; readonly after: number };
}

/** Share of the rate before that counts as mended. */
const MENDED_RATIO = 0.1;
/** What grows by less than this share of all that grows is not what was mended. */
const LEAST_SHARE = 0.05;
const MOST_LINES = 20;
const HOUR_MS = 3_600_000;
const HEAP_USED = 'heap used';

export function verify(before: Arm, after: Arm, options: VerifyOptions): VerifyReport {
  const names = new Set([...before, ...after].flatMap(({ kinds }) => [...kinds.keys()]).filter(isOfProgram));
  const hasKinds = [before, after].every((arm) => arm.some(({ kinds }) => kinds.size > 0));
  const lines = hasKinds ? byKind([...names], before, after, options) : [];
  const judged = lines.length > 0 ? lines : byHeap(before, after, options);
  return {
    state: worst(judged.map(({ state }) => state)),
    confidence: options.confidence,
    lines: judged,
    runs: { before: before.length, after: after.length },
    watchedMs: { before: watchedMs(before), after: watchedMs(after) },
  };
}

function byKind(names: readonly string[], before: Arm, after: Arm, options: VerifyOptions): VerifiedLine[] {
  const { confidence } = options;
  // among so many kinds each may err so much more rarely
  const strict = 1 - (1 - confidence) / Math.max(1, names.length);
  const grows = (arm: Arm, kind: string) => rateOf(floors(arm, kind), strict).lowerPerMs > 0;
  const lineOf = (kind: string) =>
    judged(kind, rateOf(floors(before, kind), confidence), rateOf(floors(after, kind), confidence), options);
  const grew = largest(names.filter((kind) => grows(before, kind)).map(lineOf), ({ before: { estimate } }) => estimate);
  const isNew = (kind: string) => !grew.some((line) => line.kind === kind) && grows(after, kind);
  const grow = names.filter(isNew).map(lineOf);
  const most = grew[0]?.before.estimate ?? 0;
  // what has begun to grow is told where it matters beside what there was
  const begun = largest(grow, ({ after: { estimate } }) => estimate).filter(
    ({ after: { lower }, before: { estimate } }) => lower > Math.max(most * MENDED_RATIO, 2 * estimate),
  );
  return [...grew, ...(grew.length > 0 ? begun.map((line) => ({ ...line, state: 'no' as const })) : [])];
}

function largest(lines: readonly VerifiedLine[], rate: (line: VerifiedLine) => number): VerifiedLine[] {
  const all = lines.reduce((sum, line) => sum + rate(line), 0);
  return lines
    .filter((line) => rate(line) >= all * LEAST_SHARE)
    .toSorted((a, b) => rate(b) - rate(a))
    .slice(0, MOST_LINES);
}

function byHeap(before: Arm, after: Arm, options: VerifyOptions): VerifiedLine[] {
  const [was, is] = [before, after].map((arm) => rateOf(heapFloors(arm), options.confidence)) as [Rate, Rate];
  return [judged(HEAP_USED, was, is, options)];
}

function judged(kind: string, before: Rate, after: Rate, { maxPerHour }: VerifyOptions): VerifiedLine {
  const limit = maxPerHour === undefined ? Math.max(0, before.perMs) * MENDED_RATIO : maxPerHour / HOUR_MS;
  const state = stateOf(before, after, limit);
  const times = state === 'not yet' ? timesLonger(after, limit) : Number.NaN;
  return {
    ...{ kind, state, before: hourly(before), after: hourly(after), maxPerHour: limit * HOUR_MS },
    couldHide: { before: hidden(before), after: hidden(after) },
    ...(Number.isFinite(times) && { timesLonger: times }),
  };
}

function stateOf(before: Rate, after: Rate, limit: number): VerifyState {
  // where nothing is sure to grow before, nothing can be seen to be mended
  if (!(before.lowerPerMs > limit)) return 'not yet';
  if (after.upperPerMs <= limit) return 'yes';
  return after.lowerPerMs > limit ? 'no' : 'not yet';
}

function worst(states: readonly VerifyState[]): VerifyState {
  if (states.includes('no')) return 'no';
  return states.includes('not yet') ? 'not yet' : 'yes';
}

function hourly({ perMs, lowerPerMs, upperPerMs }: Rate): HourlyRate {
  return { estimate: perMs * HOUR_MS, lower: lowerPerMs * HOUR_MS, upper: upperPerMs * HOUR_MS };
}

function hidden({ upperPerMs }: Rate): number {
  return Math.max(0, upperPerMs * HOUR_MS);
}

/** The runs of a kind; a process that never had one is a run without growth. */
function floors(arm: Arm, kind: string): Run[] {
  return arm.flatMap(({ kinds, isExact }) => {
    const run = kinds.get(kind) ?? withoutAny(kinds);
    return run === undefined ? [] : [floorsOf(run, isExact)];
  });
}

function withoutAny(kinds: ReadonlyMap<string, Run>): Run | undefined {
  const [other] = kinds.values();
  return other && { atMs: other.atMs, values: other.values.map(() => 0) };
}

function heapFloors(arm: Arm): Run[] {
  return arm.flatMap(({ usage, kinds, isExact }) => {
    if (usage) return [floorsOf(usage, false)];
    const runs = [...kinds].filter(([kind]) => isOfProgram(kind)).map(([, run]) => run);
    const [first] = runs;
    if (!first) return [];
    const values = first.values.map((_, i) => runs.reduce((sum, run) => sum + run.values[i]!, 0));
    return [floorsOf({ atMs: first.atMs, values }, isExact)];
  });
}

function watchedMs(arm: Arm): number {
  const spans = arm.flatMap(({ usage, kinds }) =>
    [usage, kinds.values().next().value].flatMap((run) => (run?.atMs.length ? [run.atMs.at(-1)! - run.atMs[0]!] : [])),
  );
  return maxOf([0, ...spans]);
}
