/**
 * Entries of WeakMaps and WeakSets: a value lives only while both its key and the map's table do.
 *
 * V8 writes such a pair as two internal edges to the value, one from the key and one from the table, both labelled
 * `<n> / part of key (Session @301) -> value (Object @305) pair in WeakMap (table @299)`, and as weak edges from the table
 * to key and value. Here each of the two is a *half*: an edge that counts only while its partner lives.
 *
 *     half      0      1      2     ...
 *     edge      17     18     4711  ...  0xffffffff      ascending, so the halves of one node stand together
 *     partner   table  key    ...                        the node at the other half's foot
 *     fromTable 0      1      ...
 */

import { firstNotBelow } from '../base/bisect.ts';
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { Numbers } from '../parse/numbers.ts';
import { addBit, type Bits, emptyBits } from './bits.ts';
import { weakPairOf } from './weak-pair.ts';

/** Shortest text of a pair's label; anything shorter is not decoded. */
export const SHORTEST_LABEL = '1 / part of key ( @1) -> value ( @1) pair in WeakMap (table @1)'.length;

export interface Ephemerons {
  /** Edge ordinals, ascending; a last entry 0xffffffff stands for "no more". */
  readonly edge: Uint32Array;
  /** Beside each edge: the node that must live too for the edge to count. */
  readonly partner: Uint32Array;
  /** Beside each edge: 1 if it leaves the table, 0 if it leaves the key. */
  readonly fromTable: Uint8Array;
  /** The nodes that halves leave. */
  readonly sources: Bits;
}

interface Pair {
  key: number;
  table: number;
  keyEdge: number;
  tableEdge: number;
}

/**
 * Finds the pairs of a snapshot. A label that V8 cut short (it does at 1,024 bytes) or whose other half is missing is no
 * pair: its edges stay ordinary ones, so that nothing alive is ever taken for dead. Linear in nodes and edges.
 */
export function ephemeronsOf(columns: Columns): Ephemerons {
  const pairs: Pair[] = [];
  for (const table of nodesWithWeakEdges(columns)) pairsOfTable(columns, table, pairs);
  pairsOfHole(columns, pairs);
  findKeyEdges(columns, pairs);
  return halvesOf(
    columns.nodeCount,
    pairs.filter((pair) => pair.keyEdge !== -1),
  );
}

/** Index of the first half whose edge is `edge` or a later one. */
export function firstHalf(ephemerons: Ephemerons, edge: number): number {
  return firstNotBelow(ephemerons.edge, edge);
}

/** Tables of weak collections are among the nodes that have a weak edge; those are few. Ascending. */
function nodesWithWeakEdges(columns: Columns): number[] {
  const { firstEdge } = columns;
  const nodes: number[] = [];
  let node = 0;
  for (const edge of columns.weakEdges ?? weakEdgesOf(columns)) {
    node = sourceOf(firstEdge, edge, node);
    if (nodes.at(-1) !== node) nodes.push(node);
  }
  return nodes;
}

/** The node that `edge` leaves, which is `node` or a later one: by steps that double, then halve. */
function sourceOf(firstEdge: Uint32Array, edge: number, node: number): number {
  let step = 1;
  let low = node;
  while (low + step < firstEdge.length && firstEdge[low + step] <= edge) {
    low += step;
    step *= 2;
  }
  // the edge is one of a node from `low` on, but before `low + step`
  for (; step > 1; step >>>= 1) {
    const middle = low + (step >>> 1);
    if (middle < firstEdge.length && firstEdge[middle] <= edge) low = middle;
  }
  return low;
}

function weakEdgesOf({ edgeTypes, edgeCount, edgeTarget }: Columns): Uint32Array {
  // what another module exports is looked up each time
  const typeMask: number = EDGE_TYPE_MASK;
  const weak = edgeTypes.indexOf('weak');
  const edges = new Numbers();
  for (let edge = 0; edge < edgeCount; edge++) if ((edgeTarget[edge] & typeMask) === weak) edges.push(edge);
  return edges.toArray();
}

function pairsOfTable(columns: Columns, table: number, pairs: Pair[]): void {
  let keys: Map<number, number> | undefined;
  for (const { edge, keyId, tableId } of labelledEdges(columns, table)) {
    if (tableId !== columns.nodeId[table]) continue;
    keys ??= weakTargetsById(columns, table);
    const key = keys.get(keyId);
    // a key that is its own table cannot be; a key that is not among the weak edges was cut from its label
    if (key !== undefined) pairs.push({ key, table, keyEdge: -1, tableEdge: edge });
  }
}

