/** By the names of the edges that lead to an object (edge-labels.ts): heapy's `byvia`, without its indexes and ids. */

import { hasBit } from '../graph/bits.ts';
import type { Heap } from '../graph/heap.ts';
import { ignoredEdges } from '../graph/referrers.ts';
import { EDGE_TYPE_BITS } from '../parse/columns.ts';
import type { Classification, Classifier } from './naming/classifier.ts';
import { EdgeLabels } from './naming/edge-labels.ts';
import { classifyByMarks, isSubsetText, NOTHING } from './naming/mark-sets.ts';

export const via: Classifier = {
  by: 'via',
  header: 'Referred Via:',
  classify,
  part: { header: '{Referred Via}', text: (set) => (set === NOTHING ? '{}' : `{${set}}`) },
  brief: (set) => `<via ${set}>`,
  order: { atMost: isSubsetText },
};

function classify(heap: Heap): Classification {
  const { columns } = heap;
  const labels = new EdgeLabels(columns);
  const { firstLabel, label } = incomingLabels(heap, labels);
  const synthetic = columns.nodeTypes.indexOf('synthetic');
  return classifyByMarks({
    nodeCount: columns.nodeCount,
    isInSet: (node) => columns.nodeType[node] !== synthetic,
    forEachMark: (node, visit) => {
      for (let at = firstLabel[node], end = firstLabel[node + 1]; at < end; at++) visit(label[at]);
    },
    texts: labels.texts,
  });
}

/**
 * The labels of the edges that lead to each node: those of node n are label[firstLabel[n]] to label[firstLabel[n + 1] - 1].
 * As referrers.ts, of the same edges, with labels instead of sources.
 */
function incomingLabels(heap: Heap, labels: EdgeLabels): { firstLabel: Uint32Array; label: Uint32Array } {
  const { nodeCount, edgeCount, firstEdge, edgeTarget } = heap.columns;
  const ignored = ignoredEdges(heap.graph, heap.alive);
  const firstLabel = new Uint32Array(nodeCount + 1);
  for (let edge = 0; edge < edgeCount; edge++) {
    if (!hasBit(ignored, edge)) firstLabel[edgeTarget[edge] >>> EDGE_TYPE_BITS]++;
  }
  let total = 0;
  for (let node = 0; node <= nodeCount; node++) {
    total += firstLabel[node];
    firstLabel[node] = total;
  }
  const label = new Uint32Array(total);
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      if (hasBit(ignored, edge)) continue;
      label[--firstLabel[edgeTarget[edge] >>> EDGE_TYPE_BITS]] = labels.of(node, edge);
    }
  }
  return { firstLabel, label };
}
