/**
 * The objects that V8 copies for each literal, which belong to their place in the code:
 *
 *     code `system / AllocationSite` --internal:transition_info--> object, array
 */
import { addBit, type Bits, emptyBits } from '../../graph/bits.ts';
import type { Columns } from '../../parse/columns.ts';
import { EdgeFinder, NO_NODE } from './edges.ts';

/** Linear in nodes. */
export function boilerplatesOf(columns: Columns): Bits {
  const { nodeCount, nodeType, nodeTypes, nodeName, strings } = columns;
  const found = emptyBits(nodeCount);
  const site = strings.find('system / AllocationSite');
  if (site < 0) return found;
  const boilerplate = new EdgeFinder(columns, 'internal', 'transition_info', 'boilerplate');
  const object = nodeTypes.indexOf('object');
  for (let node = 0; node < nodeCount; node++) {
    if (nodeName[node] !== site) continue;
    const held = boilerplate.from(node);
    if (held !== NO_NODE && nodeType[held] === object) addBit(found, held);
  }
  return found;
}
