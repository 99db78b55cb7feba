/**
 * The rows of a partition as columns of packed numbers; kinds are numbers of a dictionary.
 *
 *     n | n kinds | n counts | n sizes        each a uint (bytes.ts)
 *
 * One kind is found by reading the kinds alone.
 */
import type { Row, Tally } from '../../protocol/partition.ts';
import { ByteReader, ByteWriter } from './bytes.ts';

/** @param kindId the dictionary's number for a kind. */
export function packRows(rows: readonly Row[], kindId: (kind: string) => number): Buffer {
  const packed = new ByteWriter();
  packed.uint(rows.length);
  for (const { kind } of rows) packed.uint(kindId(kind));
  for (const { count } of rows) packed.uint(count);
  for (const { sizeBytes } of rows) packed.uint(sizeBytes);
  return packed.take();
}

export function unpackRows(packed: Uint8Array, kindOf: (id: number) => string): Row[] {
  const reader = new ByteReader(packed);
  const column = () => Array.from({ length: n }, () => reader.uint());
  const n = reader.uint();
  const kinds = column();
  const counts = column();
  const sizes = column();
  return kinds.map((id, at) => ({ kind: kindOf(id), count: counts[at]!, sizeBytes: sizes[at]! }));
}

/** Kinds by their numbers. */
export interface KindSet {
  readonly size: number;
  has(id: number): boolean;
}

export const ALL_KINDS: KindSet = { size: Number.POSITIVE_INFINITY, has: () => true };

/** A set of kinds' numbers, asked for a hundred times a sample: a flag for each number up to the largest. */
export class KindIds implements KindSet {
  readonly size: number;
  readonly #flags: Uint8Array;

  constructor(ids: readonly number[]) {
    this.size = ids.length;
    this.#flags = new Uint8Array(ids.reduce((largest, id) => Math.max(largest, id), -1) + 1);
    for (const id of ids) this.#flags[id] = 1;
  }

  has(id: number): boolean {
    return this.#flags[id] === 1;
  }
}

/** Calls `take` for each row whose kind is among `wanted`. */
export function findRows(packed: Uint8Array, wanted: KindSet, take: (kindId: number, tally: Tally) => void): void {
  const reader = new ByteReader(packed);
  const n = reader.uint();
  const places: number[] = [];
  const ids: number[] = [];
  let place = 0;
  while (place < n && ids.length < wanted.size) {
    const id = reader.uint();
    if (wanted.has(id)) {
      places.push(place);
      ids.push(id);
    }
    place++;
  }
  if (places.length === 0) return;
  reader.skipUints(n - place);
  const counts = pick(reader, places, n);
  const sizes = pick(reader, places, n);
  for (let at = 0; at < ids.length; at++) take(ids[at]!, { count: counts[at]!, sizeBytes: sizes[at]! });
}

/** The numbers of a column of `n` at rising `places`. */
function pick(reader: ByteReader, places: readonly number[], n: number): number[] {
  let next = 0;
  const picked = places.map((place) => {
    reader.skipUints(place - next);
    next = place + 1;
    return reader.uint();
  });
  reader.skipUints(n - next);
  return picked;
}
