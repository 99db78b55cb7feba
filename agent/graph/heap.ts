/**
 * A snapshot and what is worked out from it: each thing once, when it is first asked for, and then kept.
 *
 *     columns -> graph -> alive -> referrers          4 bytes an edge and a node
 *                      -> dominators -> retained      8 + 8 bytes a node
 *
 * Who asks for the columns alone pays for nothing else.
 */

import type { Columns } from '../parse/columns.ts';
import { type Bits, hasBit } from './bits.ts';
import { type Dominators, dominators, retainedSizes } from './dominators.ts';
import { type Graph, graphOf } from './graph.ts';
import { alive } from './reach.ts';
import { type Referrers, referrersOf } from './referrers.ts';
import { Spare } from './spare.ts';

/** What somebody worked out before, given when it is first asked for; undefined where nobody has. */
export interface WorkedOut {
  dominators(): Dominators | undefined;
  retained(): Float64Array | undefined;
}

export class Heap {
  readonly columns: Columns;
  #graph: Graph | undefined;
  #alive: Bits | undefined;
  #referrers: Referrers | undefined;
  #dominators: Dominators | undefined;
  #retained: Float64Array | undefined;
  readonly #before: WorkedOut | undefined;
  /** Whether the dominators are our own work. */
  #hasWorked = false;
  /** Memory of columns that are not read again. */
  #spare: Spare | undefined;

  /** `graph` if it is to be seen from another root than V8's (graph.ts, rootedAt). */
  constructor(columns: Columns, graph?: Graph, before?: WorkedOut) {
    this.columns = columns;
    this.#graph = graph;
    this.#before = before;
  }

  /**
   * A heap that is only asked for retained sizes. They are worked out in the memory of the columns' names, ids and edges, which
   * are lost.
   */
  static forSizes(columns: Columns): Heap {
    const heap = new Heap(columns, graphOf(columns));
    const { edgeName, edgeTarget, nodeName, nodeId } = columns;
    const ids = new Uint32Array(nodeId.buffer, nodeId.byteOffset, nodeId.byteLength / Uint32Array.BYTES_PER_ELEMENT);
    heap.#spare = new Spare([edgeName, nodeName, ids], [edgeTarget]);
    return heap;
  }

  get graph(): Graph {
    this.#graph ??= graphOf(this.columns);
    return this.#graph;
  }

  /** What the root reaches. */
  get alive(): Bits {
    this.#alive ??= alive(this.graph);
    return this.#alive;
  }

  isAlive(node: number): boolean {
    return hasBit(this.alive, node);
  }

  get referrers(): Referrers {
    this.#referrers ??= referrersOf(this.graph, this.alive);
    return this.#referrers;
  }

  get dominators(): Dominators {
    this.#dominators ??= this.#before?.dominators() ?? this.#ownDominators();
    return this.#dominators;
  }

  /** Retained size of each node in bytes. */
  get retained(): Float64Array {
    this.#retained ??= this.#before?.retained() ?? retainedSizes(this.columns, this.dominators, this.#spare);
    return this.#retained;
  }

  /** The dominators and retained sizes, where both have been worked out here. */
  get worked(): { readonly dominators: Dominators; readonly retained: Float64Array } | undefined {
    if (!this.#hasWorked || !this.#dominators || !this.#retained) return undefined;
    return { dominators: this.#dominators, retained: this.#retained };
  }

  #ownDominators(): Dominators {
    this.#hasWorked = true;
    return dominators(this.graph, 'program', this.#spare);
  }
}
