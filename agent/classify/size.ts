/** By individual (self) size. */

import type { Heap } from '../graph/heap.ts';
import { selfSizeOf } from '../parse/columns.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';

export const size: Classifier = {
  by: 'size',
  header: 'Individual Size',
  classify,
  part: { header: 'Individual Size', text: (kind) => kind.trimStart() },
  brief: (kind) => `<size = ${kind.trimStart()}>`,
  order: { atMost: (a, b) => Number(a) <= Number(b) },
};

/** Width of the number in heapy's rows, so that the kinds stand right-aligned. */
const WIDTH = 9;

function classify({ columns }: Heap): Classification {
  const { nodeCount, nodeType, nodeTypes } = columns;
  const synthetic = nodeTypes.indexOf('synthetic');
  const kinds = new Kinds();
  const kindOfSize = new Map<number, number>();
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === synthetic) {
      kindOf[node] = NOT_IN_SET;
      continue;
    }
    const bytes = selfSizeOf(columns, node);
    let kind = kindOfSize.get(bytes);
    if (kind === undefined) {
      kind = kinds.of(String(bytes).padStart(WIDTH));
      kindOfSize.set(bytes, kind);
    }
    kindOf[node] = kind;
  }
  return { kindOf, kinds: kinds.texts };
}
