/** What keeps the objects of a kind alive, as text: for the reader of an alert that they grow. */
import { causeWeight, isGeneric } from '../classify/generic.ts';
import { nodeSet } from '../graph/set.ts';
import { type HeapSet, heapSet } from './heap-set.ts';
import { crowdOf } from './hub.ts';
import { ownerOf } from './owner-of.ts';
import { relation } from './relation.ts';
import { instances, ways } from './ways.ts';

const MAX_PATTERN_LINES = 30;
const MAX_PATHS = 5;
/** Kinds whose retained size is worked out: each is a walk over what they hold. */
const MAX_WEIGHED = 8;
/** Kinds that are looked at for who holds them. */
const MAX_DESCRIBED = 4;
/** Classes that are tried where none is named, and that are looked at for it. */
const MAX_CLASSES = 4;
const MAX_LOOKED_AT = 48;
/** What grew of several classes grew of each by a part. */
const LEAST_OF_BORN = 0.25;

export interface HoldersQuestion {
  /** Kinds that may be meant, the likeliest first. Without `grown` the first of which there are objects is. */
  readonly kinds: readonly string[];
  /** By kind, the share of its objects that is new, 0 to 1: the kind is meant whose new objects retain most. */
  readonly grown?: Readonly<Record<string, number>>;
  /** With `grown`: so many objects are new whose classes are not known. Each class of which there are as many may be meant. */
  readonly unnamed?: number;
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
}

/** What dies with the objects of a kind; with those of them that are new, where only a share is. */
export interface Retained {
  readonly kind: string;
  readonly count: number;
  readonly retainedBytes: number;
}

export interface Holders {
  readonly kind: string;
  /** Objects of the kind. */
  readonly count: number;
  /** heapy's reference pattern, line by line. */
  readonly pattern: readonly string[];
  /** Shortest paths, one of each way that they take. */
  readonly paths: readonly string[];
  /** Of the kinds that were asked for with `grown`, most first. */
  readonly retained?: readonly Retained[];
  /** Who owns it, where somebody wants to know (owners/in-use.ts). */
  readonly owner?: string;
}

/** Of the objects of `heap`; null where there is none of any of the kinds. */
export function holdersOf(heap: HeapSet, { kinds, grown, unnamed }: Omit<HoldersQuestion, 'strings'>): Holders | null {
  if (grown) {
    const classes = unnamed === undefined ? {} : classesOf(heap, unnamed);
    return holdersOfCause(heap, [...Object.keys(classes), ...kinds], { ...classes, ...grown });
  }
  for (const kind of kinds) {
    const objects = objectsOf(heap, kind);
    if (objects.count > 0) return described(kind, objects);
  }
  return null;
}

/** Classes of the program that may have grown so much; by name, the share of their objects that would be new. */
function classesOf(heap: HeapSet, born: number): Record<string, number> {
  const rows = heap.by('kind').partition.filter(({ kind, count }) => !isGeneric(kind) && count >= born * LEAST_OF_BORN);
  const largest = rows.toSorted((a, b) => b.count - a.count).slice(0, MAX_LOOKED_AT);
  const nodesOwn = new Set(largest.filter(({ kind }) => isNodesOwn(objectsOf(heap, kind))));
  const likely = largest.toSorted((a, b) => Number(nodesOwn.has(a)) - Number(nodesOwn.has(b))).slice(0, MAX_CLASSES);
  return Object.fromEntries(likely.map(({ kind, count }) => [kind, Math.min(1, born / count)]));
}

/** Whether it is Node itself that holds them, by one of them: a small leak is of fewer objects than Node has modules. */
function isNodesOwn(objects: HeapSet): boolean {
  const { view, nodes, er } = objects;
  if (nodes.length === 0) return true;
  const one = heapSet(view, nodeSet(nodes.slice(-1)), er);
  return isNodes({ paths: ways(one, 1).map(String) });
}

function holdersOfCause(
  heap: HeapSet,
  kinds: readonly string[],
  grown: Readonly<Record<string, number>>,
): Holders | null {
  // a class of the program tells more than what every program has: few are weighed
  const sets = kinds
    .toSorted((a, b) => Number(isGeneric(a)) - Number(isGeneric(b)))
    .map((kind) => ({ kind, objects: objectsOf(heap, kind) }))
    .filter(({ objects }) => objects.count > 0);
  const retained = sets.slice(0, MAX_WEIGHED).map(({ kind, objects }) => {
    return { kind, count: objects.count, retainedBytes: Math.round(objects.domisize * (grown[kind] ?? 1)) };
  });
  const weight = ({ kind, retainedBytes }: Retained) => causeWeight(kind, retainedBytes);
  const likely = retained.toSorted((a, b) => weight(b) - weight(a)).slice(0, MAX_DESCRIBED);
  let first: Holders | undefined;
  for (const { kind } of likely) {
    const found = described(kind, sets.find((each) => each.kind === kind)!.objects);
    first ??= found;
    if (isNodes(found)) continue;
    first = found;
    break;
  }
  return first ? { ...first, retained: retained.toSorted((a, b) => b.retainedBytes - a.retainedBytes) } : null;
}

/** Whether it is Node itself that holds them: what of a kind has grown is then elsewhere, or another kind. */
function isNodes({ paths }: Pick<Holders, 'paths'>): boolean {
  return paths.length === 0 || paths.every((path) => /^(?:module node:|global->)/.test(path));
}

function objectsOf(heap: HeapSet, kind: string): HeapSet {
  return instances(heap.and(relation('kind').of(kind)));
}

/** By those of them that hang together: what grows does. */
function described(kind: string, objects: HeapSet): Holders {
  const crowd = crowdOf(objects);
  const pattern = String(crowd.rp).split('\n').slice(0, MAX_PATTERN_LINES);
  // of what a root holds itself there is no path
  const paths = ways(crowd, MAX_PATHS).filter((path) => String(path) !== '');
  const owner = ownerOf(crowd, paths);
  return { kind, count: objects.count, pattern, paths: paths.map(String), ...(owner !== undefined && { owner }) };
}
