/** Strings of the same content that are there several times: how many copies, and what one copy of each would save. */
import type { Finding, Part } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { hashText, type StringGroups, stringGroups } from '../classify/naming/string-groups.ts';
import { largest } from '../graph/largest.ts';
import type { Facts } from './facts.ts';
import { LEAST_BYTES, severityOf } from './severity.ts';
import { argument, counted, partText } from './words.ts';

const SHOWN = 5;

export function duplicateStrings(facts: Facts): Finding[] {
  const groups = stringGroups(facts.columns);
  const { first, count } = groups;
  let [saved, copies] = [0, 0];
  for (let group = 0; group < first.length; group++) {
    if (count.at(group) < 2) continue;
    copies += count.at(group) - 1;
    saved += groups.savedOf(group);
  }
  if (saved < LEAST_BYTES) return [];
  const worst = largest(first.toArray().keys(), SHOWN, (group) => groups.savedOf(group));
  const examples = groups.membersOf(worst[0]!);
  return [
    {
      finding: 'duplicate strings',
      severity: severityOf(saved, facts.sizeBytes),
      confidence: 'certain',
      title: `${counted(copies, 'copy', 'copies')} of strings that are there already take ${humanSize(saved)}, ${partText(saved, facts.sizeBytes)} of the heap`,
      reason: 'One string of each content would do: V8 does not merge strings that are built or read at run time.',
      sizeBytes: saved,
      count: copies,
      ...facts.holding(examples),
      parts: worst.map((group) => partOf(facts, groups, group)),
      next: `keep one copy where they are made (a Map from text to text); list them: heapwatch heap ${argument(facts.target)} --by duplicates`,
    },
  ];
}

function partOf(facts: Facts, groups: StringGroups, group: number): Part {
  const node = groups.first.at(group);
  const { view } = facts;
  const what = view.showsStrings ? view.names.of(node) : hashText(groups.hash.at(group));
  const text = `${humanCount(groups.count.at(group))} copies of ${what}, ${humanSize(facts.size(node))} each`;
  return { text, count: groups.count.at(group), sizeBytes: groups.savedOf(group) };
}
