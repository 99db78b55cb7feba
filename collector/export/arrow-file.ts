/** Rows as an Arrow file (Feather): times in milliseconds, numbers as doubles, which hold bytes up to 2^53 exactly. */
import { createWriteStream } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import {
  type DataType,
  Field,
  Float64,
  makeData,
  RecordBatch,
  RecordBatchFileWriter,
  Schema,
  Struct,
  TimestampMillisecond,
  Utf8,
  vectorFromArray,
} from 'apache-arrow';
import { COLUMNS, type ColumnType, type ExportRow } from './row.ts';

export async function writeArrow(path: string, batches: Iterable<readonly ExportRow[]>): Promise<void> {
  const fields = COLUMNS.map(({ name, type }) => new Field(name, typeOf(type), true));
  const schema = new Schema(fields);
  const writer = new RecordBatchFileWriter();
  const written = pipeline(writer.toNodeStream(), createWriteStream(path, { flags: 'wx', mode: 0o600 }));
  // what fails while it is written is told below
  written.catch(() => {});
  writer.reset(undefined, schema);
  for (const rows of batches) {
    const children = COLUMNS.map(({ type, of }) => vectorFromArray(rows.map(of), typeOf(type)).data[0]!);
    const data = makeData({ type: new Struct(fields), length: rows.length, nullCount: 0, children });
    writer.write(new RecordBatch(schema, data));
    await new Promise(setImmediate);
  }
  writer.finish();
  await written;
}

function typeOf(type: ColumnType): DataType {
  switch (type) {
    case 'text':
      return new Utf8();
    case 'time':
      return new TimestampMillisecond();
    case 'number':
      return new Float64();
  }
}
