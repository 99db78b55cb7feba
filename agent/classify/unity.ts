/** All in one class: heapy's `byunity`. */
import type { Heap } from '../heap/heap.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './classifier.ts';

export const unity: Classifier = { by: 'unity', header: '<unclassified>', classify };

function classify({ columns }: Heap): Classification {
  const { nodeType, nodeTypes } = columns;
  const synthetic = nodeTypes.indexOf('synthetic');
  const kindOf = Uint32Array.from(nodeType, (type) => (type === synthetic ? NOT_IN_SET : 0));
  return { kindOf, kinds: ['<Anything>'] };
}
