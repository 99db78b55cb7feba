/** The `limit` nodes of `nodes` that weigh most, heaviest first; of equal ones those that come first. */
import { firstWhere } from '../base/bisect.ts';

export function largest(nodes: Iterable<number>, limit: number, weightOf: (node: number) => number): number[] {
  // lightest first, so that the one to beat comes first
  const kept: { node: number; weight: number }[] = [];
  for (const node of nodes) {
    const weight = weightOf(node);
    if (kept.length === limit && weight <= kept[0].weight) continue;
    const at = firstWhere(0, kept.length, (place) => kept[place].weight >= weight);
    kept.splice(at, 0, { node, weight });
    if (kept.length > limit) kept.shift();
  }
  return kept.reverse().map(({ node }) => node);
}
