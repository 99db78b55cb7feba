/**
 * Lines over time (a kind's count and size, a gauge), put together step by step from samples, or from groups of samples that
 * were put together before; in any order.
 *
 *     sample, group ─> step number ─> group of the step: how many samples, how many of them whole, when the last was taken
 *                                └──> line ─> cell: in how many of them the line is, and its measures
 *
 * A line that a whole sample lacks is zero there; one that a sample lacks of which lines were left out is not known there.
 */
import type { Line, Measure } from '../../protocol/history.ts';
import type { Steps } from './history.ts';

/** Samples that are reported together. */
export interface Group {
  /** When the last of them was taken, milliseconds since 1970: where the group is. */
  readonly lastAtMs: number;
  readonly samples: number;
  /** Those of which no line was left out. */
  readonly whole: number;
  /** When the last of those was taken; -Infinity where there is none. */
  readonly lastWholeAtMs: number;
}

/** One measure of a line over some samples. */
export interface Summary {
  readonly sum: number;
  readonly min: number;
  readonly max: number;
  readonly last: number;
}

/** Summaries as columns. */
export interface Summaries {
  readonly sum: readonly number[];
  readonly min: readonly number[];
  readonly max: readonly number[];
  readonly last: readonly number[];
}

/** A line at the steps at which something is known of it, by rising number; zeros are filled in. */
export interface Points {
  readonly numbers: readonly number[];
  readonly samples: readonly number[];
  /** For each measure of the line, one for each step. */
  readonly measures: readonly (readonly Summary[])[];
}

/** Where the lines of a sample or of a group are added. */
export interface StepEntry {
  readonly number: number;
  readonly lastAtMs: number;
  readonly whole: number;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

interface Cell {
  /** Samples that have the line. */
  samples: number;
  /** Whole samples that need no zeros any more. */
  whole: number;
  lastAtMs: number;
  readonly measures: Writable<Summary>[];
}

/** Lines followed at once, of ten thousand kinds and their total; more are only counted. */
const MAX_LINES = 10_001;
const ZERO: Summary = { sum: 0, min: 0, max: 0, last: 0 };

export class Lines<Id> {
  readonly #steps: Pick<Steps, 'fromMs' | 'stepMs'>;
  readonly #groups = new Map<number, Writable<Group>>();
  readonly #lines = new Map<Id, Map<number, Cell>>();
  /** The groups by rising number, until another one comes. */
  #sorted: [number, Group][] | undefined;
  #samples = 0;
  #unfollowed = 0;

  constructor(steps: Pick<Steps, 'fromMs' | 'stepMs'>) {
    this.#steps = steps;
  }

  /** All that were taken. */
  get samples(): number {
    return this.#samples;
  }

  /** How often a line was left out because there were too many. */
  get unfollowed(): number {
    return this.#unfollowed;
  }

