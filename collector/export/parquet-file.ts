/** Rows as a Parquet file, a row group a batch. */
import { closeSync, openSync } from 'node:fs';
import { type BasicType, fileWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer';
import { version } from '../base/version.ts';
import { COLUMNS, type ColumnType, type ExportRow } from './row.ts';

const TYPES: Readonly<Record<ColumnType, BasicType>> = { text: 'STRING', time: 'TIMESTAMP', number: 'DOUBLE' };

export async function writeParquet(path: string, batches: Iterable<readonly ExportRow[]>): Promise<void> {
  // made by us, for nobody else to read: the writer opens what is there
  closeSync(openSync(path, 'wx', 0o600));
  const schema = schemaFromColumnData({ columnData: columns([]) });
  const writer = new ParquetWriter({ writer: fileWriter(path), schema, createdBy: `heapwatch version ${version}` });
  for (const rows of batches) await writer.write({ columnData: columns(rows), rowGroupSize: rows.length });
  await writer.finish();
}

function columns(rows: readonly ExportRow[]) {
  return COLUMNS.map(({ name, type, of }) => {
    const values = rows.map(of);
    const data = type === 'time' ? values.map((ms) => new Date(Number(ms))) : values;
    return { name, data, type: TYPES[type], nullable: true };
  });
}
