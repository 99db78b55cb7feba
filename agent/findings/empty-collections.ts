/**
 * Maps and Sets that hold no object, by the property that they are made for: `Session.tags`. An empty one takes 200 bytes and
 * more. Small integers are in no snapshot: a Map of nothing else looks empty.
 */
import type { Finding } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { addBit, emptyBits } from '../graph/bits.ts';
import type { Columns } from '../parse/columns.ts';
import type { Facts } from './facts.ts';
import { fieldsOf } from './fields.ts';
import { LEAST_BYTES, severityOf } from './severity.ts';
import { counted, partText } from './words.ts';

const LEAST = 1_000;

export function emptyCollections(facts: Facts): Finding[] {
  const table = new EdgeFinder(facts.columns, 'internal', 'table');
  const empty = emptyBits(facts.columns.nodeCount);
  const nodes: number[] = [];
  let sizeBytes = 0;
  for (const name of ['Map', 'Set']) {
    for (const node of facts.instancesOf(name)) {
      const store = table.from(node);
      if (store === NO_NODE || holdsAny(facts.columns, store)) continue;
      addBit(empty, node);
      nodes.push(node);
      sizeBytes += facts.size(node) + facts.size(store);
    }
  }
  if (nodes.length < LEAST || sizeBytes < LEAST_BYTES) return [];
  const parts = fieldsOf(facts, empty, sizeBytes / nodes.length);
  return [
    {
      finding: 'empty collections',
      severity: severityOf(sizeBytes, facts.sizeBytes),
      confidence: 'likely',
      title: `${humanCount(nodes.length)} Maps and Sets hold no object: ${humanSize(sizeBytes)}, ${partText(sizeBytes, facts.sizeBytes)} of the heap${parts[0] === undefined ? '' : `, most of them in ${parts[0].text}`}`,
      reason: 'V8 makes the table of a Map or Set with room for four entries, whether or not one ever comes.',
      sizeBytes,
      count: nodes.length,
      ...facts.holding(nodes),
      parts,
      next: `make them when the first entry comes, or share one that is empty; ${counted(nodes.length, 'of them is', 'of them are')} made for nothing`,
    },
  ];
}

/** Whether a table refers to anything but its hidden class. */
function holdsAny({ firstEdge, edgeName, strings }: Columns, table: number): boolean {
  const map = strings.find('map');
  for (let edge = firstEdge[table]!, end = firstEdge[table + 1]!; edge < end; edge++) {
    if (edgeName[edge] !== map) return true;
  }
  return false;
}
