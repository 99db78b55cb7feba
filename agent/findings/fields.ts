/** The properties that objects are held by, as `Session.tags`. */
import type { Part } from '../../protocol/finding.ts';
import { type Bits, hasBit } from '../graph/bits.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { Facts } from './facts.ts';

const SHOWN = 5;

/** `Session.tags`: by which property of which kind they are held, those of most first. Linear in edges. */
export function fieldsOf(facts: Facts, set: Bits, bytesEach: number): Part[] {
  const { columns } = facts;
  const { nodeCount, firstEdge, edgeTarget, edgeName, edgeTypes } = columns;
  const property = edgeTypes.indexOf('property');
  const counts = new Map<number, Map<number, number>>();
  const { kindOf, kinds } = facts.shapes;
  for (let node = 0; node < nodeCount; node++) {
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const packed = edgeTarget[edge]!;
      if ((packed & EDGE_TYPE_MASK) !== property || !hasBit(set, packed >>> EDGE_TYPE_BITS)) continue;
      const ofKind = counts.get(kindOf[node]!) ?? new Map<number, number>();
      counts.set(kindOf[node]!, ofKind.set(edgeName[edge]!, (ofKind.get(edgeName[edge]!) ?? 0) + 1));
    }
  }
  const parts = [...counts].flatMap(([kind, ofKind]) =>
    Array.from(ofKind, ([name, count]) => ({
      text: `${kinds[kind] ?? '(root)'}.${kinds[kind] === '{*}' ? '{*}' : columns.strings.get(name)}`,
      count,
      sizeBytes: Math.round(count * bytesEach),
    })),
  );
  return parts.sort((a, b) => b.count - a.count || (a.text < b.text ? -1 : 1)).slice(0, SHOWN);
}
