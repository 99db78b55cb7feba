/** Readings as a feed tells them, made by hand; and lines of a picture as plain text. */

import { lineWidth, type StyledLine } from '../../collector/tail/spans.ts';
import type { TailEvent } from '../../collector/tail/tail-event.ts';
import type { Partition, Row } from '../../protocol/partition.ts';

const START_MS = Date.parse('2026-11-22T06:24:45.000Z');

/** An instant, seconds after the start. */
export function at(seconds: number): string {
  return new Date(START_MS + seconds * 1000).toISOString();
}

export function usageReading(seconds: number, heapUsedBytes: number, target = 'api'): TailEvent {
  const usage = {
    target,
    isolate: 'main',
    takenAt: at(seconds),
    heapUsedBytes,
    heapTotalBytes: 2 * heapUsedBytes,
    heapLimitBytes: 4 * 2 ** 30,
    externalBytes: 2 ** 20,
    arrayBuffersBytes: 0,
    rssBytes: 3 * heapUsedBytes,
    spaces: [],
  };
  return { is: 'usage', usage };
}

/** Of kinds by their counts; an object takes 32 bytes. */
export function partitionReading(
  seconds: number,
  counts: Readonly<Record<string, number>>,
  over: Partial<Partition> = {},
): TailEvent & { is: 'partition' } {
  const rows: Row[] = Object.entries(counts).map(([kind, count]) => ({ kind, count, sizeBytes: count * 32 }));
  const count = rows.reduce((sum, row) => sum + row.count, 0);
  const partition: Partition = {
    target: 'api',
    isolate: 'main',
    probe: 'types',
    by: 'kind',
    takenAt: at(seconds),
    id: `at ${seconds}`,
    header: 'Kind (by V8 type)',
    count,
    sizeBytes: count * 32,
    rows,
    cost: { pauseMs: 40 },
    ...over,
  };
  return { is: 'partition', partition };
}

export function attachedReading(target = 'api'): TailEvent {
  const state = {
    state: 'attached',
    incarnation: 'pid 4711, started 2026-11-22T05:00:00.000Z',
    process: { pid: 4711, startedAtMs: Date.parse('2026-11-22T05:00:00Z') },
    nodeVersion: 'v20.20.2',
  };
  return { is: 'state', target, state: state as { state: 'attached' } };
}

/** Lines between bars, so that blanks at their end and their width can be seen. */
export function drawn(lines: readonly StyledLine[], columns: number): string {
  return lines
    .map((line) => `|${line.map(({ text }) => text).join('')}${' '.repeat(columns - lineWidth(line))}|`)
    .join('\n');
}
