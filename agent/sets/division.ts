/** A set split into the classes of a classifier: its rows, in heapy's order, and the set that each stands for. */

import type { Row } from '../../protocol/partition.ts';
import type { Classifier } from '../classify/naming/classifier.ts';
import { type NodeSet, nodeSet } from '../graph/set.ts';
import { selfSizeOf } from '../parse/columns.ts';
import { bySizeThenKind } from '../partition/partition.ts';
import type { HeapView, NodeKinds } from './view.ts';

export interface Division {
  /** Number of rows. */
  readonly length: number;
  /** The objects of a row. */
  setAt(row: number): NodeSet;
}

export class ClassDivision implements Division {
  readonly rows: readonly Row[];
  readonly #nodes: NodeSet;
  readonly #kindOf: NodeKinds;
  /** Kind of each row. */
  readonly #kinds: readonly number[];
  #members: { readonly start: Uint32Array; readonly member: Uint32Array } | undefined;

  /** Linear in the members, and in the kinds that they are of. */
  constructor(view: HeapView, nodes: NodeSet, classifier: Classifier) {
    const kinds = view.kinds(classifier);
    const figures = new Map<number, { kind: string; count: number; sizeBytes: number }>();
    for (const node of nodes) {
      const kind = kinds.of(node);
      let row = figures.get(kind);
      if (row === undefined) {
        row = { kind: kinds.text(kind), count: 0, sizeBytes: 0 };
        figures.set(kind, row);
      }
      row.count++;
      row.sizeBytes += selfSizeOf(view.heap.columns, node);
    }
    const ordered = [...figures].sort(([, a], [, b]) => bySizeThenKind(a, b));
    this.rows = ordered.map(([, row]) => row);
    this.#kinds = ordered.map(([kind]) => kind);
    this.#nodes = nodes;
    this.#kindOf = kinds;
  }

  get length(): number {
    return this.rows.length;
  }

  setAt(row: number): NodeSet {
    this.#members ??= this.#gather();
    const { start, member } = this.#members;
    return member.slice(start[row], start[row + 1]);
  }

  /** All members by row, ascending in each. */
  #gather(): { start: Uint32Array; member: Uint32Array } {
    const start = new Uint32Array(this.rows.length + 1);
    this.rows.forEach(({ count }, row) => {
      start[row + 1] = start[row] + count;
    });
    const rowOfKind = new Map(this.#kinds.map((kind, row) => [kind, row]));
    const end = start.slice();
    const member = new Uint32Array(this.#nodes.length);
    for (const node of this.#nodes) {
      const row = rowOfKind.get(this.#kindOf.of(node))!;
      member[end[row]++] = node;
    }
    return { start, member };
  }
}

/** Each member a row of its own: by size, then by what it is shown as, then by id. */
export class IdentityDivision implements Division {
  readonly #view: HeapView;
  /** Members in order of size; of those of one size, the groups before `#sorted` are in order too. */
  readonly #order: Uint32Array;
  #sorted = 0;

  constructor(view: HeapView, nodes: NodeSet) {
    this.#view = view;
    this.#order = bySize(view, nodes);
  }

  get length(): number {
    return this.#order.length;
  }

  nodeAt(row: number): number {
    while (this.#sorted <= row && this.#sorted < this.length) this.#sortGroup();
    return this.#order[row];
  }

  setAt(row: number): NodeSet {
    return nodeSet([this.nodeAt(row)]);
  }

  /** Puts the next members of one size in order; only what is shown is looked at so closely. */
  #sortGroup(): void {
    const { columns } = this.#view.heap;
    const first = this.#sorted;
    const size = selfSizeOf(columns, this.#order[first]);
    let end = first + 1;
    while (end < this.length && selfSizeOf(columns, this.#order[end]) === size) end++;
    const group = Array.from(this.#order.subarray(first, end), (node) => ({ node, key: this.#key(node) }));
    group.sort((a, b) => compare(a.key, b.key) || columns.nodeId[a.node] - columns.nodeId[b.node]);
    this.#order.set(
      group.map(({ node }) => node),
      first,
    );
    this.#sorted = end;
  }

  /** What members of one size are ordered by before their ids. */
  #key(node: number): string | number {
    const { names } = this.#view;
    switch (names.rendering(node)) {
      case 'value': {
        const value = Number(names.nameOf(node));
        return Number.isNaN(value) ? names.nameOf(node) : value;
      }
      case 'text':
      case 'name':
      case 'scope':
        return names.of(node);
      case 'owner':
      case 'address':
        return '';
    }
  }
}

/** Numbers before texts, each in their order. */
function compare(a: string | number, b: string | number): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  if (typeof a !== typeof b) return typeof a === 'number' ? -1 : 1;
  return a < b ? -1 : Number(a > b);
}

/** Largest first. */
function bySize(view: HeapView, nodes: NodeSet): Uint32Array {
  const { columns } = view.heap;
  const sizes = Float64Array.from(nodes, (node) => selfSizeOf(columns, node));
  const order = Uint32Array.from(nodes.keys()).sort((a, b) => sizes[b] - sizes[a]);
  return order.map((place) => nodes[place]);
}
