/** Nodes counted by a text, with what they retain. */
import type { Part } from '../../protocol/finding.ts';
import type { Facts } from './facts.ts';

/** Those of most first. */
export function talliedBy(facts: Facts, nodes: Iterable<number>, textOf: (node: number) => string): Part[] {
  const tallies = new Map<string, { count: number; sizeBytes: number }>();
  for (const node of nodes) {
    const text = textOf(node);
    const tally = tallies.get(text);
    if (tally === undefined) tallies.set(text, { count: 1, sizeBytes: facts.retained[node]! });
    else {
      tally.count++;
      tally.sizeBytes += facts.retained[node]!;
    }
  }
  return [...tallies]
    .map(([text, tally]) => ({ text, ...tally }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1));
}
