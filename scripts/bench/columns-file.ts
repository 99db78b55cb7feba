/** A snapshot file as columns, as every command reads it. */
import { statSync } from 'node:fs';
import type { Columns } from '../../agent/heap/columns.ts';
import { columnsByTwo } from '../../agent/snapshot/columns-by-two.ts';
import { RegularFile } from '../../agent/snapshot/file-reader.ts';

export async function columnsOfFile(path: string, { locations = true } = {}): Promise<Columns> {
  using file = new RegularFile(path);
  return await columnsByTwo(file, { sizeBytes: statSync(path).size, locations }, () => {});
}
