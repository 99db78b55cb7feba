import { type Columns, EDGE_TYPE_BITS } from '../heap/columns.ts';

/** Stands for an edge that a node does not have. */
export const NO_NODE = -1;

/** Follows a node's first edge of one type and one of some names, both looked up once. */
export class EdgeFinder {
  readonly #columns: Columns;
  readonly #type: number;
  readonly #names: readonly number[];

  constructor(columns: Columns, type: string, ...names: readonly string[]) {
    this.#columns = columns;
    this.#type = columns.edgeTypes.indexOf(type);
    this.#names = names.map((name) => columns.strings.find(name)).filter((name) => name >= 0);
  }

  /** Where the edge leads, or NO_NODE. Linear in the node's edges. */
  from(node: number): number {
    const { firstEdge, edgeTarget, edgeName } = this.#columns;
    const typeMask = (1 << EDGE_TYPE_BITS) - 1;
    if (this.#names.length === 0) return NO_NODE;
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      const target = edgeTarget[edge];
      if ((target & typeMask) === this.#type && this.#names.includes(edgeName[edge])) return target >>> EDGE_TYPE_BITS;
    }
    return NO_NODE;
  }
}
