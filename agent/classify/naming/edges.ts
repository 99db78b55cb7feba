import { type Columns, EDGE_TYPE_BITS } from '../../parse/columns.ts';

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
    // what another module exports is looked up each time
    const typeBits: number = EDGE_TYPE_BITS;
    const typeMask = (1 << typeBits) - 1;
    const names = this.#names;
    const type = this.#type;
    if (names.length === 0) return NO_NODE;
    for (let edge = firstEdge[node], end = firstEdge[node + 1]; edge < end; edge++) {
      const target = edgeTarget[edge];
      if ((target & typeMask) === type && names.includes(edgeName[edge])) return target >>> typeBits;
    }
    return NO_NODE;
  }
}
