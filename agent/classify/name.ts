/** By V8 node type and raw name; reads no edges. */

import type { Heap } from '../graph/heap.ts';
import type { Columns } from '../parse/columns.ts';
import { isNamedByContent, rawNameText } from '../parse/raw-name.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';
import { NameKinds } from './naming/name-kinds.ts';

export const name: Classifier = { by: 'name', header: 'Kind (V8 type and name)', classify };

function classify({ columns }: Heap): Classification {
  const { nodeCount, nodeType, nodeName, strings } = columns;
  const kinds = new Kinds();
  const rules = columns.nodeTypes.map((type) => ruleOf(type, strings, kinds));
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const rule = rules[nodeType[node]];
    kindOf[node] = rule instanceof NameKinds ? rule.of(nodeName[node]) : rule();
  }
  return { kindOf, kinds: kinds.texts };
}

/** The kinds of the nodes of one type: by name, or one for all, made only when the first node asks for it. */
function ruleOf(type: string, strings: Columns['strings'], kinds: Kinds): NameKinds | (() => number) {
  if (type === 'synthetic') return () => NOT_IN_SET;
  if (isNamedByContent(type)) return () => kinds.of(type);
  return new NameKinds(strings, kinds, (text) => rawNameText(type, text));
}
