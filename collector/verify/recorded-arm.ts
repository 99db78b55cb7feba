/** An arm that `heapwatch record` wrote: a run for each process in it. Pure. */
import type { Run } from '../alert/statistics/arms.ts';
import type { LineOf, RecordingLine } from '../record/line.ts';
import type { Arm, ArmRun } from './judge.ts';
import { holdsNoGarbage, unitOf } from './readings.ts';

const MAIN = 'main';

/** @param source how it was named @param target one of those in it; absent: all */
export function recordedArm(source: string, lines: readonly RecordingLine[], target: string | undefined): Arm {
  const lives = grouped(lines.filter(isReading).filter(isOf(target)), lifeOf);
  return [...lives].map(([life, readings]) => runOf(`${source} ${life}`, readings));
}

type Reading = LineOf<'usage'> | LineOf<'partition'>;

function isReading(line: RecordingLine): line is Reading {
  return (line.type === 'usage' || (line.type === 'partition' && line.since === undefined)) && line.isolate === MAIN;
}

function isOf(target: string | undefined): (line: Reading) => boolean {
  return (line) => target === undefined || line.target === target;
}

/** A process: what it leaves behind is no growth of the next. */
function lifeOf({ target, incarnation }: Reading): string {
  return incarnation === undefined ? target : `${target} ${incarnation}`;
}

function runOf(source: string, readings: readonly Reading[]): ArmRun {
  const usage = readings.filter((line) => line.type === 'usage');
  const partitions = readings.filter((line) => line.type === 'partition');
  const sorts = [...grouped(partitions, ({ probe, by }) => `${probe} ${by}`).values()];
  const most = sorts.toSorted((a, b) => b.length - a.length)[0] ?? [];
  return {
    source,
    ...(usage.length > 0 && {
      usage: { atMs: usage.map(atMs), values: usage.map(({ heapUsedBytes }) => heapUsedBytes) },
    }),
    kinds: kindsOf(most),
    isExact: most[0] !== undefined && holdsNoGarbage(most[0].probe),
  };
}

function kindsOf(partitions: readonly LineOf<'partition'>[]): Map<string, Run> {
  const rows = partitions.map((partition) => new Map(partition.rows.map((row) => [row.kind, row])));
  const kinds = new Set(rows.flatMap((each) => [...each.keys()]));
  const runs = [...kinds].map((kind): [string, Run] => {
    // of a partition of which rows were left out, a kind that it lacks is not known
    const known = [...partitions.keys()].filter((i) => rows[i]!.has(kind) || partitions[i]!.other === undefined);
    const tallies = known.map((i) => rows[i]!.get(kind) ?? NONE);
    const unit = unitOf(tallies);
    return [
      kind,
      { atMs: known.map((i) => atMs(partitions[i]!)), values: tallies.map(({ sizeBytes }) => sizeBytes), unit },
    ];
  });
  return new Map(runs);
}

const NONE = { count: 0, sizeBytes: 0 };

function atMs({ takenAt }: Reading): number {
  return Date.parse(takenAt);
}

function grouped<T>(values: readonly T[], key: (value: T) => string): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const value of values) {
    const group = groups.get(key(value));
    if (group) group.push(value);
    else groups.set(key(value), [value]);
  }
  return groups;
}
