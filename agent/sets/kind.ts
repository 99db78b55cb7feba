/**
 * Kinds as symbols: a set of objects given by a rule, whatever heap it is asked of.
 *
 *     relation('kind').of('Session').or(relation('size').of(88).alt('>=')).not()
 *
 * `set.and(kind)` selects. Selecting commutes with everything sets do: `kind & (s | t) = (kind & s) | (kind & t)`.
 */

import { kind } from '../classify/kind.ts';
import { type Classifier, expressionOf } from '../classify/naming/classifier.ts';
import { difference, intersection, type NodeSet, nodeSet, union } from '../graph/set.ts';
import { brief } from './brief.ts';
import type { HeapSet, PlainSet } from './heap-set.ts';
import { textOnly } from './text-only.ts';
import type { HeapView } from './view.ts';

export type Comparison = '<' | '<=' | '==' | '!=' | '>=' | '>';

export abstract class Kind {
  /** Text that names the kind and, evaluated where `hp` is a session, gives it again. */
  abstract toString(): string;
  /** What is shown of it in a table: `Session`, `<size >= 64>`, `(a | b)`. */
  abstract get brief(): string;
  /** What is to be said where nothing is selected: that the heap knows no such kind. */
  missing(_view: HeapView): string | undefined {
    return undefined;
  }

  /** Those of `nodes`, nodes of `view`, that are of this kind. */
  abstract select(view: HeapView, nodes: NodeSet): NodeSet;

  /** What is of both kinds; of a set, its members of this kind. */
  and(other: Kind): Kind;
  and(other: PlainSet): HeapSet;
  and(other: Kind | PlainSet): Kind | HeapSet {
    if (!(other instanceof Kind)) return other.and(this);
    if (other === ANYTHING || other.equals(this)) return this;
    return this === ANYTHING ? other : new Both(this, other);
  }

  /** What is of either kind, or a member of that set. */
  or(other: Kind | PlainSet): Kind {
    const kind = other instanceof Kind ? other : new MembersKind(other.view, other.nodes);
    if (this === NOTHING) return kind;
    return kind.equals(this) || kind === NOTHING ? this : new Either([...this.#alternatives(), kind]);
  }

  /** What is of this kind and not of that one. */
  sub(other: Kind): Kind {
    return this.and(other.not());
  }

  /** What is of one of the two kinds and not of both. */
  xor(other: Kind): Kind {
    return this.sub(other).or(other.sub(this));
  }

  #alternatives(): readonly Kind[] {
    return this instanceof Either ? this.kinds : [this];
  }

  not(): Kind {
    return new Other(this);
  }

  /**
   * The kinds that stand to this one as said: sizes and ages by their number, sets of referrers and edges by what they hold,
   * classes by which extends which (`<=` are the class and its subclasses), modules by their folders.
   * @throws TypeError for kinds that have no order
   */
  alt(_comparison: Comparison): Kind {
    throw new TypeError(`Cannot compare ${this}: only kinds by one classifier have an order`);
  }

  equals(other: Kind): boolean {
    return this.toString() === other.toString();
  }

  /** Texts are made of kinds, numbers are not. @throws TypeError that names the words for `&`, `|` and `~` */
  [Symbol.toPrimitive](hint: string): string {
    return textOnly(this, hint);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    return this.toString();
  }
}

/** All objects of any heap. */
class Everything extends Kind {
  toString(): string {
    return 'hp.Anything';
  }

  get brief(): string {
    return '<Anything>';
  }

  select(_view: HeapView, nodes: NodeSet): NodeSet {
    return nodes;
  }

  override not(): Kind {
    return NOTHING;
  }
}

/** No object of any heap. */
class Nobody extends Kind {
  toString(): string {
    return 'hp.Nothing';
  }

  get brief(): string {
    return '<Nothing>';
  }

  select(_view: HeapView, _nodes: NodeSet): NodeSet {
    return nodeSet([]);
  }

  override not(): Kind {
    return ANYTHING;
  }
}

export const ANYTHING: Kind = new Everything();
export const NOTHING: Kind = new Nobody();

/** A kind of a classifier: the objects whose kind reads `text`, or compares with it as `comparison` says. */
export class ClassKind extends Kind {
  readonly classifier: Classifier;
  readonly text: string;
  readonly comparison: Comparison;

  constructor(classifier: Classifier, text: string, comparison: Comparison = '==') {
    super();
    this.classifier = classifier;
    this.text = text;
    this.comparison = comparison;
  }

  toString(): string {
    const kind = `${expressionOf(this.classifier)}.of(${JSON.stringify(this.text)})`;
    return this.comparison === '==' ? kind : `${kind}.alt(${JSON.stringify(this.comparison)})`;
  }

  get brief(): string {
    const text = this.classifier.brief?.(this.text) ?? this.text;
    if (this.comparison === '==') return text;
    return text.startsWith('<size = ')
      ? text.replace('=', this.comparison)
      : `<${this.comparison} ${text.replace(/^<(.*)>$/, '$1')}>`;
  }

