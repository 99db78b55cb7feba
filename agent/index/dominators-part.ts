/**
 * The dominator tree and retained sizes as a part of an index, and back.
 *
 *     dominator  Uint32   immediate dominator of each node
 *     order      Uint32   every node once, each after its dominator, the root first
 *     retained   Uint32   bytes; TOO_LARGE stands for a size from there on, which is in largeRetained by node
 */

import { addBit, emptyBits, hasBit } from '../graph/bits.ts';
import type { Dominators } from '../graph/dominators.ts';
import { Numbers } from '../parse/numbers.ts';
import { below, check } from './check.ts';
import type { OpenPart, PartArrays } from './part.ts';

const TOO_LARGE = 0xffffffff;

export function dominatorArrays({ dominator, order }: Dominators, sizes: Float64Array): PartArrays {
  const retained = new Uint32Array(sizes.length);
  const largeNode = new Numbers();
  for (let node = 0; node < sizes.length; node++) {
    const size = sizes[node]!;
    retained[node] = Math.min(size, TOO_LARGE);
    if (size >= TOO_LARGE) largeNode.push(node);
  }
  const largeNodes = largeNode.toArray();
  const largeRetained = Float64Array.from(largeNodes, (node) => sizes[node]!);
  return { dominator, order: order.subarray(0, dominator.length), retained, largeNode: largeNodes, largeRetained };
}

/** @throws IndexFault */
export function readDominators(part: OpenPart, nodeCount: number): Dominators {
  const dominator = below(part.read('dominator', 'u32', nodeCount), nodeCount, 'dominator');
  const order = below(part.read('order', 'u32', nodeCount), nodeCount, 'order');
  const isBefore = emptyBits(nodeCount);
  let isTree = nodeCount > 0 && dominator[order[0]!] === order[0];
  for (let at = 0; at < nodeCount; at++) {
    const node = order[at]!;
    if (hasBit(isBefore, node) || (at > 0 && !hasBit(isBefore, dominator[node]!))) isTree = false;
    addBit(isBefore, node);
  }
  check(isTree, 'its dominators are no tree');
  return { dominator, order };
}

/** Bytes that each node retains. @throws IndexFault */
export function readRetained(part: OpenPart, nodeCount: number): Float64Array {
  const retained = Float64Array.from(part.read('retained', 'u32', nodeCount));
  const largeNode = below(part.read('largeNode', 'u32'), nodeCount, 'largeNode');
  const largeRetained = part.read('largeRetained', 'f64', largeNode.length);
  for (const [at, node] of largeNode.entries()) {
    const size = largeRetained[at]!;
    check(size >= TOO_LARGE && size <= Number.MAX_SAFE_INTEGER, 'a retained size is none');
    retained[node] = size;
  }
  return retained;
}
