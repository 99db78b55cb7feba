/**
 * Arrays, Maps and Sets whose store has room for many times what they hold, by the property that they are made for. Numbers and
 * holes are in no snapshot: a store that holds both objects and many small integers looks emptier than it is.
 */
import type { Finding } from '../../protocol/finding.ts';
import { humanCount, humanSize } from '../../protocol/human.ts';
import { EdgeFinder, NO_NODE } from '../classify/naming/edges.ts';
import { addBit, emptyBits } from '../graph/bits.ts';
import type { Facts } from './facts.ts';
import { fieldsOf } from './fields.ts';
import { LEAST_BYTES, severityOf } from './severity.ts';
import { partText } from './words.ts';

/** Slots of a store from which on it is looked at. */
const LEAST_SLOTS = 64;
/** Of the slots that hold something, less than this part. */
const FILL = 0.25;
const WORD_BYTES = 8;
const HEADER_BYTES = 16;

interface Roomy {
  readonly node: number;
  readonly unusedBytes: number;
}

export function unusedRoom(facts: Facts): Finding[] {
  const roomy = [...roomyArrays(facts), ...roomyTables(facts)].sort(
    (a, b) => b.unusedBytes - a.unusedBytes || a.node - b.node,
  );
  const sizeBytes = roomy.reduce((sum, { unusedBytes }) => sum + unusedBytes, 0);
  if (sizeBytes < LEAST_BYTES) return [];
  const set = emptyBits(facts.columns.nodeCount);
  for (const { node } of roomy) addBit(set, node);
  const parts = fieldsOf(facts, set, sizeBytes / roomy.length);
  return [
    {
      finding: 'unused room',
      severity: severityOf(sizeBytes, facts.sizeBytes),
      confidence: 'possible',
      title: `${humanCount(roomy.length)} arrays, Maps and Sets hold less than a quarter of what they have room for: ${humanSize(sizeBytes)} unused, ${partText(sizeBytes, facts.sizeBytes)} of the heap`,
      reason:
        'Their stores were made or have grown for more. Numbers in them are not seen: an array of both looks emptier than it is.',
      sizeBytes,
      count: roomy.length,
      ...facts.holding(roomy.map(({ node }) => node)),
      parts,
      next: 'make them without a length and let them grow; copy what has shrunk: array.slice(), new Map(map)',
    },
  ];
}

function roomyArrays(facts: Facts): Roomy[] {
  const elements = new EdgeFinder(facts.columns, 'internal', 'elements');
  const roomy: Roomy[] = [];
  for (const node of facts.instancesOf('Array')) {
    const store = elements.from(node);
    if (store === NO_NODE) continue;
    const slots = (facts.size(store) - HEADER_BYTES) / WORD_BYTES;
    if (slots < LEAST_SLOTS) continue;
    let used = 0;
    facts.eachEdge(node, (_, type) => {
      if (type === 'element') used++;
    });
    if (used > 0 && used < FILL * slots) roomy.push({ node, unusedBytes: WORD_BYTES * (slots - used) });
  }
  return roomy;
}

/** A table has three words before its buckets, a bucket for two entries, and of a Map three words an entry, of a Set two. */
function roomyTables(facts: Facts): Roomy[] {
  const table = new EdgeFinder(facts.columns, 'internal', 'table');
  return [
    { name: 'Map', words: 3, objects: 2 },
    { name: 'Set', words: 2, objects: 1 },
  ].flatMap(({ name, words, objects }) =>
    Array.from(facts.instancesOf(name)).flatMap((node) => {
      const store = table.from(node);
      if (store === NO_NODE) return [];
      const room = ((facts.size(store) - HEADER_BYTES) / WORD_BYTES - 3) / (words + 0.5);
      if (room < LEAST_SLOTS) return [];
      let edges = 0;
      facts.eachEdge(store, (_, type) => {
        if (type === 'internal') edges++;
      });
      const used = Math.ceil((edges - 1) / objects);
      const unusedBytes = Math.round(WORD_BYTES * (words + 0.5) * (room - used));
      return used > 0 && used < FILL * room ? [{ node, unusedBytes }] : [];
    }),
  );
}
