/** By class, with each store counted as part of its owner's class; what belongs to no object is named as `kind` names it. */
import type { Heap } from '../graph/heap.ts';
import { classOrder } from './naming/ancestry.ts';
import { kindsByOwner } from './naming/by-owner.ts';
import { classificationOf } from './naming/classifications.ts';
import type { Classification, Classifier } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';
import { NodeKinds } from './naming/node-kinds.ts';
import { ARRAY_BUFFER_DATA, ARRAY_BUFFER_MEMORY, SHARED_ARRAY } from './naming/words.ts';

// named apart from the keyword
export const byClass: Classifier = {
  by: 'class',
  header: 'Class (stores folded in)',
  classify,
  orderIn: (heap) => classOrder(heap, classificationOf(heap, byClass)),
};

function classify({ columns }: Heap): Classification {
  const kinds = new Kinds();
  const nodes = new NodeKinds(columns, kinds);
  const memory = columns.strings.find(ARRAY_BUFFER_MEMORY);
  const kindOf = kindsByOwner(columns, {
    plain: (node) => nodes.of(node),
    store: (_store, ownerKind) => ownerKind,
    shared: (node) => kinds.of(columns.nodeName[node] === memory ? ARRAY_BUFFER_DATA : SHARED_ARRAY),
  });
  return { kindOf, kinds: kinds.texts };
}
