/** Slices that keep a long string alive for a few of its characters: `text.slice(0, 13)` of a megabyte holds the megabyte. */
import type { Finding } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { Facts } from './facts.ts';
import { LEAST_BYTES, severityOf } from './severity.ts';
import { counted, partText } from './words.ts';

/** Shorter strings are not worth it. */
const LEAST_PARENT = 1_024;
/** More slices than one for so many bytes may well be all of it, a file that was split. */
const BYTES_A_SLICE = 256;

export function pinnedStrings(facts: Facts): Finding[] {
  const slicesOf = slicedParents(facts);
  dropOtherwiseHeld(facts, slicesOf);
  const pinned = [...slicesOf].filter(([parent, slices]) => facts.size(parent) >= BYTES_A_SLICE * slices.length);
  const sizeBytes = pinned.reduce((sum, [parent]) => sum + facts.size(parent), 0);
  if (sizeBytes < LEAST_BYTES) return [];
  const slices = pinned.reduce((sum, [, each]) => sum + each.length, 0);
  const examples = pinned.sort(([a], [b]) => facts.size(b) - facts.size(a) || a - b).flatMap(([, each]) => each);
  return [
    {
      finding: 'pinned strings',
      severity: severityOf(sizeBytes, facts.sizeBytes),
      confidence: 'likely',
      title: `${counted(slices, 'slice')} of strings keep ${counted(pinned.length, 'long string')} alive: ${humanSize(sizeBytes)}, ${partText(sizeBytes, facts.sizeBytes)} of the heap`,
      reason: `Nothing else holds the long strings, ${humanSize(sizeBytes / slices)} for each slice. V8 shares the characters of a slice of 13 and more.`,
      sizeBytes,
      count: slices,
      ...facts.holding(examples),
      next: 'copy the part that is kept: Buffer.from(part).toString(), or JSON.parse(JSON.stringify(part))',
      parts: pinned.slice(0, 3).map(([parent, each]) => ({
        text: `a string of ${humanSize(facts.size(parent))} held by ${counted(each.length, 'slice')}`,
        count: each.length,
        sizeBytes: facts.size(parent),
      })),
    },
  ];
}

/** Long strings that slices are of, with the slices. */
function slicedParents(facts: Facts): Map<number, number[]> {
  const { nodeCount, nodeType, nodeTypes } = facts.columns;
  const sliced = nodeTypes.indexOf('sliced string');
  const parentOf = new EdgeFinder(facts.columns, 'internal', 'parent');
  const parents = new Map<number, number[]>();
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== sliced) continue;
    const parent = parentOf.from(node);
    if (parent === NO_NODE || facts.size(parent) < LEAST_PARENT) continue;
    const known = parents.get(parent);
    if (known) known.push(node);
    else parents.set(parent, [node]);
  }
  return parents;
}

function dropOtherwiseHeld({ columns }: Facts, parents: Map<number, readonly number[]>): void {
  if (parents.size === 0) return;
  const { nodeCount, nodeType, nodeTypes, firstEdge, edgeTarget, edgeTypes } = columns;
  const sliced = nodeTypes.indexOf('sliced string');
  const weak = edgeTypes.indexOf('weak');
  const isParent = new Uint8Array(nodeCount);
  for (const parent of parents.keys()) isParent[parent] = 1;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] === sliced) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = edgeTarget[edge]! >>> EDGE_TYPE_BITS;
      if (isParent[target] === 1 && (edgeTarget[edge]! & EDGE_TYPE_MASK) !== weak) parents.delete(target);
    }
  }
}
