/** A snapshot file as columns, as every command reads it. */
import { statSync } from 'node:fs';
import { columnsByTwo } from '../../agent/file/columns-by-two.ts';
import { RegularFile } from '../../agent/file/file-reader.ts';
import type { Columns } from '../../agent/parse/columns.ts';

export async function columnsOfFile(path: string, { locations = true, shortestString = 0 } = {}): Promise<Columns> {
  using file = new RegularFile(path);
  return await columnsByTwo(file, { sizeBytes: statSync(path).size, locations, shortestString }, () => {});
}
