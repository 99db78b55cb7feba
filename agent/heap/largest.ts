/** The `limit` nodes of `nodes` that weigh most, heaviest first; of equal ones those that come first. */
export function largest(nodes: Iterable<number>, limit: number, weightOf: (node: number) => number): number[] {
  // lightest first, so that the one to beat stands at the front
  const kept: { node: number; weight: number }[] = [];
  for (const node of nodes) {
    const weight = weightOf(node);
    if (kept.length === limit && weight <= kept[0].weight) continue;
    let low = 0;
    let high = kept.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (kept[middle].weight < weight) low = middle + 1;
      else high = middle;
    }
    kept.splice(low, 0, { node, weight });
    if (kept.length > limit) kept.shift();
  }
  return kept.reverse().map(({ node }) => node);
}
