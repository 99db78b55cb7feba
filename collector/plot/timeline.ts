/** What a plot shows of one target: a recording's lines, sorted by what they tell. */
import type { Partition, Probe } from '../../protocol/partition.ts';
import type { LineOf, RecordingLine } from '../record/line.ts';

/** Kinds that get a band of their own. */
const MAX_KINDS = 8;
export const OTHER = 'other kinds';

export interface UsagePoint {
  readonly atMs: number;
  readonly rssBytes: number;
  readonly heapUsedBytes: number;
  readonly externalBytes: number;
}

export interface Phase {
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number;
}

export interface ProbeMark {
  readonly atMs: number;
  readonly probe: Probe;
  readonly pauseMs: number | undefined;
}

/** Bytes of kinds over time, of one probe. */
export interface Stack {
  readonly probe: Probe;
  /** The largest first; the last is OTHER. */
  readonly kinds: readonly string[];
  /** `sizes` in the order of `kinds`. */
  readonly points: readonly { readonly atMs: number; readonly sizes: readonly number[] }[];
}

export interface Timeline {
  readonly target: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly gauges: readonly UsagePoint[];
  /** The reading with the most resident memory. */
  readonly peak: UsagePoint;
  readonly phases: readonly Phase[];
  readonly probes: readonly ProbeMark[];
  /** When the target had gone, or another process came in its place. */
  readonly breaks: readonly { readonly atMs: number; readonly text: string }[];
  readonly stack: Stack | null;
}

/** Names of the targets that lines tell of, in the order of their first reading. */
export function targetsOf(lines: readonly RecordingLine[]): string[] {
  return [...new Set(lines.flatMap((line) => (line.type === 'usage' ? [line.target] : [])))];
}

/** @throws RangeError where no reading of the target's gauges is among the lines */
export function timeline(lines: readonly RecordingLine[], target: string): Timeline {
  const own = lines.filter((line) => 'target' in line && line.target === target);
  const gauges = own.filter(isOf('usage')).filter(isMain).map(usagePointOf);
  const [first] = gauges;
  if (!first) throw new RangeError(`Cannot plot ${target}: the recording has no reading of its memory`);
  const partitions = own.filter(isOf('partition')).filter(isMain);
  const toMs = Math.max(gauges.at(-1)!.atMs, ...partitions.map(({ takenAt }) => Date.parse(takenAt)));
  return {
    target,
    fromMs: first.atMs,
    toMs,
    gauges,
    peak: gauges.reduce((peak, gauge) => (gauge.rssBytes > peak.rssBytes ? gauge : peak), first),
    phases: phasesOf(own.filter(isOf('mark')), first.atMs, toMs),
    probes: partitions.map(({ takenAt, probe, cost }) => ({
      atMs: Date.parse(takenAt),
      probe,
      pauseMs: cost?.pauseMs,
    })),
    breaks: breaksOf(own.filter(isOf('state'))),
    stack: stackOf(partitions),
  };
}

function isOf<T extends RecordingLine['type']>(type: T) {
  return (line: RecordingLine): line is LineOf<T> => line.type === type;
}

/** Workers' heaps are no part of the main one's; their memory is in the process's RSS. */
function isMain({ isolate }: { readonly isolate: string }): boolean {
  return isolate === 'main';
}

function usagePointOf({ takenAt, rssBytes, heapUsedBytes, externalBytes }: LineOf<'usage'>): UsagePoint {
  return { atMs: Date.parse(takenAt), rssBytes, heapUsedBytes, externalBytes };
}

/** A mark's phase lasts until the next mark. */
function phasesOf(marks: readonly LineOf<'mark'>[], firstMs: number, lastMs: number): Phase[] {
  const began = marks
    .map(({ label, at }) => ({ label, fromMs: Math.max(firstMs, Date.parse(at)) }))
    .filter(({ fromMs }) => fromMs <= lastMs)
    .sort((a, b) => a.fromMs - b.fromMs);
  return began.map((phase, index) => ({ ...phase, toMs: began[index + 1]?.fromMs ?? lastMs }));
}

function breaksOf(states: readonly LineOf<'state'>[]): { atMs: number; text: string }[] {
  const breaks: { atMs: number; text: string }[] = [];
  let incarnation: string | undefined;
  for (const state of states) {
    if (state.state === 'gone') breaks.push({ atMs: Date.parse(state.at), text: state.reason ?? 'gone' });
    if (incarnation !== undefined && state.incarnation !== undefined && state.incarnation !== incarnation) {
      breaks.push({ atMs: Date.parse(state.at), text: `another process: ${state.incarnation}` });
    }
    incarnation = state.incarnation ?? incarnation;
  }
  return breaks;
}

/** Of the probe that was read most: probes count differently, and one alone is to be stacked. */
function stackOf(partitions: readonly Partition[]): Stack | null {
  const bySort = grouped(partitions, ({ probe, by }) => `${probe} ${by}`);
  const [most] = [...bySort.values()].sort((a, b) => b.length - a.length);
  if (!most || most.length < 2) return null;
  const largest = new Map<string, number>();
  for (const { rows } of most) {
    for (const { kind, sizeBytes } of rows) largest.set(kind, Math.max(sizeBytes, largest.get(kind) ?? 0));
  }
  const kinds = [...largest].sort((a, b) => b[1] - a[1]).slice(0, MAX_KINDS);
  const names = kinds.map(([kind]) => kind);
  return {
    probe: most[0]!.probe,
    kinds: [...names, OTHER],
    points: most.map((partition) => pointOf(partition, names)),
  };
}

function pointOf({ takenAt, rows, sizeBytes }: Partition, kinds: readonly string[]): Stack['points'][number] {
  const bySize = new Map(rows.map((row) => [row.kind, row.sizeBytes]));
  const sizes = kinds.map((kind) => bySize.get(kind) ?? 0);
  const told = sizes.reduce((sum, size) => sum + size, 0);
  return { atMs: Date.parse(takenAt), sizes: [...sizes, Math.max(0, sizeBytes - told)] };
}

function grouped<T>(values: readonly T[], keyOf: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const key = keyOf(value);
    const group = groups.get(key);
    if (group) group.push(value);
    else groups.set(key, [value]);
  }
  return groups;
}
