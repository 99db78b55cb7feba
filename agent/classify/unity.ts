/** All in one class: heapy's `byunity`. */
import type { Heap } from '../graph/heap.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';

export const unity: Classifier = { by: 'unity', header: '<unclassified>', classify };

function classify({ columns }: Heap): Classification {
  const { nodeCount, nodeType, nodeTypes } = columns;
  const synthetic = nodeTypes.indexOf('synthetic');
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) if (nodeType[node] === synthetic) kindOf[node] = NOT_IN_SET;
  return { kindOf, kinds: ['<Anything>'] };
}
