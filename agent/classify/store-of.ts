/**
 * Stores by what their owner is: heapy's `dictof`, whose dicts are V8's stores.
 *
 *     elements of        24     a store of one owner, by the owner's kind
 *     array (shared)            a store of several
 *     array (no owner)          an array of nobody
 *     ~store                    anything else
 */
import type { Heap } from '../graph/heap.ts';
import { classificationOf } from './naming/classifications.ts';
import { type Classification, type Classifier, expressionOf, NOT_IN_SET } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';
import { NO_OWNER, ownerIn, SEVERAL_OWNERS, STORES, storeIn, storeOwners } from './naming/stores.ts';
import { SHARED_ARRAY, WORD_OF_TYPE } from './naming/words.ts';

const NO_STORE = '~store';

/** Owners are distinguished by `classifier`. */
export function storeOf(classifier: Classifier): Classifier {
  return {
    by: `stores by ${classifier.by}`,
    header: `Store of ${classifier.header}`,
    classify: (heap) => classify(heap, classifier),
    expression: `${expressionOf(classifier)}.dictof`,
  };
}

function classify(heap: Heap, classifier: Classifier): Classification {
  const { nodeCount, nodeType, nodeTypes } = heap.columns;
  const { kindOf: ownKinds, kinds: texts } = classificationOf(heap, classifier);
  const owners = storeOwners(heap.columns);
  const array = nodeTypes.indexOf('array');
  const kinds = new Kinds();
  const textOf = (node: number): string => {
    const owner = owners[node];
    if (owner === NO_OWNER) return nodeType[node] === array ? (WORD_OF_TYPE.array ?? NO_STORE) : NO_STORE;
    if (owner === SEVERAL_OWNERS) return SHARED_ARRAY;
    return `${STORES[storeIn(owner)]} of ${texts[ownKinds[ownerIn(owner)]]}`;
  };
  const kindOf = new Uint32Array(nodeCount).fill(NOT_IN_SET);
  for (let node = 0; node < nodeCount; node++) {
    if (ownKinds[node] !== NOT_IN_SET) kindOf[node] = kinds.of(textOf(node));
  }
  return { kindOf, kinds: kinds.texts };
}
