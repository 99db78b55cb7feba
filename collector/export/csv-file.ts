/** Rows as CSV, as RFC 4180 has it: a head, lines that end with CR and LF, quotes where they are needed; times in ISO 8601. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { COLUMNS, type Column, type ExportRow } from './row.ts';

export function writeCsv(path: string, batches: Iterable<readonly ExportRow[]>): void {
  const file = openSync(path, 'wx', 0o600);
  try {
    writeWhole(file, `${COLUMNS.map(({ name }) => name).join(',')}\r\n`);
    for (const rows of batches) writeWhole(file, rows.map(lineOf).join(''));
  } finally {
    closeSync(file);
  }
}

function writeWhole(file: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written);
}

function lineOf(row: ExportRow): string {
  return `${COLUMNS.map((column) => field(column, row)).join(',')}\r\n`;
}

function field({ type, of }: Column, row: ExportRow): string {
  const value = of(row);
  if (value === null) return '';
  if (type === 'time') return new Date(Number(value)).toISOString();
  return type === 'number' || !/[",\r\n]/.test(String(value))
    ? String(value)
    : `"${String(value).replaceAll('"', '""')}"`;
}
