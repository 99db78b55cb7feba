/** The counts of a census by kind, weighed: its rows, in the words of a snapshot's partition. */
import type { Partition, Row, Tally } from '../../../protocol/partition.ts';
import { classTexts } from '../../classify/naming/class-texts.ts';
import { locationNames, type ScriptLocation } from '../../classify/naming/location-names.ts';
import { WORD_OF_TYPE } from '../../classify/naming/words.ts';
import { bySizeThenKind, limitRows, sumOf } from '../../partition/partition.ts';
import { weighed } from './sizes.ts';
import { unseen } from './unseen.ts';

/** What was counted, and what it is held against. */
export interface CensusSlots {
  readonly functions: number;
  /** Of each prototype, or own `Symbol.toStringTag`. */
  readonly slots: readonly { readonly name: string; readonly count: number; readonly place?: ScriptLocation }[];
  readonly takenAt: string;
  readonly liveBytes: number;
  readonly totals?: Partition;
  readonly sizes?: ReadonlyMap<string, number>;
  /** Rows that are wanted; the rest goes into `other`. Absent: all. */
  readonly limit?: number;
}

export interface CensusRows extends Tally {
  readonly rows: Row[];
  readonly other?: NonNullable<Partition['other']>;
  /** What has to be said of what is not seen: a sentence without its end. */
  readonly remark?: string;
}

export function censusRows({ totals, sizes, takenAt, liveBytes, limit, ...counted }: CensusSlots): CensusRows {
  const seen = weighed(countsByKind(counted), { ...(totals && { totals }), ...(sizes && { sizes }) });
  const { row, remark } = totals ? unseen({ ...sumOf(seen), takenAt, liveBytes }, totals) : {};
  const rows = row ? [...seen, row].sort(bySizeThenKind) : seen;
  const all = { ...sumOf(rows), rows, ...(remark !== undefined && { remark }) };
  return limit === undefined ? all : limitRows<CensusRows>(all, limit);
}

/** Two classes of one name are distinguished by place. */
function countsByKind({ functions, slots }: Pick<CensusSlots, 'functions' | 'slots'>): Map<string, number> {
  const counts = new Map([[WORD_OF_TYPE.closure, functions]]);
  for (const [name, group] of groupedByName(slots)) {
    const known = new Map(group.flatMap((slot) => (slot.place ? [[slot, slot.place] as const] : [])));
    const { plain, ofClass } = classTexts(name, locationNames(known));
    for (const slot of group) {
      const kind = ofClass?.get(slot) ?? plain;
      counts.set(kind, (counts.get(kind) ?? 0) + slot.count);
    }
  }
  return counts;
}

/** Those of one name together, in the order in which names come. */
export function groupedByName<S extends { readonly name: string }>(slots: readonly S[]): Map<string, S[]> {
  const groups = new Map<string, S[]>();
  for (const slot of slots) {
    const group = groups.get(slot.name);
    if (group) group.push(slot);
    else groups.set(slot.name, [slot]);
  }
  return groups;
}
