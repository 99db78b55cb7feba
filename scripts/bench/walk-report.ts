/** What walks of one heap cost beside a census and a snapshot, and the goals that they are held against. */
import type { Goal } from './goals.ts';
import { median } from './median.ts';
import { table } from './report.ts';
import type { WalkReading } from './walk-reader.ts';

export interface WalkResult {
  readonly node: string;
  /** A Node that does nothing. */
  readonly bare: WalkReading;
  /** A bare copy of the same pages, by class, the graph with retained sizes of all nodes. */
  readonly copy: WalkReading;
  readonly classes: WalkReading;
  readonly graph: WalkReading;
  /** Undefined: not run. */
  readonly censusMs: number | undefined;
  readonly snapshotMs: number | undefined;
  /** What the walks added to the target's RSS. */
  readonly targetBytes: number;
}

const MB = 2 ** 20;
/** Readings of the target's RSS differ by so much without anything done. */
const NOISE_BYTES = 2 * MB;

export function walkTable({ node, bare, copy, classes, graph, censusMs, snapshotMs }: WalkResult): string {
  const heap = classes.heapBytes;
  const row = (name: string, { answerMs, stopMs, cpuMs, peakRssBytes }: WalkReading) => [
    name,
    median(stopMs).toFixed(0),
    median(answerMs).toFixed(0),
    median(cpuMs).toFixed(0),
    (peakRssBytes / MB).toFixed(0),
    (peakRssBytes / heap).toFixed(2),
    ((peakRssBytes - bare.peakRssBytes) / heap).toFixed(2),
  ];
  const other = (name: string, ms: number | undefined) =>
    ms === undefined ? [] : [[name, '', ms.toFixed(0), '', '', '', '']];
  return [
    `Node ${node}: ${(heap / MB).toFixed(0)} MB of heap`,
    table(
      ['reading', 'stop ms', 'answer ms', 'our CPU ms', 'our RSS MB', 'of the heap', 'beyond bare Node'],
      [
        ['bare Node', '', '', '', (bare.peakRssBytes / MB).toFixed(0), (bare.peakRssBytes / heap).toFixed(2), ''],
        row('bare copy', copy),
        row('walk by class', classes),
        row('graph with retained sizes', graph),
        ...other('census', censusMs),
        ...other('snapshot with retained sizes', snapshotMs),
      ],
    ),
  ].join('\n');
}

export function walkGoals({ copy, classes, graph, censusMs, snapshotMs, targetBytes }: WalkResult): Goal[] {
  const heap = classes.heapBytes;
  const stopMs = median(classes.stopMs);
  const goals: Goal[] = [];
  const most = (text: string, value: number, limit: number, unit: string) =>
    goals.push({ text: `${text}, at most ${limit}`, measured: `${value.toFixed(2)} ${unit}`, met: value <= limit });
  const least = (text: string, value: number, limit: number) =>
    goals.push({
      text: `${text}, at least ${limit} times`,
      measured: `${value.toFixed(1)} times`,
      met: value >= limit,
    });
  most('stop a GB', (stopMs * 2 ** 30) / heap / 1_000, 0.7, 's');
  most('stop in bare copies of the same pages', stopMs / median(copy.answerMs), 1.5, 'copies');
  if (censusMs !== undefined) least('by class faster than a census', censusMs / median(classes.answerMs), 10);
  if (snapshotMs !== undefined) {
    least('by class faster than a snapshot', snapshotMs / median(classes.answerMs), 40);
    least('graph with retained sizes faster than a snapshot', snapshotMs / median(graph.answerMs), 10);
  }
  most('our RSS by class, of the heap', classes.peakRssBytes / heap, 1.5, 'heaps');
  most('RSS added to the target', Math.max(0, targetBytes - NOISE_BYTES) / MB, 0, 'MB');
  return goals;
}
