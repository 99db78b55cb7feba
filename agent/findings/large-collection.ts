/**
 * A Map, Set, array or dictionary of many entries that holds much: a cache without limit, a registry that nothing is taken out
 * of, or data. One heap does not tell; a series does (growing.ts).
 */
import type { Finding } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { type Accumulation, accumulationsOf } from './accumulations.ts';
import type { Facts } from './facts.ts';
import { severityOf } from './severity.ts';
import { argument, partText } from './words.ts';

const SHOWN_PARTS = 4;
const NAMED = 3;

export function largeCollections(facts: Facts): Finding[] {
  return accumulationsOf(facts)
    .filter(({ entries }) => entries > 0)
    .slice(0, NAMED)
    .map((each) => findingOf(facts, each));
}

function findingOf(facts: Facts, { owner, sizeBytes, entries, kinds }: Accumulation): Finding {
  const kind = facts.kindOf(owner);
  const name = kind === '{*}' ? 'object used as a dictionary' : kind;
  return {
    finding: 'large collection',
    severity: severityOf(sizeBytes, facts.sizeBytes),
    confidence: 'likely',
    title: `One ${name} of ${humanCount(entries)} entries holds ${humanSize(sizeBytes)}, ${partText(sizeBytes, facts.sizeBytes)} of the heap`,
    reason:
      'A cache without a limit, a registry that nothing is taken out of, or data that is meant to stay. Earlier heaps tell a ' +
      'cache that fills up to its limit from one that has none.',
    sizeBytes,
    count: entries,
    ...facts.holding([owner]),
    parts: kinds.slice(0, SHOWN_PARTS).map(({ kind: text, ...tally }) => ({ text, ...tally })),
    next: `compare with an earlier heap: heapwatch report ${argument(facts.target)} --baseline EARLIER`,
  };
}
