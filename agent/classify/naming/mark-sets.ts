/**
 * Kinds that are sets: of marks, small numbers with a text each, of which every node has some.
 *
 *     node   marks          set      kind
 *     17     2 0 2 2 0      {0, 2}   `a, c`
 *     18     2              {2}      `c`
 *     19                    {}       `<Nothing>`
 */
import { type Classification, NOT_IN_SET } from './classifier.ts';
import { Kinds } from './kinds.ts';

/** The kind of a node that has no marks. */
export const NOTHING = '<Nothing>';
const SEPARATOR = ', ';

export interface Marked {
  readonly nodeCount: number;
  /** Whether the node is in the set that is classified. */
  isInSet(node: number): boolean;
  /** Calls `visit` with each mark of the node, in any order, one as often as it comes. */
  forEachMark(node: number, visit: (mark: number) => void): void;
  /** Text of each mark. Two may read the same and are then one. */
  readonly texts: readonly string[];
}

/** Classifies nodes by the set of their marks. Linear in the marks of all nodes, but for the sorting of each set. */
export function classifyByMarks({ nodeCount, isInSet, forEachMark, texts }: Marked): Classification {
  const kinds = new Kinds();
  const sets = new MarkSets(texts, kinds);
  const kindOf = new Uint32Array(nodeCount);
  // entry m is the last node that has mark m, plus one
  const seenAt = new Uint32Array(texts.length);
  let node = 0;
  let marks: number[] = [];
  const collect = (mark: number): void => {
    if (seenAt[mark] === node + 1) return;
    seenAt[mark] = node + 1;
    marks.push(mark);
  };
  for (; node < nodeCount; node++) {
    if (!isInSet(node)) {
      kindOf[node] = NOT_IN_SET;
      continue;
    }
    forEachMark(node, collect);
    kindOf[node] = sets.kindOf(marks);
    if (marks.length > 0) marks = [];
  }
  return { kindOf, kinds: kinds.texts };
}

/** Whether the set that reads `a` is a subset of the one that reads `b`. */
export function isSubsetText(a: string, b: string): boolean {
  if (a === NOTHING) return true;
  const members = new Set(b.split(SEPARATOR));
  return a.split(SEPARATOR).every((member) => members.has(member));
}

/** Sets by their marks; nearly all have one or two. */
class MarkSets {
  readonly #texts: readonly string[];
  readonly #kinds: Kinds;
  readonly #ofOne = new Map<number, number>();
  readonly #ofTwo = new Map<number, number>();
  readonly #ofMore = new Map<string, number>();

  constructor(texts: readonly string[], kinds: Kinds) {
    this.#texts = texts;
    this.#kinds = kinds;
  }

  /** The kind of a set whose marks are given once each, in any order, which it may change. */
  kindOf(marks: number[]): number {
    if (marks.length === 0) return this.#kinds.of(NOTHING);
    if (marks.length === 1) return this.#known(this.#ofOne, marks[0], marks);
    marks.sort((a, b) => a - b);
    if (marks.length === 2) return this.#known(this.#ofTwo, marks[0] * this.#texts.length + marks[1], marks);
    return this.#known(this.#ofMore, marks.join(), marks);
  }

  #known<Key>(kindOfKey: Map<Key, number>, key: Key, marks: readonly number[]): number {
    let kind = kindOfKey.get(key);
    if (kind === undefined) {
      const members = new Set(marks.map((mark) => this.#texts[mark]));
      kind = this.#kinds.of([...members].sort().join(SEPARATOR));
      kindOfKey.set(key, kind);
    }
    return kind;
  }
}
