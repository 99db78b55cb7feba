/** What a tail tells of an event: gauges, and the kinds that changed most since the reading before. */
import type { StreamEvent } from '../../protocol/events.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import { humanSize, signed } from '../../protocol/human.ts';
import type { Partition } from '../../protocol/partition.ts';

/** Kinds of a reading that are shown. */
const TAILED_KINDS = 5;

/** @param last partition of each sort, which is replaced */
export function tailLines(event: StreamEvent, glob: string, last: Map<string, Partition>): string[] {
  if (event.type === 'usage') {
    const { takenAt, isolate, heapUsedBytes, externalBytes, rssBytes } = event;
    const figures = `heap ${humanSize(heapUsedBytes)}, external ${humanSize(externalBytes)}, RSS ${humanSize(rssBytes)}`;
    return [`${takenAt}  ${isolate}  ${figures}`];
  }
  if (event.type !== 'partition' || event.since) return [];
  const { takenAt, isolate, probe, by, count, sizeBytes, rows } = event;
  const sort = `${isolate} ${probe} ${by}`;
  const before = new Map(last.get(sort)?.rows.map((row) => [row.kind, row.sizeBytes]));
  const isFirst = !last.has(sort);
  last.set(sort, event);
  const changed = rows
    .filter(({ kind }) => matchesGlob(glob, kind))
    .map((row) => ({ ...row, gain: isFirst ? 0 : row.sizeBytes - (before.get(row.kind) ?? 0) }))
    .toSorted((a, b) => Math.abs(b.gain) - Math.abs(a.gain))
    .slice(0, TAILED_KINDS)
    .map(
      ({ kind, count, sizeBytes, gain }) =>
        `    ${kind}  ${count}  ${humanSize(sizeBytes)}  ${signed(gain, humanSize)}`,
    );
  return [`${takenAt}  ${isolate} by ${by} from ${probe}: ${count} objects, ${humanSize(sizeBytes)}`, ...changed];
}
