import { firstNotBelow } from '../../base/bisect.ts';
import type { Columns } from '../../parse/columns.ts';

/** Stands for a node that has no site. */
export const NO_SITE = -1;

/**
 * Where V8 says a node comes from: a function's own place, an instance's constructor's. Sites are indexes into the
 * columns `siteScript`, `siteLine` and `siteColumn`. What is built into V8 has none.
 */
export class Locations {
  readonly #node: Uint32Array;
  readonly #site: Uint32Array;
  /** First entry whose node is not before the one asked for last. */
  #at = 0;

  constructor(columns: Columns) {
    this.#node = columns.locationNode;
    this.#site = columns.locationSite;
  }

  /** The site of a node, or NO_SITE: a step where nodes are asked for in ascending order, else a binary search. */
  of(node: number): number {
    const nodes = this.#node;
    let at = this.#at;
    if (nodes[at] < node) at++;
    if (nodes[at] < node || nodes[at - 1] >= node) at = firstNotBelow(nodes, node);
    this.#at = at;
    return nodes[at] === node ? this.#site[at] : NO_SITE;
  }
}
