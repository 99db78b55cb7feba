/**
 * What holds a set, as a pattern: the kinds of its immediate dominators, the kinds of theirs, and so on up to one that holds
 * all. The largest kind of each level; stores count as their owner.
 *
 *     50,000 Session
 *     1 Map
 *     module src/a.js
 */
import { humanCount } from '../../protocol/human.ts';
import type { Classification } from '../classify/naming/classifier.ts';
import type { HeapView } from '../sets/view.ts';

/** What is asked of a heap. */
export interface Dominated {
  readonly view: HeapView;
  readonly shapes: Classification;
  /** Immediate dominator of each node. */
  readonly dominator: Uint32Array;
  kindOf(node: number): string;
  isType(node: number, type: string): boolean;
}

const LEVELS = 6;
/** Of a set: more of them say the same. */
const LOOKED_AT = 20_000;
const LEAST_PART = 0.5;

/** @param count of all, of which `nodes` are some */
export function heldBy(facts: Dominated, nodes: readonly number[] | Uint32Array, count: number): string[] {
  const levels: string[] = [];
  let set: readonly number[] = [...new Set(Array.from(nodes.slice(0, LOOKED_AT)))];
  const part = count / Math.max(1, set.length);
  levels.push(levelText(facts, set, part));
  for (let level = 1; level < LEVELS; level++) {
    const next = largestKind(
      facts,
      set.map((node) => ownerAbove(facts, node)),
    );
    if (next === undefined) break;
    set = next;
    const text = levelText(facts, set, set.length > 1 ? part : 1);
    if (text !== levels.at(-1)) levels.push(text);
    if (set.length === 1 && isRoot(facts, set[0]!)) break;
  }
  return levels;
}

/** The nodes of the kind that most are of; undefined where no kind has half of them. */
function largestKind(facts: Dominated, nodes: readonly number[]): readonly number[] | undefined {
  const { kindOf } = facts.shapes;
  const countOfKind = new Map<number, number>();
  for (const node of nodes) countOfKind.set(kindOf[node]!, (countOfKind.get(kindOf[node]!) ?? 0) + 1);
  const [kind, count] = [...countOfKind].sort((a, b) => b[1] - a[1])[0] ?? [];
  if (count === undefined || count < LEAST_PART * nodes.length) return undefined;
  const found = new Set(nodes.filter((node) => kindOf[node] === kind));
  const only = [...found][0]!;
  return found.size === 1 && only === facts.view.heap.graph.root ? undefined : [...found];
}

/** The next node up the dominator tree that is no store and no scope without a function. */
function ownerAbove(facts: Dominated, node: number): number {
  const { dominator } = facts;
  let at = dominator[node]!;
  while (at !== dominator[at] && isStore(facts, at)) at = dominator[at]!;
  return at;
}

function isStore(facts: Dominated, node: number): boolean {
  return facts.isType(node, 'array') || facts.isType(node, 'hidden') || facts.isType(node, 'code');
}

function isRoot(facts: Dominated, node: number): boolean {
  return facts.isType(node, 'synthetic') || facts.view.moduleScopes.has(node);
}

function levelText(facts: Dominated, set: readonly number[], part: number): string {
  const only = set.length === 1 ? set[0]! : undefined;
  if (only !== undefined && facts.view.moduleScopes.has(only)) return facts.view.names.scopeName(only);
  const entry = facts.view.entries.find(({ node }) => node === only);
  if (entry !== undefined) return entry.name;
  if (only !== undefined && facts.isType(only, 'closure')) return `function ${facts.view.names.functionName(only)}`;
  const count = Math.round(set.length * part);
  return `${humanCount(count)} ${facts.kindOf(set[0]!)}`;
}
