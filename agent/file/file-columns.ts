/** A snapshot file whole, as columns. */
import { inOriginalNames } from '../original/in-use.ts';
import type { Columns } from '../parse/columns.ts';
import { ColumnsParser } from '../parse/parser.ts';
import { throttled } from '../threads/throttle.ts';
import { columnsByTwo } from './columns-by-two.ts';
import type { FileEvent } from './file-event.ts';
import { look, RegularFile, streamInto } from './file-reader.ts';
import { roomBytes } from './room-bytes.ts';

/** @throws SnapshotSyntaxError, an Error of one line for a file that cannot be read */
export async function fileColumns(
  path: string,
  tell: (event: FileEvent) => void,
): Promise<{ columns: Columns; modifiedAtMs: number }> {
  const { sizeBytes, modifiedAtMs } = look(path);
  const tellSometimes = throttled(tell);
  const total = sizeBytes === null ? {} : { totalBytes: sizeBytes };
  const onBytes = (bytes: number) => tellSometimes({ phase: 'reading', bytes, ...total });
  return { columns: inOriginalNames(await columnsOf(path, sizeBytes, onBytes)), modifiedAtMs };
}

async function columnsOf(path: string, sizeBytes: number | null, onBytes: (bytes: number) => void): Promise<Columns> {
  if (sizeBytes !== null) {
    using file = new RegularFile(path);
    if (!file.isGzip()) return await columnsByTwo(file, { sizeBytes, locations: true }, onBytes);
  }
  const parser = new ColumnsParser({ roomBytes: roomBytes() });
  await streamInto(path, parser, onBytes);
  return parser.end();
}
