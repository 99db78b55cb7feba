/** The history of a collector without a store, out of what its log still holds in memory (ring-history.ts: from a thread). */
import type { PartitionEvent, StreamEvent, UsageEvent } from '../../protocol/events.ts';
import { matchesGlob } from '../../protocol/glob.ts';
import type { EventsQuery, EventsResult } from '../../protocol/happenings.ts';
import type { HistoryQuery, HistoryResult, PartitionHistory } from '../../protocol/history.ts';
import type { PartitionsQuery, PartitionsResult } from '../../protocol/partitions.ts';
import type { EventHead } from '../log/log.ts';
import { HAPPENINGS, happenedMs, happenings, isHappening } from './happenings.ts';
import { type History, type Span, type Steps, spanOf, stepsOf } from './history.ts';
import { Lines } from './lines.ts';
import { newestHeads } from './partition-heads.ts';
import { addPartition, partitionHistory, type TallyLines } from './partition-lines.ts';
import { addUsage, GAUGES, usageHistory } from './usage-lines.ts';

/** Events by rising offset, each parsed when it is read. */
export interface EventSource {
  readonly entries: readonly { readonly head: EventHead; readonly event: StreamEvent }[];
}

export class LogHistory implements History {
  readonly #log: EventSource;

  constructor(log: EventSource) {
    this.#log = log;
  }

  async query(query: HistoryQuery): Promise<HistoryResult> {
    const span = spanOf(query);
    const samples = this.#samples(query, span);
    const { target, stepMs } = query;
    const [first] = samples;
    if (!first) return { target, stepMs: stepMs ?? 0, partitions: [], usage: [] };
    const taken = samples.map(({ takenAt }) => Date.parse(takenAt)).sort((a, b) => a - b);
    const steps = stepsOf({ fromMs: taken[0]!, toMs: taken.at(-1)! }, query);
    const ends = { from: new Date(taken[0]!).toISOString(), to: new Date(steps.toMs).toISOString() };
    const partitions = samples.filter((sample) => sample.type === 'partition');
    const readings = samples.filter((sample) => sample.type === 'usage');
    return {
      target,
      ...ends,
      stepMs: steps.stepMs,
      partitions: partitionHistories(partitions, steps, query),
      usage: readings.length === 0 ? [] : [usageOf(readings, steps, query)],
    };
  }

  async events({ target, limit, ...span }: EventsQuery): Promise<EventsResult> {
    const { fromMs, toMs } = spanOf(span);
    const events = this.#log.entries
      .filter(({ head }) => head.target === target && Object.hasOwn(HAPPENINGS, head.type))
      .map(({ event }) => event)
      .filter((event) => isHappening(event))
      .filter((event) => happenedMs(event) >= fromMs && happenedMs(event) <= toMs);
    return happenings(events, limit);
  }

  async partitions(query: PartitionsQuery): Promise<PartitionsResult> {
    const samples = this.#samples(query, spanOf(query)).filter((sample) => sample.type === 'partition');
    return newestHeads(samples, query.limit);
  }

  #samples(query: HistoryQuery, { fromMs, toMs }: Span): (PartitionEvent | UsageEvent)[] {
    const { target, topic = 'partition', isolate = 'main', probe, by } = query;
    const fits = (sample: PartitionEvent | UsageEvent): boolean => {
      const takenMs = Date.parse(sample.takenAt);
      if (takenMs < fromMs || takenMs > toMs) return false;
      if (sample.type === 'usage') return true;
      return (probe ?? sample.probe) === sample.probe && (by ?? sample.by) === sample.by && !sample.since;
    };
    return this.#log.entries
      .filter(({ head }) => head.type === topic && head.target === target && head.isolate === isolate)
      .map((entry) => entry.event as PartitionEvent | UsageEvent)
      .filter(fits);
  }
}

function partitionHistories(samples: readonly PartitionEvent[], steps: Steps, query: HistoryQuery): PartitionHistory[] {
  const { kind = '*' } = query;
  const histories = new Map<string, { newest: PartitionEvent; lines: TallyLines<string> }>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.probe, sample.by]);
    const history = histories.get(key) ?? { newest: sample, lines: new Lines(steps) };
    histories.set(key, history);
    history.newest = sample;
    const rows = sample.rows.filter((row) => matchesGlob(kind, row.kind));
    addPartition(history.lines, Date.parse(sample.takenAt), { total: sample, isWhole: !sample.other, rows });
  }
  return [...histories.values()].map(({ newest, lines }) =>
    partitionHistory(lines, newest, query, (name) => name, estimated(newest)),
  );
}

function usageOf(samples: readonly UsageEvent[], steps: Steps, { isolate = 'main', kind = '*' }: HistoryQuery) {
  const lines = new Lines<number>(steps);
  for (const sample of samples) {
    const values = GAUGES.map((gauge) => sample[gauge] ?? Number.NaN);
    addUsage(lines, Date.parse(sample.takenAt), values);
  }
  return usageHistory(lines, isolate, (gauge) => matchesGlob(kind, gauge));
}

/** The kinds of a sample whose sizes are estimates. */
function estimated({ rows }: Pick<PartitionEvent, 'rows'>): ReadonlySet<string> {
  return new Set(rows.filter((row) => row.estimated).map((row) => row.kind));
}
