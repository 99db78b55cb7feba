/**
 * The largest kinds of the newest partitions, as gauges. How many series there can be at a time is bounded twice: kinds of
 * a partition, and series in all; what is left out of a partition is summed up as the kind `(other)`.
 */
import { Gauge, type Registry } from 'prom-client';
import type { StreamEvent } from '../../protocol/events.ts';
import type { EventLog } from '../log/log.ts';
import { label } from './label.ts';

/** Kinds of a partition that have a series of their own. */
const MAX_KINDS = 20;
/** Series of all partitions. */
const MAX_SERIES = 10_000;

type PartitionEvent = Extract<StreamEvent, { type: 'partition' }>;

export interface KindSeries {
  readonly labels: Readonly<Record<(typeof KIND_LABELS)[number], string>>;
  readonly count: number;
  readonly sizeBytes: number;
}

const KIND_LABELS = ['target', 'isolate', 'probe', 'by', 'kind'] as const;

export function kindGauges(registry: Registry, log: EventLog): void {
  let dropped = 0;
  const gauge = (name: string, help: string, field: 'count' | 'sizeBytes') =>
    new Gauge({
      name,
      help,
      labelNames: KIND_LABELS,
      registers: [registry],
      collect() {
        this.reset();
        const series = kindSeries(newest(log));
        dropped = Math.max(0, series.length - MAX_SERIES);
        for (const each of series.slice(0, MAX_SERIES)) this.inc(each.labels, each[field]);
      },
    });
  gauge('heapwatch_kind_objects', 'Objects of the largest kinds in the newest partition of an isolate.', 'count');
  gauge('heapwatch_kind_bytes', 'Self sizes of the largest kinds in the newest partition of an isolate.', 'sizeBytes');
  new Gauge({
    name: 'heapwatch_kind_series_dropped',
    help: 'Series of kinds that were left out of this scrape, because there are too many.',
    registers: [registry],
    collect() {
      this.set(dropped);
    },
  });
}

/** A series for each of the largest kinds of each partition, and one for the rest of it. */
export function kindSeries(partitions: readonly PartitionEvent[], maxKinds: number = MAX_KINDS): KindSeries[] {
  return partitions.flatMap((partition) => {
    const { rows, count, sizeBytes } = partition;
    const top = rows.slice(0, maxKinds);
    const series = top.map((row) => seriesOf(partition, label(row.kind), row));
    if (top.length === rows.length && !partition.other) return series;
    const rest = {
      count: count - top.reduce((sum, row) => sum + row.count, 0),
      sizeBytes: sizeBytes - top.reduce((sum, row) => sum + row.sizeBytes, 0),
    };
    return [...series, seriesOf(partition, '(other)', rest)];
  });
}

function seriesOf(
  { target, isolate, probe, by }: PartitionEvent,
  kind: string,
  { count, sizeBytes }: { readonly count: number; readonly sizeBytes: number },
): KindSeries {
  const labels = { target: label(target), isolate: label(isolate), probe, by: label(by), kind };
  return { labels, count, sizeBytes };
}

function newest(log: EventLog): PartitionEvent[] {
  return wholePartitions(
    log
      .latest()
      .filter(({ head }) => head.type === 'partition')
      .map(({ event }) => event),
  );
}

/** Partitions of whole heaps: what is relative to a checkpoint is another thing under the same name. */
export function wholePartitions(events: readonly StreamEvent[]): PartitionEvent[] {
  return events.filter((event) => event.type === 'partition' && !event.since) as PartitionEvent[];
}
