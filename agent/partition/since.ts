/**
 * heapy's `setrelheap`, and what it could not: what was born since a moment, what of that moment has been freed, and what
 * survived. Two snapshots of one epoch (a span in which V8's object ids mean the same objects) are compared by ids.
 *
 *     Checkpoint   ids       Uint32  odd, ascending             16 bytes an object, and 4 more for each
 *                  imprints  Uint32  see imprint.ts             classifier after the first
 *                  sizes     Uint32  bytes; LARGE where they are in largeSizes
 *                  kinds     for each classifier: kindOf Uint32, texts
 *
 * V8 gives odd ids in rising order, so what is above the highest of the checkpoint was born after it. Below, an id may have
 * been given out twice: V8 keeps ids by address, and what is allocated where a dead object lay takes over its id until the
 * next snapshot clears the dead away. Memory of ArrayBuffers does so often (5 to 12 %: it comes from malloc), objects
 * allocated straight into the old generation now and then (0.1 to 2 % of the survivors of a busy program). So an id
 * survives only with what never changes of its object (imprint.ts), and an ArrayBuffer's memory only with an ArrayBuffer
 * that holds it; else the old one was freed and the new one is new. What cannot be seen is a successor of the same class at
 * the same address: of 600,000 instances replaced by others of their class, on Node 18 to 26, there was none.
 *
 * Left out, and counted as such: even ids, which are the embedder's and never match (about a hundred); and what has no size,
 * V8's own in read-only memory, which V8 15 numbers anew each time. Synthetic nodes are in no set at all. So what was born,
 * what survived and what is left out are together the heap. The arrays are in shared memory: other threads read them
 * without a copy.
 */

import type { Since } from '../../protocol/partition.ts';
import { type Classification, NOT_IN_SET } from '../classify/naming/classifier.ts';
import { ARRAY_BUFFER_MEMORY } from '../classify/naming/words.ts';
import { type Columns, EDGE_TYPE_BITS, selfSizeOf } from '../parse/columns.ts';
import { orderedById } from './id-order.ts';
import { Imprints, mayBeSame } from './imprint.ts';
import { add, KindTallies } from './kind-tallies.ts';
import type { Rows } from './partition.ts';

export interface Checkpoint {
  readonly ids: Uint32Array;
  readonly imprints: Uint32Array;
  readonly sizes: Uint32Array;
  /** By position in `sizes`: bytes of objects of 4 GiB and more. */
  readonly largeSizes: ReadonlyMap<number, number>;
  readonly kinds: readonly CheckpointKinds[];
  /** The highest odd id, of synthetic nodes too; 0 in an empty heap. */
  readonly maxId: number;
}

/** The kind of each object at the time, by one classifier. */
export interface CheckpointKinds {
  readonly by: string;
  readonly kindOf: Uint32Array;
  readonly texts: readonly string[];
}

const LARGE = 0xffffffff;

export interface ClassifiedBy extends Classification {
  readonly by: string;
}

/**
 * What is kept of a heap for later comparisons: the nodes that are in a row of all `classifications` (which agree on what
 * is in the set).
 */
export function checkpointOf(columns: Columns, classifications: readonly ClassifiedBy[]): Checkpoint {
  const nodes = comparable(columns, classifications[0]);
  const imprints = new Imprints(columns);
  const largeSizes = new Map<number, number>();
  const sizeAt = (node: number, at: number) => {
    const size = selfSizeOf(columns, node);
    if (size < LARGE) return size;
    largeSizes.set(at, size);
    return LARGE;
  };
  return {
    ids: column(nodes, (node) => columns.nodeId[node]!),
    imprints: column(nodes, (node) => imprints.of(columns.nodeType[node]!, columns.nodeName[node]!)),
    sizes: column(nodes, sizeAt),
    largeSizes,
    kinds: classifications.map(({ by, kindOf, kinds }) => ({
      by,
      kindOf: column(nodes, (node) => kindOf[node]!),
      texts: kinds,
    })),
    maxId: maxIdOf(columns),
  };
}

/** The highest odd id of a snapshot, of synthetic nodes too; 0 where there is none. */
export function maxIdOf({ nodeId, nodeCount }: Pick<Columns, 'nodeId' | 'nodeCount'>): number {
  let max = 0;
  for (let node = 0; node < nodeCount; node++) if (nodeId[node]! % 2 === 1 && nodeId[node]! > max) max = nodeId[node]!;
  return max;
}

