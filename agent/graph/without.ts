/** A snapshot without some of its nodes, as if they had never been there. */

import { type Columns, EDGE_TYPE_BITS } from '../parse/columns.ts';
import { Numbers } from '../parse/numbers.ts';
import { type Bits, countBits, hasBit } from './bits.ts';

const TYPE_MASK = (1 << EDGE_TYPE_BITS) - 1;
/** New ordinal of a node that is left out. */
const LEFT_OUT = 0xffffffff;

/** The columns without `hidden` and the edges from and to it; the others keep their order, and node 0, which must stay. Linear. */
export function without(columns: Columns, hidden: Bits): Columns {
  const ordinal = new Uint32Array(columns.nodeCount).fill(LEFT_OUT);
  const kept = new Uint32Array(columns.nodeCount - countBits(hidden));
  let nodeCount = 0;
  for (let node = 0; node < columns.nodeCount; node++) {
    if (hasBit(hidden, node)) continue;
    ordinal[node] = nodeCount;
    kept[nodeCount++] = node;
  }
  const { locationNode, locationSite, detachedness, allocations } = columns;
  const locations = Array.from(locationNode.keys()).filter((at) => ordinal[locationNode[at]] !== LEFT_OUT);
  return {
    ...columns,
    nodeCount,
    nodeType: columns.nodeType.filter((_, node) => ordinal[node] !== LEFT_OUT),
    nodeName: columns.nodeName.filter((_, node) => ordinal[node] !== LEFT_OUT),
    nodeId: columns.nodeId.filter((_, node) => ordinal[node] !== LEFT_OUT),
    selfSize: columns.selfSize.filter((_, node) => ordinal[node] !== LEFT_OUT),
    detachedness: detachedness === null ? null : detachedness.filter((_, node) => ordinal[node] !== LEFT_OUT),
    ...(allocations && {
      allocations: { ...allocations, frameOf: allocations.frameOf.filter((_, node) => ordinal[node] !== LEFT_OUT) },
    }),
    largeSizes: new Map(
      [...columns.largeSizes]
        .filter(([node]) => ordinal[node] !== LEFT_OUT)
        .map(([node, size]) => [ordinal[node], size]),
    ),
    locationNode: Uint32Array.from(locations, (at) => ordinal[locationNode[at]]),
    locationSite: Uint32Array.from(locations, (at) => locationSite[at]),
    ...edgesBetween(columns, kept, ordinal),
  };
}

function edgesBetween(
  columns: Columns,
  kept: Uint32Array,
  ordinal: Uint32Array,
): Pick<Columns, 'edgeCount' | 'firstEdge' | 'edgeTarget' | 'edgeName' | 'weakEdges'> {
  const weak = columns.edgeTypes.indexOf('weak');
  const weakEdges = new Numbers();
  const firstEdge = new Uint32Array(kept.length + 1);
  const edgeTarget = new Uint32Array(columns.edgeCount);
  const edgeName = new Uint32Array(columns.edgeCount);
  let edgeCount = 0;
  for (let at = 0; at < kept.length; at++) {
    const node = kept[at];
    for (let edge = columns.firstEdge[node]; edge < columns.firstEdge[node + 1]; edge++) {
      const packed = columns.edgeTarget[edge];
      const target = ordinal[packed >>> EDGE_TYPE_BITS];
      if (target === LEFT_OUT) continue;
      if ((packed & TYPE_MASK) === weak) weakEdges.push(edgeCount);
      edgeTarget[edgeCount] = ((target << EDGE_TYPE_BITS) | (packed & TYPE_MASK)) >>> 0;
      edgeName[edgeCount++] = columns.edgeName[edge];
    }
    firstEdge[at + 1] = edgeCount;
  }
  // what lies behind the last edge was never written and takes no memory
  return {
    edgeCount,
    firstEdge,
    edgeTarget: edgeTarget.subarray(0, edgeCount),
    edgeName: edgeName.subarray(0, edgeCount),
    weakEdges: weakEdges.toArray(),
  };
}
