/** Columns turned back into one object a node, to be compared with what JSON.parse gives. */
import { type Columns, EDGE_TYPE_BITS, selfSizeOf } from '../../agent/parse/columns.ts';
import type { PlainNode } from './plain-snapshot.ts';

export function columnsNodes(columns: Columns): PlainNode[] {
  const { strings, nodeTypes, edgeTypes } = columns;
  const places = new Map<number, number[]>();
  columns.locationNode.forEach((node, i) => {
    const site = columns.locationSite[i]!;
    places.set(node, [columns.siteScript[site]!, columns.siteLine[site]!, columns.siteColumn[site]!]);
  });
  const edgeAt = (edge: number): PlainNode['edges'][number] => {
    const type = edgeTypes[columns.edgeTarget[edge]! & ((1 << EDGE_TYPE_BITS) - 1)]!;
    const name = columns.edgeName[edge]!;
    return {
      type,
      name: ['element', 'hidden'].includes(type) ? name : strings.get(name),
      to: columns.edgeTarget[edge]! >>> EDGE_TYPE_BITS,
    };
  };
  return Array.from({ length: columns.nodeCount }, (_, n) => {
    const [from, to] = [columns.firstEdge[n]!, columns.firstEdge[n + 1]!];
    const location = places.get(n);
    return {
      type: nodeTypes[columns.nodeType[n]!]!,
      name: strings.get(columns.nodeName[n]!),
      id: columns.nodeId[n]!,
      selfSize: selfSizeOf(columns, n),
      detachedness: columns.detachedness?.[n] ?? 0,
      edges: Array.from({ length: to - from }, (_, i) => edgeAt(from + i)),
      ...(location === undefined ? {} : { location }),
    };
  });
}
