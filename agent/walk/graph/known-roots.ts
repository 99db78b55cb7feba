/**
 * The nodes of a walked graph that are no objects, and what hangs from them:
 *
 *     node 0 root --shortcut--> global objects
 *                 --element--> 1 (GC roots) --> 2 (Isolate)        what V8's Isolate points to
 *                                           --> 3 (Global handles) what C++ holds for good; weak ones by weak edges
 *                                           --> 4 (Local handles)
 *                                           --> last (Other roots) what lives and none of these reaches
 */
import type { HeapWords } from '../objects.ts';
import { type EdgeList, ELEMENT, SHORTCUT, WEAK } from './edge-list.ts';
import type { Handles } from './handles.ts';
import type { Names } from './names.ts';
import type { NodeIndex } from './node-index.ts';

/** Names of the first nodes. */
export const KNOWN_ROOTS = ['', '(GC roots)', '(Isolate)', '(Global handles)', '(Local handles)'] as const;
export const OTHER_ROOTS = '(Other roots)';
const [ROOT, GC_ROOTS, ISOLATE, GLOBAL_HANDLES, LOCAL_HANDLES] = KNOWN_ROOTS.keys();

/** @param globals nodes that the root leads to @param other the node of the other roots */
export function addKnownRoots(
  { memory }: HeapWords,
  index: NodeIndex,
  names: Names,
  { isolate, global, weak, local }: Handles,
  globals: readonly number[],
  other: number,
  edges: EdgeList,
  firstEdge: Uint32Array,
): void {
  const begin = (node: number): void => {
    firstEdge[node] = edges.length;
  };
  const all = (words: readonly number[], type: number): void => {
    const seen = new Set<number>();
    for (const address of words) {
      const node = index.nodeAt(memory.wordAt(address));
      if (node < 0 || seen.has(node)) continue;
      seen.add(node);
      edges.add(node, type, type === WEAK ? names.of('handle') : seen.size);
    }
  };
  begin(ROOT);
  for (const node of globals) edges.add(node, SHORTCUT, names.of('global'));
  edges.add(GC_ROOTS, ELEMENT, 1);
  begin(GC_ROOTS);
  for (const [i, node] of [ISOLATE, GLOBAL_HANDLES, LOCAL_HANDLES, other].entries()) edges.add(node, ELEMENT, i);
  begin(ISOLATE);
  all(isolate, ELEMENT);
  begin(GLOBAL_HANDLES);
  all(global, ELEMENT);
  all(weak, WEAK);
  begin(LOCAL_HANDLES);
  all(local, ELEMENT);
}
