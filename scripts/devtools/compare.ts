/**
 * Our figures of a snapshot beside those of Chrome DevTools' engine, node for node. Where the definitions differ, its own is
 * applied to our graph, and then nothing may be left over:
 *
 *     dominators      none differ: what the global objects reach is seen from there, a weak map's value hangs from its key;
 *                     of what a table alone leads to, as DevTools takes it (their-program.ts)
 *     retained sizes  DevTools first moves the self size of each array and V8-internal node that one object alone leads to
 *                     to that object, and counts 0 for the node itself. With its self sizes, our tree gives its retained
 *                     sizes. As they are, those of arrays and internal nodes differ; those of ordinary objects do not,
 *                     since what is moved to an object hangs from it anyway
 *     distances       none differ
 *     classes         its rows leave out what has no size (left); plain objects are named by their properties, functions
 *                     `Function`, strings by V8's three types, detached objects `Detached X`; memory that belongs to an object
 *                     is in `(array)`, `(system)` and `(compiled code)`, with us in `elements of X`
 */

import { kind } from '../../agent/classify/kind.ts';
import { classificationOf } from '../../agent/classify/naming/classifications.ts';
import { NOT_IN_SET } from '../../agent/classify/naming/classifier.ts';
import { className, elementName } from '../../agent/classify/naming/words.ts';
import { distances, NO_DISTANCE } from '../../agent/graph/distance.ts';
import { retainedSizes } from '../../agent/graph/dominators.ts';
import { Heap } from '../../agent/graph/heap.ts';
import type { Columns } from '../../agent/parse/columns.ts';
import type { Aggregate, DevToolsSnapshot } from './engine.ts';
import { theirTree } from './their-program.ts';

/** V8 types of what a program makes: the nodes that a person looks at. */
const ORDINARY = [
  'object',
  'closure',
  'string',
  'concatenated string',
  'sliced string',
  'regexp',
  'number',
  'symbol',
  'bigint',
];

/** How many nodes of a V8 type agree. */
export interface Agreement {
  readonly type: string;
  readonly ordinary: boolean;
  readonly nodes: number;
  /** Nodes whose figure differs. */
  readonly different: number;
}

export interface Comparison {
  readonly nodes: number;
  /** Nodes that are of the program with DevTools alone (their-program.ts); what hangs from them is compared as it takes it. */
  readonly moreProgram: number;
  /** Immediate dominators that differ; none may. */
  readonly dominators: number;
  /** Retained sizes that differ where both count with DevTools' self sizes; none may. */
  readonly retainedAfterMove: number;
  /** Retained sizes that differ as each tells them. */
  readonly retained: readonly Agreement[];
  readonly distances: readonly Agreement[];
  /** Nodes that are in a row of another class than ours. */
  readonly classes: number;
  /** Nodes in no row of DevTools that have a size in its counting; none may. */
  readonly lost: number;
  /** Class rows compared, by count and by size; and those that differ. */
  readonly rows: { readonly compared: number; readonly different: readonly string[] };
}

/** What may not be, a line each; none where all is as it should be. */
export function faults(found: Comparison): string[] {
  const faults: string[] = [];
  const none = (number: number, what: string) => {
    if (number > 0) faults.push(`${number} ${what}`);
  };
  none(found.dominators, 'immediate dominators differ');
  none(found.retainedAfterMove, "retained sizes differ with DevTools' self sizes");
  for (const { type, ordinary, different } of found.retained) {
    if (ordinary) none(different, `retained sizes differ of type ${type}`);
  }
  for (const { type, different } of found.distances) none(different, `distances differ of type ${type}`);
  none(found.classes, 'nodes are of another class');
  none(found.lost, 'nodes are in no row of DevTools, though they have a size there');
  for (const row of found.rows.different) faults.push(`class row differs: ${row}`);
  return faults;
}

export function compare(columns: Columns, theirs: DevToolsSnapshot, aggregates: readonly Aggregate[]): Comparison {
  const heap = new Heap(columns);
  const { dominator, order, more } = theirTree(heap.graph);
  const ours = more === 0 ? heap.retained : retainedSizes(columns, { dominator, order });
  const moved = Float64Array.from({ length: columns.nodeCount }, (_, node) => theirSelfSize(theirs, node));
  const sizes = moved.slice();
  for (let i = order.length - 1; i > 0; i--) sizes[dominator[order[i]]] += sizes[order[i]];
  const far = distances(heap.graph);
  return {
    nodes: columns.nodeCount,
    moreProgram: more,
    dominators: count(columns, (node) => dominator[node] !== theirs.dominatorsTree[node]),
    retainedAfterMove: count(columns, (node) => sizes[node] !== theirs.retainedSizes[node]),
    retained: agreements(columns, (node) => ours[node] === theirs.retainedSizes[node]),
    distances: agreements(columns, (node) => isSameDistance(far[node], theirs.nodeDistances[node])),
    ...compareClasses(heap, theirs, moved, aggregates),
  };
}

