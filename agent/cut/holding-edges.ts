/** Edges by which a holder of a certain sort keeps what it holds. */
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { type NodeSet, nodeSet } from '../graph/set.ts';
import { type Columns, EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import { Numbers } from '../parse/numbers.ts';

type IsEdge = (from: number, to: number, name: number, type: number) => boolean;

/** Linear in edges, ascending. */
function edgesThat(columns: Columns, isOne: IsEdge): NodeSet {
  const { nodeCount, firstEdge, edgeTarget, edgeName } = columns;
  const found = new Numbers();
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const packed = edgeTarget[edge]!;
      if (isOne(node, packed >>> EDGE_TYPE_BITS, edgeName[edge]!, packed & EDGE_TYPE_MASK)) found.push(edge);
    }
  }
  return found.toArray();
}

export function namedEdges(columns: Columns, type: string, ...names: readonly string[]): NodeSet {
  const wanted = new Set(names.map((name) => columns.strings.find(name)).filter((name) => name >= 0));
  const wantedType = columns.edgeTypes.indexOf(type);
  return edgesThat(columns, (_from, _to, name, edgeType) => edgeType === wantedType && wanted.has(name));
}

/** V8 names the handles of an inspector's objects so: `12 / DevTools console`, and one that has no number. */
export function consoleEdges(columns: Columns): NodeSet {
  const { nodeType, nodeTypes, edgeTypes, strings } = columns;
  const synthetic = nodeTypes.indexOf('synthetic');
  const hasNumber = edgeTypes.map((type) => type === 'element' || type === 'hidden');
  const isConsole = new Map<number, boolean>();
  return edgesThat(columns, (from, _to, name, type) => {
    if (nodeType[from] !== synthetic || hasNumber[type]) return false;
    let is = isConsole.get(name);
    if (is === undefined) {
      is = /(?:^| \/ )DevTools console$/.test(strings.get(name));
      isConsole.set(name, is);
    }
    return is;
  });
}

/** What an emitter holds by `_events`, an event target by its `kEvents`, and what Chrome names a listener. */
export function listenerEdges(columns: Columns): NodeSet {
  const { edgeTypes, nodeName, strings } = columns;
  const property = edgeTypes.indexOf('property');
  const events = ['_events', '<symbol kEvents>', '<symbol events.kEvents>']
    .map((name) => strings.find(name))
    .filter((name) => name >= 0);
  const listeners = ['V8EventListener', 'EventListener', 'JSEventListener', 'EventTargetData']
    .map((name) => strings.find(name))
    .filter((name) => name >= 0);
  return edgesThat(
    columns,
    (_from, to, name, type) => (type === property && events.includes(name)) || listeners.includes(nodeName[to]!),
  );
}

/** From functions to the variables that they see. */
export function contextEdges(columns: Columns): NodeSet {
  const { nodeType, nodeTypes, edgeTypes, strings } = columns;
  const closure = nodeTypes.indexOf('closure');
  const internal = edgeTypes.indexOf('internal');
  const context = strings.find('context');
  return edgesThat(
    columns,
    (from, _to, name, type) => type === internal && name === context && nodeType[from] === closure,
  );
}

/** The innermost scopes that functions of a name see. */
export function scopesSeenBy(columns: Columns, name: string): NodeSet {
  const { nodeCount, nodeType, nodeTypes, nodeName, strings } = columns;
  const closure = nodeTypes.indexOf('closure');
  const wanted = strings.find(name);
  const context = new EdgeFinder(columns, 'internal', 'context');
  const scopes: number[] = [];
  for (let node = 0; node < nodeCount && wanted >= 0; node++) {
    if (nodeType[node] !== closure || nodeName[node] !== wanted) continue;
    const scope = context.from(node);
    if (scope !== NO_NODE) scopes.push(scope);
  }
  return nodeSet(scopes);
}
