/** Every object a class of its own, `Session @4711`: its kind and V8's id. A string for each node. */
import type { Heap } from '../graph/heap.ts';
import { kind } from './kind.ts';
import { classificationOf } from './naming/classifications.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';

export const id: Classifier = { by: 'id', header: 'Object Identity', classify };

function classify(heap: Heap): Classification {
  const { nodeCount, nodeId } = heap.columns;
  const classification = classificationOf(heap, kind);
  const kindOf = new Uint32Array(nodeCount);
  const kinds: string[] = [];
  for (let node = 0; node < nodeCount; node++) {
    const kindOfNode = classification.kindOf[node];
    if (kindOfNode === NOT_IN_SET) kindOf[node] = NOT_IN_SET;
    else kindOf[node] = kinds.push(`${classification.kinds[kindOfNode]} @${nodeId[node]}`) - 1;
  }
  return { kindOf, kinds };
}