function compareClasses(
  heap: Heap,
  theirs: DevToolsSnapshot,
  moved: Float64Array,
  aggregates: readonly Aggregate[],
): Pick<Comparison, 'classes' | 'lost' | 'rows'> {
  const { columns } = heap;
  const { kindOf, kinds } = classificationOf(heap, kind);
  const inRow = new Uint8Array(columns.nodeCount);
  const rows = new ClassRows();
  let classes = 0;
  for (const { name, count, self, idxs } of aggregates) {
    const nodes = idxs.map((index) => index / theirs.nodeFieldCount);
    for (const node of nodes) {
      inRow[node] = 1;
      const type = columns.nodeTypes[columns.nodeType[node]];
      const ourKind = kindOf[node] === NOT_IN_SET ? '' : kinds[kindOf[node]];
      if (type !== 'synthetic' && !isOfClass(type, ourKind, name)) classes++;
    }
    rows.theirs(theirRow(name), count, self);
  }
  // ours, of the nodes that have a size in its counting
  for (let node = 0; node < columns.nodeCount; node++) {
    if (moved[node] > 0) rows.ours(theirRow(expectedClass(columns, node)), moved[node]);
  }
  const lost = count(columns, (node) => inRow[node] === 0 && moved[node] > 0);
  return { classes, lost, rows: rows.compared() };
}

/** The class that DevTools is expected to show a node under, plain objects under `Object`. */
function expectedClass({ nodeTypes, nodeType, nodeName, strings }: Columns, node: number): string {
  const type = nodeTypes[nodeType[node]];
  switch (type) {
    case 'object':
      return strings.get(nodeName[node]);
    case 'native':
      return elementName(strings.get(nodeName[node]));
    case 'hidden':
      return '(system)';
    case 'code':
      return '(compiled code)';
    case 'closure':
      return 'Function';
    case 'regexp':
      return 'RegExp';
    default:
      return `(${type})`;
  }
}

/** Plain objects are shown by their properties where several have the same: `{id, name}`; detached ones say so. */
function theirRow(name: string): string {
  return name.startsWith('{') ? 'Object' : name.replace(/^Detached /, '');
}

/** Whether our kind of a node says what DevTools' class says. */
function isOfClass(type: string, ours: string, theirs: string): boolean {
  switch (type) {
    case 'object':
      if (ours === 'context') return /^system \/ .*Context/.test(theirs);
      // a class of several of the name, or of a name that is a word of ours, has its place behind it
      return [ours, ours.replace(/ \([^)]*\)$/, '')].includes(className(theirRow(theirs)) || '(anonymous)');
    case 'closure':
      return ours === 'function' && theirs === 'Function';
    case 'regexp':
      return ours === 'RegExp' && theirs === 'RegExp';
    case 'string':
    case 'concatenated string':
    case 'sliced string':
      return ours === 'string' && theirs === `(${type})`;
    case 'number':
    case 'bigint':
    case 'symbol':
      return ours === type && theirs === `(${type})`;
    default:
      // memory of V8's own, which we put beside its owner: `elements of Session`
      return true;
  }
}

/** Count and size of each class, theirs and ours. */
class ClassRows {
  readonly #rows = new Map<string, { count: number; size: number }>();

  theirs(name: string, count: number, size: number): void {
    const row = this.#row(name);
    row.count += count;
    row.size += size;
  }

  ours(name: string, size: number): void {
    const row = this.#row(name);
    row.count--;
    row.size -= size;
  }

  compared(): Comparison['rows'] {
    const different = [...this.#rows].filter(([, { count, size }]) => count !== 0 || size !== 0);
    return { compared: this.#rows.size, different: different.map(([name, row]) => `${name} ${JSON.stringify(row)}`) };
  }

  #row(name: string): { count: number; size: number } {
    const row = this.#rows.get(name) ?? { count: 0, size: 0 };
    this.#rows.set(name, row);
    return row;
  }
}

function theirSelfSize({ nodes, nodeFieldCount, nodeSelfSizeOffset }: DevToolsSnapshot, node: number): number {
  return nodes.getValue(node * nodeFieldCount + nodeSelfSizeOffset);
}

/** DevTools leaves -5 where it has not come. */
function isSameDistance(ours: number, theirs: number): boolean {
  return ours === theirs || (ours === NO_DISTANCE && theirs < 0);
}

function agreements(columns: Columns, agrees: (node: number) => boolean): Agreement[] {
  return columns.nodeTypes
    .map((type, at) => ({
      type,
      ordinary: ORDINARY.includes(type),
      nodes: count(columns, (node) => columns.nodeType[node] === at),
      different: count(columns, (node) => columns.nodeType[node] === at && !agrees(node)),
    }))
    .filter(({ nodes }) => nodes > 0);
}

function count({ nodeCount }: Columns, test: (node: number) => boolean): number {
  let found = 0;
  for (let node = 0; node < nodeCount; node++) if (test(node)) found++;
  return found;
}
