/** By V8 node type; reads no edges. */
import type { Heap } from '../graph/heap.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';

export const type: Classifier = { by: 'type', header: 'V8 type', classify };

function classify({ columns }: Heap): Classification {
  const { nodeCount, nodeType, nodeTypes } = columns;
  const synthetic = nodeTypes.indexOf('synthetic');
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    kindOf[node] = nodeType[node] === synthetic ? NOT_IN_SET : nodeType[node];
  }
  return { kindOf, kinds: nodeTypes };
}
