/**
 * Edges that say again what another says. V8 shows the values of an object twice: by edges of the object that carry the
 * property's name, and by edges of the memory they lie in, numbered by slot.
 *
 *     Session  --property:user-------------->  User
 *              --internal:properties-->  (object properties)  --internal:6-->  User      the copy
 *     Array    --element:0------------------>  Session
 *              --internal:elements---->  (object elements)    --internal:0-->  Session   the copy
 *     bound f  --shortcut:bound_argument_0-->  Session
 *              --internal:bindings---->  (bound arguments)    --internal:0-->  Session   the copy
 *
 * Who asks for referrers means the object, so the copies are not counted. Nothing else changes without them: what they
 * keep alive the object keeps alive. A store that several objects share, a literal's copy-on-write elements, is not one
 * owner's: its edges are no copies.
 */

import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { addBit, type Bits, emptyBits, hasBit } from './bits.ts';
import { edgeTypes } from './graph.ts';

const STORE_EDGES = ['properties', 'elements', 'bindings'];

/** The edges that are copies, one bit each. Linear; scratch memory: 5 bytes a node. */
export function copiesOf(columns: Columns): Bits {
  const { nodeCount, edgeCount, firstEdge, edgeTarget } = columns;
  const isStore = storeEdges(columns);
  const owned = soleOwned(columns, isStore);
  const named = edgeTypes(columns, 'property', 'element', 'shortcut');
  const internal = edgeTypes(columns, 'internal');
  const copies = emptyBits(edgeCount);
  // entry n is the last owner, plus one, that has an edge to node n in its own name
  const heldBy = new Uint32Array(nodeCount);

  for (let node = 0; node < nodeCount; node++) {
    const end = firstEdge[node + 1];
    const stores: number[] = [];
    for (let edge = firstEdge[node]; edge < end; edge++) {
      const target = edgeTarget[edge] >>> EDGE_TYPE_BITS;
      if (isStore(edge) && hasBit(owned, target)) stores.push(target);
    }
    if (stores.length === 0) continue;
    for (let edge = firstEdge[node]; edge < end; edge++) {
      const packed = edgeTarget[edge];
      if (((named >>> (packed & EDGE_TYPE_MASK)) & 1) === 1) heldBy[packed >>> EDGE_TYPE_BITS] = node + 1;
    }
    for (const store of stores) {
      for (let edge = firstEdge[store]; edge < firstEdge[store + 1]; edge++) {
        const packed = edgeTarget[edge];
        if (((internal >>> (packed & EDGE_TYPE_MASK)) & 1) === 0) continue;
        if (heldBy[packed >>> EDGE_TYPE_BITS] === node + 1) addBit(copies, edge);
      }
    }
  }
  return copies;
}

/** Tells the edges that lead to a store. */
function storeEdges({ strings, edgeTypes: types, edgeTarget, edgeName }: Columns): (edge: number) => boolean {
  const [properties, elements, bindings] = STORE_EDGES.map((name) => strings.find(name));
  const internal = types.indexOf('internal');
  return (edge) => {
    if ((edgeTarget[edge] & EDGE_TYPE_MASK) !== internal) return false;
    const name = edgeName[edge];
    return name === properties || name === elements || name === bindings;
  };
}

/** The nodes that just one edge holds as a store. */
function soleOwned(columns: Columns, isStore: (edge: number) => boolean): Bits {
  const { nodeCount, edgeCount, edgeTarget } = columns;
  const owned = emptyBits(nodeCount);
  const shared = emptyBits(nodeCount);
  for (let edge = 0; edge < edgeCount; edge++) {
    if (!isStore(edge)) continue;
    const store = edgeTarget[edge] >>> EDGE_TYPE_BITS;
    addBit(hasBit(owned, store) ? shared : owned, store);
  }
  return owned.map((word, i) => word & ~shared[i]);
}
