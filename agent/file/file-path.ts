/**
 * What keeps an object of a snapshot file alive, by the shortest way that tells: one reading, no kinds of all nodes, no
 * referrers, no dominators; and the locations, a twentieth of a file, only where the path's text names a place.
 */

import { kind as byKind } from '../classify/kind.ts';
import { classificationOf } from '../classify/naming/classifications.ts';
import { EdgeFinder } from '../classify/naming/edges.ts';
import { className } from '../classify/naming/words.ts';
import { Heap } from '../graph/heap.ts';
import { referrersOfSet } from '../graph/referrers.ts';
import { includes, type NodeSet } from '../graph/set.ts';
import { inOriginalNames } from '../original/in-use.ts';
import type { Columns } from '../parse/columns.ts';
import { Numbers } from '../parse/numbers.ts';
import { heapSet } from '../sets/heap-set.ts';
import type { Path } from '../sets/paths.ts';
import { HeapView } from '../sets/view.ts';
import { type WeakHold, weakHoldOf } from '../sets/weakly.ts';
import { OTHER_ROOTS } from '../walk/graph/known-roots.ts';
import { askFile } from './ask-file.ts';
import type { FileEvent } from './file-event.ts';
import { refusing } from './refusal.ts';

export interface PathJob {
  readonly path: string;
  /** A class by its name, any other kind as the table by kind shows it, or an object by its id, `@4711`. */
  readonly to: string;
  /** Paths at most. */
  readonly most: number;
  /** False: contents of strings, keys of maps among them, are not shown. */
  readonly strings: boolean;
  /** Holders that no path leads through, as cut.ts names them. */
  readonly without?: readonly string[];
}

export interface FilePaths {
  /** Objects that `to` names. */
  readonly objects: number;
  /** Edges of each path; 0 where there is none. */
  readonly length: number;
  /** The shortest paths from the program's roots to the nearest of the objects. */
  readonly paths: readonly string[];
  /** Where nothing holds them: what refers to the nearest of them weakly. */
  readonly weakly?: WeakHold;
}

/** @throws RangeError where nothing is of that kind, SnapshotSyntaxError, an Error of one line for a file that cannot be read */
export function filePaths(job: PathJob, tell: (event: FileEvent) => void): Promise<FilePaths> {
  return refusing(job.path, () => find(job, tell));
}

async function find(job: PathJob, tell: (event: FileEvent) => void): Promise<FilePaths> {
  return askFile(job.path, { locations: 'perhaps', tell }, (heap) => pathsOf(heap, job));
}

/** @throws RangeError where nothing is of that kind */
export function pathsIn(columns: Columns, job: PathJob): FilePaths {
  return pathsOf(new Heap(inOriginalNames(columns)), job);
}

function pathsOf(heap: Heap, { path, to, most, strings, without = [] }: PathJob): FilePaths {
  const view = new HeapView(heap, { strings });
  const nodes = named(view, to);
  if (nodes.length === 0) {
    throw new RangeError(`Cannot find a path to ${to}: ${path} has none; see heapwatch heap ${path} for those it has`);
  }
  const sp = heapSet(view, nodes).getShpaths({ without });
  const first = sp.isEmpty ? undefined : sp.at(0);
  if (first === undefined || isOfGarbage(view, first)) {
    const weakly = weakHoldOf(view, nodes);
    if (weakly !== undefined) return { objects: nodes.length, length: 0, paths: [], weakly };
  }
  if (first === undefined) return { objects: nodes.length, length: 0, paths: [] };
  // the first path costs less than all to list them from
  return { objects: nodes.length, length: first.length, paths: most === 1 ? [String(first)] : sp.aslist(most) };
}

/** Whether a path of a walked heap begins where all does that no known root reaches: what only the stack holds, and garbage. */
function isOfGarbage(view: HeapView, { nodes }: Path): boolean {
  const { nodeName, strings } = view.heap.columns;
  return nodes.some((node) => strings.equals(nodeName[node]!, OTHER_ROOTS));
}

function named(view: HeapView, to: string): NodeSet {
  const id = /^@(\d+)$/.exec(to)?.[1];
  if (id !== undefined) {
    const node = view.nodeOfId(Number(id));
    return node === undefined ? new Uint32Array(0) : Uint32Array.of(node);
  }
  const byClass = ofClass(view.heap.columns, to);
  const named = byClass.length > 0 ? byClass : ofKind(view, to);
  // a prototype is named as what is made by it, and always kept
  const instances = named.filter((node) => view.names.isInstance(node));
  if (instances.length > 0) return instances;
  const made = madeBy(view, named);
  return made.length > 0 ? made : named;
}

/** What has one of these prototypes, where that alone bears the class's name: a bundler calls `Response`'s class `_Response`. */
function madeBy(view: HeapView, prototypes: NodeSet): NodeSet {
  const { columns, referrers } = view.heap;
  const prototypeOf = new EdgeFinder(columns, 'property', '__proto__');
  const isMade = (node: number) => view.names.isInstance(node) && includes(prototypes, prototypeOf.from(node));
  return referrersOfSet(referrers, prototypes).filter(isMade);
}

/** The objects of all classes of that name: its name alone tells, and each name is looked at once. */
function ofClass({ nodeCount, nodeType, nodeTypes, nodeName, strings }: Columns, wanted: string): NodeSet {
  const object = nodeTypes.indexOf('object');
  const isWanted = new Map<number, boolean>();
  const nodes = new Numbers();
  let lastName = -1;
  let last = false;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object) continue;
    const name = nodeName[node];
    if (name !== lastName) {
      last = isWanted.get(name) ?? className(strings.get(name)) === wanted;
      isWanted.set(name, last);
      lastName = name;
    }
    if (last) nodes.push(node);
  }
  return nodes.toArray();
}

/** Those that the table by kind shows so. */
function ofKind(view: HeapView, text: string): NodeSet {
  const { kindOf, kinds } = classificationOf(view.heap, byKind);
  const wanted = kinds.indexOf(text);
  return wanted < 0 ? new Uint32Array(0) : view.all.filter((node) => kindOf[node] === wanted);
}
