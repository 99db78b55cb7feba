/**
 * Every kind of one source over a span of time: what is stored, page by page, and what comes.
 *
 *     pages of history ─> addStored ─┐
 *     live partitions ──> take ──────┴─> lines, over the steps of which there are samples
 */
import { type ReadonlySignal, signal } from '@preact/signals-core';
import type { KindLines } from '../../../../../protocol/history.ts';
import type { Partition } from '../../../../../protocol/partition.ts';
import { KindLine } from './kind-line.ts';
import { KindTrail } from './kind-trail.ts';

type Sample = Pick<Partition, 'takenAt' | 'rows' | 'other'>;

/** Kinds that are followed; what is beyond is in heapy's table and nowhere else. */
const MAX_KINDS = 20_000;

export class WallLines {
  readonly stepMs: number;
  #steps: number[] = [];
  readonly #lines = new Map<string, KindLine>();
  readonly #version = signal(0);
  #lastTakenMs: number;

  /** @param toMs of the stored samples: what was taken later is new */
  constructor(stepMs: number, toMs = Number.NEGATIVE_INFINITY) {
    this.stepMs = stepMs;
    this.#lastTakenMs = toMs;
  }

  /** Rises whenever a line has changed. */
  get version(): ReadonlySignal<number> {
    return this.#version;
  }

  /** In no order that means anything. */
  get lines(): KindLine[] {
    return [...this.#lines.values()];
  }

  /** The steps at which there are samples, rising. */
  get steps(): readonly number[] {
    return this.#steps;
  }

  /** A page of what is stored. Kinds of which something newer came meanwhile keep it. */
  addStored({ at, kinds }: KindLines): void {
    const steps = at.map((begin) => Math.floor(Date.parse(begin) / this.stepMs));
    for (const step of steps) this.#addStep(step);
    for (const { kind, estimated, count, sizeBytes } of kinds) {
      const later = this.#lines.get(kind);
      const line = new KindLine(kind, {
        count: trailOf(steps, count),
        sizeBytes: trailOf(steps, sizeBytes),
        estimated: estimated ?? false,
      });
      if (later) line.continueWith(later);
      this.#lines.set(kind, line);
    }
    this.#version.value++;
  }

  /** Takes a sample, unless it or a later one was there already. */
  take({ takenAt, rows, other }: Sample): void {
    const takenMs = Date.parse(takenAt);
    if (takenMs <= this.#lastTakenMs) return;
    this.#lastTakenMs = takenMs;
    const step = Math.floor(takenMs / this.stepMs);
    this.#addStep(step);
    for (const row of rows) this.#line(row.kind)?.append(step, row);
    // where no row was left out, a kind that has none has no objects
    if (!other) this.#zero(step, new Set(rows.map(({ kind }) => kind)));
    this.#version.value++;
  }

  /** Leaves out what was before `fromMs`. */
  dropBefore(fromMs: number): void {
    const first = Math.floor(fromMs / this.stepMs);
    if (!(this.#steps[0]! < first)) return;
    this.#steps = this.#steps.filter((step) => step >= first);
    for (const line of this.#lines.values()) line.dropBefore(first);
    this.#version.value++;
  }

  #addStep(step: number): void {
    if (this.#steps.at(-1) === step || this.#steps.includes(step)) return;
    this.#steps.push(step);
    this.#steps.sort((a, b) => a - b);
  }

  #line(kind: string): KindLine | undefined {
    const known = this.#lines.get(kind);
    if (known) return known;
    if (this.#lines.size >= MAX_KINDS) return undefined;
    const line = new KindLine(kind);
    this.#lines.set(kind, line);
    return line;
  }

  #zero(step: number, present: ReadonlySet<string>): void {
    for (const line of this.#lines.values()) {
      if (!present.has(line.kind) && line.count.last > 0) line.append(step, { count: 0, sizeBytes: 0 });
    }
  }
}

function trailOf(steps: readonly number[], { last, ...bounds }: KindLines['kinds'][number]['count']): KindTrail {
  const known = steps.filter((_, i) => last[i] !== null);
  const values = last.filter((value) => value !== null);
  return new KindTrail(known, values, bounds);
}