export interface RelativeRows extends Rows {
  readonly since: Pick<Since, 'freed' | 'survived' | 'leftOut'>;
  /** How many ids of the checkpoint belong to another object now: many where the ids are not of one epoch at all. */
  readonly recycled: number;
  /** Whether it is the checkpoint that was taken later: ids rise, and its highest is above all of these. */
  readonly isReversed: boolean;
}

/**
 * The objects of `columns` that were born since `checkpoint`, by kind; in each row what of the kind was freed and what
 * survived, the freed by their kind and size then, the survivors by their kind and size now. A kind of which nothing was
 * born or freed has no row; `since` counts its survivors too. Linear.
 * @throws RangeError for a classifier that the checkpoint was not taken by
 */
export function relative(
  checkpoint: Checkpoint,
  columns: Columns,
  classification: Classification,
  { header, by }: { readonly header: string; readonly by: string },
): RelativeRows {
  const before = kindsBy(checkpoint, by);
  const { fate, freed: freedAt, recycled } = compare(checkpoint, columns, classification);
  const tallies = new KindTallies();
  const { kindOf, kinds } = classification;
  const ofKind = kinds.map((kind) => tallies.of(kind));
  for (let node = 0; node < columns.nodeCount; node++) {
    if (kindOf[node] === NOT_IN_SET) continue;
    if (fate[node] === ABSENT) {
      add(tallies.leftOut, selfSizeOf(columns, node));
      continue;
    }
    const kind = ofKind[kindOf[node]!]!;
    add(fate[node] === BORN ? kind.born : kind.survived, selfSizeOf(columns, node));
  }
  const ofKindBefore = before.texts.map((kind) => tallies.of(kind));
  for (const at of freedAt) add(ofKindBefore[before.kindOf[at]!]!.freed, sizeOf(checkpoint, at));
  const rows = tallies.rows();
  return { header, by, ...rows, recycled, isReversed: rows.count > 0 && maxIdOf(columns) < checkpoint.maxId };
}

/** What has become of the objects of a checkpoint, as nodes of a later snapshot of the same epoch. */
export interface Fates {
  /** Ascending. */
  readonly born: Uint32Array;
  readonly survived: Uint32Array;
  /** As in RelativeRows. */
  readonly recycled: number;
}

/** Of the nodes that are in a row of `classification`. Linear. */
export function fates(checkpoint: Checkpoint, columns: Columns, classification: Classification): Fates {
  const { fate, recycled } = compare(checkpoint, columns, classification);
  const nodes = Uint32Array.from(fate.keys());
  return {
    born: nodes.filter((node) => fate[node] === BORN),
    survived: nodes.filter((node) => fate[node] === SURVIVED),
    recycled,
  };
}

/** Of the ids that a checkpoint and a later snapshot share, how many may belong to another object: 0.02 was seen at most. */
const MAX_RECYCLED_RATIO = 0.25;
/** Fewer than this many prove nothing. */
const MIN_RECYCLED = 1_000;

/** Whether the ids that a checkpoint and a later snapshot share are those of the same objects, by and large. */
export function areOfOneEpoch({ recycled, survived }: { recycled: number; survived: number }): boolean {
  return recycled < MIN_RECYCLED || recycled < (recycled + survived) * MAX_RECYCLED_RATIO;
}

/** @throws RangeError */
export function kindsBy({ kinds }: Checkpoint, by: string): CheckpointKinds {
  const found = kinds.find((each) => each.by === by);
  if (found) return found;
  const known = kinds.map((each) => `"${each.by}"`).join(', ');
  throw new RangeError(`Cannot compare by "${by}": the checkpoint was taken by ${known}`);
}

const ABSENT = 0;
const BORN = 1;
const SURVIVED = 2;

interface Comparison {
  /** Of each node: ABSENT, BORN or SURVIVED. */
  readonly fate: Uint8Array;
  /** Positions in the checkpoint. */
  readonly freed: readonly number[] | Uint32Array;
  readonly recycled: number;
}

