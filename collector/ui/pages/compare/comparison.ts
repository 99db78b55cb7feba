/** What can be said of two partitions together, in figures and in words: as `heapwatch diff` says it. */
import { aligned, OTHER_KINDS } from '../../../../protocol/aligned.ts';
import { type Comparable, type Difference, difference } from '../../../../protocol/difference.ts';
import type { Partition } from '../../../../protocol/partition.ts';
import { count, size } from '../../parts/words.ts';

export type Comparison =
  | { readonly state: 'refused'; readonly reason: string }
  | {
      readonly state: 'compared';
      /** With all their rows, or one for what either of them leaves out. */
      readonly a: Comparable;
      readonly b: Comparable;
      readonly difference: Difference;
      /** What has to be known to read it rightly. */
      readonly notes: readonly string[];
      /** Whether A is the older one. */
      readonly isBackwards: boolean;
    };

/** What `a` has over `b`. */
export function comparisonOf(a: Partition, b: Partition): Comparison {
  const reason = reasonAgainst(a, b);
  if (reason !== undefined) return { state: 'refused', reason };
  const [ofA, ofB] = aligned(a, b);
  return {
    state: 'compared',
    a: ofA,
    b: ofB,
    difference: difference(ofA, ofB),
    notes: notesOn(a, b),
    isBackwards: Date.parse(a.takenAt) < Date.parse(b.takenAt),
  };
}

function reasonAgainst(a: Partition, b: Partition): string | undefined {
  if (a.by !== b.by) {
    return `Cannot compare: A is by ${a.by}, B by ${b.by}. Choose sources of the same classifier.`;
  }
  if ((a.since === undefined) !== (b.since === undefined)) {
    return 'Cannot compare: one is a whole heap, one only what was born since a checkpoint.';
  }
  if (a.header !== b.header) return `Cannot compare: A is by ${a.header}, B by ${b.header}.`;
  return undefined;
}

function notesOn(a: Partition, b: Partition): string[] {
  if (a.id === b.id) return ['A and B are the same partition: choose another moment for one of them.'];
  return [...identityNotes(a, b), ...probeNotes(a, b), ...restNotes(a, b)];
}

function identityNotes(a: Partition, b: Partition): string[] {
  if (a.target !== b.target) return [`Two programs, ${a.target} and ${b.target}: kinds are compared by their names.`];
  if (a.isolate !== b.isolate) return [`Two heaps of ${a.target}: kinds are compared by their names.`];
  if (a.incarnation !== b.incarnation) {
    return [
      `Two processes, ${a.incarnation ?? 'one that is not known'} and ${b.incarnation ?? 'one that is not known'}: kinds are compared by their names.`,
    ];
  }
  if (a.epoch !== b.epoch && a.epoch !== undefined && b.epoch !== undefined) {
    return ['Two epochs: object ids have changed their meaning, kinds are compared by their names.'];
  }
  return [];
}

function probeNotes(a: Partition, b: Partition): string[] {
  if (a.probe === b.probe) return [];
  return [
    `Two probes, ${a.probe} and ${b.probe}, which do not see the same objects: a part of the difference is theirs.`,
  ];
}

function restNotes(a: Partition, b: Partition): string[] {
  const left = [
    ['A', a],
    ['B', b],
  ] as const;
  const told = left.flatMap(([name, { other }]) =>
    other ? [`${name} leaves out its ${count(other.rows)} smallest kinds (${size(other.sizeBytes)})`] : [],
  );
  if (told.length === 0) return [];
  return [
    `${told.join(', ')}: kinds that one of them leaves out are in one row, ${OTHER_KINDS}. A target's "rows" says how many are kept.`,
  ];
}
