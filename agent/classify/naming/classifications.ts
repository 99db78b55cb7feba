import type { Heap } from '../../graph/heap.ts';
import type { Classification, Classifier } from './classifier.ts';

/** Where the classifications of a heap are that somebody worked out before. */
export type KnownClassifications = (classifier: Classifier) => Classification | undefined;

const KNOWN = new WeakMap<Heap, KnownClassifications>();
const KEPT = new WeakMap<Heap, Map<Classifier, Classification>>();

/** How `classifier` classifies `heap`: worked out once and kept with the heap, for who asks again and again. */
export function classificationOf(heap: Heap, classifier: Classifier): Classification {
  const kept = KEPT.get(heap) ?? new Map<Classifier, Classification>();
  KEPT.set(heap, kept);
  const classification = kept.get(classifier) ?? KNOWN.get(heap)?.(classifier) ?? classifier.classify(heap);
  kept.set(classifier, classification);
  return classification;
}

/** From now on `known` is asked before a classification of `heap` is worked out. */
export function withKnown(heap: Heap, known: KnownClassifications): Heap {
  KNOWN.set(heap, known);
  return heap;
}

/** Those of `heap` that have been asked for, known or worked out. */
export function classificationsOf(heap: Heap): ReadonlyMap<Classifier, Classification> {
  return KEPT.get(heap) ?? new Map();
}
