/** The rows of a reference pattern: the kinds of a set, and what is shown of each. */
import type { Classifier } from '../classify/naming/classifier.ts';
import { hasBit } from '../graph/bits.ts';
import { includes, type NodeSet } from '../graph/set.ts';
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { KindSet } from '../partition/kind-set.ts';
import { ClassDivision } from './division.ts';
import type { HeapView } from './view.ts';

/** The set split into kinds, the largest first; in a walk what no known root reaches comes after all else: it may be garbage. */
export function kindSets(view: HeapView, set: NodeSet, classifier: Classifier): KindSet[] {
  const division = new ClassDivision(view, set, classifier);
  const textOf = classifier.brief ?? ((kind: string) => kind);
  const rows = division.rows.map((row, at) => ({ kind: textOf(row.kind), set: division.setAt(at) }));
  const { knownReach } = view;
  if (knownReach === undefined) return rows;
  const isReached = (row: KindSet) => row.set.some((node) => hasBit(knownReach, node));
  return [...rows.filter(isReached), ...rows.filter((row) => !isReached(row))];
}

/** The first row: all of the set, whatever kinds it is of. */
export function wholeSet(view: HeapView, set: NodeSet, classifier: Classifier): KindSet {
  const kinds = kindSets(view, set, classifier).map((row) => row.kind);
  return { kind: kinds.length === 1 ? kinds[0] : `(${kinds.toSorted().join(' | ')})`, set };
}

/** A node by its name; a scope with the variables by which it holds any of `held`: `cache in module src/x.js`. */
export function itemText({ names, heap }: HeapView, node: number, held: NodeSet | undefined): string {
  const name = names.of(node);
  if (held === undefined || !names.isScope(node)) return name;
  const variables = variablesOf(heap.columns, node, held);
  return variables.length === 0 ? name : `${variables.join(', ')} in ${name}`;
}

/** Names of the variables of a scope that hold any of `held`. */
function variablesOf(
  { firstEdge, edgeTarget, edgeName, edgeTypes, strings }: Columns,
  scope: number,
  held: NodeSet,
): string[] {
  const context = edgeTypes.indexOf('context');
  const variables: string[] = [];
  for (let edge = firstEdge[scope]; edge < firstEdge[scope + 1]; edge++) {
    const packed = edgeTarget[edge];
    if ((packed & EDGE_TYPE_MASK) === context && includes(held, packed >>> EDGE_TYPE_BITS)) {
      variables.push(strings.get(edgeName[edge]));
    }
  }
  return variables;
}
