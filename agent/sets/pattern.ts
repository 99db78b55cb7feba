/** The reference pattern of a set, in heapy's words: what `rp` gives. */

import { kind } from '../classify/kind.ts';
import type { Classifier } from '../classify/naming/classifier.ts';
import { imdom } from '../graph/dominos.ts';
import { referentsOfSet, referrersOfSet } from '../graph/referrers.ts';
import { isSubsetOf, type NodeSet } from '../graph/set.ts';
import type { Page as Listing } from '../partition/pager.ts';
import { ReferencePattern } from '../partition/pattern.ts';
import { patternPages } from '../partition/pattern-lines.ts';
import { patternPathPages } from '../partition/pattern-paths.ts';
import { brief, rowText } from './brief.ts';
import { IdentityDivision } from './division.ts';
import { folded } from './folded-steps.ts';
import type { HeapSet, PlainSet } from './heap-set.ts';
import { type Indexed, indexed } from './indexed.ts';
import type { Kind } from './kind.ts';
import { allLinesOf, listingOf, PrintedListing } from './pages.ts';
import { edgeText } from './path-text.ts';
import { itemText, kindSets, wholeSet } from './pattern-rows.ts';
import { type Relation, relation } from './relation.ts';
import { stops } from './stops.ts';
import type { HeapView } from './view.ts';

export interface PatternFaceOptions {
  /** Rows deeper than this are not made; default 7. */
  readonly depth?: number;
  /** What rows are split by; default kind. */
  readonly er?: string | Relation;
  /** Ask for immediate dominators instead of referrers. */
  readonly imdom?: boolean;
  /** Where not to go on; default what nearly every path passes (stops.ts). */
  readonly stopkind?: Kind | PlainSet;
  /** Leave out of each row what the rows above have. */
  readonly nocyc?: boolean;
}

/** The rows by name too: `r.a`, `r.a3`. */
export type Pattern = Indexed<HeapSet, PlainPattern> & { readonly [row: string]: HeapSet };

/** What a pattern is by, as heapy words it. */
const BY: Readonly<Record<string, string>> = {
  kind: '[store of] class',
  referrers: 'referrer kinds',
  via: 'referred via',
  size: 'individual size',
  type: 'V8 type',
};

export function pattern(
  view: HeapView,
  nodes: NodeSet,
  setOf: (nodes: NodeSet) => HeapSet,
  options: PatternFaceOptions = {},
): Pattern {
  const plain = new PlainPattern(view, nodes, setOf, options);
  const rowNamed = (name: string): HeapSet | undefined =>
    /^(_|[a-zA-Z][a-zA-Z\d]*)$/.test(name) ? plain.named(name) : undefined;
  return indexed<HeapSet, PlainPattern>(plain, rowNamed) as Pattern;
}

export class PlainPattern implements Iterable<HeapSet> {
  readonly #view: HeapView;
  readonly #setOf: (nodes: NodeSet) => HeapSet;
  readonly #classifier: Classifier;
  readonly #pattern: ReferencePattern;

  /** Use `pattern`. */
  constructor(view: HeapView, nodes: NodeSet, setOf: (nodes: NodeSet) => HeapSet, options: PatternFaceOptions) {
    const { er = 'kind', depth, imdom: byDominators = false, stopkind, nocyc = false } = options;
    this.#view = view;
    this.#setOf = setOf;
    this.#classifier = (typeof er === 'string' ? relation(er) : er).classifier;
    const { graph, referrers } = view.heap;
    this.#pattern = new ReferencePattern(wholeSet(view, nodes, this.#classifier), {
      partition: (set) => kindSets(view, set, this.#classifier),
      referrers: byDominators ? (set) => imdom(graph, referrers, set) : (set) => referrersOfSet(referrers, set),
      stopsAt: stopkind === undefined ? (set) => stops(view, set) : (set) => isWithin(view, set, stopkind),
      withoutCycles: nocyc,
      foldsLists: true,
      ...(depth === undefined ? {} : { depth }),
    });
  }

  /** Number of rows. Makes them all. */
  get length(): number {
    return this.#pattern.length;
  }

  /** The set of a row, from the end if negative. @throws RangeError where there is none */
  at(index: number): HeapSet {
    const row = this.#pattern.at(index);
    if (row === undefined) throw new RangeError(`Cannot take row ${index}: the pattern has ${this.length}`);
    return this.#setOf(row.set);
  }

  /** The set of the row of that name: `a`, `ab`, `a3`. @throws RangeError where there is none */
  named(name: string): HeapSet {
    return this.#setOf(this.#pattern.named(name).set);
  }

  *[Symbol.iterator](): Generator<HeapSet> {
    for (const row of this.#pattern) yield this.#setOf(row.set);
  }

  /** The references from the objects of a row, named or numbered, down to those of the first, one by one. */
  paths(key: string | number, only: Readonly<Record<string, PlainSet>> = {}): PrintedListing {
    const row = typeof key === 'string' ? this.#pattern.named(key) : this.#pattern.at(key);
    if (row === undefined) throw new RangeError(`Cannot show row ${key}: the pattern has ${this.length}`);
    const view = this.#view;
    const listing = patternPathPages(row, {
      order: (set) => {
        const division = new IdentityDivision(view, set);
        return Array.from({ length: division.length }, (_, at) => division.nodeAt(at));
      },
      referents: (node) => referentsOfSet(view.heap.graph, Uint32Array.of(node)),
      relations: (from, to) => edgeText(view, from, to),
      fold: folded,
      brief: (node) => brief(view, Uint32Array.of(node), kind),
      only: new Map(Object.entries(only).map(([name, set]) => [name, set.nodes])),
    });
    return new PrintedListing(listing);
  }

  get more(): Pattern {
    return listingOf(this.#face(), this.#listing().more);
  }

  get all(): Pattern {
    return allLinesOf(this.#face(), this.#listing());
  }

  toString(): string {
    return String(this.#listing());
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }

  #face(): Pattern {
    return indexed<HeapSet, PlainPattern>(this) as Pattern;
  }

  #listing(): Listing {
    return patternPages(this.#pattern, {
      by: BY[this.#classifier.by] ?? this.#classifier.by,
      summary: ({ kind: text, set, parent }, length) =>
        rowText(text, set, length, (node) => itemText(this.#view, node, parent?.set)),
    });
  }
}

function isWithin(view: HeapView, set: NodeSet, stopkind: Kind | PlainSet): boolean {
  if ('nodes' in stopkind) return isSubsetOf(set, stopkind.nodes);
  return stopkind.select(view, set).length === set.length;
}
