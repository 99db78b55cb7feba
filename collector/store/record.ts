/**
 * An event as the store keeps it: its shape, its facts, and a partition's rows in columns.
 *
 *     event ─> { at, sample, shape, facts, rows } ─> the same event
 *
 * In the shape of a partition `rows` holds what the columns do not say of the rows: nothing, one object that is true of
 * all (`{"estimated":true}`), or a list with one object for each.
 */
import type { PartitionEvent, StreamEvent } from '../../protocol/events.ts';
import type { Row } from '../../protocol/partition.ts';
import type { NewEvent } from '../log/log.ts';
import { type Folded, fold, type Json, unfold } from './facts.ts';
import { packRows, unpackRows } from './rows.ts';

export interface EventRecord extends Folded {
  /** When it happened, milliseconds since 1970, by the clock of then. */
  readonly atMs: number;
  /** Of a partition: its id. */
  readonly sample: string | null;
  /** Of a partition (rows.ts). */
  readonly rows: Buffer | null;
}

/** @param kindId the dictionary's number for a kind. */
export function recordOf(event: NewEvent, kindId: (kind: string) => number): EventRecord {
  const atMs = Date.parse(instantOf(event));
  if (event.type !== 'partition') return { ...fold(event as Json), atMs, sample: null, rows: null };
  // the id is in a column of its own, where it can be looked for
  const rest = { ...event, id: '', rows: remaindersOf(event.rows) };
  return { ...fold(rest as Json), atMs, sample: event.id, rows: packRows(event.rows, kindId) };
}

function instantOf(event: NewEvent): string {
  if ('takenAt' in event) return event.takenAt;
  return event.type === 'footprint' ? event.to : event.at;
}

/** @param shape as it was parsed from JSON. */
export function eventOf(
  shape: Json,
  { facts, sample, rows }: { facts: Uint8Array; sample: string | null; rows: Uint8Array | null },
  kindOf: (id: number) => string,
): NewEvent {
  const event = unfold(shape, facts);
  if (sample === null || rows === null) return event as unknown as NewEvent;
  const { rows: remainders, ...rest } = event as unknown as Omit<PartitionEvent, 'rows'> & { rows: Remainders };
  const whole = unpackRows(rows, kindOf).map((row, at) => ({
    ...row,
    ...(Array.isArray(remainders) ? remainders[at] : remainders),
  }));
  // in the place that it had among the fields
  return { ...(event as object), ...rest, id: sample, rows: whole } as NewEvent;
}

type Remainder = Omit<Row, 'kind' | 'count' | 'sizeBytes'>;
type Remainders = Remainder | Remainder[];

function remaindersOf(rows: readonly Row[]): Remainders {
  const remainders = rows.map(({ kind: _kind, count: _count, sizeBytes: _sizeBytes, ...rest }) => rest);
  const [first = {}] = remainders;
  const common = JSON.stringify(first);
  const allAlike = !/\d/.test(common) && remainders.every((rest) => JSON.stringify(rest) === common);
  return allAlike ? first : remainders;
}

/** The event without its place in a log. */
export function withoutPlace(event: StreamEvent): NewEvent {
  const { offset: _offset, durable: _durable, replay: _replay, ...rest } = event;
  return rest as NewEvent;
}
