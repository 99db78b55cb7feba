/** heapy's `byidset`: every object a class of its own, shown as the set of just that object. A string for each node. */
import type { Heap } from '../graph/heap.ts';
import { kind } from './kind.ts';
import { classificationOf } from './naming/classifications.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';

export const idset: Classifier = { by: 'idset', header: 'by identity set', classify };

function classify(heap: Heap): Classification {
  const { nodeCount, nodeId } = heap.columns;
  const { kindOf: kinds, kinds: texts } = classificationOf(heap, kind);
  const kindOf = new Uint32Array(nodeCount).fill(NOT_IN_SET);
  const sets: string[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (kinds[node] !== NOT_IN_SET) kindOf[node] = sets.push(`<1 ${texts[kinds[node]]}: @${nodeId[node]}>`) - 1;
  }
  return { kindOf, kinds: sets };
}