  override missing(view: HeapView): string | undefined {
    if (this.comparison !== '==' || view.classified(this.classifier).kinds.includes(this.text)) return undefined;
    return `nothing of the heap is of a kind called ${JSON.stringify(this.text)} by ${this.classifier.by}`;
  }

  select(view: HeapView, nodes: NodeSet): NodeSet {
    const kinds = view.kinds(this.classifier);
    const isMeant = this.#test(view);
    // a text is looked at once, however many nodes are of its kind
    const meant = new Map<number, boolean>();
    return nodes.filter((node) => {
      const kind = kinds.of(node);
      const known = meant.get(kind) ?? isMeant(kinds.text(kind));
      meant.set(kind, known);
      return known;
    });
  }

  override alt(comparison: Comparison): Kind {
    if (comparison !== '==' && comparison !== '!=' && !hasOrder(this.classifier)) {
      throw new TypeError(`Cannot compare kinds by "${this.classifier.by}" with "${comparison}": they have no order`);
    }
    return new ClassKind(this.classifier, this.text, comparison);
  }

  #test(view: HeapView): (kind: string) => boolean {
    const { classifier, text, comparison } = this;
    if (comparison === '==') return (kind) => kind === text;
    if (comparison === '!=') return (kind) => kind !== text;
    const { atMost } = classifier.order ?? classifier.orderIn!(view.heap);
    switch (comparison) {
      case '<=':
        return (kind) => atMost(kind, text);
      case '<':
        return (kind) => atMost(kind, text) && !atMost(text, kind);
      case '>=':
        return (kind) => atMost(text, kind);
      case '>':
        return (kind) => atMost(text, kind) && !atMost(kind, text);
    }
  }
}

function hasOrder({ order, orderIn }: Classifier): boolean {
  return order !== undefined || orderIn !== undefined;
}

class Both extends Kind {
  readonly #a: Kind;
  readonly #b: Kind;

  constructor(a: Kind, b: Kind) {
    super();
    this.#a = a;
    this.#b = b;
  }

  toString(): string {
    return `${this.#a}.and(${this.#b})`;
  }

  get brief(): string {
    return `(${this.#a.brief} & ${this.#b.brief})`;
  }

  select(view: HeapView, nodes: NodeSet): NodeSet {
    return this.#b.select(view, this.#a.select(view, nodes));
  }
}

class Either extends Kind {
  readonly kinds: readonly Kind[];

  constructor(kinds: readonly Kind[]) {
    super();
    this.kinds = kinds;
  }

  toString(): string {
    const [first, ...rest] = this.kinds.map(String);
    return `${first}${rest.map((kind) => `.or(${kind})`).join('')}`;
  }

  get brief(): string {
    return `(${this.kinds.map(({ brief }) => brief).join(' | ')})`;
  }

  select(view: HeapView, nodes: NodeSet): NodeSet {
    return this.kinds.map((kind) => kind.select(view, nodes)).reduce(union, nodeSet([]));
  }
}

class Other extends Kind {
  readonly #kind: Kind;

  constructor(kind: Kind) {
    super();
    this.#kind = kind;
  }

  override not(): Kind {
    return this.#kind;
  }

  toString(): string {
    return `${this.#kind}.not()`;
  }

  get brief(): string {
    return `~${this.#kind.brief}`;
  }

  select(view: HeapView, nodes: NodeSet): NodeSet {
    return difference(nodes, this.#kind.select(view, nodes));
  }
}

/** The members of one set of one heap, as a kind: of another heap it has none. */
export class MembersKind extends Kind {
  readonly #view: HeapView;
  readonly #nodes: NodeSet;

  constructor(view: HeapView, nodes: NodeSet) {
    super();
    this.#view = view;
    this.#nodes = nodes;
  }

  toString(): string {
    const ids = Array.from(this.#nodes, (node) => this.#view.heap.columns.nodeId[node]);
    return ids.length === 0 ? 'hp.Nothing' : `hp.iso(${ids.join(', ')})`;
  }

  get brief(): string {
    return brief(this.#view, this.#nodes, kind);
  }

  select(view: HeapView, nodes: NodeSet): NodeSet {
    return view.heap === this.#view.heap ? intersection(nodes, this.#nodes) : nodeSet([]);
  }
}

/** The object that V8 calls by that id, in whatever heap; ids mean the same object within one epoch. */
export class IdKind extends Kind {
  readonly #id: number;

  constructor(id: number) {
    super();
    this.#id = id;
  }

  toString(): string {
    return `hp.by("id").of(${this.#id})`;
  }

  get brief(): string {
    return `@${this.#id}`;
  }

  select(view: HeapView, nodes: NodeSet): NodeSet {
    const node = view.nodeOfId(this.#id);
    return node === undefined ? nodeSet([]) : intersection(nodes, nodeSet([node]));
  }
}
