/** Columns on their way to another thread: their buffers are handed over, not copied, and the sender has them no more. */
import type { Columns } from './columns.ts';
import { type StringBlocks, StringTable } from './strings.ts';

export type PackedColumns = Omit<Columns, 'strings'> & { readonly strings: StringBlocks };

export function packed(columns: Columns): PackedColumns {
  return { ...columns, strings: columns.strings.blocks };
}

export function unpacked(columns: PackedColumns): Columns {
  return { ...columns, strings: new StringTable(columns.strings) };
}

/** What is handed over with them. */
export function buffersOf(columns: PackedColumns): ArrayBuffer[] {
  const buffers = new Set<ArrayBuffer>();
  for (const value of [...Object.values(columns), ...columns.strings.text, ...columns.strings.starts]) {
    if (ArrayBuffer.isView(value) && value.buffer instanceof ArrayBuffer) buffers.add(value.buffer);
  }
  return [...buffers];
}