function compare(checkpoint: Checkpoint, columns: Columns, classification: Classification): Comparison {
  const { ids, imprints: imprintsThen } = checkpoint;
  const nodes = comparable(columns, classification);
  const imprints = new Imprints(columns);
  const fate = new Uint8Array(columns.nodeCount);
  const freed = new Uint32Array(ids.length);
  const memory: { readonly node: number; readonly at: number }[] = [];
  const { memoryName, isMemory } = memoryOf(columns);
  let freedCount = 0;
  let recycled = 0;
  let at = 0;
  for (const node of nodes) {
    const id = columns.nodeId[node]!;
    while (at < ids.length && ids[at]! < id) freed[freedCount++] = at++;
    if (at === ids.length || ids[at] !== id) {
      fate[node] = BORN;
    } else if (!mayBeSame(imprintsThen[at]!, imprints.of(columns.nodeType[node]!, columns.nodeName[node]!))) {
      fate[node] = BORN;
      recycled++;
      freed[freedCount++] = at++;
    } else {
      if (columns.nodeName[node] === memoryName && isMemory(node)) memory.push({ node, at });
      fate[node] = SURVIVED;
      at++;
    }
  }
  while (at < ids.length) freed[freedCount++] = at++;
  const holderOf = memory.length > 0 ? holdersOfMemory(columns, fate) : new Map<number, number>();
  for (const { node, at } of memory) {
    const holder = holderOf.get(node);
    // memory that nobody seems to hold is the same if it is as large
    if (holder === undefined ? selfSizeOf(columns, node) === sizeOf(checkpoint, at) : holder === SURVIVED) continue;
    fate[node] = BORN;
    freed[freedCount++] = at;
  }
  leaveOutWithoutSize(columns, nodes, fate);
  return { fate, freed: freed.subarray(0, freedCount).filter((at) => checkpoint.sizes[at] !== 0), recycled };
}

function leaveOutWithoutSize(columns: Columns, nodes: Uint32Array, fate: Uint8Array): void {
  const { selfSize } = columns;
  for (const node of nodes) if (selfSize[node] === 0) fate[node] = ABSENT;
}

/** The name of the memory of ArrayBuffers, -1 where there are none, and which of that name are such. */
function memoryOf({ nodeType, nodeTypes, strings }: Columns): { memoryName: number; isMemory(node: number): boolean } {
  const native = nodeTypes.indexOf('native');
  return { memoryName: strings.find(ARRAY_BUFFER_MEMORY), isMemory: (node) => nodeType[node] === native };
}

/** For the memory of ArrayBuffers: SURVIVED if one that holds it has, else what has become of one of those. */
function holdersOfMemory(columns: Columns, fate: Uint8Array): Map<number, number> {
  const { nodeCount, nodeType, nodeTypes, firstEdge, edgeTarget, edgeName, edgeTypes, strings } = columns;
  const held = new Map<number, number>();
  const internal = edgeTypes.indexOf('internal');
  const backingStore = strings.find('backing_store');
  const object = nodeTypes.indexOf('object');
  const edgeTypeMask = (1 << EDGE_TYPE_BITS) - 1;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object || fate[node] === ABSENT) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = edgeTarget[edge]!;
      if (edgeName[edge] !== backingStore || (target & edgeTypeMask) !== internal) continue;
      const memory = target >>> EDGE_TYPE_BITS;
      if (held.get(memory) !== SURVIVED) held.set(memory, fate[node]!);
    }
  }
  return held;
}

/** The nodes whose ids can be compared, by ascending id: odd ones that are in the set. @throws RangeError for ids of no V8 */
function comparable({ nodeCount, nodeId }: Columns, classification: Classification | undefined): Uint32Array {
  if (!(nodeId instanceof Uint32Array)) {
    throw new RangeError(
      'Cannot compare by ids: they have more than 32 bits, so V8 has not given them, and they may be reused',
    );
  }
  const nodes = new Uint32Array(nodeCount);
  let count = 0;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeId[node]! % 2 === 1 && classification?.kindOf[node] !== NOT_IN_SET) nodes[count++] = node;
  }
  return orderedById(nodes.subarray(0, count), nodeId);
}

function column(nodes: Uint32Array, at: (node: number, position: number) => number): Uint32Array {
  const values = new Uint32Array(new SharedArrayBuffer(nodes.length * Uint32Array.BYTES_PER_ELEMENT));
  for (let i = 0; i < nodes.length; i++) values[i] = at(nodes[i]!, i);
  return values;
}

function sizeOf({ sizes, largeSizes }: Checkpoint, at: number): number {
  const size = sizes[at]!;
  return size === LARGE ? (largeSizes.get(at) ?? size) : size;
}
