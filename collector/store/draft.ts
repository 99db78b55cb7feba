/** A block while samples, or what older blocks know of them, are added to it. */
import { maxOf, minOf } from '../../protocol/extremes.ts';
import { Lines } from '../history/lines.ts';
import { Block, packBlock } from './block.ts';
import { ALL_KINDS } from './rows.ts';
import type { SampleRow, Samples } from './samples.ts';

/** What is sampled, and how many measures each of its lines has. */
export const MEASURES = { partition: 2, usage: 1 } as const;
export type SampledTopic = keyof typeof MEASURES;

/** How long a step of a block is, and how much time, by the clock on the wall, a block holds. */
export interface Grain {
  readonly stepMs: number;
  readonly spanMs: number;
}

/** Columns of `block`, as SQLite gives them. */
export interface StoredBlock {
  /** Of its samples, by the store's own clock: when the oldest and when the newest was appended. */
  readonly since: number;
  readonly aged: number;
  /** Of its newest partition. */
  readonly header: string | null;
  readonly body: ArrayBuffer;
}

export interface DraftOf {
  readonly series: number;
  readonly topic: SampledTopic;
  readonly grain: Grain;
  /** Which of its grain, counted since 1970. */
  readonly number: number;
}

export class Draft {
  readonly #of: DraftOf;
  readonly #lines: Lines<number>;
  readonly #estimated = new Set<number>();
  #header: string | null = null;
  #since = Number.POSITIVE_INFINITY;
  #aged = 0;
  /** Of the samples that were added. */
  #newest: SampleRow | undefined;

  constructor(of: DraftOf) {
    this.#of = of;
    this.#lines = new Lines({ fromMs: 0, stepMs: of.grain.stepMs });
  }

  addSample(row: SampleRow, samples: Samples): void {
    if (this.#of.topic === 'partition') samples.addPartition(this.#lines, row, ALL_KINDS);
    else samples.addUsage(this.#lines, row);
    this.#age(row.aged, row.aged);
    if (row.at >= (this.#newest?.at ?? 0)) this.#newest = row;
  }

  /** @param grain of the stored block, whose time lies in that of this one */
  addBlock(stored: StoredBlock, { stepMs }: Grain): void {
    const block = new Block(new Uint8Array(stored.body), stepMs);
    const all = () => true;
    block.addTo(this.#lines, MEASURES[this.#of.topic], all, all);
    this.#mark(block.ids, new Set(block.estimated));
    this.#header = stored.header;
    this.#age(stored.since, stored.aged);
  }

  /** What the table takes, in the order of its columns. */
  columns(samples: Samples): unknown[] {
    const { series, topic, grain, number } = this.#of;
    if (topic === 'partition' && this.#newest) {
      const { header, estimated, ids } = samples.told(this.#newest);
      this.#header = header;
      this.#mark(ids, estimated);
    }
    const body = packBlock({ lines: this.#lines, stepMs: grain.stepMs, estimated: this.#estimated });
    const at = this.#lines.groups.map(([, { lastAtMs }]) => lastAtMs);
    const span = [minOf(at), maxOf(at), this.#lines.samples];
    return [series, grain.stepMs, number, ...span, this.#since, this.#aged, this.#header, body];
  }

  /** Of these lines those that are estimated, and no others. */
  #mark(ids: readonly number[], estimated: ReadonlySet<number>): void {
    for (const id of ids) {
      if (estimated.has(id)) this.#estimated.add(id);
      else this.#estimated.delete(id);
    }
  }

  #age(since: number, aged: number): void {
    this.#since = Math.min(this.#since, since);
    this.#aged = Math.max(this.#aged, aged);
  }
}
