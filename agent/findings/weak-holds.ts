/** What lives weakly: how many WeakRefs, cells of registries and entries of weak collections there are, and how many are empty. */
import type { WeakHolds } from '../../protocol/finding.ts';
import { isOddballName } from '../classify/naming/words.ts';
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { Facts } from './facts.ts';

const CELL = /^(?:system \/ )?WeakCell\b/;

export function weakHolds(facts: Facts): WeakHolds[] {
  const { full, empty } = weakRefsOf(facts);
  const cells = cellsOf(facts);
  const registries = facts.instancesOf('FinalizationRegistry').length;
  const holds: WeakHolds[] = [
    { hold: 'WeakRef', count: full + empty.length, emptyCount: empty.length },
    {
      hold: `cell of ${registries === 1 ? 'a FinalizationRegistry' : `${registries} FinalizationRegistries`}`,
      ...cells,
    },
    { hold: 'entry of a WeakMap or WeakSet', count: facts.heap.graph.ephemerons.edge.length >>> 1, emptyCount: 0 },
  ];
  return holds.filter(({ count }) => count > 0);
}

/** How many of the WeakRefs of a heap refer to something. */
export interface WeakRefs {
  readonly full: number;
  readonly empty: readonly number[];
}

export function weakRefsOf(facts: Facts): WeakRefs {
  const refers = targetFinder(facts.columns);
  const empty: number[] = [];
  let full = 0;
  for (const node of facts.instancesOf('WeakRef')) {
    if (refers(node)) full++;
    else empty.push(node);
  }
  return { full, empty };
}

/** One for each object that a registry watches; empty until its callback has run. */
function cellsOf({ columns }: Facts): { count: number; emptyCount: number } {
  const { nodeCount, nodeName, strings } = columns;
  const refers = targetFinder(columns);
  const isCell = new Map<number, boolean>();
  let [count, emptyCount] = [0, 0];
  for (let node = 0; node < nodeCount; node++) {
    const name = nodeName[node]!;
    let is = isCell.get(name);
    if (is === undefined) {
      is = CELL.test(strings.get(name));
      isCell.set(name, is);
    }
    if (!is) continue;
    count++;
    if (!refers(node)) emptyCount++;
  }
  return { count, emptyCount };
}

/** Whether a node's weak edge `target` leads to an object. */
function targetFinder(columns: Columns): (node: number) => boolean {
  const { firstEdge, edgeTarget, edgeName, edgeTypes, nodeName, strings } = columns;
  const name = strings.find('target');
  const weak = edgeTypes.indexOf('weak');
  return (node) => {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      if ((edgeTarget[edge]! & EDGE_TYPE_MASK) !== weak || edgeName[edge] !== name) continue;
      return !isOddballName(strings.get(nodeName[edgeTarget[edge]! >>> EDGE_TYPE_BITS]!));
    }
    return false;
  };
}