  get ids(): Id[] {
    return [...this.#lines.keys()];
  }

  /** What was taken at each step, by rising number. */
  get groups(): readonly (readonly [number: number, group: Group])[] {
    this.#sorted ??= [...this.#groups].sort(([a], [b]) => a - b);
    return this.#sorted;
  }

  /** Takes one sample; its lines are then added there. */
  sample(atMs: number, isWhole: boolean): StepEntry {
    const whole = isWhole ? { whole: 1, lastWholeAtMs: atMs } : { whole: 0, lastWholeAtMs: Number.NEGATIVE_INFINITY };
    return this.group({ lastAtMs: atMs, samples: 1, ...whole });
  }

  /** Takes a group; its lines are then merged there. */
  group(group: Group): StepEntry {
    const { lastAtMs, samples, whole, lastWholeAtMs } = group;
    const number = Math.floor((lastAtMs - this.#steps.fromMs) / this.#steps.stepMs);
    this.#samples += samples;
    const known = this.#groups.get(number);
    if (!known) {
      this.#groups.set(number, { ...group });
      this.#sorted = undefined;
    } else {
      known.samples += samples;
      known.whole += whole;
      known.lastAtMs = Math.max(known.lastAtMs, lastAtMs);
      known.lastWholeAtMs = Math.max(known.lastWholeAtMs, lastWholeAtMs);
    }
    return { number, lastAtMs, whole };
  }

  /** A line of a sample. @param values one for each measure, the same number for every line */
  add(place: StepEntry, id: Id, values: readonly number[]): void {
    const cell = this.#cell(place, id, values.length);
    if (!cell) return;
    const isLast = join(cell, place, 1);
    for (let at = 0; at < values.length; at++) {
      const measure = cell.measures[at]!;
      const value = values[at]!;
      measure.sum += value;
      if (value < measure.min) measure.min = value;
      if (value > measure.max) measure.max = value;
      if (isLast) measure.last = value;
    }
  }

  /**
   * A line of a group.
   * @param samples how many of the group have it, zeros that were filled in included
   * @param measures of the line at several groups, of which this is the one `at`
   */
  merge(place: StepEntry, id: Id, samples: number, measures: readonly Summaries[], at: number): void {
    const cell = this.#cell(place, id, measures.length);
    if (!cell) return;
    const isLast = join(cell, place, samples);
    for (let which = 0; which < measures.length; which++) {
      const { sum, min, max, last } = measures[which]!;
      const measure = cell.measures[which]!;
      measure.sum += sum[at]!;
      if (min[at]! < measure.min) measure.min = min[at]!;
      if (max[at]! > measure.max) measure.max = max[at]!;
      if (isLast) measure.last = last[at]!;
    }
  }

  /** The last value of a measure of a line; 0 where nothing is known of it. */
  last(id: Id, measure: number): number {
    const cells = this.#lines.get(id);
    for (let at = this.groups.length - 1; cells && at >= 0; at--) {
      const [number, group] = this.groups[at]!;
      const cell = cells.get(number);
      if (cell) return withZeros(cell, group).measures[measure]?.last ?? 0;
      if (group.whole > 0) return 0;
    }
    return 0;
  }

  points(id: Id): Points {
    const cells = this.#lines.get(id) ?? new Map<number, Cell>();
    const measureCount = cells.values().next().value?.measures.length ?? 0;
    const filled = this.groups.flatMap(([number, group]) => {
      const cell = cells.get(number);
      if (cell) return [{ number, ...withZeros(cell, group) }];
      const measures = new Array<Summary>(measureCount).fill(ZERO);
      return group.whole > 0 ? [{ number, samples: group.whole, measures }] : [];
    });
    return {
      numbers: filled.map(({ number }) => number),
      samples: filled.map(({ samples }) => samples),
      measures: Array.from({ length: measureCount }, (_, at) => filled.map(({ measures }) => measures[at]!)),
    };
  }

  /** The points of a line as the protocol has them, without the measures. */
  head({ numbers, samples }: Points): { at: string[]; samples: number[] } {
    const { fromMs, stepMs } = this.#steps;
    return { at: numbers.map((number) => new Date(fromMs + number * stepMs).toISOString()), samples: [...samples] };
  }

  #cell({ number }: StepEntry, id: Id, measures: number): Cell | undefined {
    let line = this.#lines.get(id);
    if (!line) {
      if (this.#lines.size >= MAX_LINES) {
        this.#unfollowed++;
        return undefined;
      }
      line = new Map();
      this.#lines.set(id, line);
    }
    let cell = line.get(number);
    if (!cell) {
      cell = {
        samples: 0,
        whole: 0,
        lastAtMs: Number.NEGATIVE_INFINITY,
        measures: Array.from({ length: measures }, unknown),
      };
      line.set(number, cell);
    }
    return cell;
  }
}

function unknown(): Writable<Summary> {
  return { sum: 0, min: Number.POSITIVE_INFINITY, max: Number.NEGATIVE_INFINITY, last: 0 };
}

/** Whether what joins is the newest that the cell has. */
function join(cell: Cell, { lastAtMs, whole }: StepEntry, samples: number): boolean {
  cell.samples += samples;
  cell.whole += whole;
  if (lastAtMs < cell.lastAtMs) return false;
  cell.lastAtMs = lastAtMs;
  return true;
}

function withZeros(cell: Cell, group: Group): { samples: number; measures: readonly Summary[] } {
  const zeros = group.whole - cell.whole;
  if (zeros <= 0) return cell;
  const isGone = cell.lastAtMs < group.lastWholeAtMs;
  const measures = cell.measures.map(({ sum, min, max, last }) => {
    return { sum, min: Math.min(0, min), max: Math.max(0, max), last: isGone ? 0 : last };
  });
  return { samples: cell.samples + zeros, measures };
}

/** One measure of a line as the protocol has it. */
export function measureOf({ samples }: Points, summaries: readonly Summary[] = []): Measure {
  return {
    min: summaries.map(({ min }) => min),
    mean: summaries.map(({ sum }, at) => sum / samples[at]!),
    max: summaries.map(({ max }) => max),
    last: summaries.map(({ last }) => last),
  };
}

/** One measure of a line over an axis of steps, rising, which has all that the line has. */
export function lineOf({ numbers, measures }: Points, measure: number, axis: readonly number[]): Line {
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  const last: (number | null)[] = [];
  let at = 0;
  for (const number of axis) {
    if (numbers[at] !== number) {
      last.push(null);
      continue;
    }
    const summary = measures[measure]![at++]!;
    min = Math.min(min, summary.min);
    max = Math.max(max, summary.max);
    last.push(summary.last);
  }
  return { min: Math.min(min, max), max, last };
}
