/**
 * What is left of the samples of a series over some steps (hours, days), in columns: of each line only how it went.
 *
 *     head    n steps | n numbers, the first and then differences | n × how long after its beginning the last sample was
 *             taken | n samples | n whole ones | n × how long before the last one the last whole one was, more by 1; or 0
 *             k lines | k ids, the first and then differences | k × estimated | k lengths in bytes
 *     line    n × samples of the step that have it, less than all | its measures, each of them over the steps that have it:
 *             last, difference from the step before | last - min | max - last | sum - samples × last
 *
 * One line is read without reading the others. What stays the same costs next to nothing: most columns are all zero.
 */
import { maxOf } from '../../protocol/extremes.ts';
import type { Group, Lines, StepEntry, Summaries } from '../history/lines.ts';
import { ByteReader, ByteWriter } from './bytes.ts';
import { readColumn, writeColumn } from './column.ts';

/** Lines of a block: beyond, those whose greatest values are smallest are let go, and no sample counts as whole. */
const MAX_LINES = 2_000;

export interface BlockSource {
  /** Whose numbers count steps since 1970. */
  readonly lines: Lines<number>;
  readonly stepMs: number;
  /** Lines whose figures are estimates. */
  readonly estimated: ReadonlySet<number>;
}

export function packBlock({ lines, stepMs, estimated }: BlockSource): Buffer {
  const ids = heldIds(lines);
  const isCut = ids.length < lines.ids.length || lines.unfollowed > 0;
  const groups = lines.groups.map(([number, group]): [number, Group] => {
    return [number, isCut ? { ...group, whole: 0, lastWholeAtMs: Number.NEGATIVE_INFINITY } : group];
  });
  const bodies = ids.map((id) => packLine(lines, id, groups));
  const packed = new ByteWriter();
  packed.uint(groups.length);
  const steps = [
    differences(groups.map(([number]) => number)),
    groups.map(([number, { lastAtMs }]) => lastAtMs - number * stepMs),
    groups.map(([, { samples }]) => samples),
    groups.map(([, { whole }]) => whole),
    groups.map(([, { lastAtMs, whole, lastWholeAtMs }]) => (whole > 0 ? lastAtMs - lastWholeAtMs + 1 : 0)),
  ];
  for (const column of steps) writeColumn(packed, column);
  packed.uint(ids.length);
  const directory = [differences(ids), ids.map((id) => Number(estimated.has(id))), bodies.map(({ length }) => length)];
  for (const column of directory) writeColumn(packed, column);
  for (const body of bodies) packed.bytes(body);
  return packed.take();
}

/** Reads one block: its head at once, its lines when they are asked for. */
export class Block {
  /** Of each step. */
  readonly groups: readonly Group[];
  /** Rising. */
  readonly ids: readonly number[];
  readonly #estimated: readonly number[];
  readonly #bytes: Uint8Array;
  readonly #lengths: readonly number[];
  /** Where the lines begin. */
  readonly #start: number;

  constructor(bytes: Uint8Array, stepMs: number) {
    this.#bytes = bytes;
    const reader = new ByteReader(bytes);
    const n = reader.uint();
    const numbers = sums(readColumn(reader, n));
    const [after, samples, whole, before] = Array.from({ length: 4 }, () => readColumn(reader, n)) as [
      number[],
      number[],
      number[],
      number[],
    ];
    this.groups = numbers.map((number, at) => {
      const lastAtMs = number * stepMs + after[at]!;
      const lastWholeAtMs = before[at] === 0 ? Number.NEGATIVE_INFINITY : lastAtMs - before[at]! + 1;
      return { lastAtMs, samples: samples[at]!, whole: whole[at]!, lastWholeAtMs };
    });
    const k = reader.uint();
    this.ids = sums(readColumn(reader, k));
    this.#estimated = readColumn(reader, k);
    this.#lengths = readColumn(reader, k);
    this.#start = reader.position;
  }

  get estimated(): number[] {
    return this.ids.filter((_, at) => this.#estimated[at] === 1);
  }

  /**
   * Adds to `into` the steps that `fits` takes, and of them the lines that are wanted.
   * @param measures of each line
   */
  addTo(into: Lines<number>, measures: number, fits: (group: Group) => boolean, wanted: (id: number) => boolean): void {
    const places = this.groups.map((group) => (fits(group) ? into.group(group) : undefined));
    let start = this.#start;
    for (let line = 0; line < this.ids.length; line++) {
      const id = this.ids[line]!;
      const end = start + this.#lengths[line]!;
      if (wanted(id)) this.#addLine(into, id, this.#bytes.subarray(start, end), measures, places);
      start = end;
    }
  }

  #addLine(
    into: Lines<number>,
    id: number,
    bytes: Uint8Array,
    measures: number,
    places: readonly (StepEntry | undefined)[],
  ): void {
    const reader = new ByteReader(bytes);
    const missing = readColumn(reader, this.groups.length);
    const samples: number[] = [];
    const at: (StepEntry | undefined)[] = [];
    for (const [step, group] of this.groups.entries()) {
      if (group.samples <= missing[step]!) continue;
      samples.push(group.samples - missing[step]!);
      at.push(places[step]);
    }
    const columns = Array.from({ length: measures }, () => readMeasure(reader, samples));
    for (let step = 0; step < at.length; step++) {
      const place = at[step];
      if (place) into.merge(place, id, samples[step]!, columns, step);
    }
  }
}

/** The lines that there is room for, rising. */
function heldIds(lines: Lines<number>): number[] {
  const { ids } = lines;
  if (ids.length > MAX_LINES) {
    const greatest = new Map(
      ids.map((id) => [id, maxOf((lines.points(id).measures.at(-1) ?? []).map(({ max }) => max))]),
    );
    ids.sort((a, b) => greatest.get(b)! - greatest.get(a)!);
  }
  return ids.slice(0, MAX_LINES).sort((a, b) => a - b);
}

function packLine(lines: Lines<number>, id: number, groups: readonly (readonly [number, Group])[]): Buffer {
  const packed = new ByteWriter(256);
  const { numbers, samples, measures } = lines.points(id);
  const places = new Map(numbers.map((number, place) => [number, place]));
  const samplesAt = (number: number) => samples[places.get(number) ?? -1] ?? 0;
  writeColumn(
    packed,
    groups.map(([number, group]) => group.samples - samplesAt(number)),
  );
  for (const steps of measures) {
    const columns = [
      differences(steps.map(({ last }) => last)),
      steps.map(({ last, min }) => last - min),
      steps.map(({ last, max }) => max - last),
      steps.map(({ last, sum }, at) => sum - samples[at]! * last),
    ];
    for (const column of columns) writeColumn(packed, column);
  }
  return packed.take();
}

/** One measure of a line over the steps that have it. @param samples of each such step */
function readMeasure(reader: ByteReader, samples: readonly number[]): Summaries {
  const n = samples.length;
  const last = sums(readColumn(reader, n));
  const [min, max, sum] = [readColumn(reader, n), readColumn(reader, n), readColumn(reader, n)];
  for (let at = 0; at < n; at++) {
    min[at] = last[at]! - min[at]!;
    max[at] = last[at]! + max[at]!;
    sum[at] = samples[at]! * last[at]! + sum[at]!;
  }
  return { last, min, max, sum };
}

function differences(values: readonly number[]): number[] {
  return values.map((value, at) => value - (values[at - 1] ?? 0));
}

/** Sums up in place. */
function sums(differences: number[]): number[] {
  for (let at = 1; at < differences.length; at++) differences[at]! += differences[at - 1]!;
  return differences;
}
