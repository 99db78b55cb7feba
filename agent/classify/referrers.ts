/**
 * By the kinds of what refers to an object: heapy's `byrcs`. A set, not a list: how many referrers there are of a kind
 * does not matter, nor that a store has copies of what its owner holds. V8's roots, which are in no row, are named as V8
 * names them: `(Global handles)`.
 */

import type { Heap } from '../graph/heap.ts';
import { EDGE_TYPE_BITS } from '../parse/columns.ts';
import { kind } from './kind.ts';
import { classificationOf } from './naming/classifications.ts';
import { type Classification, type Classifier, expressionOf, NOT_IN_SET } from './naming/classifier.ts';
import { classifyByMarks, isSubsetText, NOTHING } from './naming/mark-sets.ts';

/** By the kinds of referrers as `classifier` tells kinds: heapy's `refdby`. */
export function referredBy(classifier: Classifier): Classifier {
  const header = `Referrers by ${classifier.header}`;
  return {
    by: `referrers by ${classifier.by}`,
    header,
    classify: (heap) => classify(heap, classifier),
    part: { header: `{${header}}`, text: (set) => (set === NOTHING ? '{}' : `{${set}}`) },
    brief: (set) => `<referred by: ${set}>`,
    order: { atMost: isSubsetText },
    expression: `${expressionOf(classifier)}.refdby`,
  };
}

const { expression: _, ...byKind } = referredBy(kind);
export const referrers: Classifier = { ...byKind, by: 'referrers' };

function classify(heap: Heap, classifier: Classifier): Classification {
  const { kindOf, kinds } = classificationOf(heap, classifier);
  const { firstReferrer, referrer } = heap.referrers;
  const roots = rootMarks(heap, kinds.length);
  return classifyByMarks({
    nodeCount: heap.columns.nodeCount,
    isInSet: (node) => kindOf[node] !== NOT_IN_SET,
    forEachMark: (node, visit) => {
      for (let at = firstReferrer[node], end = firstReferrer[node + 1]; at < end; at++) {
        const source = referrer[at] >>> EDGE_TYPE_BITS;
        visit(kindOf[source] === NOT_IN_SET ? roots.markOf.get(source)! : kindOf[source]);
      }
    },
    texts: [...kinds, ...roots.texts],
  });
}

/** A mark for each node that is in no row, from `first` on. */
function rootMarks({ columns }: Heap, first: number): { markOf: ReadonlyMap<number, number>; texts: string[] } {
  const synthetic = columns.nodeTypes.indexOf('synthetic');
  const markOf = new Map<number, number>();
  const texts: string[] = [];
  for (let node = 0; node < columns.nodeCount; node++) {
    if (columns.nodeType[node] !== synthetic) continue;
    markOf.set(node, first + texts.length);
    texts.push(columns.strings.get(columns.nodeName[node]) || '(root)');
  }
  return { markOf, texts };
}
