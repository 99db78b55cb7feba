/**
 * A snapshot file without its edges, which are most of it and are never read:
 *
 *     {"snapshot":{...},"nodes":[...],"edges":[...], ... ,"strings":[...]}
 *      2 the head       3 in batches    passed over       1 found from the end, all of them
 *
 * So the names are known before the nodes are read. That what is passed over is numbers is found out by looks at it
 * (passed-over.ts).
 */

import { SnapshotSyntaxError } from '../base/syntax-error.ts';
import { SnapshotDocument } from './document.ts';
import { findSection, type ReadAt } from './find-section.ts';
import { inputBuffer } from './kernel/numbers.ts';
import { type Header, HeaderReader } from './meta.ts';
import { type NodeBatch, NodeBatchReader } from './node-batches.ts';
import { isOfNumbers } from './passed-over.ts';
import { SkipReader } from './skip.ts';
import { NumbersSkipReader } from './skip-numbers.ts';
import { type StringTable, StringTableReader } from './strings.ts';
import { writeNext } from './write-next.ts';

/** What is there before the first node. */
export interface EdgelessHead {
  readonly header: Header;
  readonly strings: StringTable;
}

/** The strings of a file, and the offset of the comma before their section. */
export interface FileStrings {
  readonly strings: StringTable;
  readonly begin: number;
}

/**
 * Reads the strings, unless they are given, then the nodes: `open` is called once, and what it gives then looks at each batch
 * of them.
 * @throws SnapshotSyntaxError, also for a file that only a whole reading can read: whose last section is not `strings`
 */
export function readEdgeless(
  read: ReadAt,
  sizeBytes: number,
  open: (head: EdgelessHead) => (batch: NodeBatch) => void,
  { strings, begin }: FileStrings = stringsOf(read, sizeBytes),
): void {
  const buffer = inputBuffer();
  let header: HeaderReader | undefined;
  let nodes: NodeBatchReader | undefined;
  const document = new SnapshotDocument((name, offset) => {
    if (name === 'snapshot') {
      header = new HeaderReader(offset);
      return header;
    }
    if (name === 'edges') return new NumbersSkipReader(name);
    if (name !== 'nodes') return new SkipReader(name);
    const head = header?.header;
    if (!head) throw new SnapshotSyntaxError('"nodes" comes before "snapshot"', offset);
    nodes = new NodeBatchReader(head, strings.count, open({ header: head, strings }));
    return nodes;
  });
  while (!nodes?.done && writeNext(document, read, buffer));
  if (!nodes?.done) document.end(['snapshot', 'nodes']);
  while (document.sections.at(-1) === 'nodes' && writeNext(document, read, buffer));
  if (nodes!.edgesTotal !== header?.header?.edgeCount) {
    throw new SnapshotSyntaxError(
      '"nodes" has not the edges that "snapshot" speaks of; it ends before',
      document.offset,
    );
  }
  if (!document.sections.includes('edges') || !isOfNumbers(read, document.offset, begin, nodes!.maxName)) {
    throw new SnapshotSyntaxError('something else than numbers stands between "nodes" and "strings"', document.offset);
  }
}

/** The strings of a file, which are its last section. @throws SnapshotSyntaxError, as readEdgeless does */
export function stringsOf(read: ReadAt, sizeBytes: number): FileStrings {
  const buffer = inputBuffer();
  const begin = findSection('strings', read, 0, sizeBytes, buffer);
  if (begin < 0) throw new SnapshotSyntaxError('it has no "strings"; it ends', sizeBytes);
  const strings = new StringTableReader();
  const document = new SnapshotDocument((name) => (name === 'strings' ? strings : new SkipReader(name)));
  document.jump(begin);
  while (writeNext(document, read, buffer));
  document.end(['strings']);
  return { strings: strings.table(), begin };
}
