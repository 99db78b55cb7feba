/**
 * A reference pattern that opens node by node, for clients that cannot be handed all of it: who refers to a set, by kind, and
 * who refers to those (../partition/pattern.ts). A set that is above a node already is not followed a second time.
 */
import type { PatternNode } from '../../protocol/explore.ts';
import { kind } from '../classify/kind.ts';
import { referrersOfSet } from '../graph/referrers.ts';
import { equals, type NodeSet, sizeOf } from '../graph/set.ts';
import type { KindSet } from '../partition/kind-set.ts';
import { rowText } from './brief.ts';
import { itemText, kindSets, wholeSet } from './pattern-rows.ts';
import { stops } from './stops.ts';
import type { HeapView } from './view.ts';

export interface PatternTreeOptions {
  /** The node to open: which child to take at each level. */
  readonly path: readonly number[];
  /** Levels to open below it. */
  readonly depth: number;
  /** Children of each node. */
  readonly limit: number;
}

/** Characters of the objects that are shown of a node. */
const MAX_ITEMS = 120;

interface Node extends KindSet {
  readonly path: readonly number[];
  readonly parent: Node | undefined;
  /** The kinds that refer to it; empty where it is not followed. */
  readonly children: readonly KindSet[];
  readonly end: PatternNode['end'];
  /** The node above that is the same set. */
  readonly same: Node | undefined;
}

/** The node at `path`, then those below it, each before its own children. @throws RangeError where there is none */
export function patternTree(view: HeapView, nodes: NodeSet, { path, depth, limit }: PatternTreeOptions): PatternNode[] {
  let node = nodeOf(view, wholeSet(view, nodes, kind), []);
  for (const place of path) {
    const child = node.children[place];
    if (!child) throw new RangeError(`Cannot open node ${path.join('.')}: the reference pattern has none there`);
    node = nodeOf(view, child, [...node.path, place], node);
  }
  return [...opened(view, node, depth, limit)];
}

function* opened(view: HeapView, node: Node, depth: number, limit: number): Generator<PatternNode> {
  const omitted = depth > 0 ? Math.max(0, node.children.length - limit) : 0;
  yield { ...shown(view, node), ...(omitted > 0 && { omitted }) };
  if (depth === 0) return;
  for (const [place, child] of node.children.slice(0, limit).entries()) {
    yield* opened(view, nodeOf(view, child, [...node.path, place], node), depth - 1, limit);
  }
}

function nodeOf(view: HeapView, { kind: text, set }: KindSet, path: readonly number[], parent?: Node): Node {
  const same = above(parent, set);
  const referrers = same ? NOBODY : referrersOfSet(view.heap.referrers, set);
  const end = same ? 'same' : endOf(view, set, referrers, parent);
  const children = end === undefined ? kindSets(view, referrers, kind) : [];
  return { kind: text, set, path, parent, children, end, same };
}

const NOBODY: NodeSet = new Uint32Array(0);

function endOf(view: HeapView, set: NodeSet, referrers: NodeSet, parent: Node | undefined): PatternNode['end'] {
  if (referrers.length === 0) return 'root';
  return parent && stops(view, set) ? 'stop' : undefined;
}

function above(from: Node | undefined, set: NodeSet): Node | undefined {
  for (let node = from; node; node = node.parent) if (equals(node.set, set)) return node;
  return undefined;
}

function shown(view: HeapView, { kind: text, set, path, parent, children, end, same }: Node): PatternNode {
  const head = `${set.length} ${text}: `;
  const line = rowText(text, set, head.length + MAX_ITEMS, (node) => itemText(view, node, parent?.set));
  return {
    path: [...path],
    kind: text,
    count: set.length,
    sizeBytes: sizeOf(view.heap.columns, set),
    items: line.slice(head.length),
    more: children.length > 0,
    ...(end && { end }),
    ...(same && { same: [...same.path] }),
  };
}
