/** What our own reading puts into a heap, and takes out of every count. */
import { type Classification, NOT_IN_SET } from '../classify/naming/classifier.ts';
import { type Columns, EDGE_TYPE_BITS } from '../parse/columns.ts';

const HANDLES = '(Handle scope)';
/** The edge to V8's list of all scripts. */
const SCRIPTS = 'script_list';

/**
 * The nodes of a snapshot that are there because it was taken: those with an id in `ids`; what nothing but the handles of a
 * running native call hold, since that call is the inspector's (Node 18 and 20 can interrupt a program inside a native call
 * of its own; what it holds at that moment and nothing else does is left out too); and V8's list of scripts, which each
 * evaluation of ours lengthens, until V8 makes a new one. Linear.
 */
export function ownNodes(columns: Columns, ids: readonly number[]): Set<number> {
  const own = heldByHandlesOnly(columns);
  for (const node of scriptLists(columns)) own.add(node);
  const wanted = new Set(ids);
  if (wanted.size > 0) {
    for (let node = 0; node < columns.nodeCount; node++) if (wanted.has(columns.nodeId[node]!)) own.add(node);
  }
  return own;
}

/** The same classification without `nodes`: they are in no row. */
export function without(classification: Classification, nodes: ReadonlySet<number>): Classification {
  const kindOf = classification.kindOf.slice();
  for (const node of nodes) kindOf[node] = NOT_IN_SET;
  return { ...classification, kindOf };
}

function scriptLists({
  nodeCount,
  nodeType,
  nodeTypes,
  firstEdge,
  edgeTarget,
  edgeName,
  edgeTypes,
  strings,
}: Columns): number[] {
  const synthetic = nodeTypes.indexOf('synthetic');
  const internal = edgeTypes.indexOf('internal');
  const name = strings.find(SCRIPTS);
  const lists: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== synthetic) continue;
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const packed = edgeTarget[edge]!;
      if (edgeName[edge] === name && (packed & ((1 << EDGE_TYPE_BITS) - 1)) === internal)
        lists.push(packed >>> EDGE_TYPE_BITS);
    }
  }
  return lists;
}

function heldByHandlesOnly({
  nodeCount,
  nodeType,
  nodeTypes,
  nodeName,
  firstEdge,
  edgeTarget,
  strings,
}: Columns): Set<number> {
  const synthetic = nodeTypes.indexOf('synthetic');
  const handles: number[] = [];
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === synthetic && strings.equals(nodeName[node]!, HANDLES)) handles.push(node);
  }
  const held = new Set<number>();
  for (const node of handles) {
    for (let edge = firstEdge[node]!; edge < firstEdge[node + 1]!; edge++) {
      const target = edgeTarget[edge]! >>> EDGE_TYPE_BITS;
      if (nodeType[target] !== synthetic) held.add(target);
    }
  }
  if (held.size === 0) return held;
  const isHeld = new Uint8Array(nodeCount);
  for (const node of held) isHeld[node] = 1;
  for (let node = 0; node < nodeCount; node++) {
    if (handles.includes(node)) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = edgeTarget[edge]! >>> EDGE_TYPE_BITS;
      if (isHeld[target] === 1 && target !== node) held.delete(target);
    }
  }
  return held;
}
