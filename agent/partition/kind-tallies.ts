/** Born, freed and survived by kind, and the rows they make. */
import type { Row, Since, Tally } from '../../protocol/partition.ts';
import { bySizeThenKind } from './partition.ts';

export interface KindTally {
  readonly born: Tally;
  readonly freed: Tally;
  readonly survived: Tally;
}

export interface TalliedRows extends Tally {
  readonly rows: Row[];
  readonly since: Pick<Since, 'freed' | 'survived' | 'leftOut'>;
}

export class KindTallies {
  readonly #ofKind = new Map<string, KindTally>();
  /** What of the later heap cannot be compared: with what was born and what survived it is the whole. */
  readonly leftOut: Tally = none();

  of(kind: string): KindTally {
    let tally = this.#ofKind.get(kind);
    if (tally === undefined) {
      tally = { born: none(), freed: none(), survived: none() };
      this.#ofKind.set(kind, tally);
    }
    return tally;
  }

  /** A kind of which nothing was born or freed has no row; `since` counts its survivors too. */
  rows(): TalliedRows {
    const rows: Row[] = [];
    const sums: KindTally = { born: none(), freed: none(), survived: none() };
    for (const [kind, { born, freed, survived }] of this.#ofKind) {
      merge(sums.born, born);
      merge(sums.freed, freed);
      merge(sums.survived, survived);
      if (born.count > 0 || freed.count > 0) rows.push({ kind, ...born, freed, survived });
    }
    const { born, freed, survived } = sums;
    return { ...born, rows: rows.sort(bySizeThenKind), since: { freed, survived, leftOut: { ...this.leftOut } } };
  }
}

function none(): Tally {
  return { count: 0, sizeBytes: 0 };
}

/** One object more. */
export function add(tally: Tally, sizeBytes: number): void {
  tally.count++;
  tally.sizeBytes += sizeBytes;
}

/** All of `tally` more. */
export function merge(sum: Tally, tally: Tally): void {
  sum.count += tally.count;
  sum.sizeBytes += tally.sizeBytes;
}
