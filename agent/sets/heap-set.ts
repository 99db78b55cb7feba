/**
 * Sets of objects of one snapshot, in heapy's words. A set has a relation, by which it is printed as a table and whose
 * classes are its rows: `h[0]`, `h.slice(0, 3)`, `h.parts`; `h.byvia` is the same objects by another relation.
 *
 * Immutable; two sets of one snapshot with the same members are equal.
 */
import { type IdentityContent, identityTable } from '../../protocol/identity-table.ts';
import type { Row } from '../../protocol/partition.ts';
import { partitionTable } from '../../protocol/table.ts';
import { aliveWithout, cutOf, keptBy } from '../cut/cut.ts';
import { hasBit } from '../graph/bits.ts';
import { dominos, imdom } from '../graph/dominos.ts';
import { reach } from '../graph/reach.ts';
import { referentsOfSet, referrersOfSet } from '../graph/referrers.ts';
import {
  difference,
  equals,
  includes,
  intersection,
  isDisjointFrom,
  isSubsetOf,
  type NodeSet,
  nodeSet,
  sizeOf,
  symmetricDifference,
  union,
} from '../graph/set.ts';
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { brief } from './brief.ts';
import { describe } from './describe.ts';
import { ClassDivision, type Division, IdentityDivision } from './division.ts';
import { identityContent } from './identity.ts';
import { indexed, rowIndex } from './indexed.ts';
import { ClassKind, Kind, MembersKind, NOTHING } from './kind.ts';
import { allOf, moreOf, type Page, type Paged } from './pages.ts';
import { type PathGraph, shpgraph } from './path-graph.ts';
import { type Paths, type PathsOptions, pathsTo } from './paths.ts';
import { type Pattern, type PatternFaceOptions, pattern } from './pattern.ts';
import { firstOf, type Relation, relation } from './relation.ts';
import { type Difference, pageEnd, type Stat, stat } from './stat.ts';
import { textOnly } from './text-only.ts';
import type { HeapView } from './view.ts';

/** The properties that give the same set by another relation; heapy's names, and ours in two spellings. */
export type BySpelling =
  | 'byclodo'
  | 'byrcs'
  | 'byidset'
  | 'byage'
  | `by${'kind' | 'name' | 'type' | 'class' | 'shape' | 'size' | 'module' | 'owner' | 'referrers' | 'via' | 'retained' | 'duplicates' | 'secret' | 'id' | 'unity'}`
  | `by${'Kind' | 'Name' | 'Type' | 'Class' | 'Shape' | 'Size' | 'Module' | 'Owner' | 'Referrers' | 'Via' | 'Retained' | 'Duplicates' | 'Secret' | 'Id' | 'Unity'}`;

export type HeapSet = PlainSet & { readonly [row: number]: HeapSet } & { readonly [By in BySpelling]: HeapSet };

/** The set of `nodes` of the view, by the relation or, if none is given, by kind. */
export function heapSet(view: HeapView, nodes: NodeSet, by: Relation = relation('kind')): HeapSet {
  return asHeapSet(new PlainSet(view, nodes, by));
}

/** The set of all objects: heapy's `heap()`. */
export function wholeHeap(view: HeapView): HeapSet {
  return heapSet(view, view.all);
}

/**
 * Those of a set that neither the program's globals nor its modules reach: held by timers, handles of native code, or V8 itself.
 * heapy's `heapu`.
 */
export function heldElsewhere(set: PlainSet): HeapSet {
  const { view, nodes, er } = set;
  const reached = reach(
    view.heap.graph,
    view.entries.map(({ node }) => node),
  );
  return heapSet(
    view,
    nodes.filter((node) => !hasBit(reached, node)),
    er,
  );
}

/** The set of the objects with those ids of V8's: heapy's `iso`. @throws RangeError for an id that no object has */
export function setOfIds(view: HeapView, ...ids: readonly number[]): HeapSet {
  const nodes = ids.map((id) => {
    const node = view.nodeOfId(id);
    if (node === undefined) throw new RangeError(`Cannot take object @${id}: the snapshot has no such id`);
    return node;
  });
  return heapSet(view, nodeSet(nodes));
}

function asHeapSet(set: PlainSet): HeapSet {
  const relationOf = (name: string): HeapSet | undefined => {
    const word = /^by([A-Za-z]+)$/.exec(name)?.[1];
    return word === undefined ? undefined : set.by(word);
  };
  return indexed<HeapSet, PlainSet>(set, relationOf) as HeapSet;
}

/** Of empty sets: why there is nothing in them, where that is because of a kind that the heap does not know. */
const MISSING = new WeakMap<NodeSet, string>();

