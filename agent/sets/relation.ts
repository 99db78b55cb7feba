/** Classifiers in the words of a session: heapy's equivalence relations. */

import { classifierNamed } from '../classify/classifiers.ts';
import { idset } from '../classify/idset.ts';
import { type Classifier, expressionOf } from '../classify/naming/classifier.ts';
import { product } from '../classify/product.ts';
import { referredBy } from '../classify/referrers.ts';
import { storeOf } from '../classify/store-of.ts';
import { findex } from './findex.ts';
import type { PlainSet } from './heap-set.ts';
import { ANYTHING, ClassKind, IdKind, Kind, NOTHING } from './kind.ts';
import { textOnly } from './text-only.ts';

/** heapy's names for what has another one here. */
const HEAPY_NAMES: Readonly<Record<string, string>> = { clodo: 'kind', rcs: 'referrers' };

/** Those whose kinds are sets of what an object is referred by, written with commas. */
const OF_SETS: ReadonlySet<string> = new Set(['referrers', 'via']);

/** By which no two objects are of one kind. */
const EACH_ITS_OWN: ReadonlySet<string> = new Set(['id', 'idset']);

/** What a classifier's kinds are parts of the kinds of. */
const COARSER: Readonly<Record<string, readonly string[]>> = { name: ['type'] };

/** What names a kind: its text in a table, for sizes and ids a number; a kind by kind, for the kinds of referrers; a set. */
export type KindName = string | number | Kind | PlainSet;

/** A relation is called as in heapy: `hp.Size(88)` is `hp.Size.of(88)`. */
export type Relation = PlainRelation & ((...names: readonly KindName[]) => Kind);

/** A classifier as a relation: a function that has what `PlainRelation` has. */
export function relationOf(classifier: Classifier): Relation {
  const call = (...names: readonly KindName[]): Kind => self.of(...names);
  Object.setPrototypeOf(call, PlainRelation.prototype);
  const self = Object.assign(call, { classifier }) as unknown as Relation;
  return self;
}

class PlainRelation {
  readonly classifier: Classifier;

  /** Use `relationOf`, or `relation`. */
  constructor(classifier: Classifier) {
    this.classifier = classifier;
  }

  get by(): string {
    return this.classifier.by;
  }

  get header(): string {
    return this.classifier.header;
  }

  /**
   * The kind that reads so in a table; of a set, the union of its members' kinds. Of several names the union, by referrers
   * and via the set of them: `hp.Via('.a', '.b')`, and without names the empty one.
   */
  of(...names: readonly KindName[]): Kind {
    if (this.by === 'unity') return ANYTHING;
    if (isOfSets(this.by) && !names.some(isSet)) {
      const marks = names.flatMap((name) => textOf(name).split(', '));
      return new ClassKind(this.classifier, [...new Set(marks)].sort().join(', ') || '<Nothing>');
    }
    const kinds = names.map((name) => kindNamed(this.classifier, name));
    return kinds.length === 0 ? NOTHING : kinds.reduce((all, kind) => all.or(kind));
  }

  /** By the kinds, by this relation, of what refers to an object; of kinds that is `byrcs`. */
  get refdby(): Relation {
    return this.by === 'kind' ? relation('referrers') : relationOf(referredBy(this.classifier));
  }

  /** Stores by the kind, by this relation, of their owner; heapy's dicts of objects are V8's properties, elements, tables. */
  get dictof(): Relation {
    return relationOf(storeOf(this.classifier));
  }

  /** By both: objects are of one kind where they are by each of the two. */
  and(other: PlainRelation): Relation {
    if (isNamed(this) && isNamed(other)) return relation(`${this.by}&${other.by}`);
    return relationOf(product([this.classifier, other.classifier]));
  }

  /** Whether what is of one kind by this is of one kind by the other too, in every heap: heapy's `<=` of relations. */
  isSubrelationOf(other: PlainRelation): boolean {
    if (EACH_ITS_OWN.has(this.by) || other.by === 'unity') return true;
    if (this.classifier === other.classifier) return true;
    if (!isNamed(this) || !isNamed(other)) return false;
    const factors = new Set(this.by.split('&').flatMap((by) => [by, ...(COARSER[by] ?? [])]));
    return other.by.split('&').every((by) => factors.has(by));
  }

  toString(): string {
    return expressionOf(this.classifier);
  }

  /** @throws TypeError where a number is wanted, as `a & b` does */
  [Symbol.toPrimitive](hint: string): string {
    return textOnly(this, hint);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** By the first of some kinds or sets that an object is of: heapy's `findex`. */
export function firstOf(...kinds: readonly (Kind | PlainSet)[]): Relation {
  return relationOf(findex(kinds.map((kind) => (kind instanceof Kind ? kind : NOTHING.or(kind)))));
}

/**
 * The relation of that name, ours or heapy's, in any case; several with `&` between them; '' for unity. @throws RangeError
 * @param more classifiers that there are beside those of every heap
 */
export function relation(by: string, more: readonly Classifier[] = []): Relation {
  const names = by.split('&').map((name) => {
    const word = name.trim().toLowerCase();
    return HEAPY_NAMES[word] ?? word;
  });
  return relationOf(classifierNamed(by.trim() === '' ? 'unity' : names.join('&'), [idset, ...more]));
}

function kindNamed(classifier: Classifier, name: KindName): Kind {
  if (name instanceof Kind) throw new TypeError(`Cannot take a kind of ${name}: it is one already`);
  if (typeof name === 'object') return name.by(relationOf(classifier)).kind;
  if (classifier.by === 'id' && typeof name === 'number') return new IdKind(name);
  const text = classifier.by === 'size' ? String(name).trim().padStart(9) : String(name);
  return new ClassKind(classifier, text);
}

/** Whether kinds of it are sets of marks. */
function isOfSets(by: string): boolean {
  return OF_SETS.has(by) || by.startsWith('referrers by ');
}

function isNamed({ classifier }: PlainRelation): boolean {
  return classifier.expression === undefined;
}

function isSet(name: KindName): name is PlainSet {
  return typeof name === 'object' && !(name instanceof Kind);
}

/** A kind of referrers may be given as a kind by kind. */
function textOf(name: KindName): string {
  return name instanceof ClassKind ? name.text : String(name);
}
