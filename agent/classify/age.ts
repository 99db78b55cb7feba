/**
 * By the interval between checkpoints in which an object was born; only within one epoch, where ids are held.
 *
 *     ids        1 … 931 | 933 … 1205 | 1207 …         the checkpoints' highest ids: a 931, b 1205
 *     kind      before a | a to b     | since b
 *
 * Memory of an ArrayBuffer is as old as the oldest ArrayBuffer that holds it, for malloc gives its address, and V8 with it
 * the id, more than once. Of other objects the few that bear the id of a dead one count as older than they are: up to 2 % of
 * those before the newest checkpoint in a busy program, code for the most part (../partition/since.ts).
 */
import { type Columns, EDGE_TYPE_BITS } from '../parse/columns.ts';
import { type Classification, type Classifier, NOT_IN_SET } from './naming/classifier.ts';
import { ARRAY_BUFFER_MEMORY } from './naming/words.ts';

/** What a checkpoint says of age. */
export interface Birthday {
  readonly label: string;
  /** The highest odd id that there was. */
  readonly maxId: number;
}

const NO_ID = 'embedder (no age)';

/** The classifier `age` of a heap whose checkpoints, oldest first, are `birthdays`. @throws RangeError if there are none */
export function byAge(birthdays: readonly Birthday[]): Classifier {
  if (birthdays.length === 0) throw new RangeError('Cannot classify by "age": take a checkpoint first');
  const intervals = texts(birthdays);
  return {
    by: 'age',
    header: 'Age (born between checkpoints)',
    classify: ({ columns }) => classify(columns, birthdays),
    order: { atMost: (a, b) => intervals.includes(a) && intervals.indexOf(a) <= intervals.indexOf(b) },
    expression: 'hp.Age',
  };
}

function classify(columns: Columns, birthdays: readonly Birthday[]): Classification {
  const { nodeCount, nodeType, nodeTypes } = columns;
  const synthetic = nodeTypes.indexOf('synthetic');
  const native = nodeTypes.indexOf('native');
  const memory = columns.strings.find(ARRAY_BUFFER_MEMORY);
  const noId = birthdays.length + 1;
  const kindOf = new Uint32Array(nodeCount);
  for (let node = 0; node < nodeCount; node++) {
    const id = columns.nodeId[node]!;
    if (nodeType[node] === synthetic) kindOf[node] = NOT_IN_SET;
    else if (id % 2 === 0) kindOf[node] = noId;
    else if (nodeType[node] === native && columns.nodeName[node] === memory) kindOf[node] = birthdays.length;
    else kindOf[node] = intervalOf(id, birthdays);
  }
  makeAsOldAsHolders(columns, kindOf);
  return { kindOf, kinds: [...texts(birthdays), NO_ID] };
}

function intervalOf(id: number, birthdays: readonly Birthday[]): number {
  let interval = 0;
  while (interval < birthdays.length && id > birthdays[interval]!.maxId) interval++;
  return interval;
}

function makeAsOldAsHolders(columns: Columns, kindOf: Uint32Array): void {
  const { nodeCount, nodeType, nodeTypes, firstEdge, edgeTarget, edgeName, edgeTypes, strings } = columns;
  const object = nodeTypes.indexOf('object');
  const internal = edgeTypes.indexOf('internal');
  const backingStore = strings.find('backing_store');
  const edgeTypeMask = (1 << EDGE_TYPE_BITS) - 1;
  for (let node = 0; node < nodeCount; node++) {
    if (nodeType[node] !== object) continue;
    for (let edge = firstEdge[node]!, end = firstEdge[node + 1]!; edge < end; edge++) {
      const target = edgeTarget[edge]!;
      if (edgeName[edge] !== backingStore || (target & edgeTypeMask) !== internal) continue;
      const memory = target >>> EDGE_TYPE_BITS;
      if (kindOf[node]! < kindOf[memory]!) kindOf[memory] = kindOf[node]!;
    }
  }
}

function texts(birthdays: readonly Birthday[]): string[] {
  const labels = birthdays.map(({ label }) => label);
  const between = labels.slice(1).map((label, at) => `${labels[at]} to ${label}`);
  return [`before ${labels[0]}`, ...between, `since ${labels.at(-1)}`];
}
