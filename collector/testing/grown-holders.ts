/**
 * Who holds what a few more iterations of a step have left: of all objects of a kind those are meant that are referred to in the
 * way in which the number of references has grown.
 *
 *     before   string  via .token of Session  2,400      via .name of Module  310
 *     after    string  via .token of Session  2,500      via .name of Module  310     100 iterations: the Sessions' tokens
 *
 * Pure.
 */
import { causeWeight } from '../../agent/classify/generic.ts';
import type { Columns } from '../../agent/parse/columns.ts';
import { type HeapSet, heapSet, wholeHeap } from '../../agent/sets/heap-set.ts';
import { relation } from '../../agent/sets/relation.ts';
import { HeapView } from '../../agent/sets/view.ts';
import { instances, ways } from '../../agent/sets/ways.ts';

/** How an object is referred to: by which edges, from which kinds. */
const WAY = 'via&referrers';
const MAX_PATHS = 3;
const MAX_SHAPES = 3;
/** What has gained less an iteration is not what leaks with each. */
const LEAST_SHARE = 0.5;
/** Of a whole number an iteration: what the reading itself leaves follows no iterations. */
const TOLERANCE = 0.25;

type Counts = ReadonlyMap<string, number>;

export interface HoldersBefore {
  readonly shapes: Counts;
  /** By kind, objects by how they are referred to. */
  readonly ways: ReadonlyMap<string, Counts>;
}

export interface GrownHolders {
  /** The one that holds the others first. */
  readonly kinds: readonly string[];
  /** Of plain objects: `{id, name}`. */
  readonly shapes: readonly string[];
  /** Shortest paths to objects of the first of `kinds`. */
  readonly paths: readonly string[];
}

/** @param kinds of which holders will be asked for */
export function holdersBefore(columns: Columns, kinds: readonly string[]): HoldersBefore {
  const heap = wholeHeap(new HeapView(columns));
  return {
    shapes: countsOf(heap.by('shape')),
    ways: new Map(kinds.map((kind) => [kind, countsOf(objectsOf(heap, kind).by(WAY))])),
  };
}

/** @param iterations of the step since `before` */
export function grownHolders(before: HoldersBefore, columns: Columns, iterations: number): GrownHolders {
  const heap = wholeHeap(new HeapView(columns));
  const grown = [...before.ways]
    .map(([kind, ways]) => ({ kind, ...grownObjects(objectsOf(heap, kind), ways, iterations) }))
    .filter(({ objects }) => objects.count > 0)
    .map((each) => ({ ...each, weight: causeWeight(each.kind, each.objects.domisize / each.objects.count) }))
    .toSorted((a, b) => Number(isV8s(a.way)) - Number(isV8s(b.way)) || b.weight - a.weight);
  const literals = grownRows(before.shapes, countsOf(heap.by('shape')), iterations);
  const shapes = literals.filter((shape) => shape.startsWith('{'));
  return {
    kinds: grown.map(({ kind }) => kind),
    shapes: shapes.slice(0, MAX_SHAPES),
    paths: grown[0] ? ways(grown[0].objects, MAX_PATHS).map(String) : [],
  };
}

interface Grown {
  /** Absent where none has grown with each iteration. */
  readonly way?: string;
  readonly objects: HeapSet;
}

/** Those that are referred to in the way that has grown as the iterations have; all, where none has. */
function grownObjects(objects: HeapSet, before: Counts, iterations: number): Grown {
  const [way] = grownRows(before, countsOf(objects.by(WAY)), iterations).toSorted(
    (a, b) => Number(isV8s(a)) - Number(isV8s(b)),
  );
  return way === undefined ? { objects } : { way, objects: mostHeld(objects.and(relation(WAY).of(way))) };
}

/**
 * Those that one object holds, where it holds nearly as many as there are: what has been left by some hundred iterations lies in one
 * collection, beside others of the program that are held alike.
 */
function mostHeld(objects: HeapSet): HeapSet {
  const { dominator } = objects.view.heap.dominators;
  const held = new Map<number, number[]>();
  for (const node of objects.nodes) {
    const beside = held.get(dominator[node]!);
    if (beside) beside.push(node);
    else held.set(dominator[node]!, [node]);
  }
  const most = [...held.values()].reduce((a, b) => (b.length > a.length ? b : a), []);
  return most.length > 1 ? heapSet(objects.view, Uint32Array.from(most)) : objects;
}

/** Held by what no program sees; a handle of V8's own is let go of soon. */
function isV8s(way: string | undefined): boolean {
  return way === undefined || way.includes('(');
}

/** Names of what has gained one or several objects an iteration, nearly, the one that gained most first. */
function grownRows(before: Counts, after: Counts, iterations: number): string[] {
  return [...after]
    .map(([name, count]) => ({ name, each: (count - (before.get(name) ?? 0)) / iterations }))
    .filter(({ each }) => each >= LEAST_SHARE && (each < 1 || Math.abs(each - Math.round(each)) <= TOLERANCE))
    .toSorted((a, b) => b.each - a.each)
    .map(({ name }) => name);
}

function objectsOf(heap: HeapSet, kind: string): HeapSet {
  return instances(heap.and(relation('kind').of(kind)));
}

function countsOf({ partition }: HeapSet): Counts {
  return new Map(partition.map(({ kind, count }) => [kind, count]));
}