/** What is beside a set in its algebra. */
export type Operand = PlainSet | Kind;

export class PlainSet implements Paged {
  readonly view: HeapView;
  /** Ordinals. */
  readonly nodes: NodeSet;
  readonly er: Relation;
  #division: Division | undefined;

  /** Use `heapSet`. */
  constructor(view: HeapView, nodes: NodeSet, er: Relation) {
    this.view = view;
    this.nodes = nodes;
    this.er = er;
  }

  // what it is

  /** Number of objects. */
  get count(): number {
    return this.nodes.length;
  }

  /** Sum of the self sizes, in bytes. */
  get size(): number {
    return sizeOf(this.view.heap.columns, this.nodes);
  }

  get indisize(): number {
    return this.size;
  }

  /** Number of rows, not of objects. */
  get length(): number {
    return this.division.length;
  }

  /** V8's ids of the objects. */
  get ids(): number[] {
    return Array.from(this.nodes, (node) => this.view.heap.columns.nodeId[node]);
  }

  /** The union of the kinds of all rows. */
  get kind(): Kind {
    if (this.er.by === 'id') return this.#members();
    const kinds = this.#classes().rows.map(({ kind }): Kind => new ClassKind(this.er.classifier, kind));
    return kinds.length === 0 ? NOTHING : kinds.reduce((all, kind) => all.or(kind));
  }

  // sets and kinds

  /** The members of both; with a kind, the kind of what is of it or a member. */
  union(other: PlainSet): HeapSet;
  union(other: Kind): Kind;
  union(other: Operand): HeapSet | Kind;
  union(other: Operand): HeapSet | Kind {
    if (other instanceof Kind) return this.#members().or(other);
    return this.#with(union(this.nodes, this.#nodesOf(other)));
  }

  /** The members that are in the other set too, or of that kind. */
  intersection(other: Operand): HeapSet {
    if (other instanceof Kind) {
      const found = this.#with(other.select(this.view, this.nodes));
      const missing = found.count === 0 ? other.missing(this.view) : undefined;
      if (missing !== undefined) MISSING.set(found.nodes, missing);
      return found;
    }
    return this.#with(intersection(this.nodes, this.#nodesOf(other)));
  }

  difference(other: Operand): HeapSet {
    if (other instanceof Kind) return this.difference(this.intersection(other));
    return this.#with(difference(this.nodes, this.#nodesOf(other)));
  }

  symmetricDifference(other: PlainSet): HeapSet {
    return this.#with(symmetricDifference(this.nodes, this.#nodesOf(other)));
  }

  /** heapy's `|`. */
  or(other: PlainSet): HeapSet;
  or(other: Kind): Kind;
  or(other: Operand): HeapSet | Kind {
    return this.union(other);
  }

  /** heapy's `&`. */
  and(other: Operand): HeapSet {
    return this.intersection(other);
  }

  /** heapy's `-`. */
  sub(other: Operand): HeapSet {
    return this.difference(other);
  }

  /** heapy's `^`. */
  xor(other: PlainSet): HeapSet {
    return this.symmetricDifference(other);
  }

  /** heapy's `~`: the kind of what is no member. */
  not(): Kind {
    return this.#members().not();
  }

