/** Elements of pages that are in no document any more and are held by the program. */
import type { Finding, Part } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { detachedNodes } from '../cut/detached.ts';
import type { Facts } from './facts.ts';
import { severer, severityOf } from './severity.ts';
import { together } from './together.ts';
import { counted } from './words.ts';

const LEAST = 10;
const MANY = 100;
const SHOWN = 4;

export function detachedElements(facts: Facts): Finding[] {
  const nodes = [...detachedNodes(facts.columns)];
  if (nodes.length < LEAST) return [];
  const sizeBytes = together(facts, nodes);
  return [
    {
      finding: 'detached elements',
      severity: severer(severityOf(sizeBytes, facts.sizeBytes), nodes.length >= MANY ? 'high' : 'medium'),
      confidence: 'likely',
      title: `${counted(nodes.length, 'element')} in no document hold ${humanSize(sizeBytes)}`,
      reason:
        'They have been taken out of their page, and a variable, a listener or a cache of the program still has them.',
      sizeBytes,
      count: nodes.length,
      ...facts.holding(nodes),
      parts: partsOf(facts, nodes),
      next: 'follow the path to the variable that has them, and let it go with the element',
    },
  ];
}

function partsOf(facts: Facts, nodes: readonly number[]): Part[] {
  const tallies = new Map<string, { count: number; sizeBytes: number }>();
  for (const node of nodes) {
    const kind = facts.kindOf(node);
    const { count, sizeBytes } = tallies.get(kind) ?? { count: 0, sizeBytes: 0 };
    tallies.set(kind, { count: count + 1, sizeBytes: sizeBytes + facts.size(node) });
  }
  return [...tallies]
    .map(([text, tally]) => ({ text, ...tally }))
    .sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1))
    .slice(0, SHOWN);
}
