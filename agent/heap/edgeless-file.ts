/**
 * A snapshot file without its edges, which are most of it and are never read:
 *
 *     {"snapshot":{...},"nodes":[...],"edges":[...], ... ,"strings":[...]}
 *      2 the head       3 in batches    passed over       1 found from the end, all of them
 *
 * So whoever looks at the nodes knows their names already.
 */
import { SnapshotDocument } from './document.ts';
import { findSection, type ReadAt } from './find-section.ts';
import { inputBuffer } from './kernel/numbers.ts';
import { type Header, HeaderReader } from './meta.ts';
import { type NodeBatch, NodeBatchReader } from './node-batches.ts';
import { SkipReader } from './skip.ts';
import { type StringTable, StringTableReader } from './strings.ts';
import { SnapshotSyntaxError } from './syntax-error.ts';
import { writeNext } from './write-next.ts';

/** What is there before the first node. */
export interface EdgelessHead {
  readonly header: Header;
  readonly strings: StringTable;
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
  strings: StringTable = stringsOf(read, sizeBytes),
): void {
  const buffer = inputBuffer();
  let header: HeaderReader | undefined;
  let nodes: NodeBatchReader | undefined;
  const document = new SnapshotDocument((name, offset) => {
    if (name === 'snapshot') {
      header = new HeaderReader(offset);
      return header;
    }
    if (name !== 'nodes') return new SkipReader(name);
    const head = header?.header;
    if (!head) throw new SnapshotSyntaxError('"nodes" stands before "snapshot"', offset);
    nodes = new NodeBatchReader(head, strings.count, open({ header: head, strings }));
    return nodes;
  });
  while (!nodes?.done && writeNext(document, read, buffer));
  if (!nodes?.done) document.end(['snapshot', 'nodes']);
}

/** The strings of a file, which are its last section. @throws SnapshotSyntaxError, as readEdgeless does */
export function stringsOf(read: ReadAt, sizeBytes: number): StringTable {
  const buffer = inputBuffer();
  const begin = findSection('strings', read, 0, sizeBytes, buffer);
  if (begin < 0) throw new SnapshotSyntaxError('it has no "strings"; it ends', sizeBytes);
  const strings = new StringTableReader();
  const document = new SnapshotDocument((name) => (name === 'strings' ? strings : new SkipReader(name)));
  document.jump(begin);
  while (writeNext(document, read, buffer));
  document.end(['strings']);
  return strings.table();
}
