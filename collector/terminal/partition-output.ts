/** A partition on stdout: heapy's table, or one line of JSON; and the options that say which. */
import type { Argv } from 'yargs';
import { limitRows } from '../../agent/partition/partition.ts';
import type { Page } from '../../protocol/paging.ts';
import type { Partition } from '../../protocol/partition.ts';
import { sinceTable } from '../../protocol/since-table.ts';
import { partitionTable, type TableContent } from '../../protocol/table.ts';
import { UsageError } from './exit.ts';
import type { Io } from './io.ts';

export interface OutputArguments {
  rows: number | undefined;
  all: boolean | undefined;
  json: boolean;
}

/** Adds `--rows`, `--all` and `--json`. */
export function outputOptions<T>(yargs: Argv<T>): Argv<T & OutputArguments> {
  return yargs
    .option('rows', { type: 'number', coerce: rowCount, describe: 'how many rows (10; with --json all)' })
    .option('all', { type: 'boolean', describe: 'every row' })
    .option('json', { type: 'boolean', default: false, describe: 'the partition as one line of JSON' })
    .conflicts('rows', 'all') as Argv<T & OutputArguments>;
}

export function printPartition(partition: Partition, { rows, all, json }: OutputArguments, io: Io): void {
  if (json) io.print(JSON.stringify(rows === undefined ? partition : limitRows(partition, rows)));
  else io.print(tableText(partition, { rows: all === true ? Number.POSITIVE_INFINITY : (rows ?? 10) }));
}

/** The table of a partition, of a whole heap or of what was born since a checkpoint, as a command line prints it. */
export function tableText(partition: TableContent & Pick<Partition, 'since'>, page: Page): string {
  const { since, ...content } = partition;
  const shell: Page = { ...page, more: 'shell' };
  return since ? sinceTable({ ...content, since }, shell) : partitionTable(content, shell);
}

/** @throws UsageError for anything but a whole number above 0 */
export function rowCount<T extends number | undefined>(rows: T): T {
  if (rows === undefined || (Number.isInteger(rows) && rows > 0)) return rows;
  throw new UsageError('Cannot use --rows: expected a whole number above 0');
}
