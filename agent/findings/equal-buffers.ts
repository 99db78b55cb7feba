/**
 * Many ArrayBuffers of one size, each with one view: what is left of reads of a socket or file, or of Node's pool, of which a
 * small part was kept with `subarray()` or `slice()`. A snapshot does not say how long a view is, so that this is to be looked at.
 */
import type { Finding } from '../../protocol/finding.ts';
import { humanSize } from '../../protocol/human.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { EDGE_TYPE_BITS, EDGE_TYPE_MASK } from '../parse/columns.ts';
import type { Facts } from './facts.ts';
import { severityOf } from './severity.ts';
import { counted, partText } from './words.ts';

const LEAST = 100;
const LEAST_SIZE = 4_096;
/** More views a buffer than that use it well. */
const FEW_VIEWS = 2;

export function equalBuffers(facts: Facts): Finding[] {
  const bySize = new Map<number, number[]>();
  const memory = new EdgeFinder(facts.columns, 'internal', 'backing_store');
  for (const node of facts.instancesOf('ArrayBuffer')) {
    const held = memory.from(node);
    const size = held === NO_NODE ? 0 : facts.size(held);
    if (size < LEAST_SIZE) continue;
    const nodes = bySize.get(size);
    if (nodes) nodes.push(node);
    else bySize.set(size, [node]);
  }
  const sizes = [...bySize].filter(([, nodes]) => nodes.length >= LEAST);
  const views = sizes.length === 0 ? new Uint32Array(0) : viewsOf(facts);
  return sizes
    .filter(([, nodes]) => nodes.reduce((sum, node) => sum + views[node]!, 0) <= FEW_VIEWS * nodes.length)
    .sort(([a, x], [b, y]) => b * y.length - a * x.length)
    .slice(0, 2)
    .map(([size, nodes]) => findingOf(facts, size, nodes));
}

function findingOf(facts: Facts, size: number, nodes: readonly number[]): Finding {
  const sizeBytes = size * nodes.length;
  return {
    finding: 'buffers of one size',
    severity: severityOf(sizeBytes, facts.sizeBytes),
    confidence: 'possible',
    title: `${counted(nodes.length, 'buffer')} of ${humanSize(size)} take ${humanSize(sizeBytes)}, ${partText(sizeBytes, facts.sizeBytes)} of the heap, and hardly any has more than one view`,
    reason:
      'A part of a buffer keeps the whole. Chunks of streams and of the pool of Buffer have one size; parts of them look like this.',
    sizeBytes,
    count: nodes.length,
    ...facts.holding(nodes),
    next: 'if they are parts, keep a copy instead: Buffer.from(part), or new Uint8Array(part)',
  };
}

/** By ArrayBuffer: how many views it has. */
function viewsOf({ columns }: Facts): Uint32Array {
  const { nodeCount, edgeCount, edgeTarget, edgeName, edgeTypes, strings } = columns;
  const [internal, buffer] = [edgeTypes.indexOf('internal'), strings.find('buffer')];
  const views = new Uint32Array(nodeCount);
  for (let edge = 0; edge < edgeCount; edge++) {
    if (edgeName[edge] !== buffer || (edgeTarget[edge]! & EDGE_TYPE_MASK) !== internal) continue;
    views[edgeTarget[edge]! >>> EDGE_TYPE_BITS]!++;
  }
  return views;
}
