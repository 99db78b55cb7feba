/**
 * By content: the copies of each text are a row, distinguished by a hash, so that no content is shown. Strings made of others
 * (concatenated, sliced) have none of their own.
 *
 *     string #9c3f1a02, 9.8 KB each     1,000 copies of one text
 *     string (one copy)                 all texts that are there once, and copies beyond the 1,000 texts that take most
 *     (no string)                       everything else
 */
import { humanSize } from '../../protocol/human.ts';
import type { Heap } from '../graph/heap.ts';
import { largest } from '../graph/largest.ts';
import { selfSizeOf } from '../parse/columns.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';
import { Kinds } from './naming/kinds.ts';
import { hashText, StringGroups } from './naming/string-groups.ts';

export const duplicates: Classifier = { by: 'duplicates', header: 'Copies of strings', classify };

/** Maximum number of texts with a row of their own: those whose copies waste most bytes. */
const MOST_TEXTS = 1_000;
const NOT_A_STRING = '(no string)';
const ONE_COPY = 'string (one copy)';

function classify({ columns }: Heap): Classification {
  const { nodeCount, nodeType, nodeTypes } = columns;
  const [string, synthetic] = [nodeTypes.indexOf('string'), nodeTypes.indexOf('synthetic')];
  const groups = new StringGroups(columns);
  // first the groups of strings, then their kinds
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) if (nodeType[node] === string) kindOf[node] = groups.add(node);
  const kinds = new Kinds();
  const [other, once] = [kinds.of(NOT_A_STRING), kinds.of(ONE_COPY)];
  const kindOfGroup = new Uint32Array(groups.length).fill(once);
  for (const group of largest(kindOfGroup.keys(), MOST_TEXTS, (each) => groups.savedOf(each))) {
    if (groups.count.at(group) > 1)
      kindOfGroup[group] = kinds.of(textOf(groups, group, selfSizeOf(columns, groups.first.at(group))));
  }
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === string) kindOf[node] = kindOfGroup[kindOf[node]]!;
    else kindOf[node] = nodeType[node] === synthetic ? NOT_IN_SET : other;
  }
  return { kindOf, kinds: kinds.texts };
}

function textOf({ hash }: StringGroups, group: number, sizeBytes: number): string {
  return `string ${hashText(hash.at(group))}, ${humanSize(sizeBytes)} each`;
}
