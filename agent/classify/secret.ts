/**
 * By what the text of a string looks like: `AWS access key`, `JSON web token`, `random text`. Contents are looked at and never
 * shown. Whatever is no string, or looks like nobody's secret, is in one row.
 */
import type { Heap } from '../graph/heap.ts';
import type { KnownSecret } from '../redact/environment-secrets.ts';
import { SECRET_KINDS, secretKind } from '../redact/secret-formats.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';

const NONE = '(no secret)';
const STRINGS: readonly string[] = ['string', 'concatenated string', 'sliced string', 'symbol', 'regexp'];

export const secret: Classifier = { by: 'secret', header: 'Looks like', classify: (heap) => classified(heap, []) };

/** The same, with texts that are known to be secrets: strings that are one, or have one in them, are of its name. */
export function secretAmong(known: readonly KnownSecret[]): Classifier {
  return { ...secret, classify: (heap) => classified(heap, known) };
}

function classified({ columns }: Heap, known: readonly KnownSecret[]): Classification {
  const { nodeCount, nodeType, nodeTypes, nodeName, strings } = columns;
  const kinds = [...new Set([NONE, ...known.map(({ name }) => name), ...SECRET_KINDS])];
  const kindOfText = (text: string) => known.find((each) => text.includes(each.text))?.name ?? secretKind(text) ?? NONE;
  const isString = nodeTypes.map((type) => STRINGS.includes(type));
  const synthetic = nodeTypes.indexOf('synthetic');
  /** By string index: the kind and 1, 0 where it has not been looked at. */
  const looked = new Uint16Array(strings.count);
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const type = nodeType[node]!;
    if (type === synthetic) kindOf[node] = NOT_IN_SET;
    else if (isString[type]) {
      const name = nodeName[node]!;
      looked[name] ||= kinds.indexOf(kindOfText(strings.get(name))) + 1;
      kindOf[node] = looked[name]! - 1;
    }
  }
  return { kindOf, kinds };
}

/** Whether a row, also one of a product that begins with this classifier, is of what looks like a secret. */
export function isSecretRow(kind: string): boolean {
  return !kind.startsWith(NONE);
}
