/** The head of a snapshot file by itself: what is behind it is not read. */
import { SnapshotDocument } from './document.ts';
import type { ReadAt } from './find-section.ts';
import { type Header, HeaderReader } from './meta.ts';
import { SkipReader } from './skip.ts';
import { writeNext } from './write-next.ts';

/** Null where the file ends before its head does. Reads through `buffer`. @throws SnapshotSyntaxError */
export function headerOf(read: ReadAt, buffer: Uint8Array): Header | null {
  let header: HeaderReader | undefined;
  const document = new SnapshotDocument((name, offset) => {
    if (name !== 'snapshot') return new SkipReader(name);
    header = new HeaderReader(offset);
    return header;
  });
  while (!header?.done && writeNext(document, read, buffer));
  return header?.header ?? null;
}
