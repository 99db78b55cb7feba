/** The tables of test/golden/heapy/ and the content they were printed from, read back out of their text. */
import type { TableContent } from '../../protocol/table.ts';
import { readGolden } from './golden.ts';

export interface Recorded {
  /** The session and expression that printed it. */
  readonly name: string;
  readonly text: string;
}

type Row = TableContent['rows'][number];

const FIXED_WIDTH = 45;

/** The tables in a file of test/golden/heapy/. */
export function recordedTables(file: string): Recorded[] {
  const [, ...tables] = readGolden(`heapy/${file}`).split(/^# (?=\d\d_)/m);
  return tables.map((table) => {
    const end = table.indexOf('\n');
    return { name: table.slice(0, end), text: table.slice(end + 1).trimEnd() };
  });
}

/** What a partition's table was printed from; what it says is left out is in `other`. */
export function contentOf(text: string): TableContent {
  const lines = text.split('\n');
  const at = lines.findIndex((line) => line.startsWith('Partition of a set of'));
  const [, count, sizeBytes] = match(/^Partition of a set of (\d+) objects?\. Total size = (\d+) bytes\.$/, lines[at]!);
  const hidden = /^<(\d+) more rows/.exec(lines.at(-1)!)?.[1];
  const body = unwrapped(lines.slice(at + 1, hidden === undefined ? undefined : -1));
  const rows = body.slice(1).map(rowOf);
  const whole = { header: body[0]?.slice(FIXED_WIDTH) ?? '', count: Number(count), sizeBytes: Number(sizeBytes), rows };
  const label = at > 0 ? { label: lines.slice(0, at).join('\n') } : {};
  const other = hidden === undefined ? {} : { other: { rows: Number(hidden), ...rest(whole) } };
  return { ...label, ...whole, ...other };
}

/** Two partitions whose difference a table shows; every kind is in both, in the table's order. */
export function contentsOfDifference(text: string): { a: TableContent; b: TableContent } {
  const totals = [...text.matchAll(/^ {2}([AB]) +(\d+) +(\d+)$/gm)].map((total) => total.slice(2).map(Number));
  const [a, b] = totals.map(([count, sizeBytes]) => ({ count: count!, sizeBytes: sizeBytes! }));
  const header = /% of B (Kind.*|Type)$/m.exec(text)?.[1] ?? 'Kind';
  const differences = [...text.matchAll(/^ +\d+ +(-?\d+) +(-?\d+) +-?\d+ +\S+ (\S.*)$/gm)];
  const rowsPlus = (factor: number) =>
    differences.map(([, count, size, kind]) => ({
      kind: kind!,
      count: 10_000 + factor * Number(count),
      sizeBytes: 1_000_000 + factor * Number(size),
    }));
  return { a: { header, ...a!, rows: rowsPlus(1) }, b: { header, ...b!, rows: rowsPlus(0) } };
}

/** Lines with those that were broken put together again; right where they were broken at blanks. */
function unwrapped(lines: readonly string[]): string[] {
  const whole: string[] = [];
  for (const line of lines) {
    if (line.startsWith(' '.repeat(FIXED_WIDTH))) whole.push(`${whole.pop()} ${line.trimStart()}`);
    else whole.push(line);
  }
  return whole;
}

function rowOf(line: string): Row {
  const [figures, count, sizeBytes] = match(/^ *\d+ +(\d+) +\d+ +(\d+) +\d+ +\d+ +\d+ /, line);
  return { kind: line.slice(figures.length), count: Number(count), sizeBytes: Number(sizeBytes) };
}

function match(pattern: RegExp, line: string): RegExpExecArray {
  const found = pattern.exec(line);
  if (!found) throw new SyntaxError(`Cannot read heapy's table: expected ${pattern}, got ${line}`);
  return found;
}

function rest({ count, sizeBytes, rows }: TableContent): { count: number; sizeBytes: number } {
  const sum = (field: 'count' | 'sizeBytes') => rows.reduce((total, row) => total + row[field], 0);
  return { count: count - sum('count'), sizeBytes: sizeBytes - sum('sizeBytes') };
}
