/** One object that holds much: no collection of many entries, but a graph that hangs from it. */
import type { Finding } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { type Accumulation, accumulationsOf } from './accumulations.ts';
import type { Facts } from './facts.ts';
import { severityOf } from './severity.ts';
import { argument, partText } from './words.ts';

const SHOWN_PARTS = 4;
const NAMED = 3;

export function largeHolders(facts: Facts): Finding[] {
  return accumulationsOf(facts)
    .filter(({ entries }) => entries === 0)
    .slice(0, NAMED)
    .map((each) => findingOf(facts, each));
}

function findingOf(facts: Facts, { owner, sizeBytes, kinds }: Accumulation): Finding {
  return {
    finding: 'large holder',
    severity: severityOf(sizeBytes, facts.sizeBytes),
    confidence: 'likely',
    title: `One ${facts.kindOf(owner)} holds ${humanSize(sizeBytes)}, ${partText(sizeBytes, facts.sizeBytes)} of the heap`,
    reason: 'All of it would be freed with this one object.',
    sizeBytes,
    count: 1,
    ...facts.holding([owner]),
    parts: kinds.slice(0, SHOWN_PARTS).map(({ kind, ...tally }) => ({ text: kind, ...tally })),
    next: `look into it: heapwatch console ${argument(facts.target)}, then hp.iso(${facts.columns.nodeId[owner]}).referents`,
  };
}