/**
 * Node 18 writes an empty place of a table as a pair of which the hole is key and value, with no weak edge: taken for an ordinary
 * edge it would lead from the program to what is V8's own.
 */
function pairsOfHole(columns: Columns, pairs: Pair[]): void {
  const hole = holeInPairs(columns);
  if (hole === undefined) return;
  for (let table = 0; table < columns.nodeCount; table++) {
    if (!hole.tableIds.has(columns.nodeId[table])) continue;
    for (const { edge, tableId } of labelledEdges(columns, table)) {
      if (tableId !== columns.nodeId[table] || targetOf(columns, edge) !== hole.node) continue;
      if (!pairs.some(({ tableEdge }) => tableEdge === edge))
        pairs.push({ key: hole.node, table, keyEdge: -1, tableEdge: edge });
    }
  }
}

/** The hole, and the ids of tables of which it says itself that it is a key; undefined where there are none. */
function holeInPairs(columns: Columns): { node: number; tableIds: ReadonlySet<number> } | undefined {
  const oddball = columns.strings.find('system / Oddball');
  if (oddball < 0) return undefined;
  for (let node = 0; node < columns.nodeCount; node++) {
    if (columns.nodeName[node] !== oddball) continue;
    const own = [...labelledEdges(columns, node)].filter(
      ({ edge, keyId }) => keyId === columns.nodeId[node] && targetOf(columns, edge) === node,
    );
    if (own.length > 0) return { node, tableIds: new Set(own.map(({ tableId }) => tableId)) };
  }
  return undefined;
}

function weakTargetsById(columns: Columns, table: number): Map<number, number> {
  const weak = columns.edgeTypes.indexOf('weak');
  const targets = new Map<number, number>();
  for (let edge = columns.firstEdge[table]; edge < columns.firstEdge[table + 1]; edge++) {
    const target = columns.edgeTarget[edge] >>> EDGE_TYPE_BITS;
    if ((columns.edgeTarget[edge] & EDGE_TYPE_MASK) === weak) targets.set(columns.nodeId[target], target);
  }
  return targets;
}

/** Looks through each key's edges once, however many tables it is a key of. */
function findKeyEdges(columns: Columns, pairs: Pair[]): void {
  pairs.sort((a, b) => a.key - b.key);
  for (let start = 0, end = 0; start < pairs.length; start = end) {
    while (end < pairs.length && pairs[end].key === pairs[start].key) end++;
    for (const { edge, tableId } of labelledEdges(columns, pairs[start].key)) {
      const pair = pairs.slice(start, end).find((candidate) => columns.nodeId[candidate.table] === tableId);
      // the key may be the table of another pair: its edge must lead where the table's leads
      if (pair && pair.tableEdge !== edge && targetOf(columns, edge) === targetOf(columns, pair.tableEdge)) {
        pair.keyEdge = edge;
      }
    }
  }
}

function targetOf(columns: Columns, edge: number): number {
  return columns.edgeTarget[edge] >>> EDGE_TYPE_BITS;
}

function* labelledEdges(columns: Columns, node: number): Generator<{ edge: number; keyId: number; tableId: number }> {
  const internal = columns.edgeTypes.indexOf('internal');
  for (let edge = columns.firstEdge[node]; edge < columns.firstEdge[node + 1]; edge++) {
    if ((columns.edgeTarget[edge] & EDGE_TYPE_MASK) !== internal) continue;
    const name = columns.edgeName[edge];
    if (columns.strings.byteLength(name) < SHORTEST_LABEL) continue;
    const pair = weakPairOf(columns.strings.get(name));
    if (pair) yield { edge, keyId: pair.keyId, tableId: pair.tableId };
  }
}

function halvesOf(nodeCount: number, pairs: readonly Pair[]): Ephemerons {
  const halves = pairs.flatMap(({ key, table, keyEdge, tableEdge }) => [
    { edge: keyEdge, source: key, partner: table, fromTable: 0 },
    { edge: tableEdge, source: table, partner: key, fromTable: 1 },
  ]);
  halves.sort((a, b) => a.edge - b.edge);
  const sources = emptyBits(nodeCount);
  for (const { source } of halves) addBit(sources, source);
  return {
    edge: Uint32Array.from([...halves.map((half) => half.edge), 0xffffffff]),
    partner: Uint32Array.from(halves, (half) => half.partner),
    fromTable: Uint8Array.from(halves, (half) => half.fromTable),
    sources,
  };
}
