/**
 * A reference pattern as far as it has been asked for, and which of its nodes are open: pure, each change gives another.
 *
 *     [] Session ─ open ─> [0] table of Map ─ open ─> [0,0] Map ─ not asked for
 */
import type { PatternNode } from '../../../../protocol/explore.ts';

export interface PatternTree {
  /** By their path, `0.0`; the first, which are the objects themselves, by ``. */
  readonly nodes: ReadonlyMap<string, PatternNode>;
  /** Paths of the children of those nodes whose children are known. */
  readonly children: ReadonlyMap<string, readonly string[]>;
  readonly open: ReadonlySet<string>;
}

export const EMPTY: PatternTree = { nodes: new Map(), children: new Map(), open: new Set() };

export function keyOf(path: readonly number[]): string {
  return path.join('.');
}

/** With the nodes of an answer, the one that was asked for first. */
export function withAnswer(tree: PatternTree, answer: readonly PatternNode[]): PatternTree {
  const nodes = new Map(tree.nodes);
  const children = new Map(tree.children);
  const lists = new Map<string, string[]>();
  for (const node of answer) {
    const key = keyOf(node.path);
    nodes.set(key, node);
    const parent = parentOf(node.path);
    if (parent === undefined || !answer.some(({ path }) => keyOf(path) === parent)) continue;
    lists.set(parent, [...(lists.get(parent) ?? []), key]);
  }
  for (const [parent, list] of lists) children.set(parent, list);
  return { ...tree, nodes, children };
}

/** Opens the largest child of each node from the first on, as far as they are known. */
export function openLargest(tree: PatternTree): PatternTree {
  const open = new Set(tree.open);
  for (let key: string | undefined = ''; key !== undefined; key = tree.children.get(key)?.[0]) {
    if (tree.children.has(key)) open.add(key);
  }
  return { ...tree, open };
}

export function toggled(tree: PatternTree, key: string, isOpen: boolean): PatternTree {
  const open = new Set(tree.open);
  if (isOpen) open.add(key);
  else open.delete(key);
  return { ...tree, open };
}

/** What is to be seen, each node before its children. */
export function shownNodes(tree: PatternTree, from = ''): PatternNode[] {
  const node = tree.nodes.get(from);
  if (!node) return [];
  const children = tree.open.has(from) ? (tree.children.get(from) ?? []) : [];
  return [node, ...children.flatMap((child) => shownNodes(tree, child))];
}

/** Undefined for the first. */
export function parentOf(path: readonly number[]): string | undefined {
  return path.length === 0 ? undefined : keyOf(path.slice(0, -1));
}
