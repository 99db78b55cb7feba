/**
 * heapy's `findex`: objects by the first of some kinds that they are of.
 *
 *     list / 0        of the first kind
 *     dict / 1        of the second, and not of the first
 *     <None>          of none
 */
import { type Classification, type Classifier, NOT_IN_SET } from '../classify/naming/classifier.ts';
import type { Heap } from '../graph/heap.ts';
import { difference } from '../graph/set.ts';
import type { Kind } from './kind.ts';
import { HeapView } from './view.ts';

const NONE = '<None>';

export function findex(kinds: readonly Kind[]): Classifier {
  return {
    by: 'findex',
    header: 'First Matching Kind / Index',
    classify: (heap) => classify(heap, kinds),
    expression: `hp.findex(${kinds.join(', ')})`,
  };
}

function classify(heap: Heap, kinds: readonly Kind[]): Classification {
  const view = new HeapView(heap);
  const kindOf = new Uint32Array(heap.columns.nodeCount).fill(NOT_IN_SET);
  let left = view.all;
  for (const [index, kind] of kinds.entries()) {
    const matching = kind.select(view, left);
    for (const node of matching) kindOf[node] = index;
    left = difference(left, matching);
  }
  for (const node of left) kindOf[node] = kinds.length;
  return { kindOf, kinds: [...kinds.map(({ brief }, index) => `${brief} / ${index}`), NONE] };
}
