/**
 * A walked heap as the columns that a snapshot gives, so that paths, retained sizes, reference patterns and every classifier
 * read it alike.
 *
 *     node    known roots | objects, by address | memory of ArrayBuffers | other roots
 *
 * No object of the walk is left out: what no known root reaches hangs from the other roots. Ids are made up: 2 * node + 1.
 */

import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK, LARGE_SIZE, selfSizeOf } from '../../parse/columns.ts';
import { V8_NODE_TYPES } from '../../parse/types.ts';
import { ClassNames } from '../class-names.ts';
import { isSince13 } from '../external-strings.ts';
import type { HeapWords } from '../objects.ts';
import { EDGE_TYPES, EdgeList, WEAK } from './edge-list.ts';
import { PairsByNode } from './ephemeron-pairs.ts';
import { eachOutside } from './external-strings.ts';
import { functionSites } from './function-sites.ts';
import type { Handles } from './handles.ts';
import { addKnownRoots, KNOWN_ROOTS, OTHER_ROOTS } from './known-roots.ts';
import { Names } from './names.ts';
import { NodeIndex } from './node-index.ts';
import { ARRAY, CODE, NATIVE, SYNTHETIC } from './node-names.ts';
import { nodesByType } from './nodes-by-type.ts';
import { ObjectEdges } from './object-edges.ts';
import { nameObjects } from './object-nodes.ts';
import { addOtherRoots } from './other-roots.ts';
import { OutsideBuffers } from './outside-buffers.ts';
import { textsOf } from './texts.ts';

export interface WalkedGraph {
  readonly columns: Columns;
  /** The node of everything that no known root reaches, and how much that is. */
  readonly other: { readonly node: number; readonly count: number };
  /** Bytes of the objects in the isolate's pages, what all isolates share aside. */
  readonly usedBytes: number;
  /** The node of the object at a word of the image; -1 where none of this isolate begins. */
  readonly nodeAt: (at: number) => number;
}

/** Room for edges at first, a word of the heap: each has one at most, but what arrays hold is said of their owners too. */
const EDGES_A_WORD = 1.25;

/** @param isolate address of the Heap of the isolate @param handles read while the process stood still */
export function walkedColumns(heap: HeapWords, isolate: number, handles: Handles): WalkedGraph {
  const pages = heap.pages.filter((page) => page.heap === isolate || page.heap === 0);
  const index = new NodeIndex(heap, pages, KNOWN_ROOTS.length);
  const names = new Names();
  const classes = new ClassNames(heap);
  // since V8 14 a snapshot's root leads to the realm, whose global object is one step further
  const entry = Number.parseInt(heap.layout.v8, 10) >= 14 ? 'NATIVE_CONTEXT' : 'JS_GLOBAL_OBJECT';
  const byType = nodesByType(heap, index, [entry, 'JS_ARRAY_BUFFER', 'EPHEMERON_HASH_TABLE']);
  const buffers = new OutsideBuffers(heap, index, byType.get('JS_ARRAY_BUFFER') ?? []);
  const other = index.end + buffers.bytes.length;
  const nodeCount = other + 1;

  const edges = new EdgeList(Math.ceil((heap.memory.u32.length / 2) * EDGES_A_WORD));
  const firstEdge = new Uint32Array(nodeCount + 1);
  addKnownRoots(heap, index, names, handles, byType.get(entry) ?? [], other, edges, firstEdge);
  const objects = new ObjectEdges(
    {
      heap,
      index,
      names,
      nameAt: (at) => propertyName(heap, classes, at),
      bufferOf: (at) => buffers.nodeOf(at),
      pairs: new PairsByNode(heap, index, names, byType.get('EPHEMERON_HASH_TABLE') ?? [], idOf),
    },
    edges,
  );
  objects.add(index.first, index.end, firstEdge);
  firstEdge.fill(edges.length, index.end);
  const count = addOtherRoots(edges, firstEdge, index.first);

  const nodeType = new Uint8Array(nodeCount);
  const nodeName = new Uint32Array(nodeCount);
  const selfSize = index.selfSize.subarray(0, nodeCount);
  const { largeSizes } = index;
  const setSize = (node: number, bytes: number): void => {
    selfSize[node] = Math.min(bytes, LARGE_SIZE);
    if (bytes >= LARGE_SIZE) largeSizes.set(node, bytes);
  };
  const setOwn = (node: number, type: number, name: string): void => {
    nodeType[node] = type;
    nodeName[node] = names.of(name);
  };
  for (const [node, name] of KNOWN_ROOTS.entries()) setOwn(node, SYNTHETIC, name);
  setOwn(other, SYNTHETIC, OTHER_ROOTS);
  for (const [i, bytes] of buffers.bytes.entries()) {
    setOwn(index.end + i, NATIVE, 'system / JSArrayBufferData');
    setSize(index.end + i, bytes);
  }
  const { closures, code, contents } = nameObjects(heap, index, classes, names, nodeType, nodeName);
  markCode(code, nodeType, edges, firstEdge);
  if (isSince13(heap.layout)) {
    for (const [from, to] of index.readOnly) selfSize.fill(0, from, to);
    const columns = { selfSize, largeSizes };
    eachOutside(heap, index, contents, (node, bytes) => setSize(node, selfSizeOf(columns, node) + bytes));
  }
  const locations = functionSites(index, classes.functions, closures, names);
  // contents come behind all names: which index that is shows only now
  for (const [i, node] of contents.entries()) nodeName[node] = names.count + i;
  const columns: Columns = {
    nodeCount,
    edgeCount: edges.length,
    nodeTypes: V8_NODE_TYPES,
    edgeTypes: EDGE_TYPES,
    nodeType,
    nodeName,
    nodeId: ids(nodeCount),
    selfSize,
    largeSizes,
    detachedness: null,
    firstEdge,
    edgeTarget: edges.target.subarray(0, edges.length),
    edgeName: edges.name.subarray(0, edges.length),
    weakEdges: edges.weak.taken(),
    ...locations,
    strings: textsOf(heap, classes.functions.strings, names.texts, wordsOf(index, contents)),
    extraNativeBytes: 0,
  };
  return { columns, other: { node: other, count }, usedBytes: index.usedBytes, nodeAt: (at) => index.nodeAt(at) };
}

function idOf(node: number): number {
  return 2 * node + 1;
}

function ids(nodeCount: number): Uint32Array {
  const column = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) column[node] = idOf(node);
  return column;
}

function* wordsOf({ at }: NodeIndex, nodes: Uint32Array): Generator<number> {
  for (const node of nodes) yield at[node];
}

/** A string as it is, a symbol as V8 writes it. */
function propertyName(heap: HeapWords, classes: ClassNames, at: number): string {
  const { strings } = classes.functions;
  if (strings.isString(at)) return strings.textOf(at) ?? '';
  const text = strings.textOf(heap.memory.target(at + 2)) ?? '';
  return text.startsWith('#') ? text : `<symbol ${text}>`;
}

/** Arrays that belong to code, constants and tables of positions, are code in a snapshot too. */
function markCode(code: Uint32Array, nodeType: Uint8Array, { target }: EdgeList, firstEdge: Uint32Array): void {
  for (const node of code) {
    for (let edge = firstEdge[node]; edge < firstEdge[node + 1]; edge++) {
      const to = target[edge] >>> EDGE_TYPE_BITS;
      if ((target[edge] & EDGE_TYPE_MASK) !== WEAK && nodeType[to] === ARRAY) nodeType[to] = CODE;
    }
  }
}
