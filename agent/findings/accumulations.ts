/**
 * Where much of the heap fans out: an object that retains much while none of what it dominates retains half of that. As Eclipse
 * MAT's accumulation points.
 *
 *     Report --pages--> Array --elements--> store --> 20 pages of 5 % each       the Report: nothing else hangs from it
 *     Cache --map--> Map --table--> store --> 50,000 Sessions                    the Map, a collection
 */
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import type { Facts } from './facts.ts';

/** Part of the heap from which on one object is looked at. */
const PART = 0.04;
const LEAST_BYTES = 2 ** 20;
const FAN_OUT = 0.5;
const MOST = 20;
/** Fewer entries make no collection. */
const LEAST_ENTRIES = 150;
/** An object that holds no more than so many times what hangs from its only large part stands for it. */
const LITTLE_MORE = 1.25;

/** Kinds that are less of it are not named. */
const LEAST_SHARE = 0.01;

const COLLECTIONS: ReadonlySet<string> = new Set(['Map', 'Set', 'WeakMap', 'Array', '{*}']);

export interface Accumulation {
  /** The object a person knows. */
  readonly owner: number;
  readonly sizeBytes: number;
  /** How many it holds, where it is a collection of many; else 0. */
  readonly entries: number;
  /** What it or its store dominates directly, by kind, the largest first. */
  readonly kinds: readonly { readonly kind: string; readonly count: number; readonly sizeBytes: number }[];
}

const KEPT = new WeakMap<Facts, readonly Accumulation[]>();

/** The largest first. Linear in nodes; 4 bytes a node of scratch. */
export function accumulationsOf(facts: Facts): readonly Accumulation[] {
  const known = KEPT.get(facts) ?? find(facts);
  KEPT.set(facts, known);
  return known;
}

function find(facts: Facts): Accumulation[] {
  const { dominator, retained } = facts;
  const least = Math.max(LEAST_BYTES, PART * facts.sizeBytes);
  const largestChild = new Float32Array(facts.columns.nodeCount);
  for (let node = 0; node < dominator.length; node++) {
    const above = dominator[node]!;
    if (above !== node && retained[node]! > largestChild[above]!) largestChild[above] = retained[node]!;
  }
  const points: number[] = [];
  for (let node = 0; node < dominator.length; node++) {
    if (retained[node]! >= least && largestChild[node]! < FAN_OUT * retained[node]!) points.push(node);
  }
  const pointOf = new Map<number, Point>();
  for (const node of points.sort((a, b) => retained[b]! - retained[a]!)) {
    const owner = ownerOf(facts, node);
    if (owner === undefined || pointOf.size === MOST) continue;
    const entries = COLLECTIONS.has(facts.kindOf(owner)) ? entriesOf(facts, owner) : 0;
    const point = { node, entries: entries >= LEAST_ENTRIES ? entries : 0 };
    const known = point.entries > 0 ? owner : holderOf(facts, owner);
    if (!pointOf.has(known)) pointOf.set(known, point);
  }
  return describe(facts, pointOf);
}

interface Point {
  readonly node: number;
  readonly entries: number;
}

/** The object that a person knows the node by; undefined for what is V8's, and for where everything hangs from. */
function ownerOf(facts: Facts, point: number): number | undefined {
  const { dominator } = facts;
  for (let at = point; at !== dominator[at]; at = dominator[at]!) {
    if (facts.isType(at, 'array') || facts.isType(at, 'hidden')) continue;
    return isOfProgram(facts, at) ? at : undefined;
  }
  return undefined;
}

/** The object of a class of its own that has nothing but this. */
function holderOf(facts: Facts, owner: number): number {
  const { dominator, retained } = facts;
  let known = owner;
  for (let at = owner; retained[at]! <= LITTLE_MORE * retained[owner]!; at = dominator[at]!) {
    if (facts.isType(at, 'array') || facts.isType(at, 'hidden')) continue;
    if (!isOfProgram(facts, at)) break;
    known = at;
    if (!COLLECTIONS.has(facts.kindOf(at))) break;
  }
  return known;
}

function isOfProgram(facts: Facts, node: number): boolean {
  const { view } = facts;
  if (!facts.isType(node, 'object') || view.names.isScope(node) || view.moduleScopes.has(node)) return false;
  return !view.entries.some((entry) => entry.node === node);
}

/** Entries that are objects or strings: of itself, or of its table, where a Map has a key beside each value. */
function entriesOf(facts: Facts, owner: number): number {
  const { columns } = facts;
  const proto = columns.strings.find('__proto__');
  const table = new EdgeFinder(columns, 'internal', 'table').from(owner);
  if (table !== NO_NODE) {
    const slots = columns.firstEdge[table + 1]! - columns.firstEdge[table]! - 1;
    return facts.kindOf(owner) === 'Set' ? slots : Math.round(slots / 2);
  }
  let entries = 0;
  facts.eachEdge(owner, (_, type, name) => {
    if (type === 'element' || (type === 'property' && name !== proto)) entries++;
  });
  return entries;
}

type Tally = { readonly count: number; readonly sizeBytes: number };

function describe(facts: Facts, pointOf: ReadonlyMap<number, Point>): Accumulation[] {
  const { dominator, retained } = facts;
  const kindsOf = new Map(Array.from(pointOf.values(), ({ node }) => [node, new Map<number, Tally>()]));
  for (let node = 0; node < dominator.length; node++) {
    const kinds = kindsOf.get(dominator[node]!);
    if (kinds === undefined) continue;
    const kind = facts.shapes.kindOf[node]!;
    const { count, sizeBytes } = kinds.get(kind) ?? { count: 0, sizeBytes: 0 };
    kinds.set(kind, { count: count + 1, sizeBytes: sizeBytes + retained[node]! });
  }
  return Array.from(pointOf, ([owner, { node, entries }]) => ({
    owner,
    sizeBytes: retained[owner]!,
    entries,
    kinds: [...(kindsOf.get(node) ?? [])]
      .map(([kind, tally]) => ({ kind: facts.shapes.kinds[kind] ?? '(root)', ...tally }))
      .filter(({ sizeBytes }) => sizeBytes >= LEAST_SHARE * retained[owner]!)
      .sort((a, b) => b.sizeBytes - a.sizeBytes || (a.kind < b.kind ? -1 : 1)),
  }));
}
