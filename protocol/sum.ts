/**
 * Several isolates of one process as one: main and its workers, or some of them.
 *
 *     Partition of main + Partition of worker:1 + … ──> Partition of `all`: kinds of one name are one row
 *     Usage of main + Usage of worker:1 + …         ──> ProcessUsage: and what of RSS belongs to none of them
 */
import { incarnationOf } from './incarnation.ts';
import type { Cost, Partition, Row, Tally, Usage } from './partition.ts';

/** The isolate of a sum. */
export const ALL = 'all';

type Extra = 'freed' | 'survived' | 'dead';
const EXTRAS: readonly Extra[] = ['freed', 'survived', 'dead'];

/**
 * The sum of partitions of one target, of the same probe and classifier, under an id of its own. Rows that a limit has left out
 * of one of them are summed in `other`, so to be exact the limit belongs after the sum. A figure is an estimate if any part
 * of it is; its count is exact if all counts are. The pauses are of different threads, one after the other; their sum is what the process has lost in all.
 * @throws RangeError for none, for partitions that have nothing to do with each other, and for relative ones
 */
export function sumPartitions(partitions: readonly Partition[], id: string): Partition {
  const [first] = partitions;
  if (!first) throw new RangeError('Cannot sum partitions: there are none');
  for (const each of partitions) assertAlike(first, each);
  const { target, probe, by, header, label } = first;
  const heaps = partitions.map(({ heapUsedBytes }) => heapUsedBytes);
  const cut = partitions.flatMap(({ other }) => other ?? []);
  const dead = partitions.flatMap((each) => each.dead ?? []);
  return {
    target,
    isolate: ALL,
    probe,
    by,
    takenAt: partitions.map(({ takenAt }) => takenAt).sort()[0],
    id,
    ...incarnationOf(first),
    header,
    ...(label !== undefined && { label }),
    ...(isKnown(heaps) && { heapUsedBytes: total(heaps) }),
    ...sumTallies(partitions),
    rows: sumRows(partitions.flatMap(({ rows }) => rows)),
    ...(cut.length > 0 && {
      other: { rows: total(cut.map(({ rows }) => rows)), ...sumTallies(cut), ...sumExtras(cut) },
    }),
    ...(dead.length > 0 && { dead: sumTallies(dead) }),
    ...sumCosts(partitions.map(({ cost }) => cost ?? {})),
  };
}

function assertAlike(first: Partition, { target, incarnation, probe, by, since }: Partition): void {
  if (since) throw new RangeError('Cannot sum partitions: one is relative to a checkpoint of its own isolate');
  if (target !== first.target || incarnation !== first.incarnation)
    throw new RangeError(`Cannot sum partitions: expected all of ${first.target}, one process; got one of ${target}`);
  if (probe !== first.probe || by !== first.by)
    throw new RangeError(
      `Cannot sum partitions: expected all by ${first.by} from ${first.probe}, got ${by} from ${probe}`,
    );
}

function sumRows(rows: readonly Row[]): Row[] {
  const sums = new Map<string, Row[]>();
  for (const row of rows) sums.set(row.kind, [...(sums.get(row.kind) ?? []), row]);
  return [...sums]
    .map(([kind, same]): Row => {
      const estimated = same.some((row) => row.estimated);
      const exactCount = estimated && same.every((row) => row.estimated !== true || row.exactCount);
      return {
        kind,
        ...sumTallies(same),
        ...(estimated && { estimated }),
        ...(exactCount && { exactCount }),
        ...sumExtras(same),
      };
    })
    .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.kind < b.kind ? -1 : 1));
}

function sumExtras(parts: readonly { readonly [E in Extra]?: Tally | undefined }[]): { [E in Extra]?: Tally } {
  const sums: { [E in Extra]?: Tally } = {};
  for (const extra of EXTRAS) {
    const tallies = parts.flatMap((part) => part[extra] ?? []);
    if (tallies.length > 0) sums[extra] = sumTallies(tallies);
  }
  return sums;
}

function sumTallies(tallies: readonly Tally[]): Tally {
  return {
    count: total(tallies.map(({ count }) => count)),
    sizeBytes: total(tallies.map(({ sizeBytes }) => sizeBytes)),
  };
}

const COSTS = ['pauseMs', 'extraBytes', 'transferBytes'] as const;

/** What is not known of one is not known of the sum. */
function sumCosts(costs: readonly Cost[]): Pick<Partition, 'cost'> {
  const cost: Cost = {};
  for (const figure of COSTS) {
    const figures = costs.map((each) => each[figure]);
    if (isKnown(figures)) cost[figure] = total(figures);
  }
  return Object.keys(cost).length > 0 ? { cost } : {};
}

/** One process: what its isolates have, and what none of them has. */
export interface ProcessUsage extends Omit<Usage, 'isolate' | 'takenAt'> {
  /** Those that are summed. */
  readonly isolates: readonly string[];
  /** Of the first reading. */
  readonly takenAt: string;
  /**
   * RSS less what the isolates' heaps have reserved and what they hold outside (ArrayBuffers are in `externalBytes`): the
   * binary and its libraries, stacks, compiled WebAssembly, native modules, what malloc keeps of memory that was freed (after
   * a snapshot: most of it), and the isolates that are not summed here. Negative where heaps have reserved more than they
   * have touched, or are swapped out; memory that isolates share is taken off once for each.
   */
  readonly restBytes: number;
}

/** The sum of readings of one process. `rssBytes` is the last reading's. @throws RangeError for none, or for two processes */
export function sumUsages(usages: readonly Usage[]): ProcessUsage {
  const last = usages.at(-1);
  if (!last) throw new RangeError('Cannot sum usage: there is none');
  const { target, incarnation, rssBytes } = last;
  if (usages.some((each) => each.target !== target || each.incarnation !== incarnation))
    throw new RangeError(`Cannot sum usage: expected all of ${target}, one process`);
  const sumOf = (
    figure: 'heapUsedBytes' | 'heapTotalBytes' | 'heapLimitBytes' | 'externalBytes' | 'arrayBuffersBytes',
  ) => total(usages.map((each) => each[figure]));
  const heapTotalBytes = sumOf('heapTotalBytes');
  const externalBytes = sumOf('externalBytes');
  return {
    target,
    isolates: usages.map(({ isolate }) => isolate),
    ...incarnationOf(last),
    takenAt: usages[0].takenAt,
    heapUsedBytes: sumOf('heapUsedBytes'),
    heapTotalBytes,
    heapLimitBytes: sumOf('heapLimitBytes'),
    externalBytes,
    arrayBuffersBytes: sumOf('arrayBuffersBytes'),
    rssBytes,
    spaces: sumSpaces(usages),
    restBytes: rssBytes - heapTotalBytes - externalBytes,
  };
}

function sumSpaces(usages: readonly Usage[]): Usage['spaces'] {
  const spaces = new Map<string, Usage['spaces'][number]>();
  for (const { name, usedBytes, sizeBytes } of usages.flatMap((each) => each.spaces)) {
    const before = spaces.get(name) ?? { usedBytes: 0, sizeBytes: 0 };
    spaces.set(name, { name, usedBytes: before.usedBytes + usedBytes, sizeBytes: before.sizeBytes + sizeBytes });
  }
  return [...spaces.values()];
}

function isKnown(figures: readonly (number | undefined)[]): figures is readonly number[] {
  return figures.every((figure) => figure !== undefined);
}

function total(figures: readonly number[]): number {
  return figures.reduce((sum, figure) => sum + figure, 0);
}
