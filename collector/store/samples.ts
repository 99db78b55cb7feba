/** Adds stored samples to lines, reading of each no more than it takes. */
import type { PartitionEvent } from '../../protocol/events.ts';
import type { Lines } from '../history/lines.ts';
import { TOTAL } from '../history/partition-lines.ts';
import { addUsage, GAUGES } from '../history/usage-lines.ts';
import type { Connection } from './database.ts';
import { Words } from './dictionary.ts';
import { FactPlan, type Json } from './facts.ts';
import { eventOf } from './record.ts';
import { findRows, type KindSet } from './rows.ts';

/** Columns of `event`, as SQLite gives them. */
export interface SampleRow {
  readonly at: number;
  readonly aged: number;
  readonly shape: number;
  readonly facts: ArrayBuffer;
  /** Null where it is no partition. */
  readonly rows: ArrayBuffer | null;
}

/** What is known of a shape. */
interface Plan {
  readonly facts: FactPlan;
  readonly isWhole: boolean;
}

/** Shapes remembered at once. */
const MAX_PLANS = 10_000;

export class Samples {
  readonly #shapes: Words;
  readonly #plans = new Map<number, Plan>();

  constructor(db: Connection) {
    this.#shapes = new Words(db, 'shape');
  }

  /** The lines are kinds by their numbers, and TOTAL. */
  addPartition(lines: Lines<number>, { at, shape, facts, rows }: SampleRow, wanted: KindSet): void {
    const plan = this.#plan(shape);
    const place = lines.sample(at, plan.isWhole);
    lines.add(place, TOTAL, plan.facts.numbers(new Uint8Array(facts), ['count', 'sizeBytes']));
    findRows(new Uint8Array(rows!), wanted, (kind, { count, sizeBytes }) => lines.add(place, kind, [count, sizeBytes]));
  }

  /** The lines are gauges by their places among GAUGES. */
  addUsage(lines: Lines<number>, { at, shape, facts }: SampleRow): void {
    addUsage(lines, at, this.#plan(shape).facts.numbers(new Uint8Array(facts), GAUGES));
  }

  /** What a partition tells of itself beside its figures: its header, its kinds, and which of them are estimated. */
  told({ shape, facts, rows }: SampleRow): { header: string; ids: number[]; estimated: Set<number> } {
    const stored = { facts: new Uint8Array(facts), sample: '', rows: new Uint8Array(rows!) };
    const event = eventOf(JSON.parse(this.#shapes.text(shape)) as Json, stored, String) as PartitionEvent;
    const ids = event.rows.map(({ kind }) => Number(kind));
    return { header: event.header, ids, estimated: new Set(ids.filter((_, at) => event.rows[at]!.estimated)) };
  }

  #plan(shapeId: number): Plan {
    const known = this.#plans.get(shapeId);
    if (known) return known;
    if (this.#plans.size >= MAX_PLANS) this.#plans.clear();
    const shape = JSON.parse(this.#shapes.text(shapeId)) as { readonly [key: string]: Json };
    const plan = { facts: new FactPlan(shape), isWhole: !('other' in shape) };
    this.#plans.set(shapeId, plan);
    return plan;
  }
}
