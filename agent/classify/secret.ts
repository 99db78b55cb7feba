/**
 * By what the text of a string looks like: `AWS access key`, `JSON web token`, `random text`. Contents are looked at and never
 * shown. Whatever is no string, or looks like nobody's secret, is in one row.
 */
import type { Heap } from '../graph/heap.ts';
import { SECRET_KINDS, secretKind } from '../redact/secret-formats.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';

const NONE = '(no secret)';
const STRINGS: readonly string[] = ['string', 'concatenated string', 'sliced string', 'symbol', 'regexp'];

export const secret: Classifier = { by: 'secret', header: 'Looks like', classify };

function classify({ columns }: Heap): Classification {
  const { nodeCount, nodeType, nodeTypes, nodeName, strings } = columns;
  const kinds = [NONE, ...SECRET_KINDS];
  const isString = nodeTypes.map((type) => STRINGS.includes(type));
  const synthetic = nodeTypes.indexOf('synthetic');
  /** By string index: the kind and 1, 0 where it has not been looked at. */
  const known = new Uint8Array(strings.count);
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!;
    if (type === synthetic) kindOf[node] = NOT_IN_SET;
    else if (isString[type]) {
      const name = nodeName[node]!;
      known[name] ||= kinds.indexOf(secretKind(strings.get(name)) ?? NONE) + 1;
      kindOf[node] = known[name]! - 1;
    }
  }
  return { kindOf, kinds };
}

/** Whether a row, also one of a product that begins with this classifier, is of what looks like a secret. */
export function isSecretRow(kind: string): boolean {
  return !kind.startsWith(NONE);
}
