/** A snapshot file whole, as columns. */

import type { Columns } from '../parse/columns.ts';
import { packed, unpacked } from '../parse/packed.ts';
import { askFile } from './ask-file.ts';
import type { FileEvent } from './file-event.ts';
import { look } from './file-reader.ts';

/** @throws SnapshotSyntaxError, an Error of one line for a file that cannot be read */
export async function fileColumns(
  path: string,
  tell: (event: FileEvent) => void,
): Promise<{ columns: Columns; modifiedAtMs: number }> {
  const { modifiedAtMs } = look(path);
  // all of them now, since an index is asked only as long as the question lasts
  const columns = await askFile(path, { locations: 'surely', tell }, (heap) => unpacked(packed(heap.columns)));
  return { columns, modifiedAtMs };
}
