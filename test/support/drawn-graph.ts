/** Random graphs for fast-check, and what the naive definitions say about them. */
import fc from 'fast-check';
import type { Columns } from '../../agent/parse/columns.ts';
import { columnsOf, type Edge, type Pair } from './columns.ts';

export interface Drawn {
  readonly nodeCount: number;
  readonly edges: readonly Edge[];
  readonly pairs: readonly Pair[];
}

/** Few nodes and about two edges a node: small enough for naive algorithms, dense enough to have cycles, orphans and cliques. */
export function drawn(options: { readonly pairs?: boolean } = {}): fc.Arbitrary<Drawn> {
  return fc.integer({ min: 1, max: 14 }).chain((nodeCount) => {
    const node = fc.nat(nodeCount - 1);
    const type = fc.constantFrom('property', 'element', 'context', 'weak', 'internal', 'shortcut' as const);
    const edge: fc.Arbitrary<Edge> = fc.record({ from: node, to: node, type, name: fc.nat(9) });
    // the root is nobody's key or table, and a key is not its own table
    const holder = fc.nat(Math.max(0, nodeCount - 2)).map((nth) => nth + 1);
    const pair: fc.Arbitrary<Pair> = fc
      .record({ key: holder, table: holder, value: node })
      .filter(({ key, table }) => key !== table || nodeCount < 3);
    return fc.record({
      nodeCount: fc.constant(nodeCount),
      edges: fc.array(edge, { maxLength: 3 * nodeCount }),
      pairs: fc.uniqueArray(pair, {
        selector: ({ key, table }) => `${key} ${table}`,
        maxLength: options.pairs && nodeCount > 2 ? 5 : 0,
      }),
    });
  });
}

export function columnsOfDrawn({ nodeCount, edges, pairs }: Drawn): Columns {
  return columnsOf(nodeCount, edges.map(named), pairs);
}

function named(edge: Edge): Edge {
  return edge.type === 'element' ? edge : { ...edge, name: String(edge.name) };
}

/** All that `sources` reach without `removed`: a fixpoint, one step at a time. */
export function naiveReach(drawn: Drawn, sources: Iterable<number>, removed: Iterable<number> = []): Set<number> {
  const gone = new Set(removed);
  const reached = new Set([...sources].filter((node) => !gone.has(node)));
  for (let before = -1; before !== reached.size; ) {
    before = reached.size;
    for (const { from, to, type } of drawn.edges)
      if (type !== 'weak' && reached.has(from) && !gone.has(to)) reached.add(to);
    for (const { key, table, value } of drawn.pairs) {
      if (reached.has(key) && reached.has(table) && !gone.has(value)) reached.add(value);
    }
  }
  return reached;
}
