/**
 * Stores: memory that V8 lays beside an object for it, found by the internal edge that leads there.
 *
 *     object, closure, regexp, ... --internal:properties--> out-of-object properties  (array, hidden PropertyArray)
 *                                  --internal:elements----> indexed elements          (array, code for literals' copy-on-write)
 *                                  --internal:table-------> a Map's or Set's table    (array)
 *     ArrayBuffer                  --internal:backing_store-> its memory              (native)
 *
 * The target's V8 type and name differ by version, the edges do not (Node 18 to 26). What may be a store holds none, so
 * that the owner of a store is one step away; nor do V8's synthetic nodes.
 */
import { type Columns, EDGE_TYPE_BITS } from '../../parse/columns.ts';

/** The ways to hold a store, by the edge that leads to it; a position in it is a `Store`. */
export const STORES = ['properties', 'elements', 'table', 'backing_store'] as const;
export type Store = number;
export const BACKING_STORE: Store = STORES.indexOf('backing_store');

/** Entries of `storeOwners` for nodes that no object holds as a store, and that several do. */
export const NO_OWNER = 0xffffffff;
export const SEVERAL_OWNERS = 0xfffffffe;

const STORE_BITS = 2;
const STORE_MASK = (1 << STORE_BITS) - 1;
const EDGE_TYPE_MASK = (1 << EDGE_TYPE_BITS) - 1;

/** V8 types that a store may have. Objects, functions and strings at the end of such an edge are values. */
const STORE_TYPES: readonly string[] = ['array', 'hidden', 'code', 'native', 'object shape'];

/** For each node type of `columns` 1 where a node of it may be a store, else 0. */
export function storeTypes(columns: Columns): Uint8Array {
  return Uint8Array.from(columns.nodeTypes, (type) => Number(STORE_TYPES.includes(type)));
}

/** The owner in an entry of `storeOwners` that is neither NO_OWNER nor SEVERAL_OWNERS. */
export function ownerIn(entry: number): number {
  return entry >>> STORE_BITS;
}

/** The way it holds the store. */
export function storeIn(entry: number): Store {
  return entry & STORE_MASK;
}

/**
 * For each node who holds it as a store, and by which edge: `owner << 2 | Store`, NO_OWNER or SEVERAL_OWNERS.
 * One owner may hold a store twice; the first edge counts.
 */
export function storeOwners(columns: Columns): Uint32Array {
  const { nodeCount, nodeType, firstEdge, edgeTarget, edgeName, strings } = columns;
  const mayBeStore = storeTypes(columns);
  const synthetic = columns.nodeTypes.indexOf('synthetic');
  const [properties, elements, table, backingStore] = STORES.map((name) => strings.find(name));
  const internal = columns.edgeTypes.indexOf('internal');
  const owners = new Uint32Array(nodeCount).fill(NO_OWNER);
  for (let node = 0; node < nodeCount; node++) {
    if (mayBeStore[nodeType[node]] === 1 || nodeType[node] === synthetic) continue;
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      const target = edgeTarget[edge];
      if ((target & EDGE_TYPE_MASK) !== internal) continue;
      const name = edgeName[edge];
      let store: Store;
      if (name === properties) store = 0;
      else if (name === elements) store = 1;
      else if (name === table) store = 2;
      else if (name === backingStore) store = 3;
      else continue;
      const held = target >>> EDGE_TYPE_BITS;
      if (mayBeStore[nodeType[held]] === 0) continue;
      const before = owners[held];
      if (before === NO_OWNER) owners[held] = ((node << STORE_BITS) | store) >>> 0;
      else if (before >>> STORE_BITS !== node) owners[held] = SEVERAL_OWNERS;
    }
  }
  return owners;
}
