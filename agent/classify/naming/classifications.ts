import type { Heap } from '../../graph/heap.ts';
import type { Classification, Classifier } from './classifier.ts';

const KEPT = new WeakMap<Heap, Map<Classifier, Classification>>();

/** How `classifier` classifies `heap`: worked out once and kept with the heap, for who asks again and again. */
export function classificationOf(heap: Heap, classifier: Classifier): Classification {
  const kept = KEPT.get(heap) ?? new Map<Classifier, Classification>();
  KEPT.set(heap, kept);
  const classification = kept.get(classifier) ?? classifier.classify(heap);
  kept.set(classifier, classification);
  return classification;
}