  isSubsetOf(other: Operand): boolean {
    if (other instanceof Kind) return this.intersection(other).count === this.count;
    return isSubsetOf(this.nodes, this.#nodesOf(other));
  }

  isSupersetOf(other: PlainSet): boolean {
    return isSubsetOf(this.#nodesOf(other), this.nodes);
  }

  isDisjointFrom(other: Operand): boolean {
    if (other instanceof Kind) return this.intersection(other).count === 0;
    return isDisjointFrom(this.nodes, this.#nodesOf(other));
  }

  disjoint(other: Operand): boolean {
    return this.isDisjointFrom(other);
  }

  equals(other: PlainSet): boolean {
    return equals(this.nodes, this.#nodesOf(other));
  }

  /** Whether the object with that id of V8's is a member. */
  has(id: number): boolean {
    const node = this.view.nodeOfId(id);
    return node !== undefined && includes(this.nodes, node);
  }

  // rows

  /** The same objects by another relation: `by('kind&size')`. @throws RangeError that names those there are */
  by(other: string | Relation): HeapSet {
    const er = typeof other === 'string' ? relation(other, this.view.options.classifiers?.() ?? []) : other;
    return heapSet(this.view, this.nodes, er);
  }

  /** The objects of a row, the last being -1. @throws RangeError */
  at(row: number): HeapSet {
    return this.#with(this.division.setAt(rowIndex(row, this.length, 'the partition')));
  }

  /** The objects of the rows from `start` on and before `end`. */
  slice(start?: number, end?: number): HeapSet {
    const rows = Array.from({ length: this.length }, (_, row) => row).slice(start, end);
    return this.#with(nodeSet(concatenated(rows.map((row) => this.division.setAt(row)))));
  }

  /** A set for each row. */
  get parts(): HeapSet[] {
    return Array.from({ length: this.length }, (_, row) => this.#with(this.division.setAt(row)));
  }

  /** The rows: kind, count and size. */
  get partition(): readonly Row[] {
    return this.stat.rows;
  }

  get division(): Division {
    this.#division ??=
      this.er.by === 'id'
        ? new IdentityDivision(this.view, this.nodes)
        : new ClassDivision(this.view, this.nodes, this.er.classifier);
    return this.#division;
  }

  /** The relation that tells members from all others. */
  get biper(): Relation {
    return firstOf(this.#members());
  }

  // figures

  get stat(): Stat {
    const { origin = {} } = this.view.options;
    const figures = { count: this.count, sizeBytes: this.size, origin };
    if (this.er.by !== 'id')
      return stat({ ...figures, format: 'set', header: this.er.header, rows: this.#classes().rows });
    const { kind, header, row } = this.#identities();
    const rows = Array.from({ length: this.length }, (_, index) => {
      const { text, sizeBytes } = row(index);
      return { kind: text, count: 1, sizeBytes };
    });
    return stat({ ...figures, format: 'id', header, kindName: kind, rows });
  }

  /** What this set has more, or less, than the other, which may be of another heap; by kind. */
  diff(other: PlainSet): Difference {
    return this.stat.diff(other.by(this.er).stat);
  }

  /** The figures as a line of JSON; also appended to a file if one is named. */
  dump(path?: string): string {
    const text = this.stat.dump();
    if (path === undefined) return text;
    const { append } = this.view.options;
    if (append === undefined) throw new TypeError(`Cannot dump to ${path}: this session writes no files`);
    append(path, text);
    return text;
  }

  /** Retained size of each object, in bytes, in the order of `nodes`. */
  get retained(): number[] {
    return Array.from(this.nodes, (node) => this.view.heap.retained[node]);
  }

  // what holds it, and what it holds

  /** What refers to any of the objects and is itself alive. */
  get referrers(): HeapSet {
    return this.#with(referrersOfSet(this.view.heap.referrers, this.nodes));
  }

  /** What any of the objects refers to. */
  get referents(): HeapSet {
    return this.#with(referentsOfSet(this.view.heap.graph, this.nodes));
  }

  /** The owners of those that are stores: properties, elements, tables. */
  get owners(): HeapSet {
    const owners = Array.from(this.nodes, (node) => this.view.names.ownerOf(node));
    return this.#with(nodeSet(owners.filter((owner) => owner !== undefined)));
  }

  /** heapy's immediate dominators: the referrers that the root reaches without passing another of them. */
  get imdom(): HeapSet {
    return this.#with(imdom(this.view.heap.graph, this.view.heap.referrers, this.nodes));
  }

  /** The immediate dominator of each object: the one that, if it went, would take the object along. */
  get idom(): HeapSet {
    const { dominator } = this.view.heap.dominators;
    return this.#with(nodeSet(this.nodes.map((node) => dominator[node])));
  }

  /** All that would be freed with the objects, if all of them went: themselves included. */
  get dominos(): HeapSet {
    return this.#with(dominos(this.view.heap.graph, this.nodes));
  }

  /** Size of `dominos`, in bytes. */
  get domisize(): number {
    return this.dominos.size;
  }

  /**
   * Those that nothing but a holder keeps alive: `console`, `listeners`, `package:express`, `@4711`, a kind (cut.ts).
   * @throws RangeError where the heap has no such holder
   */
  keptBy(holder: string): HeapSet {
    const { heap } = this.view;
    const kept = keptBy(heap, cutOf(heap, holder));
    return this.#with(this.nodes.filter((node) => hasBit(kept, node)));
  }

  /** Those that something else keeps alive too. @throws RangeError as keptBy */
  without(holder: string): HeapSet {
    const { heap } = this.view;
    const left = aliveWithout(heap, cutOf(heap, holder));
    return this.#with(this.nodes.filter((node) => hasBit(left, node)));
  }

  /** All shortest paths from the program's roots to the nearest of the objects. */
  get sp(): Paths {
    return this.getShpaths();
  }

  get shpaths(): Paths {
    return this.sp;
  }

  getShpaths(options?: PathsOptions): Paths {
    return pathsTo(this.view, this.nodes, (nodes) => this.#with(nodes), options);
  }

  get_shpaths(src?: PlainSet, avoidNodes?: PlainSet, avoidEdges?: Iterable<number>): Paths {
    return this.getShpaths({ src, avoidNodes, avoidEdges });
  }

  /** The shortest paths to each row by itself: those of `sp` lead to the nearest rows only. */
  get shpgraph(): PathGraph {
    return shpgraph(this.parts);
  }

  /** Paths of one step from what refers to the objects. */
  get pathsin(): Paths {
    return this.getShpaths({ src: this.referrers });
  }

  /** Paths of one step to what the objects refer to. */
  get pathsout(): Paths {
    return this.referents.getShpaths({ src: this });
  }

  /** The reference pattern: the kinds of what refers to the objects, of what refers to those, and so on. */
  get rp(): Pattern {
    return this.getRp();
  }

  getRp(options?: PatternFaceOptions): Pattern {
    return pattern(this.view, this.nodes, (nodes) => this.#with(nodes), options);
  }

  get_rp(options?: PatternFaceOptions): Pattern {
    return this.getRp(options);
  }

  /** The values of a property or element of the objects that have it: `h.maprox('user')`. */
  maprox(name: string | number): HeapSet {
    return this.#with(valuesOf(this.view.heap.columns, this.nodes, name));
  }

  /** The only object: on a live target a handle to it, else its description. @throws RangeError if there are none or more */
  get theone(): unknown {
    if (this.count !== 1) throw new RangeError(`Cannot take the one: the set has ${this.count} objects`);
    const [node] = this.nodes;
    const text = describe(this.view, node);
    return this.view.options.theone?.(this.view.heap.columns.nodeId[node], text) ?? text;
  }

  // how it is shown

  /** One line: `<3 Session: @5, @7, @9>`. */
  get brief(): string {
    return brief(this.view, this.nodes, this.er.by === 'id' ? relation('kind').classifier : this.er.classifier);
  }

  get more(): HeapSet {
    return moreOf(asHeapSet(this));
  }

  get all(): HeapSet {
    return allOf(asHeapSet(this));
  }

  pageFrom(from: number): Page {
    return { text: this.#table({ from }), next: pageEnd(from, this.length) };
  }

  allText(): string {
    return this.#table({ rows: Infinity });
  }

  toString(): string {
    return this.pageFrom(0).text;
  }

  /** @throws TypeError where a number is wanted, as `a & b` does */
  [Symbol.toPrimitive](hint: string): string {
    return textOnly(this, hint);
  }

  [Symbol.for('nodejs.util.inspect.custom')](): string {
    const missing = MISSING.get(this.nodes);
    return missing === undefined ? this.toString() : `${this.toString()}: ${missing}`;
  }

  #with(nodes: NodeSet): HeapSet {
    return heapSet(this.view, nodes, this.er);
  }

  #members(): Kind {
    return this.count === 0 ? NOTHING : new MembersKind(this.view, this.nodes);
  }

  #nodesOf(other: PlainSet): NodeSet {
    if (!(other instanceof PlainSet))
      throw new TypeError(`Cannot combine sets: expected a set or a kind, got ${String(other)}`);
    if (other.view.heap === this.view.heap) return other.nodes;
    throw new TypeError('Cannot combine sets of two heaps: compare their figures with diff');
  }

  #classes(): ClassDivision {
    return this.division as ClassDivision;
  }

  #table(page: { from?: number; rows?: number }): string {
    if (this.count === 0) return 'hp.Nothing';
    if (this.er.by === 'id') return identityTable(this.#identities(), page);
    const { header } = this.er;
    return partitionTable({ header, count: this.count, sizeBytes: this.size, rows: [...this.#classes().rows] }, page);
  }

  #identities(): IdentityContent {
    return identityContent(this.view, this.nodes, this.division as IdentityDivision);
  }
}

function valuesOf(columns: Columns, nodes: NodeSet, name: string | number): NodeSet {
  const { firstEdge, edgeTarget, edgeName, strings } = columns;
  const type = columns.edgeTypes.indexOf(typeof name === 'number' ? 'element' : 'property');
  const wanted = typeof name === 'number' ? name : strings.find(name);
  const values: number[] = [];
  for (const node of nodes) {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      if ((edgeTarget[edge] & EDGE_TYPE_MASK) === type && edgeName[edge] === wanted) {
        values.push(edgeTarget[edge] >>> EDGE_TYPE_BITS);
      }
    }
  }
  return nodeSet(values);
}

function concatenated(sets: readonly NodeSet[]): Uint32Array {
  const all = new Uint32Array(sets.reduce((sum, set) => sum + set.length, 0));
  let end = 0;
  for (const set of sets) {
    all.set(set, end);
    end += set.length;
  }
  return all;
}
