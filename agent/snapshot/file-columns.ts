/** A snapshot file whole, as columns. */
import type { Columns } from '../heap/columns.ts';
import { ColumnsParser } from '../heap/parser.ts';
import { columnsByTwo } from './columns-by-two.ts';
import { look, RegularFile, streamInto } from './file-reader.ts';
import type { FileEvent } from './file-rows.ts';
import { throttled } from './throttle.ts';

/** @throws SnapshotSyntaxError, an Error of one line for a file that cannot be read */
export async function fileColumns(
  path: string,
  tell: (event: FileEvent) => void,
): Promise<{ columns: Columns; modifiedAtMs: number }> {
  const { sizeBytes, modifiedAtMs } = look(path);
  const tellSometimes = throttled(tell);
  const total = sizeBytes === null ? {} : { totalBytes: sizeBytes };
  const onBytes = (bytes: number) => tellSometimes({ phase: 'reading', bytes, ...total });
  return { columns: await columnsOf(path, sizeBytes, onBytes), modifiedAtMs };
}

async function columnsOf(path: string, sizeBytes: number | null, onBytes: (bytes: number) => void): Promise<Columns> {
  if (sizeBytes !== null) {
    using file = new RegularFile(path);
    if (!file.isGzip()) return await columnsByTwo(file, { sizeBytes, locations: true }, onBytes);
  }
  const parser = new ColumnsParser();
  await streamInto(path, parser, onBytes);
  return parser.end();
}
